"""What people have on their screens: messages as loopback services got them, and the prices in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

from tests.demo.reference import Key
from tests.loopback.chats import Ntfy
from tests.loopback.sinkd import Request, Sink
from tests.loopback.smtpd import Mailbox

METERS = {
    "input": "input_mtok",
    "output": "output_mtok",
    "cached input": "cache_read_mtok",
    "cache write": "cache_write_mtok",
    "cache write (1 h)": "cache_write_1h_mtok",
    "image input": "input_image_mtok",
    "image output": "output_image_mtok",
    "audio input": "input_audio_mtok",
    "audio output": "output_audio_mtok",
}
NO_MOVE = (" a month", " is held: ", " is no longer held: ")  # bills, and moves that nobody believes
RETRY_AFTER = timedelta(minutes=90)  # what a 429 asks for
REPEAT = "This may be a repeat"
_PAIR = re.compile(r"([a-z][a-z ]*(?:\(1 h\))?) \$([\d.,]+)(?: → \$[\d.,]+)*? → \$([\d.,]+)(?! →)")
_TERMS = re.compile(r" \((?:batch|flex|priority|context |\d\d:\d\d)[^()]*\)$")
_AGAIN = re.compile(r"([a-z][a-z ]*(?:\(1 h\))?) \$([\d.,]+) again after ")
Now = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Arrived:
    """One message: when, its delivery's id, its text, and whether it says that it may be a repeat."""

    at: datetime
    id: str
    text: str
    moves: tuple[dict[str, Any], ...] = ()  # as JSON has them

    @property
    def is_marked(self) -> bool:
        return REPEAT in self.text


@dataclass(slots=True)
class Line:
    """One price as a message tells it: `name` is the model's as people read it."""

    name: str
    terms: str
    meter: str
    before: Decimal
    after: Decimal


@dataclass(slots=True)
class Inbox:
    """What arrived on one channel, in order."""

    arrived: list[Arrived] = field(default_factory=list)
    tried: int = 0  # requests, those included that were not taken
    too_soon: list[timedelta] = field(default_factory=list)  # after a 429 that asked for more


class Hook(Sink):
    """A webhook. What it drops was read all the same; what it answers with 429 was not."""

    def __init__(self, now: Now) -> None:
        super().__init__(retry_after=f"{RETRY_AFTER.total_seconds():.0f}")
        self.now, self.inbox = now, Inbox()
        self._put_off_at: datetime | None = None

    def _next(self) -> str:
        mode, request = super()._next(), self.received[-1]
        self.inbox.tried += 1
        if self._put_off_at and self.now() < self._put_off_at + RETRY_AFTER:
            self.inbox.too_soon.append(self.now() - self._put_off_at)
        if mode == "429":
            self._put_off_at = self.now()
        if mode in ("ok", "drop"):
            self.inbox.arrived.append(self.read(request))
        return mode

    def read(self, request: Request) -> Arrived:
        said = request.json
        text = unescape(said["text"]) if "text" in said else f"{said['title']}\n{said['message']}"
        return Arrived(self.now(), request.headers["x-delivery-id"], text, tuple(said.get("moves", ())))


class Phone(Ntfy):
    """An ntfy server that takes everything that is within its limits."""

    def __init__(self, now: Now) -> None:
        super().__init__()
        self.now, self.inbox = now, Inbox()

    def take(self, request: Request) -> None:
        self.inbox.tried += 1
        count = len(self.said)
        super().take(request)
        for title, text in zip(self.titles[count:], self.said[count:], strict=True):
            id = request.headers["x-delivery-id"]
            self.inbox.arrived.append(Arrived(self.now(), id, f"{title}\n{text}"))


class Post(Mailbox):
    """A mail server."""

    def __init__(self, now: Now) -> None:
        super().__init__()
        self.now, self.inbox = now, Inbox()

    async def handle_DATA(self, server, session, envelope):  # type: ignore[no-untyped-def]
        answer = await super().handle_DATA(server, session, envelope)  # type: ignore[no-untyped-call]
        mail = self.received[-1]
        self.inbox.tried += 1
        text = f"{mail.message['Subject']}\n{mail.part('plain')}"
        self.inbox.arrived.append(Arrived(self.now(), str(mail.message["X-Delivery-Id"]), text))
        return answer


def lines_of(text: str) -> list[Line]:
    """The prices that a text tells, in its order: "OpenAI o3 (batch): input $1 → $0.20, output …"."""
    found = {}
    for line in text.splitlines():
        name, colon, rest = line.strip().lstrip("•*- ").partition(": ")
        if not colon or name == "Digest" or any(words in rest for words in NO_MOVE):
            continue
        name, _, terms = name.removesuffix(")").partition(" (") if _TERMS.search(name) else (name, "", "")
        pairs = _PAIR.findall(rest) + [(meter, price, price) for meter, price in _AGAIN.findall(rest)]
        for meter, before, after in pairs:
            meter = METERS[meter.strip()]
            found[name, terms, meter] = Line(name, terms, meter, amount(before), amount(after))
    return list(found.values())


def amount(figures: str) -> Decimal:
    return Decimal(figures.replace(",", ""))


def key_of(line: Line, known: Iterable[Key]) -> Key:
    """The line of a price list that is meant; raises LookupError where it is none that moved."""
    name = line.name.casefold()
    fitting = [
        key
        for key in known
        if key[2:] == (line.meter, line.terms) and name.replace("-", " ").endswith(key[1].replace("-", " "))
    ]
    if not fitting:
        raise LookupError(f"nobody moved {line}")
    return max(fitting, key=lambda key: len(key[1]))

"""Sends messages through apprise: one channel, one message, and an answer that says why not."""

# mypy: allow-untyped-calls
# (apprise says that it is typed, and is so in parts)

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import difflib
import ipaddress
import logging
import re
import threading
import traceback
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import structlog
import urllib3
from apprise import Apprise, AppriseAsset, NotificationManager, NotifyBase, OverflowMode
from apprise.plugins.custom_json import NotifyJSON
from apprise.plugins.email import NotifyEmail
from apprise.plugins.slack import NotifySlack, SlackMode

from tracker.adapters import answers, posting
from tracker.adapters.answers import Refusal
from tracker.adapters.letter import Letter, Part, marks
from tracker.adapters.posting import Webhook
from tracker.domain.alerts import Message
from tracker.domain.errors import SendError
from tracker.domain.settings import Channel

log = structlog.get_logger()
BOUND_SECONDS = 90.0  # for a whole message, all its parts
UNKNOWN = "unknown whether it arrived"

# These print whole addresses, tokens and all: at DEBUG every one, at ERROR a mistyped one.
for _name in ("apprise", "urllib3", "urllib3.connection", "urllib3.connectionpool", "urllib3.util.retry"):
    logging.getLogger(_name).disabled = True
urllib3.disable_warnings()

# No threads, retries or deadlines of apprise's own: the thread, the tries and the bound are ours.
_ASSET = AppriseAsset(
    app_id="LLM price tracker",
    app_desc="Tells when a price really moved",
    http_redirects=False,
    async_mode=False,
    interpret_emojis=False,
    service_timeout=0,
)
_MEANT = {"smtp": "mailto", "smtps": "mailtos", "email": "mailtos", "telegram": "tgram", "webhook": "https"}
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]{0,30})://", re.I)


def problem_with(url: str) -> str | None:
    """What is wrong with a channel's address, in words that show nothing of it but its scheme; or None."""
    url = url.strip()
    scheme = _SCHEME.match(url)
    if not url:
        return "it is empty"
    if not url.isprintable():
        return "it holds a line break or a control character; give one address a channel"
    if scheme is None:
        return "it has no scheme; an address begins with slack://, mailtos://, https:// or the like"
    name = scheme[1].lower()
    if name in ("http", "https"):
        return None if _host(url) else "it names no host"
    known = NotificationManager()
    if name not in known:
        near = [_MEANT[name]] if name in _MEANT else difflib.get_close_matches(name, known.schemas(), 1)
        return f"{name}:// is not a scheme that we know" + (f"; did you mean {near[0]}://?" if near else "")
    if not known[name].enabled:
        return f"{name}:// needs a package that is not installed"
    if _plugin(url) is None:
        return f"this is not how a {name}:// address is written; docs/channels.md shows how"
    return None


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        return (parts.hostname or "") if parts.port != 0 else ""
    except ValueError:
        return ""


def _plugin(url: str) -> NotifyBase | None:
    """The apprise service that an address names; ours for the web addresses that apprise does not know."""
    web = url.lower().startswith(("http://", "https://"))
    plugin = None if web and _is_bare(_host(url)) else Apprise.instantiate(url, asset=_ASSET)
    if plugin is None:
        return Webhook(url, _ASSET) if web and _host(url) else None
    if isinstance(plugin, NotifySlack) and plugin.channels == [None]:
        # As plain text and not as an attachment, so that Slack's notifications show it.
        host = {SlackMode.WEBHOOK: plugin.webhook_url, SlackMode.WEBHOOK_GOV: plugin.webhook_gov_url}
        if plugin.mode in host:
            return Webhook(f"{host[plugin.mode]}/{plugin.token_a}/{plugin.token_b}/{plugin.token_c}", _ASSET)
    # The address may not turn off what delivery relies on: no silent cuts, no failure taken for success.
    whole = isinstance(plugin, NotifyEmail | NotifyJSON)
    plugin.overflow_mode = OverflowMode.UPSTREAM if whole else OverflowMode.SPLIT
    plugin.optional, plugin.retry = False, 0
    plugin.socket_connect_timeout = answers.ANSWER_SECONDS  # of mail: every step
    return plugin


def _is_bare(host: str) -> bool:
    """An IP address or a name without a dot is no service of apprise: it need not load all that it knows."""
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(host)
        return True
    return "." not in host


def takes_pictures(channel: Channel) -> bool:
    """Whether a channel's service shows a picture beside a message."""
    plugin = _plugin(channel.url.strip())
    return plugin is not None and posting.takes_pictures(plugin)


async def send(
    channel: Channel,
    message: Message,
    delivery_id: str,
    *,
    repeat: bool = False,
    late: datetime | None = None,
    skip: int = 0,
    picture: bytes | None = None,
) -> None:
    """Send one message to one channel; raises SendError, whose `arrived` counts the parts that did.

    `repeat` marks it as one that may have arrived before, `late` as one that was written long ago. `skip`
    parts of it arrived at an earlier try and are left out; they count as arrived. `picture` (PNG) goes with
    the first part, where the service takes one; a message is never lost for its picture.
    """
    # What may have arrived before is repeated by its text alone: its picture may be why nothing was heard.
    letter = Letter(message, delivery_id, marks(delivery_id, repeat, late))
    sending = _Sending(channel, letter, None if repeat else picture, arrived=skip)
    outcome: list[Refusal | None] = []
    loop, done = asyncio.get_running_loop(), asyncio.Event()

    def work() -> None:
        try:
            outcome.append(_send(sending))
        except Exception as error:  # whatever a service of apprise trips over: it may quote the address
            frame = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{Path(frame.filename).name}:{frame.lineno}"
            log.error("send.broke", channel=channel.name, kind=type(error).__name__, at=place)
        finally:
            with contextlib.suppress(RuntimeError):  # the loop is gone
                loop.call_soon_threadsafe(done.set)

    # A thread of its own: one that hangs keeps neither the shared pool busy nor the process from ending.
    context = contextvars.copy_context()
    threading.Thread(target=context.run, args=(work,), name="send", daemon=True).start()
    try:
        await asyncio.wait_for(done.wait(), BOUND_SECONDS)
    except TimeoutError:
        # All of the text may be there, and only a picture still on its way.
        outcome = (
            [None] if sending.whole else [Refusal(f"not done within {BOUND_SECONDS:g} s", uncertain=True)]
        )
    finally:
        sending.stop.set()
    if sending.whole:  # whatever became of a picture that came after
        return
    refusal = outcome[0] if outcome else Refusal("sending it failed on our side", uncertain=True)
    if refusal:
        raise _error(channel, refusal, sending.arrived)


@dataclass(slots=True)
class _Sending:
    """One message on its way, as the loop and the thread that sends it share it."""

    channel: Channel
    letter: Letter
    picture: bytes | None
    arrived: int  # parts
    whole: bool = False  # all of the text arrived
    stop: threading.Event = field(default_factory=threading.Event)


def _error(channel: Channel, refusal: Refusal, arrived: int) -> SendError:
    words = UNKNOWN if refusal.uncertain else "refused for good" if refusal.permanent else "not sent"
    return SendError(
        f"channel {channel.name}: {words} ({refusal.words})",
        permanent=refusal.permanent,
        uncertain=refusal.uncertain,
        retry_after=refusal.retry_after,
        arrived=arrived,
    )


def _send(it: _Sending) -> Refusal | None:
    plugin = _plugin(it.channel.url.strip())
    if plugin is None:
        return Refusal(
            "its address cannot be read; docs/channels.md shows how one is written", permanent=True
        )
    parts = posting.parts(plugin, it.letter)
    picture = it.picture if posting.takes_pictures(plugin) else None
    if not parts:
        return Refusal("it says nothing", permanent=True)
    lost: Refusal | None = None  # of a recipient who cannot be reached; the others are told all the same
    reached = True
    for part in parts[it.arrived :]:
        if it.stop.is_set():
            return Refusal("stopped", uncertain=True)
        reached = reached or part.first
        if not reached:
            continue
        shown = picture if part.first else None
        refusal = _send_part(it, part, shown)
        if refusal is not None and not refusal.permanent:
            return refusal
        if refusal is not None:
            lost, reached = lost or refusal, False
            continue
        if lost is None:
            it.arrived += 1
        it.whole = it.arrived == len(parts)
        if part.show is not None and shown is not None:
            with answers.listening(it.letter.delivery_id):
                part.show(shown)
    return lost


def _send_part(it: _Sending, part: Part, picture: bytes | None) -> Refusal | None:
    """Send one part, with its picture if it may be; without it where that may be what was refused."""
    with answers.listening(it.letter.delivery_id) as heard:
        if part.send(picture if part.show is None else None):
            return None
    refusal = heard.refusals[-1] if heard.refusals else Refusal(_silent(it.channel, heard))
    may_be_the_picture = refusal.permanent or refusal.words.startswith("HTTP 5")
    if picture is None or part.show is not None or not may_be_the_picture:
        return refusal
    return _send_part(it, part, None)


def _silent(channel: Channel, heard: answers.Answers) -> str:
    """Words for a failure of which nothing was heard over the wire."""
    if not channel.url.strip().lower().startswith("mailto"):
        return "refused"
    return "the mail server takes no login or no TLS" if heard.smtp else "no connection to the mail server"

"""Which moves become which messages, and what these say."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from tracker.domain import headlines, wording
from tracker.domain.model import Move

MOST_LINES = 40  # of one message; of more the biggest are shown, and the rest is counted and linked
TOP_LINES = 12
HEADER = ("Model", "Meter", "Before", "After", "Change")


@dataclass(frozen=True, slots=True)
class Message:
    """What a channel is asked to say: plain text, escaped by the channel's adapter, never before."""

    subject: str
    lines: tuple[str, ...]  # each plain and complete
    links: tuple[tuple[str, str], ...] = ()  # (what it leads to, http address)
    table: tuple[tuple[str, ...], ...] = ()  # header row, then rows; for channels that show tables
    notes: tuple[str, ...] = ()  # what it means: bills, a cheaper offer, the claim that it touches

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def as_json(self) -> str:
        """The message as it is kept; `from_json` reads it."""
        return json.dumps(self.as_dict(), ensure_ascii=False)

    @classmethod
    def from_json(cls, words: str) -> Message:
        return cls.from_dict(json.loads(words))

    @classmethod
    def from_dict(cls, d: dict[str, Any]) -> Message:
        return cls(
            d["subject"],
            tuple(d["lines"]),
            tuple((a, b) for a, b in d["links"]),
            tuple(tuple(row) for row in d["table"]),
            tuple(d.get("notes", ())),
        )


@dataclass(frozen=True, slots=True)
class Alert:
    """One message for one channel, and the moves that it tells, as it tells them.

    `held_for` is "digest" or "quiet" where it waits until `due`, to be sent as one with others of its rule.
    """

    rule: str
    channel: str
    message: Message
    moves: tuple[Move, ...] = ()
    event: str = "move"
    due: datetime | None = None  # absent: now
    held_for: str = ""


def message_of(
    moves: Sequence[Move],
    *,
    page_url: str,
    base_url: str,
    notes: Sequence[str] = (),
    links: Iterable[tuple[str, str]] = (),
) -> Message:
    """One announcement in words: a line a model; of more than MOST_LINES the TOP_LINES biggest, and totals.

    `moves` are as told: from the price last announced. `notes` and `links` are what stands beside them.
    """
    groups = wording.grouped(moves)
    shown, all_links = groups, [("page", page_url), *links]
    if len(groups) > MOST_LINES:
        shown = sorted(groups, key=lambda line: max(map(wording.size, line)), reverse=True)[:TOP_LINES]
        all_links.append(("all moves", f"{base_url}/moves"))
    snapshots = dict.fromkeys(m.snapshot for line in shown for m in line if m.snapshot)
    all_links += [("snapshot", f"{base_url}/snapshots/{number}") for number in list(snapshots)[:3]]
    all_links.append(("status", f"{base_url}/sources"))
    lines = [wording.tell(line) for line in shown]
    if len(groups) > len(shown):
        lines.append(_rest(moves, len(groups) - len(shown)))
    return Message(
        subject=headlines.subject(moves, groups),
        lines=tuple(lines),
        links=safe(all_links),
        table=(HEADER, *(wording.row(m) for line in shown for m in line)),
        notes=tuple(notes),
    )


def _rest(moves: Sequence[Move], hidden: int) -> str:
    models = len(headlines.by_model(moves))
    return (
        f"… and {hidden:,} more: {len(moves):,} prices of {models:,} models in all {headlines.tally(moves)}"
    )


def safe(links: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Links as they may be sent: only web addresses, and nothing in them that could end a link."""
    keep = "%:/?#[]@!$&()*+,;=~"
    return tuple(
        (wording.harmless(name), quote(url, safe=keep))
        for name, url in links
        if url.startswith(("https://", "http://")) and len(url) <= 2000
    )


def test_message(base_url: str) -> Message:
    """A real message that says that it is a test."""
    return Message(
        subject="Test of the price tracker",
        lines=("This is a test: price moves will be told here.",),
        links=safe([("dashboard", base_url)]),
    )


def backoff(attempts: int, jitter: float) -> timedelta:
    """How long to wait after so many failed tries: 30 s doubled each time, at most 15 min.

    `jitter` in [0, 1) shifts it by up to 20 % either way, so that channels do not all try at once.
    """
    longest = timedelta(minutes=15)  # a channel that is well again hears of it soon; one message tries it
    doubled = timedelta(seconds=30 * 2.0 ** min(max(attempts, 1) - 1, 12))
    return min(min(doubled, longest) * (0.8 + 0.4 * jitter), longest)

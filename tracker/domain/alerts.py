"""Which moves become which messages, and what these say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import quote

from tracker.domain import wording
from tracker.domain.model import Move
from tracker.domain.settings import Rule

MOST_LINES = 20  # of one message; what is beyond is counted and linked, never silently left out
HEADER = ("Model", "Meter", "Before", "After", "Change")
EVERYTHING = Rule("default")


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
    """One message for one channel, and the moves that it tells.

    `held_for` is "digest" or "quiet" where it waits until `due`, to be sent as one with others of its rule.
    """

    rule: str
    channel: str
    message: Message
    moves: tuple[int, ...] = ()
    event: str = "move"
    due: datetime | None = None  # absent: now
    held_for: str = ""


def alerts_for(
    moves: Sequence[Move], *, rules: Sequence[Rule], channels: Sequence[str], page_url: str, base_url: str
) -> list[Alert]:
    """What to tell of one announcement: the confirmed moves of one source at one look.

    One alert a rule and channel; a move that several rules send to one channel is told there once,
    by the first. Without rules every move goes to every channel.
    """
    alerts: list[Alert] = []
    told: dict[str, set[int]] = {}
    messages: dict[tuple[int, ...], Message] = {}
    for rule in rules or (EVERYTHING,):
        wanted = [place for place, move in enumerate(moves) if admits(rule, move)]
        for channel in rule.to or channels:
            fresh = tuple(place for place in wanted if place not in told.setdefault(channel, set()))
            if not fresh:
                continue
            told[channel].update(fresh)
            told_now = [moves[place] for place in fresh]
            if fresh not in messages:
                messages[fresh] = message_of(told_now, page_url=page_url, base_url=base_url)
            alerts.append(Alert(rule.name, channel, messages[fresh], tuple(m.id for m in told_now)))
    return alerts


def admits(rule: Rule, move: Move) -> bool:
    """Whether a rule's filters all let a move through; a move from zero passes any `min_pct`."""
    series = move.series
    model, provider = series.model.casefold(), series.provider.casefold()
    globs = [glob.casefold() for glob in rule.model]
    return (
        is_among(provider, rule.provider)
        and (not globs or any(fnmatchcase(n, g) for g in globs for n in (model, f"{provider}/{model}")))
        and is_among(series.meter, rule.meter)
        and is_among(move.event, rule.event)
        and (move.pct is None or abs(move.pct) >= rule.min_pct)
    )


def is_among(value: str, wanted: Sequence[str]) -> bool:
    """Whether a filter lets a value through; an empty one lets everything."""
    return not wanted or value.casefold() in {w.casefold() for w in wanted}


def message_of(moves: Sequence[Move], *, page_url: str, base_url: str) -> Message:
    """One announcement in words: a line a model, at most MOST_LINES and then the totals."""
    groups = wording.grouped(moves)
    shown, links = groups, [("page", page_url)]
    if len(groups) > MOST_LINES:
        shown = sorted(groups, key=lambda line: max(map(wording.size, line)), reverse=True)[:MOST_LINES]
        links.append(("all moves", f"{base_url}/moves"))
    snapshots = dict.fromkeys(m.snapshot for line in shown for m in line if m.snapshot)
    links += [("snapshot", f"{base_url}/snapshots/{number}") for number in list(snapshots)[:3]]
    links.append(("status", f"{base_url}/sources"))
    lines = [wording.tell(line) for line in shown]
    if len(groups) > MOST_LINES:
        lines.append(_rest(moves, len(groups) - MOST_LINES))
    return Message(
        subject=wording.subject(moves, groups),
        lines=tuple(lines),
        links=safe(links),
        table=(HEADER, *(wording.row(m) for line in shown for m in line)),
    )


def _rest(moves: Sequence[Move], hidden: int) -> str:
    models = len(wording.by_model(moves))
    return f"… and {hidden:,} more: {len(moves):,} prices of {models:,} models in all {wording.tally(moves)}"


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
    """How long to wait after so many failed tries: 30 s doubled each time, at most 6 h.

    `jitter` in [0, 1) shifts it by up to 20 % either way, so that channels do not all try at once.
    """
    longest = timedelta(hours=6)
    doubled = timedelta(seconds=30 * 2.0 ** min(max(attempts, 1) - 1, 12))
    return min(min(doubled, longest) * (0.8 + 0.4 * jitter), longest)

"""Many messages told as one: a digest, what came in quiet hours, a storm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice

from tracker.domain import headlines, wording
from tracker.domain.alerts import MOST_LINES, Message, message_of, safe
from tracker.domain.model import Move

STORM = 40  # messages that wait for one channel at once: more are told as one
LATE = timedelta(hours=1)  # after this a storm is said to be delayed
MOST_LINKS = 20
MOST_SAID = 4  # lines of one notice


@dataclass(frozen=True, slots=True)
class Parts:
    """What is told as one: so many messages, the oldest written `since` then."""

    count: int
    since: datetime
    moves: tuple[Move, ...] = ()  # as told, oldest first
    withdrawn: int = 0  # moves of them that were taken back meanwhile: not among `moves`
    notices: tuple[Message, ...] = ()  # the oldest of them
    hidden: int = 0  # notices beyond these
    pages: tuple[tuple[str, str], ...] = ()  # where the moves were seen: (name, address)


@dataclass(frozen=True, slots=True)
class Netted:
    """What came of moves, from the first price that is told to the last: there and back again is no cut."""

    moves: tuple[Move, ...] = ()
    reverted: tuple[tuple[Move, ...], ...] = ()  # each all the moves of one line of a price list


def net(moves: Sequence[Move]) -> Netted:
    """One move a line of a price list and source; `moves` are as told, oldest first."""
    steps: dict[tuple[str, str], list[Move]] = {}
    for move in {m.id or -n: m for n, m in enumerate(moves, 1)}.values():
        steps.setdefault((move.source, move.series.key), []).append(move)
    came = [(way, _as_one(way)) for way in steps.values()]
    return Netted(
        tuple(one for _, one in came if one.before != one.after),
        tuple(tuple(way) for way, one in came if one.before == one.after),
    )


def _as_one(way: Sequence[Move]) -> Move:
    first, last = way[0], way[-1]
    if len(way) == 1:
        return last
    reason = last.reason.partition("; in ")[0]
    return replace(
        last,
        before=first.before,
        not_before=first.not_before,
        event=_event(way, last.after < first.before),
        reason=f"{reason}; in {len(way)} steps since {wording.moment(first.recorded_at)}".removeprefix("; "),
    )


def _event(way: Sequence[Move], is_cut: bool) -> str:
    """The last one's; a cut or a rise by what came of it all."""
    kind, _, direction = way[-1].event.rpartition("_")
    return f"{kind}_{'cut' if is_cut else 'rise'}" if direction in ("cut", "rise") else way[-1].event


def digest_of(
    parts: Parts,
    came: Netted,
    *,
    is_storm: bool,
    now: datetime,
    base_url: str,
    notes: Sequence[str] = (),
    links: Sequence[tuple[str, str]] = (),
) -> Message | None:
    """One message for all of them; None where nothing is left to tell. `came` is what came of its moves."""
    if not (came.moves or came.reverted or parts.notices):
        return None
    told = Message("", ())
    if came.moves:
        dated = [replace(m, reason=f"{m.reason}{_day(m, now)}".removeprefix("; ")) for m in came.moves]
        told = message_of(dated, page_url="", base_url=base_url, notes=notes)
    lines = [*told.lines, *_capped([_reverted(way, now) for way in came.reverted], "prices that came back")]
    lines += _capped([line for notice in parts.notices for line in _notice(notice)], "lines", parts.hidden)
    if parts.withdrawn:
        lines.append(f"Left out: {_count(parts.withdrawn, 'move')} withdrawn meanwhile.")
    lines.append(f"Told as one: {_count(parts.count, 'message')} since {wording.moment(parts.since)}.")
    said = [*parts.pages, *links, *(link for notice in parts.notices for link in _links(notice))]
    said += [*told.links, ("all moves", f"{base_url}/moves")]
    return Message(
        subject=_subject(parts, came, told.subject, is_storm, now),
        lines=tuple(lines),
        links=tuple(islice(dict.fromkeys(safe(said)), MOST_LINKS)),
        table=told.table,
        notes=told.notes,
    )


def _subject(parts: Parts, came: Netted, of_one: str, is_storm: bool, now: datetime) -> str:
    """ "Digest: 3 models moved (2 cuts, 1 rise), up to −80 %; 2 notices"."""
    head = "Digest"
    if is_storm and now - parts.since > LATE:
        head = f"Delayed: {parts.count:,} messages since {wording.moment(parts.since)}"
    elif is_storm:
        head = f"{parts.count:,} messages at once"
    said = []
    if came.moves:
        models = len(headlines.by_model(came.moves))
        said.append(of_one if models == 1 else f"{models:,} models moved {headlines.tally(came.moves)}")
    if came.reverted:
        said.append(f"{_count(len(came.reverted), 'price')} changed and reverted")
    if notices := len(parts.notices) + parts.hidden:
        said.append(parts.notices[0].subject if notices == 1 else f"{notices:,} notices")
    return wording.harmless(f"{head}: {'; '.join(said)}", wording.LONGEST_SUBJECT)


def _day(move: Move, now: datetime) -> str:
    """The day on which a move was seen, where its line says the hour alone and that was not today."""
    seen = move.recorded_at.astimezone(UTC)
    is_plain = move.at.astimezone(UTC).date() == seen.date() != now.astimezone(UTC).date()
    return f"; on {seen:%Y-%m-%d}" if is_plain else ""


def _reverted(way: Sequence[Move], now: datetime) -> str:
    """ "OpenAI o3: input $10 → $8 → $10 per 1M tokens: changed and reverted, seen …"."""
    first = way[0]
    currency = first.series.currency
    prices = " → ".join(wording.money(p, currency) for p in (first.before, *(m.after for m in way)))
    if len(way) > 4:  # there and back again: how often says enough
        prices = f"{wording.money(first.before, currency)} again after {len(way):,} moves"
    terms = wording.terms_words(first.series.terms)
    name = f"{wording.model_name(first)}{f' ({terms})' if terms else ''}"
    meter = " ".join(filter(None, (wording.meter_words(first.series.meter), prices)))
    unit = wording.unit_words(first.series.meter)
    told = " ".join(filter(None, (f"{name}: {meter}", unit)))
    return f"{told}: changed and reverted, {wording.when_words(way[-1])}{_day(way[-1], now)}"


def _notice(notice: Message) -> list[str]:
    lines = list(notice.lines) or [notice.subject]
    if len(lines) > MOST_SAID:
        return [notice.subject, *lines[: MOST_SAID - 2], f"… and {len(lines) - MOST_SAID + 2:,} lines more"]
    return lines


def _links(notice: Message) -> list[tuple[str, str]]:
    """Where a notice leads, but for the pages that every message leads to."""
    return [(name, url) for name, url in notice.links if name not in ("status", "all articles")][:2]


def _capped(lines: Sequence[str], what: str, hidden: int = 0) -> list[str]:
    shown = list(lines[:MOST_LINES])
    if beyond := len(lines) - len(shown):
        shown.append(f"… and {beyond:,} more {what}")
    if hidden:
        shown.append(f"… and {hidden:,} more notices: see the tracker's page")
    return shown


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'s' if number != 1 else ''}"

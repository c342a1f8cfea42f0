"""Prices that a page announces for a later day: what they are, and what is told of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from scrapers.page import Reading
from tracker.domain import wording
from tracker.domain.alerts import Message, safe
from tracker.domain.days import start_of
from tracker.domain.model import Move, Observation, Series, series_of, text
from tracker.domain.notices import MOST_LINES, Notice
from tracker.domain.observe import Known, Seen, can_be_kept

PRICE_DUE = "price_due"
SAME_DAY = timedelta(days=3)  # a page that no longer dates its prices is not always looked at on the day


@dataclass(frozen=True, slots=True)
class Upcoming:
    """A price that a page says will hold from a day on; `before` is the one in force when it said so."""

    series: Series
    day: date
    price: Decimal
    before: Decimal | None = None  # absent: there was none
    model: str = ""  # as printed
    label: str = ""
    announced_at: datetime | None = None  # when it was first seen, in the store


def upcoming(
    reading: Reading, seen: Seen, known: Mapping[str, Known], provider: str, today: date
) -> list[Upcoming]:
    """The prices of a later day than today that are others than those in force, the nearest first.

    What is in force is `seen`, or where the page no longer says so what is `known`.
    A series that has two of them for one day is left out: which of them will hold, the page does not say.
    """
    found: dict[tuple[Series, date], list[Upcoming]] = {}
    for offer in reading.offers:
        since = offer.terms.effective_from
        if not since or since <= today.isoformat() or not can_be_kept(offer):
            continue
        series, day = series_of(offer, provider), date.fromisoformat(since)
        now = seen.prices.get(series.key) or known.get(series.key)
        one = Upcoming(
            series,
            day,
            offer.price,
            now.price if now else None,
            text(offer.model, 200),
            text(offer.label, 2000),
        )
        found.setdefault((series, day), []).append(one)
    sure = [own[0] for own in found.values() if len({o.price for o in own}) == 1]
    return sorted((o for o in sure if o.price != o.before), key=lambda o: (o.day, o.series.key))


def announced_notice(
    found: Sequence[Upcoming],
    provider: str,
    at: datetime,
    *,
    page_url: str,
    base_url: str,
    snapshot: int | None = None,
) -> list[Notice]:
    """What to tell when a page says for the first time that prices will hold from a later day on."""
    today = at.astimezone(UTC).date()
    lines = [f"{_head(own)} from {_in_days(own[0].day, today)}, as the page says" for own in _grouped(found)]
    links = [("page", page_url), *_snapshot(snapshot, base_url), ("status", f"{base_url}/sources")]
    return _notice(lines, found, provider, links)


def due_notice(
    found: Sequence[Upcoming], provider: str, *, page_url: str, base_url: str, snapshot: int | None = None
) -> list[Notice]:
    """What to tell on the day of an announced price before which there was none: no move tells of it."""
    lines = [f"{_head(own)} is in force since {own[0].day}{_announced(own)}" for own in _grouped(found)]
    links = [("page", page_url), *_snapshot(snapshot, base_url), ("status", f"{base_url}/sources")]
    return _notice(lines, found, provider, links)


def came_due(fresh: Iterable[Observation], announced: Mapping[str, Upcoming]) -> list[Upcoming]:
    """The announced prices that are in force now and had no price before; `announced` by series key."""
    return [
        one
        for observation in fresh
        if (one := announced.get(observation.series.key)) and one.price == observation.price
    ]


def as_announced(moves: Iterable[Move], announced: Sequence[Upcoming]) -> str:
    """A line that says that moves were announced before, and when; empty where none was."""
    days = {
        one.announced_at.astimezone(UTC).date()
        for move in moves
        for one in announced
        if (one.series.key, one.price) == (move.series.key, move.after)
        and one.announced_at is not None
        and one.announced_at < move.recorded_at
        and timedelta(0) <= move.at - start_of(one.day) < SAME_DAY
    }
    return f"as announced: first on the page {min(days)}" if days else ""


def _notice(
    lines: Sequence[str], found: Sequence[Upcoming], provider: str, links: Iterable[tuple[str, str]]
) -> list[Notice]:
    if not lines:
        return []
    shown = list(lines[:MOST_LINES])
    if len(lines) > MOST_LINES:
        shown.append(f"… and {len(lines) - MOST_LINES:,} more")
    who = wording.provider_name(found[0].series.provider)
    subject = lines[0] if len(lines) == 1 else f"{who}: {len(found):,} prices with a date"
    message = Message(wording.harmless(subject, wording.LONGEST_SUBJECT), tuple(shown), safe(links))
    return [Notice(PRICE_DUE, provider, message)]


def _grouped(found: Iterable[Upcoming]) -> list[list[Upcoming]]:
    """Prices that one line tells: of a model, on the same terms, from the same day on."""
    lines: dict[object, list[Upcoming]] = {}
    for one in found:
        key = (one.series.provider, one.series.model, one.series.terms, one.day, one.before is None)
        lines.setdefault(key, []).append(one)
    return list(lines.values())


def _head(own: Sequence[Upcoming]) -> str:
    """ "Acme a: input $2 → $3 per 1M tokens (+50 %)", or without what was before."""
    moves = [_as_move(one) for one in own]
    if own[0].before is not None:
        return wording.head(moves)
    terms = wording.terms_words(own[0].series.terms)
    units = [wording.unit_words(one.series.meter) for one in own]
    said = []
    for place, one in enumerate(own):
        last = units[place] if units[place] != "".join(units[place + 1 : place + 2]) else ""
        words = wording.meter_words(one.series.meter), wording.money(one.price, one.series.currency), last
        said.append(" ".join(filter(None, words)))
    return f"{wording.model_name(moves[0])}{f' ({terms})' if terms else ''}: {', '.join(said)}"


def _as_move(one: Upcoming) -> Move:
    at = start_of(one.day)
    return Move(one.series, one.before or Decimal(0), one.price, at, at, model=one.model, label=one.label)


def _in_days(day: date, today: date) -> str:
    days = (day - today).days
    return f"{day} (tomorrow)" if days == 1 else f"{day} (in {days:,} days)"


def _announced(own: Sequence[Upcoming]) -> str:
    at = own[0].announced_at
    return f", announced {at.astimezone(UTC).date()}" if at else ""


def _snapshot(snapshot: int | None, base_url: str) -> list[tuple[str, str]]:
    return [("snapshot", f"{base_url}/snapshots/{snapshot}")] if snapshot else []

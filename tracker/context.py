"""What is said beside the moves of an alert: bills, an offer, the claim, the announcement, the chart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from scrapers.page import STANDARD
from tracker.adapters import claims as claims_files
from tracker.adapters.store import Connection, linked, offers, upcoming, verdicts
from tracker.adapters.store import moves as store_moves
from tracker.domain import wording
from tracker.domain.bill import bill_lines
from tracker.domain.model import Move
from tracker.domain.offers import BLENDED, offer_line
from tracker.domain.settings import Settings
from tracker.domain.touched import subjects, touch_line, touched
from tracker.domain.upcoming import as_announced

MOST_MODELS = 3  # for which an offer is named
MOST_CLAIMS = 4
MOST_STEPS = 200  # moves that are held against the claims: the biggest
LONGEST_TITLE = 80

Link = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Context:
    """Lines that say what moves mean, and where they lead: (what it leads to, http address)."""

    notes: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()


def context_of(connection: Connection, settings: Settings, moves: Sequence[Move], *, at: datetime) -> Context:
    """What to say beside moves of one announcement, as it is known at a moment.

    A few questions to the store, however many moves there are; no move, no words.
    """
    if not moves:
        return Context()
    biggest = _biggest(moves)
    return Context(
        notes=(
            *bill_lines(offers.bills_of(connection, settings.workloads, moves, at)),
            *_offers(connection, moves, biggest, at),
            *_claims(connection, settings, moves, at),
            *_announced(connection, moves),
        ),
        links=(*_announcement(connection, biggest), *_chart(settings, moves)),
    )


def _biggest(moves: Sequence[Move]) -> list[Move]:
    """The biggest move of each of the models that moved most."""
    found: dict[tuple[str, str], Move] = {}
    for move in sorted(moves, key=wording.size, reverse=True):
        found.setdefault((move.series.provider, move.series.model), move)
        if len(found) == MOST_MODELS:
            break
    return list(found.values())


def _offers(
    connection: Connection, moves: Sequence[Move], biggest: Sequence[Move], at: datetime
) -> Iterator[str]:
    """The cheapest comparable offer of each of the models that moved most, named where they are several."""
    for first in biggest:
        of = first.series.provider, first.series.model
        own = [m for m in moves if (m.series.provider, m.series.model) == of]
        plain = max(own, key=lambda m: (m.series.terms == STANDARD, m.series.meter in BLENDED))
        if offered := offers.cheapest(connection, plain, at):
            line = offer_line(offered)
            yield f"{wording.model_name(first)}: {line}" if len(biggest) > 1 else line


def _claims(connection: Connection, settings: Settings, moves: Sequence[Move], at: datetime) -> list[str]:
    """A line a prediction that the moves speak to, with its last verdict."""
    claims = claims_files.readable(settings.claims)
    about = subjects(claims)
    own = sorted((m for m in moves if m.series.provider in about), key=wording.size, reverse=True)
    if not own:
        return []
    ids = [m.id for m in own[:MOST_STEPS] if m.id]
    steps = store_moves.steps_of(connection, ids) if ids else own[:MOST_STEPS]
    return [
        touch_line(t, verdicts.last_rollup(connection, t.claims.source.id, t.prediction.id))
        for t in touched(claims, steps, at)[:MOST_CLAIMS]
    ]


def _announced(connection: Connection, moves: Sequence[Move]) -> list[str]:
    """Whether the page said before that these prices would come."""
    asked = sorted(moves, key=wording.size, reverse=True)[:MOST_STEPS]
    keys, until = {m.series.key for m in asked}, max(m.at for m in asked).date()
    line = as_announced(asked, upcoming.announced(connection, keys, until))
    return [line] if line else []


def _announcement(connection: Connection, biggest: Sequence[Move]) -> list[Link]:
    """The article in which the provider that moved most says so."""
    first = biggest[0]
    provider = first.series.provider
    models = {
        name for m in biggest if m.series.provider == provider for name in (m.series.model, m.model) if name
    }
    told = linked.announcement(connection, provider, models, first.at)
    if told is None:
        return []
    title = wording.harmless(told.title, LONGEST_TITLE - len("announcement: "))
    return [(f"announcement: {title}" if title else "announcement", told.url)]


def _chart(settings: Settings, moves: Sequence[Move]) -> list[Link]:
    """The chart of the biggest move that is in the store."""
    drawn = max((m for m in moves if m.id), key=wording.size, default=None)
    return [("chart", f"{settings.base_url}/moves/{drawn.id}/chart.png")] if drawn else []

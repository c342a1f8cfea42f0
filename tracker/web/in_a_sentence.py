"""The verdicts and the index, each in a sentence for the first page."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from tracker.adapters.claims import registered
from tracker.adapters.store import Connection, indexes, verdicts
from tracker.adapters.store.indexes import Question
from tracker.domain.chart import ARTICLE
from tracker.domain.index import ALL, HUNDRED, JEVONS, LINES, Indexed
from tracker.domain.list_prices import Variant
from tracker.domain.touched import gist, so_far
from tracker.web.reckoned import reckoned

MOST_CLAIMS = 2  # the first predictions of the article, which its title is about
LATELY = 90  # days
TOLD: dict[Any, str] = {  # the indexes that are told in a sentence, by kind and variant
    (JEVONS, Variant.cleaned): "the same models",
    (LINES, Variant.cleaned): "the product lines",
}


class Level(NamedTuple):
    """What an index says, against 100 on the article's day."""

    name: str
    pct: float
    models: int


class Moved(NamedTuple):
    """How the indexes went over the last days, of all makers, and that of the same models by maker."""

    levels: list[Level]
    makers: dict[str, float]


class Judged(NamedTuple):
    """A prediction and its last verdict in words."""

    claims: str
    id: str
    says: str
    so_far: str


class _Found(NamedTuple):
    levels: list[Level]
    lately: Moved


def judged(connection: Connection) -> list[Judged]:
    """The article's first predictions, as they were judged last."""
    claims = registered()
    about = [p for p in claims.predictions if p.subject][:MOST_CLAIMS]
    rollups = {p.id: verdicts.last_rollup(connection, claims.source.id, p.id) for p in about}
    return [Judged(claims.source.id, p.id, gist(claims, p), so_far(rollups[p.id])) for p in about]


def levels(connection: Connection, now: datetime, recorded: Hashable) -> list[Level]:
    """Where the index of all makers stands; found anew when something was `recorded`, and each day."""
    return _found(connection, now, recorded).levels


def moved(connection: Connection, now: datetime, recorded: Hashable) -> Moved:
    """How the indexes went over the last days; found with the levels."""
    return _found(connection, now, recorded).lately


def _found(connection: Connection, now: datetime, recorded: Hashable) -> _Found:
    asked = Question(as_of=now.date(), known_at=now, base=ARTICLE, kinds=(JEVONS, LINES))

    def find(connection: Connection) -> _Found:
        series = indexes.answer(connection, asked).series
        return _Found(_levels(series), _moved(series, now.date() - timedelta(days=LATELY)))

    return reckoned(connection, ("levels", now.date()), find, recorded)


def _levels(series: Sequence[Indexed]) -> list[Level]:
    return [
        Level(TOLD[s.index, s.variant], round(s.points[-1].value - HUNDRED, 1), s.points[-1].models)
        for s in series
        if s.provider == ALL and (s.index, s.variant) in TOLD
    ]


def _moved(series: Sequence[Indexed], since: date) -> Moved:
    levels, makers = [], {}
    for s in series:
        began = [p for p in s.points if p.day <= since]
        if not began or (s.index, s.variant) not in TOLD:
            continue  # an index that is younger went nowhere yet
        last = s.points[-1]
        pct = round(100 * (last.value / began[-1].value - 1), 1) + 0.0  # and no -0.0
        if s.provider == ALL:
            levels.append(Level(TOLD[s.index, s.variant], pct, last.models))
        elif s.index == JEVONS:
            makers[s.provider] = pct
    return Moved(levels, makers)

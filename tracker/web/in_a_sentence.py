"""The verdicts and the index, each in a sentence for the first page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from tracker.adapters.claims import registered
from tracker.adapters.store import Connection, Engine, indexes, verdicts
from tracker.adapters.store.indexes import Question
from tracker.domain.chart import ARTICLE
from tracker.domain.index import ALL, HUNDRED, JEVONS, LINES, Indexed
from tracker.domain.list_prices import Variant
from tracker.domain.touched import gist, so_far

MOST_CLAIMS = 2  # the first predictions of the article, which its title is about


LATELY = 90  # days
_TOLD: dict[Any, str] = {
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


class _Kept(NamedTuple):
    known_by: tuple[object, ...]
    levels: list[Level]
    lately: Moved


_kept: WeakKeyDictionary[Engine, _Kept] = WeakKeyDictionary()


def judged(connection: Connection) -> list[Judged]:
    """The article's first predictions, as they were judged last."""
    claims = registered()
    about = [p for p in claims.predictions if p.subject][:MOST_CLAIMS]
    rollups = {p.id: verdicts.last_rollup(connection, claims.source.id, p.id) for p in about}
    return [Judged(claims.source.id, p.id, gist(claims, p), so_far(rollups[p.id])) for p in about]


def levels(connection: Connection, now: datetime) -> list[Level]:
    """Where the index of all makers stands; found anew when something was recorded, and each day."""
    return _known(connection, now).levels


def moved(connection: Connection, now: datetime) -> Moved:
    """How the indexes went over the last days; found with the levels."""
    return _known(connection, now).lately


def _known(connection: Connection, now: datetime) -> _Kept:
    known_by = (now.date(), *verdicts.newest_event(connection))
    kept = _kept.get(connection.engine)
    if kept is None or kept.known_by != known_by:
        asked = Question(as_of=now.date(), known_at=now, base=ARTICLE, kinds=(JEVONS, LINES))
        series = indexes.answer(connection, asked).series
        since = now.date() - timedelta(days=LATELY)
        kept = _kept[connection.engine] = _Kept(known_by, _levels(series), _moved(series, since))
    return kept


def _levels(series: Sequence[Indexed]) -> list[Level]:
    return [
        Level(_TOLD[s.index, s.variant], round(s.points[-1].value - HUNDRED, 1), s.points[-1].models)
        for s in series
        if s.provider == ALL and (s.index, s.variant) in _TOLD
    ]


def _moved(series: Sequence[Indexed], since: date) -> Moved:
    levels, makers = [], {}
    for s in series:
        began = [p for p in s.points if p.day <= since]
        if not began or (s.index, s.variant) not in _TOLD:
            continue  # an index that is younger went nowhere yet
        last = s.points[-1]
        pct = round(100 * (last.value / began[-1].value - 1), 1) + 0.0  # and no -0.0
        if s.provider == ALL:
            levels.append(Level(_TOLD[s.index, s.variant], pct, last.models))
        elif s.index == JEVONS:
            makers[s.provider] = pct
    return Moved(levels, makers)

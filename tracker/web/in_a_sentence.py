"""The verdicts and the index, each in a sentence for the first page."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from tracker.adapters.claims import registered
from tracker.adapters.store import Connection, Engine, indexes, verdicts
from tracker.adapters.store.indexes import Question
from tracker.domain.chart import ARTICLE
from tracker.domain.index import ALL, HUNDRED, JEVONS, LINES
from tracker.domain.list_prices import Variant
from tracker.domain.touched import gist, so_far

MOST_CLAIMS = 2  # the first predictions of the article, which its title is about


class Level(NamedTuple):
    """What an index says, against 100 on the article's day."""

    name: str
    pct: float
    models: int


class Judged(NamedTuple):
    """A prediction and its last verdict in words."""

    claims: str
    id: str
    says: str
    so_far: str


class _Kept(NamedTuple):
    known_by: tuple[object, ...]
    levels: list[Level]


_kept: WeakKeyDictionary[Engine, _Kept] = WeakKeyDictionary()


def judged(connection: Connection) -> list[Judged]:
    """The article's first predictions, as they were judged last."""
    claims = registered()
    about = [p for p in claims.predictions if p.subject][:MOST_CLAIMS]
    rollups = {p.id: verdicts.last_rollup(connection, claims.source.id, p.id) for p in about}
    return [Judged(claims.source.id, p.id, gist(claims, p), so_far(rollups[p.id])) for p in about]


def levels(connection: Connection, now: datetime) -> list[Level]:
    """Where the index of all makers stands; found anew when something was recorded, and each day."""
    known_by = (now.date(), *verdicts.newest_event(connection))
    kept = _kept.get(connection.engine)
    if kept is None or kept.known_by != known_by:
        kept = _kept[connection.engine] = _Kept(known_by, _levels(connection, now.date(), now))
    return kept.levels


def _levels(connection: Connection, day: date, now: datetime) -> list[Level]:
    asked = Question(as_of=day, known_at=now, base=ARTICLE, kinds=(JEVONS, LINES))
    told: dict[Any, str] = {
        (JEVONS, Variant.cleaned): "the same models",
        (LINES, Variant.cleaned): "the product lines",
    }
    return [
        Level(told[s.index, s.variant], round(s.points[-1].value - HUNDRED, 1), s.points[-1].models)
        for s in indexes.answer(connection, asked).series
        if s.provider == ALL and (s.index, s.variant) in told
    ]

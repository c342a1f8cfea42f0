"""What the live view shows, read from the store in one short transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from scrapers.source import Source
from tracker.adapters.store import Engine, indexes, questions, verdicts, watching
from tracker.adapters.store.engine import asking
from tracker.adapters.store.filters import Filters
from tracker.adapters.store.indexes import Question
from tracker.domain.chart import ARTICLE
from tracker.domain.days import start_of
from tracker.domain.index import ALL, JEVONS, LINES
from tracker.domain.list_prices import Variant
from tracker.domain.model import Move
from tracker.web import in_a_sentence
from tracker.web.in_a_sentence import Judged
from tracker.web.watched import Watched, watched

MOST_MOVES = 60  # more fit on no screen
NAMES = {JEVONS: "the same models", LINES: "the product lines"}


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at the store; `courses` are the index's points by name, 100 on the article's day."""

    at: datetime
    moves: Sequence[Move]
    sources: Sequence[Watched]
    judged: Sequence[Judged]
    courses: Mapping[str, Sequence[tuple[datetime, float]]]
    pending: Mapping[str, int]
    deliveries: Mapping[str, int]


@dataclass(slots=True)
class Eyes:
    """Who looks: at which store, through which filters. The index is reckoned anew when something is."""

    engine: Engine
    sources: Mapping[str, Source]
    filters: Filters
    _known_by: tuple[object, ...] = ()
    _courses: dict[str, list[tuple[datetime, float]]] = field(default_factory=dict)

    def look(self, now: datetime) -> Seen:
        """Raises TrackerError."""
        provider = self.filters.provider.casefold()
        with asking(self.engine) as connection:
            rows = questions.source_rows(connection)
            return Seen(
                at=now,
                moves=questions.find_moves(connection, self.filters, MOST_MOVES),
                sources=[
                    w for w in watched(rows, self.sources, now) if provider in ("", w.provider.casefold())
                ],
                judged=in_a_sentence.judged(connection),
                courses=self._index(connection, now),
                pending=watching.pending(connection),
                deliveries=watching.unsent(connection),
            )

    def _index(self, connection: Any, now: datetime) -> dict[str, list[tuple[datetime, float]]]:
        known_by = (now.date(), *verdicts.newest_event(connection))
        if known_by != self._known_by:
            asked = Question(as_of=now.date(), known_at=now, base=ARTICLE, kinds=(JEVONS, LINES))
            self._courses = {
                NAMES[s.index]: [(start_of(p.day), p.value) for p in s.points]
                for s in indexes.answer(connection, asked).series
                if s.provider == ALL and s.variant is Variant.cleaned
            }
            self._known_by = known_by
        return self._courses

"""What the live view shows, read from the store in one short transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Thread

from scrapers.source import Source
from tracker.adapters.store import Engine, indexes, questions, verdicts, watching
from tracker.adapters.store.engine import asking
from tracker.adapters.store.filters import Filters
from tracker.adapters.store.indexes import Question
from tracker.domain.chart import ARTICLE
from tracker.domain.days import start_of
from tracker.domain.errors import TrackerError
from tracker.domain.index import ALL, JEVONS, LINES
from tracker.domain.model import Move
from tracker.web import in_a_sentence
from tracker.web.in_a_sentence import TOLD, Judged
from tracker.web.watched import Watched, watched

MOST_MOVES = 60  # more fit on no screen
Courses = Mapping[str, Sequence[tuple[datetime, float]]]


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at the store; `courses` are the index's points by name, 100 on the article's day."""

    at: datetime
    moves: Sequence[Move]
    sources: Sequence[Watched]
    judged: Sequence[Judged]
    courses: Courses
    pending: Mapping[str, int]
    deliveries: Mapping[str, int]


@dataclass(slots=True)
class Eyes:
    """Who looks: at which store, through which filters.

    The index is reckoned anew when something is recorded, which may take seconds: a live view (`waits` is
    false) shows the one before until it is there.
    """

    engine: Engine
    sources: Mapping[str, Source]
    filters: Filters
    waits: bool = True
    _known_by: tuple[object, ...] = ()
    _courses: Courses = field(default_factory=dict)
    _at_work: Thread | None = None

    def look(self, now: datetime) -> Seen:
        """Raises TrackerError."""
        provider = self.filters.provider.casefold()
        with asking(self.engine) as connection:
            rows = questions.source_rows(connection)
            known_by = (now.date(), *verdicts.newest_event(connection))
            seen = Seen(
                at=now,
                moves=questions.find_moves(connection, self.filters, MOST_MOVES),
                sources=[
                    w for w in watched(rows, self.sources, now) if provider in ("", w.provider.casefold())
                ],
                judged=in_a_sentence.judged(connection),
                courses=self._courses,
                pending=watching.pending(connection),
                deliveries=watching.unsent(connection),
            )
        if known_by == self._known_by or (self._at_work and self._at_work.is_alive()):
            return seen
        if self.waits:
            self._reckon(known_by, now)
            return replace(seen, courses=self._courses)
        self._at_work = Thread(target=self._try, args=(known_by, now), daemon=True)
        self._at_work.start()
        return seen

    def _try(self, known_by: tuple[object, ...], now: datetime) -> None:
        with suppress(TrackerError):  # the next look meets it, and tells it
            self._reckon(known_by, now)

    def _reckon(self, known_by: tuple[object, ...], now: datetime) -> None:
        asked = Question(as_of=now.date(), known_at=now, base=ARTICLE, kinds=(JEVONS, LINES))
        with asking(self.engine) as connection:
            series = indexes.answer(connection, asked).series
        self._courses = {
            TOLD[s.index, s.variant]: [(start_of(p.day), p.value) for p in s.points]
            for s in series
            if s.provider == ALL and (s.index, s.variant) in TOLD
        }
        self._known_by = known_by

"""The cuts that a plain differ of recorded prices would report, against those that there were."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tracker.domain.events import Event, EventRow, Kind
from tracker.domain.histories import Ruled, known_row, ruled
from tracker.domain.model import Series, Status
from tracker.domain.model_names import plain
from tracker.domain.recorded import Label
from tracker.domain.spans import Span
from tracker.domain.steps import LABELS

CUTS = (Kind.list_cut, Kind.plan_cut)
MISSED = "missed"
SAME_CUT = 45  # days: what two records tell of one price within them is one cut
LEAST = Decimal(5)  # per cent: less is no cut


@dataclass(frozen=True, slots=True)
class Apparent:
    """A cut that a differ reports on `day`, or that it missed: what it is, since when, whether it counts."""

    day: date  # on which it was recorded
    series: Series
    model: str  # as printed
    before: Decimal
    after: Decimal
    label: str  # a step's label, or "missed"
    effective: date | None
    counted: bool
    why: str
    event: Event | None
    sources: tuple[str, ...]

    @property
    def pct(self) -> Decimal:
        """Change in per cent of `before`, one decimal; never 0 before, for it is a cut."""
        return ((self.after - self.before) / self.before * 100).quantize(Decimal("0.1"))


@dataclass(frozen=True, slots=True)
class Explained:
    """How many cuts a differ reports, how many there were, and every one of both."""

    naive: int
    cleaned: int
    rows: tuple[Apparent, ...]

    @property
    def by_label(self) -> dict[str, int]:
        return dict(Counter(row.label for row in self.rows).most_common())

    def narrowed(self, is_asked: Callable[[Apparent], bool]) -> Explained:
        """The same of some of the rows only."""
        rows = tuple(row for row in self.rows if is_asked(row))
        naive = sum(row.label != MISSED for row in rows)
        return Explained(naive, sum(row.counted for row in rows), rows)


def explain(spans: Iterable[Span], events: Iterable[Event], until: date, least: Decimal = LEAST) -> Explained:
    """Every step down of every record up to a day, one row a provider, model and component, and what it is.

    It counts where a confirmed event tells it as a cut of at least `least` per cent. The cuts of events that
    no record shows are rows too: the differ missed them.
    """
    spans, events = list(spans), list(events)
    down = [r for r in ruled(spans, events, spans) if r.step.is_cut and r.step.day <= until]
    found = [_apparent(same, least) for same in _same(down)]
    rows = [*found, *_missed(events, {_told(r) for r in down}, until, least)]
    rows.sort(key=lambda r: (r.day, r.series.key))
    return Explained(len(found), sum(r.counted for r in rows), tuple(rows))


def _same(down: Iterable[Ruled]) -> list[list[Ruled]]:
    """What several records tell of one price within days, together; the first record first."""
    by_step: dict[object, list[list[Ruled]]] = defaultdict(list)
    for one in down:
        s = one.step.series
        place = (s.provider, plain(s.model), s.meter, s.terms, s.currency, one.step.before, one.step.after)
        near = [own for own in by_step[place] if _is_near(own, one)]
        if near:
            near[0].append(one)
        else:
            by_step[place].append([one])
    return [own for groups in by_step.values() for own in groups]


def _is_near(own: Sequence[Ruled], one: Ruled) -> bool:
    """Whether a step is one of others: by the same event, else by its day; a record tells a step once."""
    if one.step.recorder in {o.step.recorder for o in own}:
        return False
    days = [abs((one.ruling.day - o.ruling.day).days) for o in own]
    return min(days) <= SAME_CUT


def _apparent(same: Sequence[Ruled], least: Decimal) -> Apparent:
    one = next((r for r in same if r.ruling.event is not None), same[0])
    step, ruling, event = same[0].step, one.ruling, one.ruling.event
    label = LABELS.get(event.kind, Label.real) if event else ruling.label
    counted, why = False, ruling.why
    if label is Label.real and ruling.label is Label.alias_swap:
        why += "; announced as a cut"
    if label is Label.real:
        pct = (step.before - step.after) / step.before * 100
        if event is None or known_row(one.step, event) is None:
            why += "; no announcement tells this price"
        elif pct < least:
            why += f"; less than {least} per cent is no cut"
        else:
            counted = event.kind in CUTS
    day = None if label is Label.unknown else ruling.day
    sources = tuple(dict.fromkeys(r.step.recorder for r in same))
    return Apparent(
        step.day, step.series, step.model, step.before, step.after,
        label.value, day, counted, why, event, sources,
    )  # fmt: skip


def _told(one: Ruled) -> tuple[str, object] | None:
    """The event that a step tells, and the row of it."""
    event = one.ruling.event
    row = known_row(one.step, event) if event else None
    return (event.key, _figures(row)) if event and row else None


def _figures(row: EventRow) -> object:
    return row.series.key, row.before, row.after


def _missed(events: Iterable[Event], told: Container[object], until: date, least: Decimal) -> list[Apparent]:
    found: dict[object, Apparent] = {}
    for event in events:
        if event.kind not in CUTS or event.status is not Status.confirmed or event.lo > until:
            continue
        for row in event.rows:
            key = (event.key, _figures(row))
            if row.pct is None or row.pct > -least or key in told or row.before is None or row.after is None:
                continue
            why = f"no record of prices shows the cut of {event.day}"
            found[key] = Apparent(
                event.day, row.series, row.model or row.series.model, row.before, row.after,
                MISSED, event.day, True, why, event, (row.source,),
            )  # fmt: skip
    return list(found.values())

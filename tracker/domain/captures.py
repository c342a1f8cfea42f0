"""What captures of one page say together: each price for as long as captures in a row show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from scrapers.page import ReadError
from tracker.domain.aliases import RE_POINTED
from tracker.domain.model import Basis, Move
from tracker.domain.runs import Capture, Line, Read, Run, doubt, lines_of, readable
from tracker.domain.spans import Span, moves_of

INSTANT = timedelta(seconds=1)  # for as long a price holds that only the last capture shows


@dataclass(frozen=True, slots=True)
class Told:
    """What captures tell: the prices, those that are not to be believed, and which captures are not whole."""

    spans: tuple[Span, ...]
    doubtful: tuple[Span, ...]
    refused: Mapping[datetime, ReadError]

    def moves(self, source: str) -> list[Move]:
        """The moves between prices, and those to a price that is in doubt, which are provisional."""
        to_doubtful = {(s.series.key, s.valid_from) for s in self.doubtful}
        both = moves_of((*self.spans, *self.doubtful), source)
        found = moves_of(self.spans, source) + [m for m in both if (m.series.key, m.at) in to_doubtful]
        return [replace(m, event="alias_swap") if _is_swap(m) else m for m in found]


def _is_swap(move: Move) -> bool:
    """Whether the table that was reviewed by hand says that the model's name points elsewhere since then."""
    meter, lo = move.series.meter, move.not_before or move.at
    return any(
        (p.provider, p.alias) == (move.series.provider, move.series.model)
        and lo.date() <= p.day <= move.at.date()
        and getattr(p, meter, None) in (None, move.after)
        for p in RE_POINTED
    )


def tell(captures: Sequence[Capture], provider: str, *, source: str = "", basis: Basis) -> Told:
    """The spans of a page's prices, from its captures in the order of time.

    A capture that could not be read, or lacks too much of what is known, is no evidence of anything. A price
    that one capture shows, and those before and after it agree on another, is a slip and left out. A line is
    over when three captures in a row, or the last ones, do not show it. The last price ends with the last
    capture: nothing is known of what came later. Steps that a live look would hold are told as doubtful.
    """
    read, refused = readable(captures, provider)
    lines = lines_of(read)
    for line in lines.values():
        line.drop_slips()
    doubt(read, lines)
    for line in lines.values():
        line.drop_slips()
    found = [pair for line in lines.values() for pair in _spans(line, read, source, basis)]
    believed = tuple(span for span, is_left_out in found if not is_left_out)
    return Told(believed, tuple(span for span, is_left_out in found if is_left_out), refused)


def _spans(line: Line, read: Sequence[Read], source: str, basis: Basis) -> Iterator[tuple[Span, bool]]:
    """The spans of one series, and whether each is left out."""
    starts: list[datetime] = []
    for i, run in enumerate(line.runs):
        before = line.runs[i - 1] if i else None
        start = _start(run, before, read)
        if before and before.at[-1] in line.gone:
            start = max(start, read[line.gone[before.at[-1]]].capture.at)
        starts.append(start)
    for i, run in enumerate(line.runs):
        last, start = run.at[-1], starts[i]
        if last in line.gone:
            end = read[line.gone[last]].capture.at
        else:
            end = starts[i + 1] if i + 1 < len(line.runs) else max(read[-1].capture.at, start + INSTANT)
        seen = [read[place].capture for place in run.at]
        span = Span(
            series=run.first.series,
            price=run.price,
            valid_from=start,
            valid_to=end,
            model=run.first.model,
            label=run.first.label,
            promo_until=run.first.promo_until,
            snapshot=seen[0].snapshot or None,
            last_seen=seen[-1].at,
            source=source,
            basis=basis,
            first_seen=seen[0].at,
            seen=len(seen),
            doubt=run.doubt,
            event=run.event,
            seen_again=seen[1].snapshot if len(seen) > 1 else 0,
        )
        yield span, run.is_left_out


def _start(run: Run, before: Run | None, read: Sequence[Read]) -> datetime:
    """The first capture that shows a price, or a day that a page states and that no capture contradicts."""
    at = read[run.at[0]].capture.at
    last_seen = read[before.at[-1]].capture.at if before else datetime.min.replace(tzinfo=UTC)
    stated = [_day(run.first.effective_from)] if run.first.effective_from else []
    if before and before.first.promo_until:
        stated.append(_day(before.first.promo_until) + timedelta(days=1))
    return next((day for day in stated if last_seen < day <= at), at)


def _day(iso: str) -> datetime:
    return datetime.fromisoformat(iso).replace(tzinfo=UTC)

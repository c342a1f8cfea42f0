"""A page's prices over its captures: runs of the same price, without slips, doubted as live looks are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from scrapers.page import ReadError, Reading
from tracker.domain.aliases import re_pointed
from tracker.domain.model import Move, Observation
from tracker.domain.moves import GONE_LOOKS, SLIP, STEADY
from tracker.domain.observe import Known, Seen, hold_to_the_known, observe
from tracker.domain.plausible import doubts, far


@dataclass(frozen=True, slots=True)
class Capture:
    """A page as an archive took it at `at`; `reading` is None where it could not be read."""

    at: datetime
    reading: Reading | None
    snapshot: int = 0


@dataclass(frozen=True, slots=True)
class Read:
    capture: Capture
    seen: Seen


@dataclass(slots=True)
class Run:
    """The same price of a series in captures in a row; `at` are their places among those that were read."""

    first: Observation
    at: list[int]
    doubt: str = ""
    event: str = ""  # alias_swap: its name points elsewhere since
    is_left_out: bool = False

    @property
    def price(self) -> Decimal:
        return self.first.price

    def continues(self, o: Observation) -> bool:
        return (self.price, self.first.promo_until) == (o.price, o.promo_until)


@dataclass(slots=True)
class Line:
    """One series over all captures."""

    runs: list[Run] = field(default_factory=list)
    absent: list[int] = field(default_factory=list)  # captures in a row, up to now, that do not list it
    gone: dict[int, int] = field(default_factory=dict)  # the place where it was last seen → the one without

    def drop_slips(self) -> None:
        """Leave out what two prices that agree stand around: one capture alone, or what is not believed.

        A promotion says of itself that it is none.
        """
        kept: list[Run] = []
        for i, run in enumerate(self.runs):
            before, after = kept[-1] if kept else None, self.runs[i + 1] if i + 1 < len(self.runs) else None
            alone = run.is_left_out or (len(run.at) == 1 and not run.first.promo_until)
            if before and after and alone and self._is_between(before, run, after):
                continue
            if before and before.continues(run.first) and before.at[-1] not in self.gone:
                before.at += run.at
            else:
                kept.append(run)
        self.runs = kept

    def _is_between(self, before: Run, run: Run, after: Run) -> bool:
        went = {before.at[-1], run.at[-1]} & self.gone.keys()
        return not went and before.price == after.price != run.price


def readable(captures: Sequence[Capture], provider: str) -> tuple[list[Read], dict[datetime, ReadError]]:
    """The captures that are whole, as what is in force on their days, and why the others are not.

    Three in a row that lack the same are believed: the page is smaller now.
    """
    read: list[Read] = []
    refused: dict[datetime, ReadError] = {}
    known: dict[str, Known] = {}
    unlike: list[tuple[Capture, ReadError]] = []
    for capture in captures:
        if capture.reading is None:
            continue
        try:
            seen = observe(capture.reading, provider, capture.at.date(), known)
            if len(unlike) + 1 < GONE_LOOKS:
                gap = capture.at - read[-1].capture.at if read else timedelta(0)
                hold_to_the_known(seen, known, gap)
        except ReadError as e:
            unlike.append((capture, e))
            continue
        refused.update((c.at, e) for c, e in unlike)
        unlike.clear()
        read.append(Read(capture, seen))
        _learn(known, seen, capture.at)
    refused.update((c.at, e) for c, e in unlike)
    return read, refused


def _learn(known: dict[str, Known], seen: Seen, at: datetime) -> None:
    for key, o in seen.prices.items():
        known[key] = Known(0, o.series, o.price, at, o.promo_until)
    for key in known.keys() - seen.prices.keys() - seen.unclear:
        known[key] = replace(known[key], missing=known[key].missing + 1)
        if known[key].missing >= GONE_LOOKS:
            del known[key]


def lines_of(read: Sequence[Read]) -> dict[str, Line]:
    """The runs of each series, by its key."""
    lines: dict[str, Line] = defaultdict(Line)
    for place, one in enumerate(read):
        for key, o in one.seen.prices.items():
            line = lines[key]
            if len(line.absent) >= GONE_LOOKS:
                line.gone[line.runs[-1].at[-1]] = line.absent[0]
            line.absent = []
            run = line.runs[-1] if line.runs else None
            if run and run.continues(o) and run.at[-1] not in line.gone:
                run.at.append(place)
            else:
                line.runs.append(Run(o, [place]))
        for key in lines.keys() - one.seen.prices.keys() - one.seen.unclear:
            lines[key].absent.append(place)
    for line in lines.values():
        if line.absent:
            line.gone[line.runs[-1].at[-1]] = line.absent[0]
    return lines


def doubt(read: Sequence[Read], lines: Mapping[str, Line]) -> None:
    """Mark the runs that a live look would hold, or take for a name that points elsewhere.

    Each is held against what was believed until then.
    """
    begins: dict[int, dict[str, Run]] = defaultdict(dict)
    ends: dict[int, list[str]] = defaultdict(list)
    for key, line in lines.items():
        for run in line.runs:
            begins[run.at[0]][key] = run
        for place in line.gone.values():
            ends[place].append(key)
    known: dict[str, Known] = {}
    for place, one in enumerate(read):
        for key in ends[place]:
            known.pop(key, None)
        at, new = one.capture.at, begins[place]
        moved = [_step(known[key], run, at) for key, run in new.items() if _moved(known.get(key), run)]
        swapped = re_pointed(moved, known, one.seen) if moved else set()
        for move, reason in zip(moved, doubts(moved, known, one.seen) if moved else (), strict=True):
            run = new[move.series.key]
            run.event = "alias_swap" if move.series.key in swapped else ""
            lasted = read[run.at[-1]].capture.at - at
            run.doubt, run.is_left_out = _judged(move, reason, lasted if len(run.at) > 1 else None)
        for key, run in new.items():
            if not run.is_left_out:
                known[key] = Known(0, run.first.series, run.price, at, run.first.promo_until)


def _moved(held: Known | None, run: Run) -> bool:
    return held is not None and held.price != run.price


def _step(held: Known, run: Run, at: datetime) -> Move:
    return Move(held.series, held.price, run.price, at, at)


def _judged(move: Move, reason: str, lasted: timedelta | None) -> tuple[str, bool]:
    """What remains of a doubt, and whether the price is left out; `lasted` is None where it was seen once.

    As with live looks a single far move that stays for STEADY is believed, and a slip of a unit never is.
    """
    low, high = sorted((move.before, move.after))
    slipped = bool(low) and high >= SLIP * low
    if not reason or slipped or lasted is None or lasted < STEADY:
        return reason, bool(reason)
    return ("" if low and reason == far(move) else reason), False

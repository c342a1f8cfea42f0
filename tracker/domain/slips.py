"""Steps that no price list takes: slips of a catalogue, and their mending."""

from __future__ import annotations

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from tracker.domain.moves import SLIP
from tracker.domain.recorded import Label, Record, Ruling, Step

BOUNCE = timedelta(days=14)  # a price that is taken back within it never was one
FILLED_IN = timedelta(days=45)  # what was filled in for nothing is put right within it
LAUNCH = timedelta(days=14)  # so long after a model is first recorded its prices are still filled in
MANY = 3  # models of one provider that leave zero on one day were filled in
CENT = Decimal("0.01")


def corrected(step: Step, why: str) -> Ruling:
    """A step of the record alone: no price moved on any day."""
    return Ruling(Label.correction, step.day, step.day, step.day, why)


def in_days(apart: timedelta) -> str:
    """How far apart two days are, in words, whichever is the first: "1 day"."""
    days = abs(apart).days
    return f"{days} day" if days == 1 else f"{days} days"


def to_zero(step: Step, record: Record) -> Ruling | None:
    """Zero is what a catalogue has where it has no price."""
    if step.after:
        return None
    return corrected(step, "zero is what a catalogue writes where it has no price")


def unit_slip(step: Step, record: Record) -> Ruling | None:
    """A hundred times more or less: its unit slipped, or was put right."""
    low, high = sorted((step.before, step.after))
    if not low or high < SLIP * low:
        return None
    return corrected(step, f"{high / low:.0f} times as much: a unit slipped, or was put right")


def bounce(step: Step, record: Record) -> Ruling | None:
    """A price that comes and goes within days, or takes the place of one that was filled in for nothing."""
    own = record.steps[step.recorder, step.series.key]
    for other in own:
        apart = abs(step.day - other.day)
        if apart <= BOUNCE and (other.before, other.after) == (step.after, step.before):
            return corrected(step, f"back within {in_days(apart)}: no list price does that")
        if (
            not other.before
            and other.after == step.before
            and timedelta(0) < step.day - other.day <= FILLED_IN
        ):
            return corrected(step, f"{step.before} had been filled in for nothing {in_days(apart)} before")
    return None


def filled_in(step: Step, record: Record) -> Ruling | None:
    """From zero: of a new model, or of several at a time, it is filled in. Else a free period may be over."""
    if step.before:
        return None
    zeros = {
        s.series.model for s in record.rows[step.recorder, step.day, step.series.provider] if not s.before
    }
    began = record.began(step)
    if len(zeros) >= MANY:
        return corrected(step, f"zero was filled in, as for {len(zeros)} models that day")
    if began is not None and step.day - began <= LAUNCH:
        return corrected(step, f"zero was filled in {in_days(step.day - began)} after the model came")
    return None


def rounding(step: Step, record: Record) -> Ruling | None:
    """The price before is the one after in whole cents, and only cached prices moved."""
    cached = all("cache" in s.series.meter for s in record.row_of(step))
    if not cached or step.after == step.after.quantize(CENT):
        return None
    if step.before != step.after.quantize(CENT, ROUND_HALF_UP):
        return None
    return corrected(step, f"{step.before} is {step.after} rounded to a cent")

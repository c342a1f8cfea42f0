"""What a step of a catalogue is: a move with its day, a name re-pointed, a correction, or nothing known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from tracker.domain.events import Kind
from tracker.domain.model_names import plain, words
from tracker.domain.recorded import Known, Label, Record, Ruling, Step, holds, is_same_place
from tracker.domain.same_moves import (
    costs,
    is_alias_of,
    is_contradicted,
    is_named,
    known_of,
    models_like,
    stem_of,
)
from tracker.domain.slips import bounce, corrected, filled_in, in_days, rounding, to_zero, unit_slip
from tracker.domain.spans import Span

# Of 50 cuts that public catalogues recorded, the real ones were recorded 118 days late at most, and 10 early.
LATEST, EARLIEST = timedelta(days=120), timedelta(days=30)
CALLED_OFF = timedelta(days=60)  # so long before its end a promotion may be made the list price
LABELS = {  # of the kinds of events; of the others it is real
    Kind.promo: Label.promo,
    Kind.end_of_promo: Label.end_of_promo,
    Kind.alias_swap: Label.alias_swap,
    Kind.correction: Label.correction,
}
CATALOGUE_ONLY = "only a catalogue says so"

Rule = Callable[[Step, Record], Ruling | None]


def classify(step: Step, record: Record, rules: Sequence[Rule] | None = None) -> Ruling:
    """What a step is, by the first rule that decides; `unknown` where none does: it counts for nothing."""
    for rule in RULES if rules is None else rules:
        if ruling := rule(step, record):
            return replace(ruling, rule=rule.__name__)
    lo = min(step.last or step.day, step.day)
    return Ruling(Label.unknown, lo, step.day, step.day, CATALOGUE_ONLY)


# --- the rules, in their order ---


def reviewed_alias(step: Step, record: Record) -> Ruling | None:
    """A name that was re-pointed, by the table reviewed by hand."""
    row = {s.series.meter: s.after for s in record.row_of(step)}
    for one in record.pointed:
        named = (one.provider, one.alias) == (step.series.provider, plain(step.series.model))
        if named and -EARLIEST <= step.day - one.day <= LATEST and costs(row, one):
            known = next((k for k in known_of(step, record) if k.lo <= one.day <= k.hi), None)
            why = f"the name was re-pointed to {one.model} on {one.day}{_lag(step, one.day)}"
            event = known.event if known else None
            return Ruling(Label.alias_swap, one.day, one.day, one.day, why, event=event)
    return None


def known_move(step: Step, record: Record) -> Ruling | None:
    """The same move is known with its day: it took effect then, recorded late or before it did.

    Not where the recorder can have had the price before only since it was over: that record was never right.
    """
    began = record.began(step)
    for known in known_of(step, record):
        if not -EARLIEST <= step.day - known.day <= LATEST or (began is not None and began > known.hi):
            continue
        label = LABELS.get(known.kind, Label.real)
        why = f"the {known.kind.value.replace('_', ' ')} of {known.day}{_lag(step, known.day)}"
        return Ruling(label, known.lo, known.day, known.hi, why, event=known.event)
    return None


def cancelled(step: Step, record: Record) -> Ruling | None:
    """The end of a promotion that was called off: its price had been made the list price before."""
    own = [k for k in record.moves[step.series.provider] if is_named(k, step, record)]
    for promo in (
        k for k in own if k.kind is Kind.promo and (k.after, k.before) == (step.before, step.after)
    ):
        for span in record.priced(step.series, step.day):
            if span.price == step.before and not span.promo_until and _made_list_price(span, promo, step):
                day = span.valid_from.date()
                why = f"announced with the promotion of {promo.day} and cancelled on {day}: never in force"
                return Ruling(Label.correction, step.day, step.day, step.day, why)
    return None


def taken_back(step: Step, record: Record) -> Ruling | None:
    """The price before comes into force only later: it was recorded too early, and taken back."""
    by_meter = {s.series.meter: s.before for s in record.row_of(step)}
    if step.before in {s.price for s in record.priced(step.series, step.day)}:
        return None
    for model in (m for m in models_like(step, record) if is_alias_of(step, m)):
        coming = {
            s.series.meter: s
            for s in record.of_model[step.series.provider, model]
            if s.series.terms == step.series.terms
            if step.day < s.valid_from.date() <= step.day + EARLIEST
        }
        if len(by_meter) > 1 and by_meter.items() <= {m: s.price for m, s in coming.items()}.items():
            day = coming[step.series.meter].valid_from.date()
            why = f"the price before is that of {model} from {day} on: recorded too early, and taken back"
            return Ruling(Label.correction, step.day, step.day, step.day, why)
    return None


def already_in_force(step: Step, record: Record) -> Ruling | None:
    """By a better source the price after held before the recorder can have had another: it catches up."""
    began = record.began(step)
    if is_contradicted(step, record):
        return None
    for span in record.priced(step.series, step.day):
        day = span.valid_from.date()
        if span.price == step.after and (step.day - day > LATEST or (began is not None and began >= day)):
            why = f"{step.after} was in force since {day} by a better source: the catalogue catches up"
            return Ruling(Label.correction, day, day, day, why)
    return None


def another_models_price(step: Step, record: Record) -> Ruling | None:
    """The prices before were another model's, and those after are this one's by a better source."""
    row = {s.series.meter: s.before for s in record.row_of(step)}
    if not {"input_mtok", "output_mtok"} <= set(row):
        return None
    if step.after not in {s.price for s in record.priced(step.series, step.day)}:
        return None
    if is_contradicted(step, record):
        return None
    others: dict[str, dict[str, Decimal]] = {}
    for span in record.spans[step.series.provider]:
        if span.series.terms == step.series.terms and span.valid_from.date() <= step.day:
            others.setdefault(plain(span.series.model), {}).setdefault(span.series.meter, span.price)
            if span.price == row.get(span.series.meter):
                others[plain(span.series.model)][span.series.meter] = span.price
    own = set(record.of_names(step.series, step.day))
    for model, prices in others.items():
        if model not in own and all(prices.get(m) == row[m] for m in ("input_mtok", "output_mtok")):
            return corrected(step, f"the prices before were those of {model}")
    return None


def with_its_row(step: Step, record: Record) -> Ruling | None:
    """What moved the same way with a price of the same model that a better source knows of."""
    same_meter_first = sorted(record.with_it(step), key=lambda s: s.series.meter != step.series.meter)
    for other in same_meter_first:
        if other is not step and other.is_cut == step.is_cut:
            ruling = classify(other, record, BY_BETTER_SOURCES)
            if ruling.label is not Label.unknown:
                return replace(ruling, why=f"with its {other.series.meter}: {ruling.why}")
    return None


def as_another(step: Step, record: Record) -> Ruling | None:
    """A model of its own, no mere name, took the same steps in the same record that day."""
    row = _as_row(record.row_of(step))
    same = record.rows[step.recorder, step.day, step.series.provider]
    for model in sorted({s.series.model for s in same} - {step.series.model}):
        its = [s for s in same if s.series.model == model]
        if len(row) < 2 or _as_row(its) != row or not set(stem_of(step)) <= set(words(model)):
            continue
        if plain(model).endswith("latest"):
            continue
        for other in its:
            if is_same_place(other.series, step.series):
                ruling = classify(other, record, BY_ITSELF)
                if ruling.label is not Label.unknown:
                    return replace(ruling, why=f"as {model} that day: {ruling.why}")
    return None


def re_pointed(step: Step, record: Record) -> Ruling | None:
    """A name that has the prices of another model now, which had them before: two, or it is chance."""
    row = {s.series.meter: s.after for s in record.row_of(step)}
    found: list[tuple[date, str]] = []
    for model in models_like(step, record):
        if not is_alias_of(step, model):
            continue
        its = {
            s.series.meter: s
            for s in record.of_model[step.series.provider, model]
            if s.series.terms == step.series.terms and holds(s, step.day)
        }
        shared = set(row) & set(its)
        if len(shared) > 1 and all(its[m].price == row[m] for m in shared):
            found.append((max(its[m].valid_from.date() for m in shared), model))
    if not found:
        return None
    day, model = max(found)
    why = f"the name has the prices of {model} now, which had them since {day}"
    return Ruling(Label.alias_swap, day, day, step.day, why)


BY_BETTER_SOURCES: tuple[Rule, ...] = (
    reviewed_alias,
    known_move,
    cancelled,
    taken_back,
    already_in_force,
    another_models_price,
    as_another,
)
# After `with_its_row`: a price may well come back in days where a promotion ends and a cut follows.
RULES: tuple[Rule, ...] = (
    reviewed_alias,
    known_move,
    cancelled,
    taken_back,
    to_zero,
    unit_slip,
    already_in_force,
    another_models_price,
    as_another,
    with_its_row,
    bounce,
    filled_in,
    rounding,
    re_pointed,
)
BY_ITSELF: tuple[Rule, ...] = tuple(r for r in RULES if r not in (as_another, with_its_row, re_pointed))


# --- what the rules share ---


def _as_row(steps: Sequence[Step]) -> set[tuple[str, object, Decimal, Decimal]]:
    return {(s.series.meter, s.series.terms, s.before, s.after) for s in steps}


def _made_list_price(span: Span, promo: Known, step: Step) -> bool:
    day = span.valid_from.date()
    return promo.day < day <= step.day and step.day - day <= CALLED_OFF


def _lag(step: Step, day: date) -> str:
    late = step.day - day
    return f", recorded {in_days(late)} {'late' if step.day > day else 'early'}" if late else ""

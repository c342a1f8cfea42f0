"""What the record says of the prices that an article states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from tracker.domain.events import component_of
from tracker.domain.figures import by_component, of_model, standing
from tracker.domain.price_claims import Proportion, StatedPrice, Verdict, compare
from tracker.domain.spans import Span


@dataclass(frozen=True, slots=True)
class Answer:
    """A claim and what the record says of it; figures are named by whose they are ("openai/o1 input")."""

    id: str
    quote: str
    verdict: Verdict
    claimed: Decimal | Mapping[str, Decimal]
    actual: Decimal | Mapping[str, Decimal] | None = None  # the recorded prices
    computed: Mapping[str, Decimal] | None = None  # times or per cent, two decimals
    holds_for: tuple[str, ...] | None = None
    matches_instead: tuple[str, ...] | None = None
    evidence: tuple[Span, ...] = ()
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """What it says in plain numbers, without what does not apply."""
        said: dict[str, Any] = {}
        if self.computed is None:
            said["actual"] = _plain(self.actual)
        else:
            said["computed"] = _plain(self.computed)
        said |= {"claimed": _plain(self.claimed), "verdict": self.verdict.value}
        for name, values in (("holds_for", self.holds_for), ("matches_instead", self.matches_instead)):
            if values is not None:
                said[name] = list(values)
        said["quote"] = self.quote
        said["evidence"] = [row_of(span) for span in self.evidence]
        return said | ({"note": self.note} if self.note else {})


def row_of(span: Span) -> dict[str, Any]:
    """A recorded price as evidence."""
    return {
        "provider": span.series.provider,
        "model": span.model or span.series.model,
        "component": component_of(span.series),
        "price": _plain(span.price),
        "valid_from": span.valid_from.date().isoformat(),
        "promo_until": span.promo_until or None,
        "source": span.source,
        "label": span.label,
        "snapshot": span.snapshot,
    }


def judge(claim: StatedPrice | Proportion, spans: Sequence[Span], at: datetime) -> Answer:
    """What the record says of a claim at an instant; `spans` hold at least those of `claim.models`."""
    return _stated(claim, spans, at) if isinstance(claim, StatedPrice) else _proportion(claim, spans, at)


def _stated(claim: StatedPrice, spans: Sequence[Span], at: datetime) -> Answer:
    own = of_model(spans, claim.model)
    compared = {
        component: compare(figure, own, at, component, claim.tolerance_pct)
        for component, figure in claim.figures.items()
    }
    verdict = _together([c.verdict for c in compared.values()])
    is_wrong = verdict in (Verdict.incorrect, Verdict.partly)
    instead = tuple(dict.fromkeys(name for c in compared.values() for name in c.matches_instead))
    several = {f"{claim.model} {k}": c for k, c in compared.items()}
    return Answer(
        id=claim.id,
        quote=claim.quote,
        verdict=verdict,
        claimed=claim.components or claim.expect or Decimal(0),
        actual={name: c.actual for name, c in several.items() if c.actual is not None}
        if claim.components
        else compared[claim.series.rpartition("/")[2]].actual,
        holds_for=tuple(name for name, c in several.items() if c.verdict is Verdict.correct)
        if claim.components
        else None,
        matches_instead=instead if is_wrong else None,
        evidence=_once([row for c in compared.values() for row in c.rows]),
        note=claim.note,
    )


def _proportion(claim: Proportion, spans: Sequence[Span], at: datetime) -> Answer:
    verdicts: dict[str, Verdict] = {}
    computed: dict[str, Decimal] = {}
    rows: list[Span] = []
    base = _prices(spans, claim.pair.b, at)
    for side in claim.pair.a:
        prices = _prices(spans, side, at)
        for component in claim.components:
            name = f"{side} {component}"
            if component not in prices or component not in base or not base[component].price:
                verdicts[name] = Verdict.unknown
                continue
            a, b = prices[component], base[component]
            measured = claim.measured(a.price, b.price)
            verdicts[name] = Verdict.correct if claim.holds(measured) else Verdict.incorrect
            computed[name] = measured.quantize(Decimal("0.01"))
            rows += [a, b]
    return Answer(
        id=claim.id,
        quote=claim.quote,
        verdict=_together(list(verdicts.values())),
        claimed=claim.claimed,
        computed=computed,
        holds_for=tuple(name for name, verdict in verdicts.items() if verdict is Verdict.correct),
        evidence=_once(rows),
        note=claim.note,
    )


def _prices(spans: Sequence[Span], model: str, at: datetime) -> dict[str, Span]:
    found = {name: standing(of, at) for name, of in by_component(of_model(spans, model)).items()}
    return {name: span for name, span in found.items() if span is not None}


def _together(verdicts: Sequence[Verdict]) -> Verdict:
    """One verdict for several figures: what is not recorded neither supports nor contradicts."""
    said = {v for v in verdicts if v is not Verdict.unknown}
    if not said:
        return Verdict.unknown
    if len(said) == 1:
        return Verdict.incorrect if Verdict.incorrect in said else _all_of(verdicts)
    return Verdict.partly


def _all_of(verdicts: Sequence[Verdict]) -> Verdict:
    return Verdict.partly if Verdict.unknown in verdicts else Verdict.correct


def _once(rows: Sequence[Span]) -> tuple[Span, ...]:
    return tuple(dict.fromkeys(rows))


def _plain(value: Any) -> Any:
    """Decimals as the numbers that JSON has."""
    if isinstance(value, Mapping):
        return {name: _plain(v) for name, v in value.items()}
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value

"""Bills as `cost --json` prints them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tracker.adapters.store.offers import Billed
from tracker.domain.bill import Part, Sum, sums
from tracker.domain.offers import EXACT, Offered


def as_rows(billed: Sequence[Billed]) -> list[dict[str, Any]]:
    """A row a workload, then one for each currency's sum; amounts of money are exact."""
    return [_row(one) for one in billed] + [_sum_row(one) for one in sums([b.bill for b in billed])]


def _row(one: Billed) -> dict[str, Any]:
    bill = one.bill
    return {
        "workload": bill.workload,
        "provider": bill.provider,
        "model": bill.model,
        "terms": bill.terms.as_dict(),
        "currency": bill.currency,
        "before": _plain(bill.before),
        "after": _plain(bill.after),
        "pct": _number(bill.pct),
        "parts": [_part(part) for part in bill.parts],
        "missing": list(bill.missing),
        "cheaper": [_offer(offer) for offer in one.cheaper],
        "notes": list(bill.notes),
    }


def _sum_row(one: Sum) -> dict[str, Any]:
    return {
        "workload": "sum",
        "provider": "",
        "model": "",
        "terms": {},
        "currency": one.currency,
        "before": _plain(one.before),
        "after": _plain(one.after),
        "pct": _number(one.pct),
        "parts": [],
        "missing": list(one.left_out),
        "cheaper": [],
        "notes": [f"without {name}: its bill is not whole" for name in one.left_out],
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "meter": part.meter,
        "amount": _plain(part.amount),
        "before": _plain(part.before),
        "after": _plain(part.after),
        "cost_before": _plain(part.cost_before),
        "cost_after": _plain(part.cost_after),
    }


def _offer(offer: Offered) -> dict[str, Any]:
    return {
        "provider": offer.provider,
        "model": offer.model,
        "terms": offer.shown_terms,
        "currency": offer.currency,
        "total": _plain(offer.total),
        "pct": _number(offer.pct),
        "basis": offer.basis.value,
        "source": ", ".join(offer.sources),
        "missing": list(offer.missing),
    }


def _plain(amount: Decimal | None) -> Decimal | None:
    """Without zeros at its end."""
    return None if amount is None else amount.normalize(EXACT)


def _number(pct: Decimal | None) -> float | None:
    return None if pct is None else float(pct)

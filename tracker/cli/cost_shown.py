"""What a month costs, for people: a table and a few lines."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from tracker.adapters.store.offers import Billed
from tracker.cli.output import Form, emit
from tracker.domain import wording
from tracker.domain.bill import Bill, Sum, cost_words, sums
from tracker.domain.offers import EXACT, Offered, circumstances

MOST_SHOWN = 3  # cheaper offers of a workload


def show(billed: Sequence[Billed]) -> None:
    """A table of the bills, then what each is made of, what is to be known of it, and who is cheaper."""
    bills = [one.bill for one in billed]
    rows = [_shown(bill) for bill in bills]
    rows += [_shown_sum(one) for one in sums(bills) if len(bills) > 1]
    compares = any(bill.compares for bill in bills)
    columns = ("workload", "model", "before", "a month", "change")
    emit(rows, Form.table, columns=columns if compares else (*columns[:2], columns[3]))
    for one in billed:
        name = wording.harmless(one.bill.workload, 60)
        for line in _lines(one):
            sys.stdout.write(f"{name}: {line}\n")


def _shown(bill: Bill) -> dict[str, Any]:
    terms = wording.terms_words(bill.terms)
    return {
        "workload": wording.harmless(bill.workload, 60),
        "model": wording.harmless(f"{bill.provider}/{bill.model}") + (f" ({terms})" if terms else ""),
        "before": _known(bill.before, bill.partly_before, bill.currency) if bill.compares else "",
        "a month": _known(bill.after, bill.partly_after, bill.currency),
        "change": _change(bill.before, bill.after),
    }


def _shown_sum(one: Sum) -> dict[str, Any]:
    without = f"without {', '.join(wording.harmless(n, 60) for n in one.left_out)}" if one.left_out else ""
    return {
        "workload": "sum",
        "model": without,
        "before": "" if one.before is None else cost_words(one.before, one.currency),
        "a month": "" if one.after is None else cost_words(one.after, one.currency),
        "change": _change(one.before, one.after),
    }


def _known(total: Decimal | None, partly: Decimal, currency: str) -> str:
    if total is not None:
        return cost_words(total, currency)
    return f"at least {cost_words(partly, currency)}" if partly else "not known"


def _change(before: Decimal | None, after: Decimal | None) -> str:
    if before is None or after is None:
        return ""
    return "none" if before == after else wording.percent(before, after)


def _lines(one: Billed) -> Iterator[str]:
    """What the bill is made of, what is to be known of it, and who is cheaper."""
    bill = one.bill
    for part in bill.parts:
        if part.after is not None and part.cost_after is not None:
            price = wording.money(part.after, bill.currency)
            if bill.compares and part.before is not None and part.before != part.after:
                price = f"{wording.money(part.before, bill.currency)} → {price}"
            total = cost_words(part.cost_after, bill.currency)
            yield f"{part.meter} {part.amount.normalize(EXACT):f} × {price} = {total}"
    yield from bill.notes
    yield from map(_offer_words, one.cheaper[:MOST_SHOWN])
    if len(one.cheaper) > MOST_SHOWN:
        yield f"and {len(one.cheaper) - MOST_SHOWN} more such offers; --json lists them"


def _offer_words(offer: Offered) -> str:
    terms = wording.terms_words(offer.terms)
    who = f"{wording.provider_name(offer.provider)} {wording.harmless(offer.model)}"
    who += f" ({terms})" if terms else ""
    if offer.total is None or offer.than is None:
        told = f"perhaps cheaper: {who}, which has no price for {', '.join(offer.missing)}"
    else:
        less = wording.percent(offer.than, offer.total)
        told = f"cheaper: {who} at {cost_words(offer.total, offer.currency)} a month ({less})"
    return ", ".join([told, *circumstances(offer)])

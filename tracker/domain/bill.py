"""What a month of a workload costs, before and after: exact, and never with a price that is not known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from scrapers.page import Terms
from tracker.domain import wording
from tracker.domain.offers import CENT, EXACT, pct_of
from tracker.domain.settings import Workload


@dataclass(frozen=True, slots=True)
class Part:
    """One meter of a bill: the amount of a month, and what one unit of it cost and costs; None: unknown."""

    meter: str
    amount: Decimal
    before: Decimal | None
    after: Decimal | None

    @property
    def cost_before(self) -> Decimal | None:
        return None if self.before is None else EXACT.multiply(self.amount, self.before)

    @property
    def cost_after(self) -> Decimal | None:
        return None if self.after is None else EXACT.multiply(self.amount, self.after)


@dataclass(frozen=True, slots=True)
class Bill:
    """A workload's month. A total is None where a part of it has no price; `partly_…` is what is known."""

    workload: str
    provider: str
    model: str
    terms: Terms
    currency: str  # empty: the model has no price at all
    parts: tuple[Part, ...]
    compares: bool = False  # whether there is a before
    notes: tuple[str, ...] = ()  # sentences: what is missing and why, what else is to be known

    @property
    def missing(self) -> tuple[str, ...]:
        """The meters that have no price now."""
        return tuple(p.meter for p in self.parts if p.after is None)

    @property
    def missing_before(self) -> tuple[str, ...]:
        return tuple(p.meter for p in self.parts if p.before is None) if self.compares else ()

    @property
    def after(self) -> Decimal | None:
        return None if self.missing else self.partly_after

    @property
    def before(self) -> Decimal | None:
        return self.partly_before if self.compares and not self.missing_before else None

    @property
    def partly_after(self) -> Decimal:
        return exact_sum(p.cost_after for p in self.parts)

    @property
    def partly_before(self) -> Decimal:
        return exact_sum(p.cost_before for p in self.parts)

    @property
    def pct(self) -> Decimal | None:
        return pct_of(self.before, self.after)

    @property
    def is_whole(self) -> bool:
        """Whether it can be summed up: all of its prices are known, those before too where they are asked."""
        return not self.missing and not self.missing_before


@dataclass(frozen=True, slots=True)
class Sum:
    """The whole bills of one currency together, and the workloads whose bills are not whole."""

    currency: str
    workloads: tuple[str, ...]
    left_out: tuple[str, ...]
    before: Decimal | None
    after: Decimal | None

    @property
    def pct(self) -> Decimal | None:
        return pct_of(self.before, self.after)


def bill_of(
    workload: Workload,
    currency: str,
    after: Mapping[str, Decimal],
    before: Mapping[str, Decimal] | None = None,
    notes: Iterable[str] = (),
) -> Bill:
    """The bill of a workload from prices by meter; `before` None compares with nothing."""
    provider, _, model = workload.model.partition("/")
    parts = tuple(
        Part(meter, amount, None if before is None else before.get(meter), after.get(meter))
        for meter, amount in workload.monthly.items()
    )
    return Bill(
        workload.name,
        provider,
        model,
        workload.terms,
        currency,
        parts,
        compares=before is not None,
        notes=tuple(notes),
    )


def sums(bills: Sequence[Bill]) -> list[Sum]:
    """One sum a currency, of the bills that are whole: nothing is converted.

    A bill in no currency that we know is left out of each.
    """
    found = []
    for currency in sorted({b.currency for b in bills if b.currency}):
        own = [b for b in bills if b.currency in (currency, "")]
        whole = [b for b in own if b.currency and b.is_whole]
        compares = bool(whole) and all(b.compares for b in whole)
        found.append(
            Sum(
                currency,
                tuple(b.workload for b in whole),
                tuple(b.workload for b in own if b not in whole),
                exact_sum(b.before for b in whole) if compares else None,
                exact_sum(b.after for b in whole) if whole else None,
            )
        )
    return found


def exact_sum(amounts: Iterable[Decimal | None]) -> Decimal:
    """What is known of the amounts, added up without rounding."""
    total = Decimal(0)
    for amount in amounts:
        total = total if amount is None else EXACT.add(total, amount)
    return total


# --- in words ---


def bill_lines(bills: Sequence[Bill]) -> list[str]:
    """A line a bill, and one for the sum of several in one currency. Plain text on one line each."""
    return [*map(bill_line, bills), *_sum_lines(bills)]


def bill_line(bill: Bill) -> str:
    """ "support bot: $1,850 → $1,020 a month (−45 %)"; what is missing is named, and no sum is the whole."""
    name = wording.harmless(bill.workload, 60)
    if not bill.missing:
        told = f"{name}: {change_words(bill.before, bill.after, bill.currency)}"
        before = f"; no price for {_names(bill.missing_before)} before" if bill.missing_before else ""
        return told + before
    nothing = f"no price for {_names(bill.missing)}"
    if len(bill.missing) == len(bill.parts):
        return f"{name}: {nothing}"
    now, before = (cost_words(part, bill.currency) for part in (bill.partly_after, bill.partly_before))
    alike = bill.compares and bill.missing == bill.missing_before and bill.partly_before
    moved = f"at least {before} → " if alike and before != now else ""
    return f"{name}: {moved}at least {now} a month; {nothing}"


def change_words(before: Decimal | None, after: Decimal | None, currency: str) -> str:
    """ "$1,850 → $1,020 a month (−45 %)", or the one that is known."""
    if after is None:
        return "unknown"
    if before is None:
        return f"{cost_words(after, currency)} a month"
    if before == after:
        return f"{cost_words(after, currency)} a month, as before"
    shown = cost_words(before, currency), cost_words(after, currency)
    if shown[0] == shown[1]:  # less than a cent apart
        shown = wording.money(before, currency), wording.money(after, currency)
    return f"{shown[0]} → {shown[1]} a month ({wording.percent(before, after)})"


def cost_words(amount: Decimal, currency: str) -> str:
    """A sum of money to the cent, exact below one: "$1,850", "$12.50"."""
    rounded = amount.quantize(CENT, context=EXACT)
    return wording.money(rounded if rounded or not amount else amount, currency)


def _sum_lines(bills: Sequence[Bill]) -> Iterator[str]:
    found = sums(bills)
    for one in found:
        if len(one.workloads) > 1:
            currency = f" in {wording.harmless(one.currency, 12)}" if len(found) > 1 else ""
            without = f", without {_names(one.left_out)}" if one.left_out else ""
            change = change_words(one.before, one.after, one.currency)
            yield f"{len(one.workloads)} workloads{currency} together: {change}{without}"


def _names(names: Sequence[str]) -> str:
    return ", ".join(wording.harmless(name, 60) for name in names)

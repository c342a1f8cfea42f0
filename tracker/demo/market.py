"""What every provider's price list says on a day, replayed from the bundled facts."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import pairwise

from scrapers.page import STANDARD, Terms
from tracker.adapters import facts
from tracker.demo.shelf import BATCH_FROM, PROMO_UNTIL, Line, line_of, shown
from tracker.domain.facts import Fact

PER_MTOK = "per 1M tokens"
# A price that is only known as "it was this until that day" is listed from this long before that day.
LEAD = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Listed:
    """One price of a page, in `currency` per `unit`; beside it stands the list price `struck` through.

    A promotion whose last day is known is told by dates instead: one price with `promo_until`, and the list
    price with `effective_from` the day after.
    """

    model: str
    meter: str
    price: Decimal
    currency: str = "USD"
    unit: str = PER_MTOK
    terms: Terms = STANDARD
    struck: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ExpectedMove:
    """A price that is another than the day before."""

    day: date
    provider: str
    model: str
    meter: str
    terms: Terms
    before: Decimal
    after: Decimal


@dataclass(frozen=True, slots=True)
class _Step:
    """From `day` on the price is this."""

    day: date
    price: Decimal
    struck: Decimal | None = None


_History = dict[Line, tuple[_Step, ...]]


def prices_on(day: date) -> dict[str, list[Listed]]:
    """What each page lists on a day, newest models first; a page that lists nothing is not there.

    A model appears on its first dated price and stays with its last: nothing ever leaves a page.
    """
    return {provider: listed for provider in providers() if (listed := prices_of(provider, day))}


def prices_of(provider: str, day: date) -> list[Listed]:
    """What one page lists on a day."""
    listed = [
        Listed(line.model, line.meter, now.price, terms=line.terms, struck=now.struck)
        for line, steps in _ordered()[provider]
        if (now := _in_force(steps, day))
    ]
    return list(_dated(provider, listed))


def expected_moves(since: date, until: date) -> list[ExpectedMove]:
    """The moves that who looks every day from `since` to `until`, both included, must find."""
    found = [
        ExpectedMove(after.day, line.provider, line.model, line.meter, line.terms, before.price, after.price)
        for line, steps in _history().items()
        for before, after in pairwise(steps)
        if since < after.day <= until and before.price != after.price
    ]
    return sorted(found, key=lambda m: (m.day, m.provider, m.model, m.meter, repr(m.terms)))


@cache
def providers() -> tuple[str, ...]:
    """The ids of the pages, in the order of their names."""
    return tuple(sorted({line.provider for line in _history()}))


@cache
def days_of_change(provider: str) -> tuple[date, ...]:
    """The days on which a price of the page appears or changes; the first is the day on which it opens."""
    of_page = (steps for line, steps in _history().items() if line.provider == provider)
    return tuple(sorted({step.day for steps in of_page for step in steps}))


def _dated(provider: str, listed: list[Listed]) -> Iterator[Listed]:
    """A page's prices, with the dates of the promotions whose last day is known."""
    promoted = {x.model for x in listed if x.struck is not None and (provider, x.model) in PROMO_UNTIL}
    for x in listed:
        if x.model not in promoted or x.terms != STANDARD:
            yield x
            continue
        last = PROMO_UNTIL[provider, x.model]
        yield replace(x, terms=Terms(promo_until=last.isoformat()), struck=None)
        if x.struck is not None:
            after = Terms(effective_from=(last + timedelta(days=1)).isoformat())
            yield replace(x, price=x.struck, terms=after, struck=None)


def _in_force(steps: tuple[_Step, ...], day: date) -> _Step | None:
    found = bisect_right(steps, day, key=lambda s: s.day)
    return steps[found - 1] if found else None


@cache
def _ordered() -> dict[str, list[tuple[Line, tuple[_Step, ...]]]]:
    """The lines of each page, newest models first."""
    history = _history()
    born: dict[tuple[str, str], date] = {}
    for line, steps in history.items():
        key = (line.provider, line.model)
        born[key] = min(steps[0].day, born.get(key, date.max))

    def newest_first(item: tuple[Line, tuple[_Step, ...]]) -> tuple[int, str, str, str]:
        line = item[0]
        return -born[line.provider, line.model].toordinal(), line.model, repr(line.terms), line.meter

    pages: dict[str, list[tuple[Line, tuple[_Step, ...]]]] = defaultdict(list)
    for line, steps in sorted(history.items(), key=newest_first):
        pages[line.provider].append((line, steps))
    return dict(pages)


@cache
def _history() -> _History:
    """What every price was, from which day on."""
    by_line: dict[Line, list[Fact]] = defaultdict(list)
    born: dict[tuple[str, str], date] = {}
    found = [f for f in facts.moves() + facts.listings() if shown(f)]
    for fact in sorted(found, key=lambda f: (f.day_lo, _rank(f))):
        line = line_of(fact)
        by_line[line].append(fact)
        born.setdefault((line.provider, line.model), fact.day_lo)
    history = {line: _steps(own, born[line.provider, line.model]) for line, own in by_line.items()}
    return history | _hour_writes(history) | _batch(history)


def _rank(fact: Fact) -> int:
    """Of several facts of one day the last counts: a promotion suspends the list price announced with it."""
    return {"listed": 0, "promo": 2}.get(fact.kind, 1)


def _steps(own: list[Fact], born: date) -> tuple[_Step, ...]:
    """The steps of one line, from its facts in order; `born` is the first day of its model.

    The first fact of a line may be a change. What was before it held since the model came, or for LEAD.
    """
    steps: dict[date, _Step] = {}
    first = own[0]
    if first.old is not None and first.kind in ("list_cut", "list_rise", "end_of_promo", "subscription_cut"):
        start = born if born < first.day_lo else first.day_lo - LEAD
        steps[start] = _Step(start, first.old)
    for fact in own:
        steps[fact.day_lo] = _Step(fact.day_lo, fact.new, fact.old if fact.kind == "promo" else None)
    return tuple(steps.values())


def _batch(history: _History) -> _History:
    """Batch prices, half of the standard ones, where the provider's page has them."""
    return {
        replace(line, terms=Terms(tier="batch")): _scaled(steps, Decimal("0.5"), BATCH_FROM[line.provider])
        for line, steps in history.items()
        if line.provider in BATCH_FROM
        and line.terms == STANDARD
        and line.meter in ("input_mtok", "output_mtok")
    }


def _hour_writes(history: _History) -> _History:
    """Anthropic's 1-hour cache writes: by its own rule twice the input price, beside 5-minute writes."""
    found = {}
    for line, steps in history.items():
        if line.meter == "cache_write_mtok":
            of_input = history[replace(line, meter="input_mtok")]
            found[replace(line, meter="cache_write_1h_mtok")] = _scaled(of_input, Decimal(2), steps[0].day)
    return found


def _scaled(steps: tuple[_Step, ...], factor: Decimal, since: date) -> tuple[_Step, ...]:
    """A price that is always `factor` times another, listed from `since` on."""
    scaled: dict[date, _Step] = {}
    for step in steps:
        day = max(step.day, since)
        struck = None if step.struck is None else step.struck * factor
        scaled[day] = _Step(day, step.price * factor, struck)
    return tuple(scaled.values())

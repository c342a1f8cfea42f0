"""How likely it was anyway: what the time before the article says of the time after it."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from mpmath import mp

LOW, HIGH = 0.05, 0.95  # the quantiles between which the interval lies
DIGITS = 4
YEAR = 365.25  # days


@dataclass(frozen=True, slots=True)
class BaseRate:
    """The chance of at least one announcement within `horizon` days, and the interval it lies in."""

    n: int  # announcements in the window
    window: int  # days
    horizon: int  # days
    chance: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Placebo:
    """Of `days` on which the article might have appeared before, how many would have been followed."""

    days: int
    followed: int
    horizon: int  # days

    @property
    def share(self) -> float | None:
        """Between 0 and 1; None where the window is shorter than the horizon."""
        return round(self.followed / self.days, DIGITS) if self.days else None


@dataclass(frozen=True, slots=True)
class Trend:
    """How a price went between two days, and what that makes a year at an even pace; in per cent."""

    since: date
    until: date
    change_pct: float
    yearly_pct: float


@cache
def base_rate(n: int, window: int, horizon: int) -> BaseRate:
    """What `n` announcements in `window` days say of the next `horizon` days (Jeffreys–Poisson).

    The rate has the distribution Gamma(n + ½, window); the chance is its mean of 1 − e^(−rate · horizon),
    the interval lies between the rate's 5 % and 95 % quantiles. Raises ValueError for a window of no days.
    """
    if n < 0 or window <= 0 or horizon < 0:
        raise ValueError(f"{n} announcements in {window} days, {horizon} days ahead: not a base rate")
    shape = n + 0.5
    chance = -math.expm1(shape * math.log(window / (window + horizon)))
    low, high = (-math.expm1(-_gamma_quantile(shape, q) / window * horizon) for q in (LOW, HIGH))
    return BaseRate(n, window, horizon, round(chance, DIGITS), round(low, DIGITS), round(high, DIGITS))


@cache  # it does not depend on how far ahead is asked
def _gamma_quantile(shape: float, share: float) -> float:
    """Below which a variable of Gamma(shape, 1) lies with the probability `share`."""
    low, high = 0.0, shape + 10 * math.sqrt(shape) + 10
    for _ in range(60):
        middle = (low + high) / 2
        if mp.gammainc(shape, 0, middle, regularized=True) < share:
            low = middle
        else:
            high = middle
    return high


def placebo(days: Collection[date], since: date, until: date, horizon: int) -> Placebo:
    """How often an announcement followed within `horizon` days, over every day of [since, until].

    Only days whose horizon ends by `until` count: what came after is not known there. An announcement of
    the day itself does not follow it.
    """
    last = until - timedelta(days=horizon)
    total = max(0, (last - since).days + 1)
    followed: set[date] = set()
    for day in set(days):
        begin = max(since, day - timedelta(days=horizon))
        end = min(last, day - timedelta(days=1))
        followed |= {begin + timedelta(days=d) for d in range((end - begin).days + 1)}
    return Placebo(total, len(followed), horizon)


def trend(steps: Iterable[tuple[date, Decimal]], since: date, until: date) -> Trend | None:
    """How a price that went in steps changed from `since` (or its first day after it) to `until`.

    A step is the day from which a price held. The yearly change is that of a price that would have gone
    evenly: (last / first)^(a year / the days between) − 1. None where less than a day or no price lies
    between, or a price is zero.
    """
    known = sorted(step for step in steps if step[0] <= until)
    if not known:
        return None
    begin = max(since, known[0][0])
    first = [price for day, price in known if day <= begin][-1]
    last = known[-1][1]
    days = (until - begin).days
    if days < 1 or first <= 0 or last <= 0:
        return None
    change = math.log(last / first)
    yearly = math.expm1(change * YEAR / days) * 100
    return Trend(begin, until, round(math.expm1(change) * 100, 1), round(yearly, 1))

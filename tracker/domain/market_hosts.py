"""What others ask for the weights of a model that its maker sells too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase
from statistics import median

from tracker.domain.figures import blended, place_of, split_name
from tracker.domain.market_record import (
    Found,
    Record,
    Window,
    days_of_change,
    is_paid,
    rounded,
    was_listed,
)
from tracker.domain.market_tests import HostRatio, Hosts, ListedAt, Weights
from tracker.domain.spans import Span


@dataclass(frozen=True, slots=True)
class Listing:
    """A host's price of some weights, as a multiple of their maker's."""

    host: str
    ratio: Decimal
    rows: tuple[Span, ...]


def host_ratio(test: HostRatio, record: Record, window: Window) -> Found:
    """Whether hosts ask about what the maker asks, first on which day."""
    last: list[Listing] = []
    first: tuple[date, list[Listing]] | None = None
    seen_since: date | None = None
    for day in days_of_change(record.spans, window, _turns(test.weights)):
        last = listings(test, record, day)
        if last and seen_since is None:
            seen_since = day
        if first is None and last and _is_indicative(test, last):
            first = (day, last)
    is_long = (window.last - window.t0).days >= test.refuted_after_days
    numbers = _figures(test, last)
    if first:
        numbers["first"] = {"day": first[0].isoformat(), **_figures(test, first[1])}
    return Found(
        met=int(first is not None),
        since=first[0] if first else None,
        is_refuted=is_long and bool(last) and min(x.ratio for x in last) > test.refuted_above,
        is_covered=bool(last) if is_long else seen_since is not None,
        numbers=numbers,
        uncovered=_unseen(test, record, window, seen_since),
        evidence=_rows(first[1] if first else last),
    )


def listed_at(test: ListedAt, record: Record, window: Window) -> Found:
    """Whether one host lists the very weights at about their maker's price."""
    best: Listing | None = None
    for day in days_of_change(record.spans, window, _turns(test.weights)):
        found = [x for x in listings(test, record, day) if x.host == test.host]
        for listing in found:
            if best is None or listing.ratio < best.ratio:
                best = listing
        if best is not None and best.ratio <= test.at_most:
            return Found(met=1, since=day, numbers={"ratio": rounded(best.ratio)}, evidence=best.rows)
    if best is not None:
        refuted = best.ratio > test.refuted_above
        return Found(is_refuted=refuted, numbers={"ratio": rounded(best.ratio)}, evidence=best.rows)
    others = _listed_by(record, window, [test.host], test.spelled(test.substitutes))
    if others:
        return Found(
            state="unresolvable",
            numbers={"listed instead": sorted({s.series.model for s in others})},
            uncovered=(f"{test.host} is recorded with other models only, never with these weights",),
            evidence=tuple(others),
        )
    return Found(is_covered=False, uncovered=(f"nothing is recorded of {test.host} in this time",))


def hosts(test: Hosts, record: Record, window: Window) -> Found:
    """Whether so many independent hosts listed these weights for money. Few recorded are no proof of few."""
    names, seen, evidence = test.spelled(test.names), {}, []
    providers = sorted({p for p, _ in record.sellers() if p != test.maker and _is_host(p, test.not_hosts)})
    for span in sorted(_listed_by(record, window, providers, names), key=lambda s: s.valid_from):
        if span.price > 0 and span.series.provider not in seen:
            seen[span.series.provider] = max(span.valid_from.date(), window.t0)
            evidence.append(span)
    days = sorted(seen.values())
    is_met = len(days) >= test.least
    few = f"{len(days)} hosts are recorded by {window.last}; that is no proof that there were no others"
    return Found(
        met=int(is_met),
        since=days[test.least - 1] if is_met else None,
        is_covered=is_met,
        numbers={"hosts": len(seen), "least": test.least, "names": sorted(seen)},
        uncovered=() if is_met else (few,),
        evidence=tuple(evidence),
    )


def listings(test: HostRatio | ListedAt, record: Record, day: date) -> list[Listing]:
    """Each host's cheapest listing of each weights on a day, against the maker's dearest hour."""
    found: list[Listing] = []
    for weights in test.weights:
        if not weights.since <= day or (weights.until is not None and day >= weights.until):
            continue
        own = record.dearest(day, place_of(weights.own))
        if own is None or not own[0]:
            continue
        best: dict[str, Listing] = {}
        names, maker = test.spelled(weights.names), split_name(weights.own)[0]
        for host, model in sorted(record.sellers()):
            if model not in names or host == maker or not _is_host(host, test.not_hosts):
                continue
            prices = record.on(day, (host, model))
            blend = blended(prices)
            if blend is None or not is_paid(prices):
                continue
            listing = Listing(host, blend / own[0], tuple(prices[c] for c in ("input", "output")))
            if host not in best or listing.ratio < best[host].ratio:
                best[host] = listing
        found += [best[host] for host in sorted(best)]
    return found


def _is_indicative(test: HostRatio, found: Sequence[Listing]) -> bool:
    near = {x.host for x in found if x.ratio <= test.host_at_most}
    is_market = len({x.host for x in found}) >= test.least_hosts  # the median of one host is no market
    is_usual = is_market and median(x.ratio for x in found) <= test.median_at_most
    return len(near) >= test.least_hosts or is_usual


def _figures(test: HostRatio, found: Sequence[Listing]) -> dict[str, object]:
    if not found:
        return {"listings": 0}
    return {
        "median": rounded(median(x.ratio for x in found)),
        "cheapest": rounded(min(x.ratio for x in found)),
        "listings": len(found),
        "hosts": len({x.host for x in found}),
        f"hosts at {test.host_at_most} or less": len({x.host for x in found if x.ratio <= test.host_at_most}),
    }


def _unseen(test: HostRatio, record: Record, window: Window, since: date | None) -> tuple[str, ...]:
    """Which weights no host is recorded with, while their maker sold them."""
    if since is None:
        return (f"no host of these weights is recorded between {window.t0} and {window.last}",)
    said = [f"no host of these weights is recorded before {since}"] if (since - window.t0).days > 1 else []
    providers = sorted({p for p, _ in record.sellers() if _is_host(p, test.not_hosts)})
    for weights in test.weights:
        is_sold = weights.since <= window.last and (weights.until is None or weights.until > window.t0)
        others = [p for p in providers if p != split_name(weights.own)[0]]
        if is_sold and not _listed_by(record, window, others, test.spelled(weights.names)):
            said.append(f"no host of {weights.names[0]} is recorded by {window.last}")
    return tuple(said)


def _listed_by(record: Record, window: Window, providers: Sequence[str], names: frozenset[str]) -> list[Span]:
    places = sorted(p for p in record.sellers() if p[0] in providers and p[1] in names)
    return [span for place in places for span in record.of(place) if was_listed(span, window)]


def _is_host(provider: str, not_hosts: Sequence[str]) -> bool:
    return not any(fnmatchcase(provider, glob) for glob in not_hosts)


def _turns(weights: Sequence[Weights]) -> list[date]:
    return [day for w in weights for day in (w.since, w.until) if day is not None]


def _rows(found: Sequence[Listing]) -> tuple[Span, ...]:
    return tuple(row for listing in found for row in listing.rows)

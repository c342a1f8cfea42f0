"""The tables about what is told: rules, and the workloads whose bill they speak of."""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType

from scrapers.catalog import KINDS
from scrapers.meters import METERS
from scrapers.page import Terms
from tracker.adapters.config import values
from tracker.adapters.config.ledger import Table, listed
from tracker.adapters.config.names import own_name
from tracker.adapters.config.times import daily, quiet, shown_daily, shown_quiet
from tracker.adapters.config.values import Read, many, one_of, pattern
from tracker.adapters.config.wrong import unknown
from tracker.domain.settings import EVENTS, Rule, Workload

CUTS, RISES = ("list_cut", "plan_cut", "promo"), ("list_rise", "plan_rise", "end_of_promo")
DIRECTIONS = {"cut": CUTS, "rise": RISES}
WATCH = ("watched", "background", "all")
_TERMS: dict[str, Read[str]] = {
    "tier": pattern,
    "context": values.text,
    "window": values.text,
    "region": values.text,
    "billing": one_of(("monthly", "yearly"), "how a plan is paid"),
}


def rules(tables: list[Table], channel_names: list[str], *, watch: bool) -> list[Rule]:
    """What goes where; every channel that a rule names is there. `watch`: whether the user chose what is."""
    names: list[str] = []
    return [_rule(table, names, channel_names, watch) for table in tables]


def _rule(table: Table, names: list[str], channel_names: list[str], chosen: bool) -> Rule:
    name = own_name(table, names)
    take = table.take
    kinds = take("source_kind", many(one_of(KINDS, "a kind of source")), listed) or ()
    rule = Rule(
        name or "",
        provider=take("provider", many(pattern), listed) or (),
        maker=take("maker", many(pattern), listed) or (),
        model=take("model", many(pattern), listed) or (),
        meter=take("meter", many(one_of(METERS, "a meter")), listed) or (),
        tier=take("tier", many(pattern), listed) or (),
        event=take("event", many(one_of(EVENTS, "an event")), listed) or (),
        direction=take("direction", one_of(DIRECTIONS, "a direction"), str) or "",
        source_kind=kinds,
        watch=take("watch", one_of(WATCH, "what a rule can watch"), str) or ("all" if kinds else "watched"),
        min_pct=take("min_pct", values.percent, str) or Decimal(0),
        min_amount=take("min_amount", values.price, values.shown_price) or Decimal(0),
        below=take("below", values.price, values.shown_price),
        above=take("above", values.price, values.shown_price),
        to=take("to", many(one_of(channel_names, "a channel")), listed) or (),
        digest=take("digest", daily, shown_daily),
        quiet=take("quiet", quiet, shown_quiet) or (),
        place=table.place().problem,
    )
    table.end()
    _check_bounds(table, rule)
    _check_events(table, rule)
    _check_watch(table, rule, chosen)
    return rule


def _check_bounds(table: Table, rule: Rule) -> None:
    if rule.below is not None and not rule.below:
        table.wrong("below", "is zero, and no price is lower; an amount above it is allowed")
    elif rule.below is not None and rule.above is not None and rule.above >= rule.below:
        table.wrong("above", "is not lower than below, so that no price fits; a lower amount is allowed")
    if rule.min_pct > 100 and (rule.direction == "cut" or (rule.event and set(rule.event) <= set(CUTS))):
        table.wrong("min_pct", "is more than any cut can be; at most 100 is allowed")


def _check_events(table: Table, rule: Rule) -> None:
    """A rule that names only events of moves, none of which its other filters let through, says nothing."""
    if not rule.event or not set(rule.event) <= {*CUTS, *RISES, "alias_swap"}:
        return
    fitting = set(DIRECTIONS.get(rule.direction, (*CUTS, *RISES))) | {"alias_swap"}
    if not fitting & set(rule.event):
        other = "rises" if rule.direction == "cut" else "cuts"
        table.wrong(
            "direction", f"does not go with event, which names only {other}; leave one of the two out"
        )
    elif rule.meter and (
        ("seat_month" not in rule.meter and all(event.startswith("plan_") for event in rule.event))
        or (rule.meter == ("seat_month",) and all(event.startswith("list_") for event in rule.event))
    ):
        table.wrong(
            "meter", "does not go with event: plans have seat_month, lists all others; mend one of the two"
        )


def _check_watch(table: Table, rule: Rule, chosen: bool) -> None:
    """Where the user did not choose what is watched, only what catalogues say is in the background."""
    if not chosen and rule.watch == "background" and rule.source_kind and "catalogs" not in rule.source_kind:
        table.wrong("watch", "is background, where only catalogs are; watched or all is allowed")


def workloads(tables: list[Table]) -> list[Workload]:
    """What the user buys in a month, and of which model."""
    names: list[str] = []
    return [_workload(table, names) for table in tables]


def _workload(table: Table, names: list[str]) -> Workload:
    name = own_name(table, names)
    for key in ("model", "monthly"):
        if not table.has(key):
            table.wrong("", f"has no {key}; a workload needs one")
    model = table.take("model", values.offered, str)
    monthly = table.inner("monthly", f"{table.label}.monthly")
    amounts = _amounts(monthly) if monthly else {}
    said = {key: table.take(key, read, str) or "" for key, read in _TERMS.items()}
    currency = table.take("currency", values.currency, str)
    table.end()
    if said["tier"] == "standard":
        said["tier"] = ""
    place = table.place().problem
    return Workload(name or "", model or "", MappingProxyType(amounts), Terms(**said), currency or "", place)


def _amounts(table: Table) -> dict[str, Decimal]:
    """How much of each meter."""
    found: dict[str, Decimal] = {}
    for key in table.data:
        if key not in METERS:
            table.wrong(key, unknown(key, METERS, "a meter"))
        elif amount := table.take(key, values.quantity, values.shown_price):
            found[key] = amount
    if table.is_empty:
        table.wrong("", "is empty; name a meter at least, such as { input_mtok = 300 }")
    return found

"""Times, moves and links as the templates print them; escaping is the templates' part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from scrapers.meters import METERS
from tracker.domain import wording
from tracker.domain.events import EventRow
from tracker.domain.model import Move, State, Status
from tracker.domain.spans import Span
from tracker.web.watched import WORST_FIRST, Watched

STATE_WORDS = {
    State.well: "well",
    State.stale: "stale",
    State.failing: "failing",
    State.blind: "blind",
    State.never: "not looked at yet",
}
FAR, MANY = 100, 1_000_000  # a rise by so many times is told in times, and beyond the second no more
_EVENTS = {
    "promo": "promotion",
    "end_of_promo": "end of a promotion",
    "plan_cut": "plan cut",
    "plan_rise": "plan rise",
}
# Errors that all sources share when it is this machine that has no network.
_NO_NETWORK = {"unreachable", "timeout", "deadline"}
_ORDER = {meter: place for place, meter in enumerate(METERS)}


def ago(at: datetime, now: datetime) -> str:
    """How long ago, or in how long: "3 min ago", "in 2 h"."""
    seconds = (now - at).total_seconds()
    size = abs(seconds)
    if size < 60:
        said = f"{size:.0f} s"
    elif size < 3600:
        said = f"{size // 60:.0f} min"
    elif size < 48 * 3600:
        said = f"{size // 3600:.0f} h"
    else:
        said = f"{size // 86400:,.0f} days"
    return f"{said} ago" if seconds >= 0 else f"in {said}"


def iso(at: datetime) -> str:
    """For `datetime` attributes."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def clock(at: datetime) -> str:
    return f"{at.astimezone(UTC):%H:%M}"


def day(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d}"


def is_stated(move: Move) -> bool:
    """Whether the provider's own day is known, and not only when we looked."""
    return move.at < move.recorded_at


def together(moves: Iterable[Move]) -> list[list[Move]]:
    """Moves of a model that were seen as one and stand alike: one group each, the meters in their order."""
    groups: dict[tuple[object, ...], list[Move]] = {}
    for m in moves:
        seen = (m.source, m.snapshot, m.at, m.recorded_at, m.not_before)
        stands = (m.status, m.reason, event_words(m))
        groups.setdefault((*seen, *stands, m.series.terms, wording.model_name(m)), []).append(m)
    return [sorted(group, key=lambda m: _ORDER.get(m.series.meter, len(_ORDER))) for group in groups.values()]


def meter(name: str) -> str:
    """What is metered, and by what: "input per 1M tokens"."""
    known = " ".join(filter(None, (wording.meter_words(name), wording.unit_words(name))))
    return known or wording.harmless(name)


def metered(priced: Move | Span) -> str:
    """What the price is for."""
    return meter(priced.series.meter)


def terms(priced: Move | Span) -> str:
    return wording.terms_words(priced.series.terms)


def event_words(move: Move) -> str:
    """What the page itself says of the move, where that is more than its direction."""
    said = _EVENTS.get(move.event, "")
    if move.event == "promo" and move.promo_until:
        said += f" until {wording.harmless(move.promo_until, 20)}"
    return said


def standing(move: Move) -> str:
    """Why a move stands as it does, without repeating how."""
    if move.status is Status.provisional and not move.reason:
        return "waits for a second look"
    return wording.harmless(move.reason.removeprefix(f"{move.status} "))


def price(priced: Move | Span, which: str = "price") -> str:
    """`before` or `after` of a move, `price` of a span, with its currency."""
    return wording.money(getattr(priced, which), priced.series.currency)


def address_of(provider: str, model: str) -> str:
    """The page of a model: a slash in the provider's id is written twice, since a router reads %2F as one."""
    in_one = provider.replace("%", "%25").replace("/", "%2F")
    return f"/models/{quote(in_one, safe='')}/{quote(model, safe='/')}"


def model_address(priced: Move | Span | EventRow) -> str:
    """The page of its model."""
    return address_of(priced.series.provider, priced.series.model)


def change(move: Move) -> str:
    """In per cent, or in times where that would be a long number: "−80 %", "×10,000"."""
    if not move.before or move.after < FAR * move.before:
        return wording.percent(move.before, move.after)
    times = int(move.after / move.before)
    return f"×{times:,}" if times < MANY else f"over ×{MANY:,}"


def web_link(url: str) -> str:
    """The address if a person may follow it from here, else nothing: http(s), and no password in it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    fine = url.startswith(("https://", "http://")) and parts.hostname and "@" not in parts.netloc
    return url if fine and len(url) <= 2000 else ""


def headline(seen: Sequence[Watched]) -> tuple[str, str]:
    """How the watch is, in a sentence; and what follows from it, where something does."""
    states = Counter(w.state for w in seen)
    well, every = states[State.well], len(seen)
    if not seen:
        return "No source is enabled.", "Enable one in tracker.toml, and its prices are watched."
    if states[State.never] == every:
        return (
            "Nothing has been looked at yet.",
            "The first looks are on their way; prices show as they are read.",
        )
    if not well and all(w.state is State.never or w.outcome_kind in _NO_NETWORK for w in seen):
        return (
            "No source can be reached.",
            "Every look fails on the way: this machine may be offline. What was read before is kept.",
        )
    if well == every:
        return ("The only source is well." if every == 1 else f"All {every:,} sources are well."), ""
    others = ", ".join(
        f"{states[s]:,} {STATE_WORDS[s]}" for s in WORST_FIRST if s is not State.well and states[s]
    )
    are = "is" if well == 1 else "are"
    first = f"{well:,} of {every:,} sources {are} well." if well else "No source is well."
    return first, f"{others[0].upper()}{others[1:]}."


FILTERS: dict[str, Callable[..., Any]] = {
    "ago": ago,
    "iso": iso,
    "day": day,
    "clock": clock,
    "meter": meter,
    "metered": metered,
    "model_address": model_address,
    "terms": terms,
    "together": together,
    "event_words": event_words,
    "standing": standing,
    "price": price,
    "change": change,
    "web_link": web_link,
    "harmless": wording.harmless,
    "model_name": wording.model_name,
    "provider_name": wording.provider_name,
    "head": wording.head,
    "state_words": STATE_WORDS.__getitem__,
}
TESTS: dict[str, Callable[..., bool]] = {"stated": is_stated}

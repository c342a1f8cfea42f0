"""Prices, percentages and moves in words: plain text, harmless, exact."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal

from scrapers.meters import METERS, Unit
from scrapers.page import Terms
from tracker.domain.model import Move

LONGEST_NAME = 200
LONGEST_SUBJECT = 250

_NAMES = {
    "ai21": "AI21",
    "aws": "AWS",
    "bedrock": "AWS Bedrock",
    "cerebras": "Cerebras",
    "deepinfra": "DeepInfra",
    "deepseek": "DeepSeek",
    "fireworks": "Fireworks AI",
    "github": "GitHub",
    "huggingface": "Hugging Face",
    "jetbrains": "JetBrains",
    "minimax": "MiniMax",
    "moonshot": "Moonshot AI",
    "moonshotai": "Moonshot AI",
    "nvidia": "NVIDIA",
    "openai": "OpenAI",
    "openrouter": "OpenRouter",
    "sambanova": "SambaNova",
    "siliconflow": "SiliconFlow",
    "together": "Together AI",
    "x-ai": "xAI",
    "xai": "xAI",
    "zai": "Z.ai",
}
_SIGNS = {"USD": "$", "EUR": "€", "CNY": "¥", "JPY": "JP¥", "GBP": "£", "KRW": "₩"}
_SUFFIXES = ("mtok_hours", "mtok", "mchars", "images", "minutes", "hours", "seconds", "kpages", "kcount")
_PER = {
    Unit("second"): "second",
    Unit("second", 60): "minute",
    Unit("second", 3600): "hour",
    Unit("seat_month"): "seat and month",
    Unit("token_hour", 1_000_000): "1M tokens and hour",
}
# What a move is called that is no cut and no rise of a list price.
NO_STEP = {
    "promo": "promotion",
    "end_of_promo": "end of a promotion",
    "alias_swap": "name that points elsewhere",
}
_ORDER = {meter: place for place, meter in enumerate(METERS)}


def harmless(text: str, longest: int = LONGEST_NAME) -> str:
    """Text from a page on one line, without control, bidi and invisible characters, cut with "…"."""
    text = text[: longest * 4]  # enough to fill `longest`, so that a huge name costs nothing
    if not text.isprintable():
        text = "".join(c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def provider_name(provider: str) -> str:
    known = _NAMES.get(provider.casefold())
    return known or harmless(provider.replace("-", " ").replace("_", " ").title())


def model_name(move: Move) -> str:
    """Provider and model, as printed; the provider once where the model's own name begins with it."""
    provider, model = (
        provider_name(move.series.provider),
        harmless(move.model or move.series.model) or "unnamed",
    )
    return model if model.startswith(provider) else f"{provider} {model}"


def money(amount: Decimal, currency: str) -> str:
    """A price as exact as it is: "$2", "$1.10", "$0.0028", "CHF 3"."""
    exponent = amount.normalize().as_tuple().exponent
    places = max(0, -exponent) if isinstance(exponent, int) else 0
    figures = f"{amount:,.{2 if places == 1 else places}f}"
    sign = _SIGNS.get(currency.upper())
    return f"{sign}{figures}" if sign else f"{harmless(currency, 12)} {figures}"


def percent(before: Decimal, after: Decimal) -> str:
    """The change as a person says it: "−80 %", "+2.5 %"; never 0 for a move, never 100 for less."""
    if not before:
        return "from zero"
    exact = (after - before) / before * 100
    for places in (0, 1, 2, 4, 8):
        shown = abs(exact).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        fine = places > 0 or abs(exact) >= 10 or shown == abs(exact)
        if fine and shown and (shown != 100 or abs(exact) == 100):
            break
    figures = f"{shown:,f}".rstrip("0").rstrip(".") if "." in f"{shown:f}" else f"{shown:,f}"
    return f"{'−' if exact < 0 else '+'}{figures} %"


def meter_words(meter: str) -> str:
    """What is metered: "input", "cached input", "audio output"; nothing for a seat."""
    if meter == "seat_month":
        return ""
    suffix = next((s for s in _SUFFIXES if meter.endswith(f"_{s}")), "")
    stem = meter.removesuffix(f"_{suffix}")
    kind, _, rest = stem.partition("_")
    if kind == "cache" and rest.endswith("read"):
        return f"cached {rest.removesuffix('read').strip('_')} input".replace("  ", " ")
    if stem == "cache_write_1h":
        return "cache write (1 h)"
    if kind in ("input", "output") and rest:
        return f"{rest} {kind}".replace("_", " ")
    return harmless(stem.replace("_", " "))


def unit_words(meter: str) -> str:
    """What one price buys: "per 1M tokens", "per seat and month"; nothing for a meter that we do not know."""
    unit = METERS.get(meter)
    if unit is None:
        return ""
    if unit in _PER:
        return f"per {_PER[unit]}"
    many = {1: "", 1_000_000: "1M "}.get(unit.count, f"{unit.count:,} ")
    return f"per {many}{unit.thing}{'s' if many else ''}".replace("searchs", "searches")


def terms_words(terms: Terms) -> str:
    """What is not standard about a price: "batch, context >200K"."""
    said = [terms.tier, terms.context and f"context {terms.context}", terms.window, terms.region]
    said.append(terms.billing and f"{terms.billing} billing")
    return ", ".join(harmless(words, 60) for words in said if words)


def when_words(move: Move) -> str:
    """When it was seen, and since when it holds where that is another day."""
    at, seen = move.at.astimezone(UTC), move.recorded_at.astimezone(UTC)
    if at.date() == seen.date():
        return f"seen {seen:%H:%M} UTC"
    since = "since" if at < seen else "from"
    return f"in force {since} {at:%Y-%m-%d}, seen {moment(seen)}"


def moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def size(move: Move) -> Decimal:
    """How big a move is, for sorting; a move from zero is the biggest."""
    return Decimal("Infinity") if move.pct is None else abs(move.pct)


def grouped(moves: Iterable[Move]) -> list[list[Move]]:
    """Moves that one line tells: the same model, terms and circumstances, the meters in their order."""
    lines: dict[tuple[object, ...], list[Move]] = {}
    for m in moves:
        promo = m.event if m.event in ("promo", "end_of_promo", "alias_swap") else ""
        key = (model_name(m), m.series.terms, when_words(m), m.reason, promo, m.promo_until)
        lines.setdefault(key, []).append(m)
    return [sorted(line, key=lambda m: _ORDER.get(m.series.meter, len(_ORDER))) for line in lines.values()]


def head(line: Sequence[Move]) -> str:
    """What moved, from what to what: a line without its circumstances."""
    terms = terms_words(line[0].series.terms)
    changes = [percent(m.before, m.after) for m in line]
    together = len(set(changes)) == 1
    said = []
    for place, move in enumerate(line):
        pair = f"{meter_words(move.series.meter)} {_pair(move)}".strip()
        unit, last = unit_words(move.series.meter), place + 1 == len(line)
        if not together:
            pair += f" ({changes[place]})"
        if unit and (last or unit != unit_words(line[place + 1].series.meter)):
            pair += f" {unit}"
        said.append(pair)
    end = f" ({changes[0]})" if together else ""
    return f"{model_name(line[0])}{f' ({terms})' if terms else ''}: {', '.join(said)}{end}"


def _pair(move: Move) -> str:
    return f"{money(move.before, move.series.currency)} → {money(move.after, move.series.currency)}"


def tell(line: Sequence[Move]) -> str:
    """One line, plain and complete: what moved, when it was seen, how it was confirmed."""
    first = line[0]
    said = [head(line)]
    if first.event == "promo":
        said.append(
            f"promotion until {harmless(first.promo_until, 20)}" if first.promo_until else "promotion"
        )
    if first.event == "end_of_promo":
        said.append("end of a promotion")
    if first.event == "alias_swap":
        said.append("the name points at another model now: no list price moved")
    return ", ".join(filter(None, [*said, when_words(first), harmless(first.reason)]))


def row(move: Move) -> tuple[str, ...]:
    """The move as a row: model, meter, before, after, change."""
    terms = ", ".join(filter(None, (terms_words(move.series.terms), NO_STEP.get(move.event, ""))))
    meter = " ".join(filter(None, (meter_words(move.series.meter), unit_words(move.series.meter))))
    return (
        f"{model_name(move)}{f' ({terms})' if terms else ''}",
        meter or harmless(move.series.meter),
        money(move.before, move.series.currency),
        money(move.after, move.series.currency),
        percent(move.before, move.after),
    )

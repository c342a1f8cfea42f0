"""The price grammar: what a price text says exactly, or a refusal; never a guess."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal, Inexact, localcontext
from functools import lru_cache
from itertools import pairwise

from scrapers.currencies import CENTS, CURRENCIES, CURRENCY_WORDS
from scrapers.meters import METERS, SUFFIX, Unit, unit_of


class PriceError(ValueError):
    """The text is no price that can be read exactly; the message says why."""


@dataclass(frozen=True, slots=True)
class Price:
    """An amount as printed. `currency` and `unit` are empty where the text does not say them."""

    amount: Decimal
    currency: str = ""
    unit: Unit | None = None


_BOUNDS = (Decimal("1e-6"), Decimal("1e5"))  # of one meter's unit, in a currency near the dollar
_LONGEST = 300  # characters of a cell
_SMALL_MONEY = {"KRW": 1000, "JPY": 100, "CNY": 10}  # currencies whose upper bound lies higher
_GROUPS_BY_COMMA = {"USD", "KRW", "JPY", "CNY", "GBP"}  # "1,234" is 1234 there; elsewhere it may be 1.234

_TOKEN = re.compile(
    rf"""(?P<space>\s+)
    | (?P<off>(?:,\s?)?(?:(?:limited[-\ ]time|daytime|night)\ ){{0,2}}
        \(?\s*[-−]?\d{{1,2}}(?:\.\d{{1,2}})?\s?%\s?(?:off|discount)\b\s*(?:\(?[\d¹²³⁰-⁹]\)?)?\s*\)?)
    | (?P<fold>\(?\s*(?:限时\s?)?\d(?:\.\d)?\s?折(?:优惠)?\s*(?:\(?[\d¹²³⁰-⁹]\)?)?\s*\)?
        |\(\s*\)|list\ price\b|原价|刊例价)
    | (?P<unit>{SUFFIX.pattern.replace(" ", "[ ]")})
    | (?P<currency>(?<![a-z$])(?:\$\$|{CURRENCY_WORDS})(?![a-z$¥]))
    | (?P<number>(?<![\d.,])(?:\d+(?:,\d+)+(?:\.\d+)?|\d+\.\d+|\.\d+|\d+)(?![\d.,]*[\d_]|[.,]\d|e[+-]?\d))
    | (?P<note>[¹²³⁰-⁹*†‡§]+|\([\d¹²³⁰-⁹]\)|\[\d{{1,2}}\])
    | (?P<between>[/|;])
    """,
    re.X | re.I,
)
_FREE = re.compile(
    r"(?:limited[- ]time )?free(?: of charge)?(?: \(?\$0(?:\.0+)?\)?)?|\$0(?:\.0+)? \(?free\)?"
    r"|no (?:additional )?charge|免费|限时免费|무료",
    re.I,
)
_NONE = re.compile(
    r"|[-‐‑–—−―]+|[/\\✗✘×]|n/?\.?a\.?|none|tb[ad]|not (?:available|supported|applicable|offered)"
    r"|unavailable|contact (?:us|sales)(?: for pricing)?|custom(?: pricing)?|coming soon|varies"
    r"|暂无|不支持|联系(?:我们|销售)",
    re.I,
)
_PLAINLY = re.compile(r"\$((?!0+\.0+\Z)[0-9]{1,4}\.[0-9]{1,6})")  # most prices; the grammar takes longer
_CLEAN = str.maketrans(
    {"￥": "¥", "＄": "$", "／": "/", "（": "(", "）": ")", "，": ",", "\\": "", "\u200b": " "}
)


@lru_cache(maxsize=16384)
def read_prices(text: str, *, currency: str = "") -> tuple[Price, ...]:
    """Every price that a cell states, in order; empty where it states that there is none.

    `currency` is what a bare number is in, and what an ambiguous ¥ is taken for. Zero only by an explicit
    "free". Raises PriceError at anything that the grammar does not know.
    """
    if plainly := _PLAINLY.fullmatch(text):
        return (Price(plain(Decimal(plainly[1])), "USD"),)
    if "\ufffd" in text:
        raise PriceError("an undecodable character in a price")
    if len(text) > _LONGEST:
        raise PriceError("too long for a price")
    said = text if text.strip() == "\\" else text.translate(_CLEAN)
    said = "\n".join(" ".join(line.split()) for line in said.split("\n") if line.strip())
    if _NONE.fullmatch(said):
        return ()
    if _FREE.fullmatch(re.sub(r"[\s¹²³⁰-⁹*†‡]+$", "", said)):
        return (Price(Decimal(0), currency),)
    return tuple(_prices(said, currency))


def read_price(text: str, *, currency: str = "") -> Price | None:
    """The one price that a text states; None where it states that there is none."""
    found = read_prices(text, currency=currency)
    if len(found) > 1:
        raise PriceError(f"{len(found)} prices where one is expected")
    return found[0] if found else None


@lru_cache(maxsize=8192)
def per_meter(price: Price, meter: str, unit: Unit | None = None) -> Decimal:
    """The price per one unit of the meter, exactly; `unit` is what the heading says. Raises PriceError."""
    wanted, printed = METERS[meter], price.unit or unit
    if printed is None:
        raise PriceError("neither the cell nor its heading names a unit")
    if price.unit and unit and _differ(price.unit, unit):
        raise PriceError("the cell and its heading name different units")
    if printed.thing not in ("", wanted.thing):
        raise PriceError(f"a price per {printed.thing} is no {meter}")
    amount = _exactly(price.amount, wanted.count, printed.count)
    low, high = _BOUNDS
    if amount and not low <= amount <= high * _SMALL_MONEY.get(price.currency, 1):
        raise PriceError(f"{amount:f} is out of bounds for {meter}")
    return amount


def _differ(a: Unit, b: Unit) -> bool:
    return a.count != b.count or (a.thing != b.thing and bool(a.thing and b.thing))


def _exactly(amount: Decimal, times: int, by: int) -> Decimal:
    with localcontext(prec=40) as exact:
        exact.traps[Inexact] = True
        try:
            value = amount * times / by
        except Inexact:
            raise PriceError(f"{amount:f} cannot be converted exactly") from None
    return plain(value)


def plain(value: Decimal) -> Decimal:
    """The same value without exponent or trailing zeros."""
    value = value.normalize()
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value


def _prices(said: str, currency: str) -> list[Price]:
    found: list[Price] = []
    here: dict[str, object] = {}
    for kind, word in [*_tokens(said), ("between", "")]:
        if kind == "between":
            if "number" not in here:
                raise PriceError(f"no amount in {said[:60]!r}")
            found.append(_one(here, currency))
            here = {}
        elif kind == "unit":
            here = _add(here, "unit", unit_of(_match_unit(word)))
        elif kind == "currency":
            _currency(here, word.lower(), currency)
        elif kind == "number":
            here = _add(here, "number", word)
    return _shared(found, currency)


def _shared(found: list[Price], default: str) -> list[Price]:
    """What one price of a cell says of unit and currency goes for all: "$3 / $15 per MTok"."""
    units = {p.unit for p in found if p.unit}
    currencies = {p.currency for p in found if p.currency}
    if len(currencies) > 1:
        raise PriceError("several currencies in one cell")
    if len(units) > 1:
        raise PriceError("several units in one cell")
    unit, currency = next(iter(units), None), next(iter(currencies), default)
    return [replace(p, unit=unit, currency=currency) for p in found]


def _match_unit(word: str) -> re.Match[str]:
    match = SUFFIX.fullmatch(word)
    assert match is not None
    return match


def _tokens(said: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at, line_ended = 0, False
    while at < len(said):
        match = _TOKEN.match(said, at)
        if match is None:
            raise PriceError(f"{said[at : at + 20]!r} is not part of a price")
        kind = next(
            k for k in ("space", "off", "fold", "unit", "currency", "number", "note", "between") if match[k]
        )
        if kind == "note" and match[0].isascii() and not any(k == "number" for k, _ in found):
            raise PriceError("a footnote mark before any amount")
        if kind in ("number", "currency", "unit", "between"):
            line_ended = line_ended and kind in ("number", "currency") and bool(found)
            if line_ended and found[-1][0] != "between":
                found.append(("between", "\n"))
            found.append((kind, match[0]))
            line_ended = False
        line_ended = line_ended or "\n" in match[0]
        at = match.end()
    if any(a == b == "between" for (a, _), (b, _) in pairwise(found)):
        raise PriceError("an empty place between two separators")
    return found


def _add(here: dict[str, object], key: str, value: object) -> dict[str, object]:
    if key in here:
        raise PriceError(f"two {key}s side by side")
    return here | {key: value}


def _currency(here: dict[str, object], word: str, default: str) -> None:
    word = "$" if word == "$$" else word  # React's payload escapes a dollar by another
    code = "JPY" if word == "¥" and default == "JPY" else CURRENCIES[word]
    if here.setdefault("currency", code) != code:
        raise PriceError("two currencies for one amount")
    here["cents"] = here.get("cents") or word in CENTS


def _one(here: dict[str, object], default: str) -> Price:
    currency = str(here.get("currency") or "")
    amount = read_number(str(here["number"]), currency=currency or default)
    if not amount:
        raise PriceError("zero without the word free")
    unit = here.get("unit")
    return Price(
        plain(amount / 100 if here.get("cents") else amount),
        currency,
        unit if isinstance(unit, Unit) else None,
    )


def read_number(text: str, *, currency: str = "USD") -> Decimal:
    """A bare printed number: ASCII digits, one decimal point, commas only between whole groups of three."""
    if len(text) > 24 or not re.fullmatch(r"(?:\d+|\d{1,3}(?:,\d{3})+)?(?:\.\d+)?", text, re.A) or not text:
        raise PriceError(f"{text[:30]!r} is no plain number")
    grouped = "," in text and "." not in text
    european = currency not in _GROUPS_BY_COMMA and re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", text, re.A)
    if (grouped and currency not in _GROUPS_BY_COMMA) or (european and currency) or text.startswith("0,"):
        raise PriceError(f"{text!r} may be read in two ways")
    return Decimal(text.replace(",", ""))

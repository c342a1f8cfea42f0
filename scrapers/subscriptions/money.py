"""Amounts of money in the words of a page of plans, in the currencies in which plans are sold."""

from __future__ import annotations

import re
from decimal import Decimal

from scrapers.currencies import currency_in
from scrapers.money import PriceError, plain, read_number

# More than the price lists of models know, where "R$3" is refused.
_MORE = {
    "₹": "INR", "r$": "BRL", "c$": "CAD", "ca$": "CAD", "a$": "AUD", "au$": "AUD", "nz$": "NZD", "hk$": "HKD",
    "nt$": "TWD", "s$": "SGD", "mx$": "MXN",
}  # fmt: skip
DOLLARS = ("AUD", "CAD", "HKD", "MXN", "NZD", "SGD", "TWD")
_ALONE = (*DOLLARS, "INR", "BRL", "CHF")  # codes that money.py has not
_BY_COMMA = (*DOLLARS, "INR")  # "1,234" is 1234 there

_CODES = "|".join(("USD", "EUR", "GBP", "KRW", "JPY", "CNY", *_ALONE))
SIGNS = rf"(?:US|CA|C|AU|A|NZ|HK|NT|S|MX|R)?\$|CN¥|JP¥|[€£¥￥₩₹]|(?:{_CODES})\b"
# An amount that goes on in the next element, in raised digits or in a letter ("$20k") cannot be read.
AMOUNT = re.compile(
    rf"(?:(?<![A-Za-z_$])(?P<before>{SIGNS})\s*|(?<![\w.,$€£¥₩₹/-]))(?P<number>\d++(?:[.,]\d++)*+)"
    r"(?!\s*[.,]\s?\d|[⁰¹²³⁴-⁹]{2}|\s?%|[kmbx]\b|[\d_])"
    rf"(?:\s?(?P<after>(?:{_CODES})(?![a-z])|[€£₩원元円]))?",
    re.I,
)
_GLUED = re.compile(rf"(?<=\d)({_CODES})(?=per\b|/)")  # "$10USDper user / month"


def glued_apart(text: str) -> str:
    """A text in which a currency's code does not run into the unit behind it."""
    return _GLUED.sub(r" \1 ", text)


def currency_of(here: re.Match[str]) -> str:
    """The currency of what AMOUNT found; "" where its sign and its code contradict each other."""
    sign, code = (here["before"] or "").lower(), here["after"] or ""
    said = {_named(sign), _named(code)} - {""}
    if sign in ("$", "¥") and code:
        said = {_named(code)}
    return said.pop() if len(said) == 1 else ""


def number_of(here: re.Match[str], currency: str) -> Decimal:
    """The number of what AMOUNT found; raises PriceError where it may be read in two ways."""
    if not currency:
        raise PriceError("several currencies for one amount")
    said = here["number"]
    if re.fullmatch(r"\d{1,6},\d\d", said, re.A):  # two digits behind a comma are cents everywhere
        said = said.replace(",", ".")
    return plain(read_number(said, currency="USD" if currency in _BY_COMMA else currency))


def _named(said: str) -> str:
    return _MORE.get(said) or (said.upper() if said.upper() in _ALONE else currency_in(said))

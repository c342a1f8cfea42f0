"""What currencies are called, and which one a text names."""

from __future__ import annotations

import re
from functools import lru_cache

CURRENCIES = {
    "us$": "USD", "usd": "USD", "$": "USD", "dollars": "USD", "dollar": "USD", "美元": "USD",
    "€": "EUR", "eur": "EUR", "euros": "EUR", "euro": "EUR",
    "cn¥": "CNY", "¥": "CNY", "rmb": "CNY", "cny": "CNY", "元": "CNY", "人民币": "CNY",
    "jp¥": "JPY", "jpy": "JPY", "円": "JPY", "yen": "JPY",
    "₩": "KRW", "krw": "KRW", "원": "KRW", "won": "KRW",
    "£": "GBP", "gbp": "GBP",
    "¢": "USD", "cents": "USD", "cent": "USD",
}  # fmt: skip
CENTS = {"¢", "cents", "cent"}
CURRENCY_WORDS = "|".join(re.escape(word) for word in sorted(CURRENCIES, key=len, reverse=True))
_SAID_OF_ALL = re.compile(r"(?:prices?|pricing|payments?|costs?)[^.\n]{0,60}\bin\b[^.\n]{0,20}")
_CURRENCY = re.compile(rf"(?<![a-z$])(?:{CURRENCY_WORDS})(?![a-z$¥])", re.I)


def currency_in(text: str, *, said_of_all: bool = False) -> str:
    """The one currency that a text names, else ""; `said_of_all` wants a sentence: "prices are in USD"."""
    if said_of_all:
        lines = (line for line in text.lower().split("\n") if "in" in line)
        text = "\n".join(_SAID_OF_ALL.findall("\n".join(lines)))
    return _currency_in(text)


@lru_cache(maxsize=1024)
def in_cents(text: str) -> bool:
    """Whether a heading says that its bare numbers are cents."""
    return bool(re.search(r"¢|\bcents?\b", text, re.I))


@lru_cache(maxsize=4096)
def _currency_in(text: str) -> str:
    found = {CURRENCIES[word.lower()] for word in _CURRENCY.findall(text)}
    return found.pop() if len(found) == 1 else ""

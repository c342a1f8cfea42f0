"""The country whose prices a page of plans states, where it says so, and the currency of all its prices."""

from __future__ import annotations

import re

from scrapers.subscriptions.money import DOLLARS

_CODES = {
    "us": "US", "u.s.": "US", "usa": "US", "united states": "US", "uk": "GB", "united kingdom": "GB",
    "india": "IN", "canada": "CA", "australia": "AU", "new zealand": "NZ", "japan": "JP", "brazil": "BR",
    "germany": "DE", "france": "FR", "south korea": "KR", "korea": "KR", "indonesia": "ID", "mexico": "MX",
    "singapore": "SG", "switzerland": "CH", "spain": "ES", "italy": "IT", "philippines": "PH", "turkey": "TR",
}  # fmt: skip
_EITHER = "|".join(re.escape(name) for name in sorted(_CODES, key=len, reverse=True))
_IN = re.compile(rf"\bin (?:the )?({_EITHER})(?![\w-])", re.I)
_OF_ALL = re.compile(
    r"\bpric(?:es?|ing)\b (?:(?:is|are|shown|displayed|listed|available) )*(?:for|in) "
    rf"(?:the )?({_EITHER})(?![\w-])"
    rf"|\b({_EITHER}) (?:prices?|pricing) (?:is |are )?(?:shown|displayed|listed)",
    re.I,
)
_IN_DOLLARS = re.compile(
    rf"\b(?:[Pp]rices?|[Pp]ricing|[Pp]ayments?|[Cc]osts?)\b[^.\n]{{0,40}}\bin ({'|'.join(DOLLARS)})\b"
)
_LONGEST = 200_000  # characters


def country(sentence: str) -> str:
    """The country of which a sentence speaks, as a code; "" for none, and for the United States."""
    return _code(_IN.search(sentence))


def country_of_all(page: str) -> str:
    """The country whose prices a page says that it shows."""
    return _code(_OF_ALL.search(page[:_LONGEST]))


def dollars_of_all(page: str) -> str:
    """Whose dollars a bare "$" is, where a sentence of the page says what all prices are in."""
    said = set(_IN_DOLLARS.findall(page[:_LONGEST]))
    return said.pop() if len(said) == 1 else ""


def _code(found: re.Match[str] | None) -> str:
    code = _CODES[next(filter(None, found.groups())).lower()] if found else ""
    return "" if code == "US" else code

"""Every saved page changed anywhere by a program, whatever its layout: only what was changed may have moved.

Nothing here knows how a page is read. A number that is some offer's price, in whatever unit, is scaled: what
is confirmed must have moved by that factor. A piece that is gone, struck or cut, another currency or another
unit must confirm nothing at all.
"""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import cache

import pytest

from scrapers.catalog import sources
from tests.accept import answer_file, pages
from tests.scrapers.watching import Saved, Watch, confirmed, told

SEEDS = range(int(os.environ.get("CHANGED_PAGES_SEEDS", "1")))
FACTORS = (Decimal("0.8"), Decimal("1.1"), Decimal("1.25"))
_NUMBER = re.compile(r"(?<![\w.,-])(?<!=\x22)\d+(?:\.\d+)?(?:e-\d+)?(?![\w%]|[.,]\d|-\d)")
_PIECE = re.compile(
    r"<tr\b.*?</tr>|<li\b.*?</li>|<p\b.*?</p>|<t[dh]\b[^>]*>.*?</t[dh]>|^\|.*\|$|^[-*] .*$|^#+ .*$"
    r"|\{[^{}]*\},?",
    re.S | re.M,
)
_MONEY = re.compile(r"[$€¥￥]\s?\d[\d.,]*")
_SIGNS = {"$": "€", "€": "$", "¥": "$", "￥": "$", "USD": "EUR", "元": "欧元", '"USD"': '"EUR"'}
_UNITS = (
    ("1M ", "1K "),
    ("1M tokens", "1K tokens"),
    ("MTok", "KTok"),
    ("million", "thousand"),
    ("百万", "千"),
)


# A page that contradicts itself: with the row gone, the other table's price for it is all that it says.
CONTRADICTS_ITSELF = {"openai/2025-05-30.html", "azure/2026-10-03.page.json"}


def readable() -> list[Saved]:
    """Every page of prices that is read well, of every source."""
    found = [Saved(page.parent.name, page) for page in pages() if page.parent.name in sources()]
    return [
        page
        for page in found
        if sources()[page.source].kind != "feeds"
        and isinstance(json.loads(answer_file(page.file).read_text("utf-8")), list)
    ]


@cache
def watch(page: Saved) -> Watch:
    return Watch(page)


@cache
def numbers(page: Saved) -> tuple[tuple[int, int], ...]:
    """Where a number stands that is the price of an offer, up to a power of ten."""
    prices = {_digits(offer.price) for offer in watch(page).before.offers if offer.price}
    found = _NUMBER.finditer(page.text)
    return tuple(m.span() for m in found if Decimal(m[0]) and _digits(Decimal(m[0])) in prices)


def _digits(number: Decimal) -> str:
    return "".join(map(str, number.normalize().as_tuple().digits))


def scaled(page: Saved, dice: random.Random) -> tuple[str, Decimal]:
    """The page with one of its prices scaled, and the factor."""
    start, end = dice.choice(numbers(page))
    factor = dice.choice(FACTORS)
    return f"{page.text[:start]}{Decimal(page.text[start:end]) * factor:f}{page.text[end:]}", factor


def without_a_piece(text: str, dice: random.Random) -> str:
    pieces = list(_PIECE.finditer(text)) or [re.search(r".*", text)]
    gone = dice.choice(pieces)
    assert gone
    return text[: gone.start()] + text[gone.end() :]


def struck(text: str, dice: random.Random) -> str:
    """One amount struck through, with nothing in its place."""
    spots = list(_MONEY.finditer(text))
    if not spots:
        return text
    at = dice.choice(spots)
    mark = ("<s>", "</s>") if "<" in text[:2000] else ("~~", "~~")
    return f"{text[: at.start()]}{mark[0]}{at[0]}{mark[1]}{text[at.end() :]}"


def in_another_currency(text: str, dice: random.Random) -> str:
    return re.sub("|".join(map(re.escape, _SIGNS)), lambda m: _SIGNS[m[0]], text)


def in_another_unit(text: str, dice: random.Random) -> str:
    was, now = dice.choice(_UNITS)
    return text.replace(was, now)


def cut(text: str, dice: random.Random) -> str:
    return text[: dice.randrange(len(text))]


DAMAGE: tuple[Callable[[str, random.Random], str], ...] = (
    without_a_piece,
    struck,
    in_another_currency,
    in_another_unit,
    cut,
)


def dice_of(page: Saved, what: str) -> Iterator[random.Random]:
    """Seeded by the page and the change: a failing test names both."""
    return (random.Random(f"{page} {what} {seed}") for seed in SEEDS)


@pytest.mark.parametrize("page", readable(), ids=str)
def test_a_number_changed_anywhere_is_at_most_a_move_by_that_much(page: Saved) -> None:
    if not numbers(page):
        pytest.fail("no price of this page stands in it as a number")
    for dice in dice_of(page, "scaled"):
        text, factor = scaled(page, dice)
        moves = watch(page).sees(text)
        wrong = [m for m in confirmed(moves) if m.after / m.before != factor]
        assert not wrong, (factor, told(moves))


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda d: d.__name__)
@pytest.mark.parametrize("page", readable(), ids=str)
def test_a_page_damaged_anywhere_confirms_no_move(page: Saved, damage: Callable[..., str]) -> None:
    if damage in (without_a_piece, struck) and str(page) in CONTRADICTS_ITSELF:
        return
    for dice in dice_of(page, damage.__name__):
        moves = watch(page).sees(damage(page.text, dice))
        assert not list(confirmed(moves)), told(moves)

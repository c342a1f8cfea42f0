"""Where the prices that a reading states stand in the page's text, found without the readers."""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from scrapers.page import Offer
from tests.scrapers.tabular import Edit, Place, Table, edited, tables_of, words_of
from tests.scrapers.watching import Saved

Spot = tuple[int, int]  # a number in the text
_NUMBER = re.compile(r"(?<![\d.,\w&#])\d+(?:\.\d+)?(?![\d]|\.\d)")
_AMOUNT = re.compile(r"\$(?:\s|<[^>]*>|&nbsp;)*(\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class Stated:
    """Numbers that say one thing and can only change together, and all the offers that are read from them."""

    spots: tuple[Spot, ...]
    offers: tuple[Offer, ...]

    def times(self, text: str, factor: str) -> list[Edit]:
        """The edits that change the price in place, in the format that it had."""
        return [(a, b, changed(text[a:b], factor)) for a, b in self.spots]


def changed(number: str, factor: str) -> str:
    """A printed number times a factor, with at least as many decimals as it had."""
    new = format((Decimal(number) * Decimal(factor)).normalize(), "f")
    had, has = (len(n.partition(".")[2]) for n in (number, new))
    return new + ("" if has >= had else ("" if has else ".") + "0" * (had - has))


def stated(page: Saved, offers: Iterable[Offer]) -> list[Stated]:
    """The offers whose place in the text is beyond doubt."""
    text, offers = page.text, list(offers)
    if page.source == "openrouter":
        pairs = list(_in_rows_of_json(text, offers))
    elif page.source == "claude":
        pairs = list(_under_headings(text, offers))
    else:
        pairs = list(_in_tables(text, offers))
        found = {id(offer) for offer, _ in pairs}
        pairs += _in_rows_of_values(text, [o for o in offers if id(o) not in found])
    return _together(pairs)


def _together(pairs: Iterable[tuple[Offer, Spot]]) -> list[Stated]:
    """What is said in several places, or of several offers at one place, is one."""
    found: list[tuple[set[Spot], dict[int, Offer]]] = []
    for offer, spot in pairs:
        mine = [f for f in found if spot in f[0] or id(offer) in f[1]]
        spots = {spot}.union(*(f[0] for f in mine))
        offers = {id(offer): offer}
        for _, others in mine:
            offers |= others
        found = [f for f in found if f not in mine] + [(spots, offers)]
    return [Stated(tuple(sorted(spots)), tuple(offers.values())) for spots, offers in found]


def _paired(
    offers: dict[object, list[Offer]], spots: dict[object, list[Spot]]
) -> Iterator[tuple[Offer, Spot]]:
    """As many offers as places that say the same are one each, in order; a single offer has them all."""
    for key, those in offers.items():
        places = spots.get(key, [])
        if len(those) == len(places):
            yield from zip(those, places, strict=True)
        elif len(those) == 1:
            yield from ((those[0], place) for place in places)


# --- tables: a cell is found by the words of its row's name, of its heading and its own ---


def _in_tables(text: str, offers: list[Offer]) -> Iterator[tuple[Offer, Spot]]:
    spots: dict[object, list[Spot]] = defaultdict(list)
    for table in tables_of(text):
        for y, x in sorted(table.at):
            cell = table.at[y, x]
            for price, spot in _numbers(text, cell.inner):
                for name, heading in _about(table, y, x):
                    key = (name, heading, cell.words, price)
                    if spot not in spots[key]:
                        spots[key].append(spot)
    by_key: dict[object, list[Offer]] = defaultdict(list)
    for offer in offers:
        name, *heading, said = offer.label.split(" | ")
        by_key[words_of(name), words_of(" ".join(heading)), words_of(said), offer.price].append(offer)
    yield from _paired(by_key, spots)


def _numbers(text: str, inner: Spot) -> list[tuple[Decimal, Spot]]:
    """The numbers of a cell, each only where it stands there once."""
    found = [(Decimal(m[0]), (m.start(), m.end())) for m in _NUMBER.finditer(text, *inner)]
    amounts = [price for price, _ in found]
    return [(price, spot) for price, spot in found if amounts.count(price) == 1]


def _about(table: Table, y: int, x: int) -> Iterator[tuple[str, str]]:
    """(name, heading) of a cell: with models as rows, then with models as columns."""
    head = 2 if any(c.words == "model" for c in table.rows[1][:2]) and table.head == 1 else table.head
    if y < head:
        return
    row = [table.at[y, at] for at in range(table.width) if (y, at) in table.at]
    over = " ".join(dict.fromkeys(filter(None, (_head(table, line, x, head) for line in range(head)))))
    yield from ((cell.words, over) for cell in dict.fromkeys(row[:2]))
    labels = [
        at
        for at in range(table.width)
        if (0, at) in table.at and table.at[0, at].words in ("", table.at[0, 0].words)
    ]
    if x not in labels and (0, x) in table.at:
        said = (_label(table, y, at, at == labels[-1]) for at in labels)
        yield table.at[0, x].words, " ".join(dict.fromkeys(filter(None, said)))


def _head(table: Table, y: int, x: int, head: int) -> str:
    """A heading; in the upper of two rows a blank goes on with what stands before it.

    Where that row is narrower than the rest, each of its words stands over as many as any other.
    """
    above = table.rows[0]
    words = [cell.words for cell in above if cell.words]
    is_narrow = len(above) == len(words) + 1 < table.width and all(cell.wide == 1 for cell in above)
    if x and y < head - 1 and is_narrow:
        return words[(x - 1) * len(words) // (table.width - 1)]
    while x > 0 and y < head - 1 and (y, x) in table.at and not table.at[y, x].words:
        x -= 1
    return table.at[y, x].words if (y, x) in table.at else ""


def _label(table: Table, y: int, x: int, is_last: bool) -> str:
    while y > 1 and not is_last and not table.at[y, x].words:
        y -= 1
    return table.at[y, x].words


# --- rows of values in scripts: [[0,"gpt-4o"],[0,2.5],…] and ["gpt-4o", 2.5, …] ---


def _in_rows_of_values(text: str, offers: list[Offer]) -> Iterator[tuple[Offer, Spot]]:
    by_key: dict[object, list[Offer]] = defaultdict(list)
    spots: dict[object, list[Spot]] = {}
    for offer in offers:
        name, said = offer.label.split(" | ")[0], offer.label.split(" | ")[-1].removeprefix("$")
        by_key[name, offer.label].append(offer)
        spots[name, offer.label] = list(_values(text, name, said))
    yield from _paired(by_key, spots)


def _values(text: str, name: str, number: str) -> Iterator[Spot]:
    quoted = rf'(?:"{re.escape(name)}"|&quot;{re.escape(html.escape(name))}&quot;)'
    rows = rf"\[0,\s*{quoted}\]((?:,\s*\[0(?:,[^\]\[]*)?\])+)\]|\[{quoted}((?:,[^\]\[{{}}]+)+)\]"
    value = re.compile(rf"[,\s]({re.escape(number)})(?=\s*[\],])")
    for row in re.finditer(rows, text):
        start, end = row.span(1 if row[1] else 2)
        same = list(value.finditer(text, start, end + 1))
        if len(same) == 1:
            yield same[0].span(1)


# --- cards: the amounts of a section, in their order ---


def _under_headings(text: str, offers: list[Offer]) -> Iterator[tuple[Offer, Spot]]:
    by_key: dict[object, list[Offer]] = defaultdict(list)
    for offer in offers:
        by_key[words_of(offer.label.split(" | ")[0].split(" standard")[0]), offer.price].append(offer)
    spots: dict[object, list[Spot]] = defaultdict(list)
    headings = list(re.finditer(r"<h(\d)\b[^>]*>(.*?)</h\1>", text, re.S))
    for here, after in zip(headings, [*headings[1:], None], strict=False):
        end = after.start() if after else len(text)
        for amount in _AMOUNT.finditer(text, here.end(), end):
            spots[words_of(here[2]), Decimal(amount[1])].append(amount.span(1))
    yield from _paired(by_key, spots)


# --- OpenRouter: the string behind its key, within its model's object ---


def _in_rows_of_json(text: str, offers: list[Offer]) -> Iterator[tuple[Offer, Spot]]:
    begins = [m.start() for m in re.finditer(r'"id":\s*"', text)] + [len(text)]
    rows = {m[1]: m.start() for m in re.finditer(r'"id":\s*"([^"]*)"', text)}
    for offer in offers:
        if text.count(f'"id": "{offer.model}"') + text.count(f'"id":"{offer.model}"') != 1:
            continue
        _, path, said = offer.label.rsplit(" ", 2)
        start = rows[offer.model]
        end = next(at for at in begins if at > start)
        key = re.compile(rf'"{path.split(".")[-1]}":\s*"?({re.escape(said)})"?')
        places = list(key.finditer(text, start, end))
        if len(places) == 1 and len(said) < 13:
            yield offer, places[0].span(1)


__all__ = ["Place", "Stated", "changed", "edited", "stated"]

"""A grid of prices → offers: name and price from one row, terms from all that stands around them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from scrapers.cells import Column, prices_in
from scrapers.columns import EMBEDS, NAME, Columns, columns_of
from scrapers.currencies import currency_in, in_cents
from scrapers.grid import Cell, Grid
from scrapers.lines import RAISED, one_line
from scrapers.meters import MILLION, Unit, meter_of, of_kind, read_unit, units_in
from scrapers.money import Price, PriceError, per_meter
from scrapers.names import LONGEST, model_name, names_stand_below
from scrapers.page import Offer, Refused, Terms
from scrapers.tables import Document
from scrapers.terms import merged, terms_in, without_context
from scrapers.titled import is_of_batches, names_of, with_heads, with_title
from scrapers.turned import turned

_LONGEST_HEADING = 1000  # characters of a heading that may state terms
_SHORT = 80  # characters: a longer cell is prose, and states no terms
_AMOUNT = re.compile(r"\W{0,4}\d")
_MARK = re.compile(r"[¹²³⁴-⁹]|\((\d)\)|\[(\d)\]")
_A_PRICE = re.compile(r"(?:US)?[$€£¥₩]\s*\d[\d.,]*.{0,20}|-|–|—", re.S)
_MOST_BARE = 1000  # what a number may be as a price where neither it nor its heading names a currency
_OF_TOKENS = re.compile(r"(audio|image|video) tokens?", re.I)
# "kite-4 and kite-4-priority": a word of an id states no terms of the table below it.
_WITH_VERSION = re.compile(r"(?=\S*\d)(?=\S*[a-z])[^\s()（）]+-[^\s()（）]+", re.I)
# "introductory pricing through August 31 … is now the standard price": the day bounds nothing any more.
_SETTLED = re.compile(r"\bnow the (?:standard|regular|list)\b|\bwill not (?:occur|happen|apply|take)", re.I)


@dataclass(frozen=True, slots=True)
class Layout:
    """How a source's tables are laid out; the defaults are those of the generic reader."""

    name: re.Pattern[str] = NAME
    unit: Unit | None = None  # what a price is per, where neither cell, heading nor page says it
    currency: str = ""  # what a bare number is in, where the page does not say it
    named: Callable[[str], str] = model_name
    loose: bool = False  # the names may stand in a column whose heading says something else
    carries_names: bool = False  # a blank name cell goes on with the row above (Markdown has no rowspan)


@dataclass(frozen=True, slots=True)
class PricedGrid:
    """A grid that is a price list. Iterating gives its offers and refusals in the page's order."""

    grid: Grid
    page: Document
    layout: Layout
    columns: Columns
    unit: Unit | None
    currency: str

    @property
    def meters(self) -> set[str]:
        """Every meter for which the list has a place, whether or not a price stands in it."""
        kinds = (row[self.columns.kind_at].text for row in self.grid.body if self.columns.kind_at >= 0)
        named = {meter for text in kinds if (meter := meter_of(without_context(text)))}
        worded = {
            meter
            for x, column in self.columns.prices.items()
            for row in self.grid.body
            for meter in _meters_of_cell(row[x].text, column)
        }
        return named | worded | {meter for column in self.columns.prices.values() for meter in column.meters}

    @property
    def words(self) -> str:
        names = (row[self.columns.name_at].text for row in self.grid.body)
        return "\n".join((self.grid.words, *self.grid.headings, *names))

    def __iter__(self) -> Iterator[Offer | Refused]:
        above, section, around = "", Terms(), self._around()
        headed, unheaded = self.grid.headed, self._unheaded()
        under_maker = self.layout.loose and names_stand_below(
            [row[self.columns.name_at].text for row in self.grid.body]
        )
        for row in self.grid.body:
            printed = row[self.columns.name_at].text
            printed = printed.partition("\n")[2] if under_maker else printed
            told = {cell.text for cell in row if cell.text}
            if len(told) <= 1 and (printed or not self.layout.carries_names):
                section = terms_in(told.pop(), self.page.words) if told else section
                above = printed or above
                continue
            printed = above = printed or (above if self.layout.carries_names else "")
            names = names_of(printed, self.grid) if self.layout.loose else [printed]
            if any(row[x].missing for x in headed) or any(not row[x].missing for x in unheaded):
                if any(row[x].text for x in self.columns.prices):
                    yield Refused(_said(row), "more or fewer cells than headings: prices may have moved")
                above = ""
                continue
            if self.columns.beside.lacks_region(row) and not self.layout.carries_names:
                yield Refused(_said(row), "a row without its region")
                continue
            others = (
                c.text for x, c in enumerate(row) if x not in self.columns.prices and len(c.text) <= _SHORT
            )
            terms = merged(
                around,
                section,
                self.columns.beside.terms(row),
                *(terms_in(text, self.page.words) for text in others),
            )
            for name in names:
                for x, column in self.columns.prices.items():
                    yield from self._cell(name, row[x], column, merged(terms, column.terms), row)

    def _cell(
        self, printed: str, cell: Cell, column: Column, terms: Terms, row: Sequence[Cell]
    ) -> Iterator[Offer | Refused]:
        kind = row[self.columns.kind_at].text if self.columns.kind_at >= 0 else ""
        label = " | ".join(one_line(text) for text in (printed, kind, column.heading, cell.text) if text)
        model = self.layout.named(printed)
        currency = self._currency(column, row)
        try:
            found = list(prices_in(cell.text, column, self._kind(kind, printed), currency))
            if found and (not 0 < len(model) <= LONGEST or _A_PRICE.fullmatch(printed)):
                raise PriceError("a price without the name of a model")
            noted = merged(terms, self._noted(cell.text)) if found else terms
            offers = [
                self._offer(
                    Offer(model, meter, price.amount, currency, merged(noted, said), label),
                    price,
                    column,
                    row,
                )
                for meter, price, said in found
            ]
        except PriceError as why:
            yield Refused(_said(row), str(why))
        else:
            yield from offers

    def _offer(self, stated: Offer, price: Price, column: Column, row: Sequence[Cell]) -> Offer:
        """What is stated, per the unit of its meter and in its currency. Raises PriceError."""
        currency = price.currency or stated.currency or ("" if price.amount else self._only_currency())
        if not currency:
            raise PriceError("no currency")
        is_large = self.layout.loose and price.amount >= _MOST_BARE
        if is_large and not currency_in(f"{column.heading}\n{stated.label}"):
            raise PriceError("a large number without a currency: tokens rather than money")
        if in_cents(column.heading) and not currency_in(stated.label.rpartition(" | ")[2]):
            price = replace(price, amount=price.amount / 100)
        modality = self.columns.beside.modality(row) or self._modality()
        meter = of_kind(stated.meter, modality) if modality else stated.meter
        amount = per_meter(price, meter, self._unit(column, row))
        return replace(stated, meter=meter, price=amount, currency=currency)

    def _currency(self, column: Column, row: Sequence[Cell]) -> str:
        """What a bare number is in, by the heading, the row ("Paid tier, in USD"), the table or the page."""
        of = row[self.columns.name_at].text
        return (
            currency_in(column.heading)
            or currency_in(of)
            or self.columns.beside.currency(row)
            or self.currency
        )

    def _unit(self, column: Column, row: Sequence[Cell]) -> Unit | None:
        """What a price is per, by the heading, the row's kind, name or unit, the table or the page."""
        said = (row[at].text for at in (self.columns.kind_at, self.columns.name_at) if at >= 0)
        of_row = next((unit for text in said if (unit := read_unit(text))), None)
        return column.unit or of_row or self.columns.beside.unit(row) or self.unit

    def _unheaded(self) -> set[int]:
        """The columns without a heading, where a price stands in them or in none of the columns of prices."""
        known = {self.columns.name_at, self.columns.kind_at, *self.columns.prices}
        places = self.grid.nameless - known
        filled = [row for row in self.grid.body if any(row[x].text for x in places)]
        stray = any(_is_price(c.text) for row in filled for x, c in enumerate(row) if x not in known)
        return places if stray else set()

    def _modality(self) -> str:
        """What the heading above says that all tokens are: "Audio tokens"."""
        said = _OF_TOKENS.fullmatch(self.grid.path[-1]) if self.layout.loose and self.grid.path else None
        return said[1].lower() if said else ""

    def _kind(self, kind: str, printed: str) -> str | None:
        """The meter of a row: what its kind names; of a model that embeds or ranks, what it is given."""
        named = meter_of(without_context(kind))
        return named or ("input_mtok" if self.layout.loose and EMBEDS.search(printed) else None)

    def _only_currency(self) -> str:
        """What "free" is free of: the one currency of the list's other prices."""
        return currency_in("\n".join(row[x].text for row in self.grid.body for x in self.columns.prices))

    def _around(self) -> Terms:
        """What stands above the table: the nearest heading, the caption, the date in the paragraph before."""
        titles = [t for t in self.grid.path[:1] if self.layout.loose and is_of_batches(t)]
        heading = "".join(self.grid.path[-1:])[:_LONGEST_HEADING]
        heading = _WITH_VERSION.sub("", heading) if self.layout.loose else heading
        near = "\n".join((*titles, heading, self.grid.caption))
        lead = terms_in(self.grid.lead, self.page.words)
        return merged(Terms(effective_from=lead.effective_from), terms_in(near, self.page.words))

    def _noted(self, text: str) -> Terms:
        """The dates in the footnotes that a price cell refers to."""
        marks = (str(RAISED.index(m[0])) if m[0] in RAISED else m[1] or m[2] for m in _MARK.finditer(text))
        notes = (self.page.notes.get(mark, "") for mark in marks)
        found = [terms_in(note, self.page.words) for note in notes if not _SETTLED.search(note)]
        return merged(*(Terms(promo_until=t.promo_until, effective_from=t.effective_from) for t in found))


def priced(grid: Grid, page: Document, layout: Layout) -> PricedGrid | None:
    """The grid as a price list, models as rows or as columns; None where it is none."""
    ways = (with_title(grid), turned(with_heads(grid))) if layout.loose else (grid, turned(grid))
    for way in ways:
        if columns := columns_of(way, layout.name, loose=layout.loose):
            said = read_unit(f"{way.words}\n{way.lead}") or read_unit(way.headings[columns.name_at])
            unit = said or page.unit or layout.unit or _usual(page)
            currency = currency_in(way.words) or page.currency or layout.currency
            return PricedGrid(way, page, layout, columns, unit, currency)
    return None


def _usual(page: Document) -> Unit | None:
    """A page that names no unit of text at all speaks of a million tokens, as the field does."""
    named = {unit.thing for unit in units_in(page.words)}
    return None if named & {"", "token", "character"} else Unit("token", MILLION)


def _meters_of_cell(text: str, column: Column) -> Iterator[str]:
    try:
        yield from (meter for meter, *_ in prices_in(text, column, None, ""))
    except PriceError:
        return


def _is_price(text: str) -> bool:
    return bool(_AMOUNT.match(text) and currency_in(text))


def _said(row: Sequence[Cell]) -> str:
    return " | ".join(one_line(cell.text) for cell in row if not cell.spanned)

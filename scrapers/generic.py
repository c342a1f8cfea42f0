"""The reader of any page with prices by token, for a source that has no file of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from scrapers.decimal_comma import with_points
from scrapers.div_cards import div_cards
from scrapers.div_tables import div_tables
from scrapers.flat_tables import flat_tables
from scrapers.grid import Grid
from scrapers.html_page import whole_page
from scrapers.jsx_tables import with_pipe_tables
from scrapers.line_tables import line_tables
from scrapers.lines import Line, lines_of
from scrapers.listed import listed
from scrapers.markdown_lines import markdown_lines
from scrapers.names import model_name
from scrapers.page import Offer, Page, ReadError, Reading, Refused
from scrapers.payload_models import payload_models
from scrapers.payload_tables import payload_tables
from scrapers.priced import Layout, priced
from scrapers.read_parts import leaves_scripts_alone, without_scripts
from scrapers.readers import refuse_gaps
from scrapers.settled import CONFLICT, settled
from scrapers.spoken import around, spoken_currency, spoken_unit
from scrapers.tables import Document, document, is_html
from scrapers.wrong_page import refuse_wrong_page

_COMPONENT = re.compile(r"\b(?:rows|data|dataSource)=\{\s*\[")
_AMOUNT = re.compile(r"[$€£¥]\s?\d|\d\s?[元€]|^[$€£¥]$", re.M)
_MONEY = re.compile(r"(?:[$€£¥￥]|&euro;|&yen;|&#36;)(?:<[^<>]*>|\s){0,6}\d|\d\s?[元€]")
_INPUT = re.compile(r">[^<>]*(?:\b(?:inputs?|prompts?|in)\b|输入)", re.I)
_OUTPUT = re.compile(r">[^<>]*(?:\b(?:outputs?|completions?|out)\b|输出)", re.I)
_TIER = re.compile(r"\s*[(（](?:batch|flex|priority)(?: api| inference)?[)）]", re.I)
_FEW = 2  # amounts outside the tables that may stand in prose


def generic(page: Page) -> Reading:
    """What the price tables of a page say, and its lists of prices under names; raises ReadError.

    The JSON in its scripts is read only where the page shows no prices of input and output.
    """
    try:
        return _shown(page)
    except ReadError as fault:
        if fault.kind != "no_table" or not is_html(page) or shows_prices(without_scripts(page.text)):
            raise
        reading = _hidden(page)
        if not reading.offers:
            raise
        return reading


def _named(printed: str) -> str:
    """A model's name without its tier, which its terms say: "kimi-k2 (Batch)"."""
    return model_name(_TIER.sub("", printed))


def shows_prices(part: str) -> bool:
    """Whether a page without its scripts states amounts of money and speaks of input and output."""
    return all(pattern.search(part) for pattern in (_MONEY, _INPUT, _OUTPUT))


leaves_scripts_alone(generic, where=shows_prices)


def _hidden(page: Page) -> Reading:
    lines = "\n".join(line.text for line in whole_page(page.text).lines)
    words = around(lines, ())
    shown, hidden = document(page), payload_tables(page)
    layout = Layout(unit=spoken_unit(words), currency=spoken_currency(words), loose=True)
    grids = [grid for grid in hidden.grids if grid not in shown.grids and not _lost_a_heading(grid)]
    lists = [found for grid in grids if (found := priced(grid, hidden, layout))]
    refuse_gaps(lists, (), page.url)
    return settled(*lists, *payload_models(page, spoken_unit(words), spoken_currency(words)))


def _shown(page: Page) -> Reading:
    refuse_wrong_page(page)
    if not is_html(page) and _COMPONENT.search(page.text):
        page = replace(page, text=with_pipe_tables(page.text))
    shown = document(page)
    more, cards = _outside(page, shown)
    words = around(shown.words, shown.grids)
    layout = Layout(
        unit=spoken_unit(words),
        currency=spoken_currency(words),
        named=_named,
        loose=True,
        carries_names=not is_html(page),
    )
    whole = [grid for grid in (*shown.grids, *more) if not _lost_a_heading(grid)]
    grids = (with_points(grid, layout.currency) for grid in whole)
    lists = [found for grid in grids if (found := priced(grid, shown, layout))]
    if not lists and not cards:
        if any(priced(grid, shown, layout) for grid in shown.grids):
            raise ReadError("missing_column", f"the table on {page.url} has fewer headings than columns")
        raise ReadError("no_table", f"no price table on {page.url}")
    refuse_gaps(lists, (), page.url)
    reading = settled(*lists, cards)
    if not reading.offers:
        kind = "conflict" if any(r.reason == CONFLICT for r in reading.refused) else "parse_error"
        raise ReadError(kind, f"{page.url} states no price that can be read exactly")
    return reading


def _lost_a_heading(grid: Grid) -> bool:
    """Whether a row of headings ends before those below: others may stand under their neighbours."""
    head = grid.rows[: grid.head_rows]
    short = {x for row in head for x, cell in enumerate(row) if cell.missing}
    return any(row[x].text for row in grid.body for x in short)


def _outside(page: Page, shown: Document) -> tuple[Sequence[Grid], list[Offer | Refused]]:
    """(tables that are no tables, prices in lists) where a page states amounts outside its tables."""
    inside = sum(
        len(_AMOUNT.findall(cell.text))
        for grid in shown.grids
        for row in grid.rows
        for cell in row
        if not cell.spanned
    )
    if shown.grids and len(_AMOUNT.findall(shown.words)) - inside < _FEW:
        return (), []
    if not is_html(page):
        lines = markdown_lines(page.text)
        grids = [*flat_tables(lines), *line_tables(lines)]
        return grids, [] if grids else _listed([lines], shown)
    tree = whole_page(page.text).tree
    if tree.body is None:
        return (), []
    lines = lines_of(tree.body, without="table", names=True)
    grids = list(div_tables(tree)) or [*flat_tables(lines, shows_blanks=True), *line_tables(lines)]
    return grids, [] if grids else _listed([lines, *div_cards(tree.body)], shown)


def _listed(parts: list[list[Line]], shown: Document) -> list[Offer | Refused]:
    """The prices under names of several lists of lines; their headings would pass for labels in tables."""
    return [one for lines in parts for card in listed(lines, shown) for one in card]

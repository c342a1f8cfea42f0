"""Tables that a page holds in its scripts only, as Sanity's editor writes them: rows of cells of text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scrapers.grid import Cell, Grid, Spanning, grid_of, without_repeats
from scrapers.lines import one_line
from scrapers.page import Page
from scrapers.payload import Json, flight, objects
from scrapers.tables import Document, document, is_html


def payload_tables(page: Page) -> Document:
    """The page as it is read otherwise, but with the tables of its scripts, if it has such there."""
    shown = document(page)
    if not is_html(page):
        return shown
    values = flight(page.text)
    hidden = without_repeats(grid for blocks in _lists(values) for grid in _grids(blocks))
    return replace(shown, grids=hidden) if hidden else shown


def _lists(value: Json) -> Iterator[list[Json]]:
    """Every list anywhere that holds a table."""
    waiting = [value]
    while waiting:
        here = waiting.pop()
        if isinstance(here, list):
            if any(_rows(item) for item in here):
                yield here
            waiting.extend(reversed(here))
        elif isinstance(here, dict):
            waiting.extend(reversed(here.values()))


def _grids(blocks: list[Json]) -> Iterator[Grid]:
    """The tables among the blocks of a text, each with the heading and the paragraph above it."""
    heading = lead = ""
    for block in blocks:
        if rows := _rows(block):
            head = [Cell(text, is_header=True) for text in rows[0]]
            body = [[Cell(text) for text in row] for row in rows[1:]]
            yield grid_of([[[Spanning(c) for c in row] for row in (head, *body)]], path=(heading,), lead=lead)
            lead = ""
        elif isinstance(block, dict) and (words := _words(block)):
            is_heading = str(block.get("style", "")).startswith("h")
            heading, lead = (words, "") if is_heading else (heading, words)


def _rows(block: Json) -> list[list[str]]:
    """The cells of a block that is a table; empty where it is none, or where a row lost a cell."""
    if not isinstance(block, dict) or not isinstance(block.get("rows"), list):
        return []
    rows = [row.get("cells") for row in block["rows"] if isinstance(row, dict)]
    if len(rows) < 2 or not all(
        isinstance(row, list) and all(isinstance(c, str) for c in row) for row in rows
    ):
        return []
    return [[cell.strip() for cell in row] for row in rows if isinstance(row, list)]


def _words(block: dict[str, Json]) -> str:
    texts = (span["text"] for span in objects(block.get("children"), "text") if isinstance(span["text"], str))
    return one_line(" ".join(texts))

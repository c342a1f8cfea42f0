"""Tables whose headings and rows the page keeps in two tables."""

from __future__ import annotations

from scrapers.page import Page
from scrapers.tables import document

HEAD = "<table><thead><tr><th>Model</th><th>Input</th></tr></thead></table>"
BODY = "<table><tbody><tr><td>chat-1</td><td>$1</td></tr></tbody></table>"


def headings(html: str) -> list[tuple[tuple[str, ...], int]]:
    shown = document(Page("https://acme.example/", f"<html><body>{html}</body></html>"))
    return [(grid.headings, len(grid.body)) for grid in shown.grids]


def test_headings_in_a_table_of_their_own_are_those_of_the_rows_after_them() -> None:
    assert headings(HEAD + BODY + HEAD + BODY.replace("chat-1", "chat-2")) == [(("Model", "Input"), 1)] * 2


def test_headings_are_not_those_of_rows_of_another_width_or_with_headings_of_their_own() -> None:
    wide = BODY.replace("<td>$1</td>", "<td>$1</td><td>$2</td>")
    assert headings(HEAD + wide)[0] == (("Model", "Input"), 0)
    own = "<table><tr><th>Name</th><th>Output</th></tr><tr><td>chat-1</td><td>$2</td></tr></table>"
    assert headings(HEAD + own)[1] == (("Name", "Output"), 1)

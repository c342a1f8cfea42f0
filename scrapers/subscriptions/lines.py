"""A page of plans, HTML or Markdown, as the lines that it shows outside its tables, and its tree."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

from scrapers.html_page import html_tree
from scrapers.lines import Line, is_struck, lines_of
from scrapers.markdown_inline import inline_text
from scrapers.markdown_tables import BLOCKS, LONGEST_PAGE
from scrapers.outline import scan
from scrapers.page import Page, ReadError
from scrapers.subscriptions.amounts import REDUCED
from scrapers.tables import is_html

_DIGIT = re.compile(r"\d")
_HARD_BREAK = re.compile(r"(?: {2,}|\\)\n")


def plan_lines(page: Page) -> tuple[list[Line], LexborHTMLParser | None]:
    """The lines, and of HTML the tree without its tables; ReadError where a page was cut or is too large."""
    if not is_html(page):
        return _markdown_lines(page.text), None
    html_tree(page.text)  # raises
    tree = LexborHTMLParser(page.text)  # a tree of one's own, to be changed
    for table in tree.css("table"):
        table.decompose()
    for node in tree.css("s, del, strike, [style], [class*='line-through'], [class*='strike']"):
        if is_struck(node) and _DIGIT.search(node.text()):
            node.replace_with(REDUCED)
    return (lines_of(tree.body) if tree.body is not None else []), tree


def _markdown_lines(text: str) -> list[Line]:
    """By Markdown's own rules, unlike `markdown_lines()`: here marks and emphasis within a line matter."""
    if len(text) > LONGEST_PAGE:
        raise ReadError("too_large", "more Markdown than can be read in good time")
    text = text[: text.rfind("\n") + 1]  # a line without its end may be half a sentence
    out: list[Line] = []
    level, in_table = 0, False
    for token in BLOCKS.parse(text):
        if token.type in ("table_open", "table_close"):
            in_table = token.type == "table_open"
        elif token.type == "heading_open":
            level = int(token.tag[1])
        elif token.type == "inline" and not in_table:
            out += [Line(said, level) for said in _said(token.content) if said]
            level = 0
        elif token.type == "html_block" and scan(token.content).whole:
            body = LexborHTMLParser(token.content).body
            out += lines_of(body) if body is not None else []
    return out


def _said(source: str) -> list[str]:
    """The lines of a paragraph: a line end without a mark is a blank there."""
    paragraph = _HARD_BREAK.sub("<br>", source).replace("\n", " ")
    try:
        shown, struck = inline_text(paragraph)
        return (f"{REDUCED} {shown}" if _DIGIT.search(struck) else shown).split("\n")
    except ReadError:  # more marks than a paragraph of prices has
        return []

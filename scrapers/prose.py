"""An article's markup as its paragraphs: plain text, a line each; struck-through prices and scripts never."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser

from scrapers.lines import as_lines, lines_of
from scrapers.outline import scan
from scrapers.page import ReadError

LONGEST_TEXT = 150_000  # characters: a very long read has 100,000
LONGEST_MARKUP = 600_000

_MARKUP = re.compile(r"<[a-zA-Z/!?]|&(?:#\w+|[a-zA-Z]\w*);")
_TAG = re.compile(r"<[a-zA-Z/!]")
_BEGINS_A_TAG = re.compile(r"<(?=[a-zA-Z/!?]|$)")


def paragraphs(markup: str) -> str:
    """The text that markup shows, a line a paragraph, in at most LONGEST_TEXT characters.

    Markup that was escaped twice is resolved too, until none is left. Empty where it is nested too deep.
    """
    text = markup[:LONGEST_MARKUP]
    for turn in range(4):
        if not _MARKUP.search(text):
            break
        try:
            text = _shown(text, lines_count=turn > 0 or not _TAG.search(text))
        except ReadError:
            return ""
    text = as_lines([_BEGINS_A_TAG.sub("", text)])
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1].rsplit(" ", 1)[0] + "…"


def _shown(markup: str, lines_count: bool) -> str:
    """In markup the ends of lines are blanks, in text that has only entities they are not."""
    markup = markup.replace("\n", "<br>") if lines_count else markup
    scan(markup)  # raises where a parser would take minutes
    body = LexborHTMLParser(markup).body
    return "\n".join(line.text for line in lines_of(body)) if body is not None else ""

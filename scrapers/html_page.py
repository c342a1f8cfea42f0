"""An HTML page, parsed once for all who read it: its tree, its lines, and whether it is whole."""

from __future__ import annotations

from functools import cached_property, lru_cache

from selectolax.lexbor import LexborHTMLParser

from scrapers.lines import Line, lines_of
from scrapers.outline import scan
from scrapers.page import ReadError


class HtmlPage:
    """A page's tree and what is asked of it more than once. Nobody may change the tree."""

    def __init__(self, tree: LexborHTMLParser, is_whole: bool) -> None:
        self.tree = tree
        self.is_whole = is_whole

    @cached_property
    def lines(self) -> list[Line]:
        """What the page shows."""
        return lines_of(self.tree.body) if self.tree.body is not None else []


@lru_cache(maxsize=4)  # the readers at work at one time
def html_page(text: str) -> HtmlPage:
    """The page as a tree, whole or cut; ReadError("too_large") where parsing would take long."""
    is_whole = scan(text).whole  # raises before a page that would take long is parsed
    return HtmlPage(LexborHTMLParser(text), is_whole)


def whole_page(text: str) -> HtmlPage:
    """A page that was not cut; ReadError("incomplete_page") where it was, "too_large" as `html_page`."""
    page = html_page(text)
    if not page.is_whole:
        raise ReadError("incomplete_page", "the page ends before its table or its document does")
    return page


def html_tree(text: str) -> LexborHTMLParser:
    """The tree of a whole page; raises ReadError as `whole_page`."""
    return whole_page(text).tree

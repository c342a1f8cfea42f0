"""The reader `headlines()`: a page of links to dated articles, for makers whose news have no feed."""

from __future__ import annotations

from urllib.parse import urljoin

from selectolax.lexbor import LexborNode

from scrapers.changelog import day_in
from scrapers.feed import (
    LONGEST_SUMMARY,
    LONGEST_TITLE,
    MOST_BYTES,
    MOST_ENTRIES,
    as_text,
    canonical,
    clip,
    midnight,
)
from scrapers.html_page import html_tree
from scrapers.lines import lines_of
from scrapers.page import Article, Page, ReadError, Reading
from scrapers.source import Reader
from scrapers.tables import is_html
from scrapers.wrong_page import refuse_wrong_page


def headlines() -> Reader:
    """A reader of links that hold a day and a title. ReadError where the page has none."""
    return _read


def _read(page: Page) -> Reading:
    if len(page.text) > MOST_BYTES:
        raise ReadError("too_large", "a page of more than 8 MiB")
    refuse_wrong_page(page)
    if not is_html(page):
        raise ReadError("unexpected_page", f"{page.url} is no HTML page")
    found: dict[str, Article] = {}
    for link in html_tree(page.text).css("a[href]"):
        if article := _article(link, page.url):
            found.setdefault(article.guid, article)
    if not found:
        raise ReadError("unexpected_page", f"no link to a dated article on {page.url}")
    newest = sorted(found.values(), key=lambda article: str(article.published_at), reverse=True)
    return Reading(articles=tuple(newest[:MOST_ENTRIES]))


def _article(link: LexborNode, base: str) -> Article | None:
    """A link's article: the title is its heading, else the longest of its lines."""
    lines = [line for line in lines_of(link) if line.text]
    day = next((day for line in lines if (day := day_in(line.text))), None)
    others = [line for line in lines if not day_in(line.text)]
    url = _absolute(base, link.attributes.get("href") or "")
    if not day or not others or canonical(url) in ("", canonical(base)):
        return None
    title = next((line for line in others if line.level), max(others, key=lambda line: len(line.text)))
    rest = " ".join(line.text for line in others if line is not title)
    return Article(
        guid=canonical(url),
        url=url,
        title=clip(as_text(title.text), LONGEST_TITLE),
        published_at=midnight(day),
        summary=clip(as_text(rest), LONGEST_SUMMARY),
    )


def _absolute(base: str, address: str) -> str:
    try:
        return urljoin(base, address.strip())
    except ValueError:
        return ""

"""The reader `changelog()`: a page of dated entries, HTML or Markdown, as text-only articles."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from scrapers.feed import (
    LONGEST_MARKUP,
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
from scrapers.lines import Line, lines_of, one_line
from scrapers.page import Article, Page, ReadError, Reading
from scrapers.prose import paragraphs
from scrapers.source import Reader
from scrapers.tables import is_html
from scrapers.wrong_page import refuse_wrong_page

_LONGEST_DAY = 60  # characters
_MOST_LINES = 20_000  # a day in each of them would take a second to read
_DAYS = ("%B %d %Y", "%b %d %Y", "%d %B %Y", "%d %b %Y", "%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日")
_DAYS_OF_A_YEAR = ("%B %d", "%b %d", "%d %B", "%d %b")
_MONTHS = ("%B %Y", "%b %Y", "%Y-%m", "%Y年%m月")
_AROUND = re.compile(
    r"^(?:(?:date|version|released?(?: on)?|日期|时间|版本)\s*[:：]\s*)?"
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?|[\s\u200b#¶.]+$",
    re.I,
)
_MAYBE = re.compile(
    r"[a-z]{3,9} \d{1,2}(?: \d{4})?|\d{1,2} [a-z]{3,9}(?: \d{4})?|\d{4}[-/年]\d.*", re.I | re.A
)
_LEFT_OUT = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b|(?<=\bsep)t\b|(?<=[a-z])\.(?= )|,", re.I)
_SENTENCE = re.compile(r".+?[.!?。！？](?=\s|$|[^\x00-\x7f])")
_LABEL = re.compile(r"\S+|(?:\S+ ){1,2}\S+:")  # "Feature", "v1/responses", "Model updates:"
_TWIN = re.compile(r"\.md(?:\.txt)?$")

_FENCE = re.compile(r"^[ \t]*(```|~~~).*?^[ \t]*\1[^\n]*$", re.M | re.S)
_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_BEGINS_A_BLOCK = re.compile(r"(?:>\s*)*(?:[-*+]\s+|\d{1,3}[.)]\s+)?")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)?(?:\s+\"[^\"]*\")?\)")
_MARKS = re.compile(r"\*+|`+|~~|\\(?=[_*#\[\]<>`|$])|\{[:#][^{}]*\}\s*$")


@dataclass(slots=True)
class _Entry:
    """What stands below a day, up to the next."""

    day: date
    heading: str
    level: int
    lines: list[Line] = field(default_factory=list)


def changelog(*, several_a_day: bool = False) -> Reader:
    """A reader of entries that each begin with a day, as a heading or, under a month's heading, as a line.

    `several_a_day`: a day may stand there several times, for an entry each. These are known by day and first
    words, all others by their day alone: an edited entry stays the same. ReadError where no day is found.
    """

    def read(page: Page) -> Reading:
        if len(page.text) > MOST_BYTES:
            raise ReadError("too_large", "a change log of more than 8 MiB")
        refuse_wrong_page(page)
        entries = [entry for entry in _entries(_lines(page)) if entry.lines]
        if not entries:
            raise ReadError("unexpected_page", f"no dated entry on {page.url}")
        newest = sorted(entries, key=lambda entry: entry.day, reverse=True)[:MOST_ENTRIES]
        kept = {id(entry) for entry in newest}
        found = (
            _article(e, page.url, several_a_day) for e in _joined(entries, several_a_day) if id(e) in kept
        )
        return Reading(articles=tuple({article.guid: article for article in found}.values()))

    return read


def day_in(text: str, year: int = 0) -> date | None:
    """The day that a line says, and nothing else; `year` where it leaves that out."""
    said = _said(text)
    if not _MAYBE.fullmatch(said):
        return None
    if found := _parsed(said, _DAYS):
        return found
    # 2000 was a leap year; the 29th of February of another is no day.
    found = _parsed(f"{said} 2000", [f"{way} %Y" for way in _DAYS_OF_A_YEAR]) if year else None
    try:
        return found.replace(year=year) if found else None
    except ValueError:
        return None


def _month_in(text: str) -> date | None:
    return _parsed(_said(text), _MONTHS)


def _said(text: str) -> str:
    if len(text) > _LONGEST_DAY:
        return ""
    return one_line(_LEFT_OUT.sub(" ", _AROUND.sub("", text)))


def _parsed(said: str, ways: Iterable[str]) -> date | None:
    for way in ways:
        try:
            found = datetime.strptime(said, way).date()  # noqa: DTZ007
        except ValueError:
            continue
        return found if 2000 <= found.year < 2100 else None
    return None


def _lines(page: Page) -> list[Line]:
    if is_html(page):
        tree = html_tree(page.text)
        articles = tree.css("article")
        root = articles[0] if len(articles) == 1 else tree.css_first("main") or tree.body
        found = lines_of(root) if root is not None else []
    else:
        rows = [row for row in _FENCE.sub("", page.text).split("\n") if row and not row.isspace()]
        found = [_markdown(row) for row in rows[: _MOST_LINES + 1]]
    if len(found) > _MOST_LINES:
        raise ReadError("too_large", f"a change log of more than {_MOST_LINES} lines")
    return [Line(text, line.level) for line in found if (text := line.text.replace("\u200b", "").strip())]


def _markdown(line: str) -> Line:
    line = line.strip()
    heading = _HEADING.match(line)
    text = heading[2] if heading else line[_BEGINS_A_BLOCK.match(line).end() :]  # type: ignore[union-attr]
    return Line(_MARKS.sub("", _LINK.sub(r"\1", text)).strip(), len(heading[1]) if heading else 0)


def _entries(lines: list[Line]) -> Iterator[_Entry]:
    """Where headings say days, lines that do (a table of contents) begin nothing."""
    by_heading = any(line.level and day_in(line.text) for line in lines)
    year = month_level = 0
    here: _Entry | None = None
    for line in lines:
        day = day_in(line.text, year) if line.level or not by_heading else None
        if day:
            if here:
                yield here
            here = _Entry(day, line.text, line.level or month_level)
        elif line.level and (month := _month_in(line.text)):
            year, month_level = month.year, line.level
            if here:
                yield here
            here = None
        elif here and 0 < line.level <= here.level:
            yield here
            here = None
        elif here:
            here.lines.append(line)
    if here:
        yield here


def _joined(entries: list[_Entry], several_a_day: bool) -> Iterable[_Entry]:
    if several_a_day:
        return entries
    days: dict[date, _Entry] = {}
    for entry in entries:
        if entry is not days.setdefault(entry.day, entry):
            days[entry.day].lines += entry.lines
    return days.values()


def _article(entry: _Entry, url: str, several_a_day: bool) -> Article:
    words = as_text(" ".join(line.text for line in entry.lines)[:LONGEST_MARKUP])
    title = clip(_title(entry) or words or entry.heading, LONGEST_TITLE)
    apart = f"-{_mark(title)}" if several_a_day else ""
    shown = _TWIN.sub("", url)  # the page whose Markdown twin was read
    anchor = re.sub(r"[^a-z0-9]+", "-", entry.heading.casefold()).strip("-")
    link = f"{shown}#{anchor if str(entry.day.year) in anchor else entry.day.isoformat()}{apart}"
    return Article(
        guid=f"{entry.day.isoformat()}{apart}",  # whatever the address: pages move, and their logs with them
        url=link if canonical(shown) else "",
        title=title,
        published_at=midnight(entry.day),
        summary=clip(words, LONGEST_SUMMARY),
        text=paragraphs("\n".join(line.text for line in entry.lines)),
    )


def _mark(title: str) -> str:
    words = "".join(c for c in title.casefold() if c.isalnum())
    return hashlib.sha256(words[:60].encode("utf-8", "replace")).hexdigest()[:8]


def _title(entry: _Entry) -> str:
    """The heading it begins with, else its first sentence."""
    first = entry.lines[0]
    if first.level:
        return as_text(first.text[:LONGEST_MARKUP])
    prose = next((line.text for line in entry.lines if not _LABEL.fullmatch(line.text)), first.text)
    text = as_text(prose[:LONGEST_MARKUP])
    sentence = _SENTENCE.match(text)
    return sentence[0] if sentence else text

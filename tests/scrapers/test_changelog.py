"""Change logs and pages of headlines: dated entries as text, whatever the page, in good time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.changelog import changelog, day_in
from scrapers.feed import MOST_ENTRIES
from scrapers.headlines import headlines
from scrapers.page import Article, Page, ReadError
from scrapers.source import Reader

URL = "https://acme.example/docs/changelog.md"


def read(text: str, reader: Reader | None = None, media_type: str = "text/markdown") -> tuple[Article, ...]:
    return (reader or changelog())(Page(URL, text, media_type)).articles


def refused(text: str, reader: Reader | None = None, media_type: str = "text/markdown") -> str:
    with pytest.raises(ReadError) as refusal:
        read(text, reader, media_type)
    return refusal.value.kind


@contextmanager
def within(seconds: float) -> Iterator[None]:
    started = time.process_time()
    yield
    assert time.process_time() - started < seconds


LOG = (
    "# Log\n\n## November 24, 2025\n\n* One thing. And more.\n* Another.\n\n## November 3, 2025\n\nA third.\n"
)


def test_a_day_with_its_changes_is_one_article_at_its_midnight() -> None:
    first, second = read(LOG)
    assert (first.title, first.summary) == ("One thing.", "One thing. And more. Another.")
    assert first.published_at == datetime(2025, 11, 24, tzinfo=UTC)
    assert first.guid == "2025-11-24"
    assert first.url == "https://acme.example/docs/changelog#november-24-2025"
    assert second.title == "A third."


def test_an_edited_entry_keeps_its_identity() -> None:
    edited = read(
        LOG.replace("One thing.", "One thing, mended.").replace("* Another.\n", "* Another.\n* New.\n")
    )
    assert [a.guid for a in edited] == [a.guid for a in read(LOG)]
    assert [a.url for a in edited] == [a.url for a in read(LOG)]


def test_the_markdown_and_the_page_give_an_entry_one_identity_wherever_they_lie() -> None:
    html = "<html><body><main><h2>November 24, 2025</h2><ul><li>One thing.</li></ul></main></body></html>"
    page = changelog()(Page("http://moved.example/changelog/", html, "text/html")).articles
    assert [a.guid for a in page] == [read(LOG)[0].guid]


SEVERAL = "### May, 2026\n\nMay 26\n\nFeature\n\nOne is out.\n\nMay 26\n\nUpdate\n\nTwo is cheaper.\n"


def test_several_entries_of_a_day_are_several_articles_with_addresses_of_their_own() -> None:
    log = changelog(several_a_day=True)
    one, two = read(SEVERAL, log)
    assert (one.title, two.title) == ("One is out.", "Two is cheaper.")
    assert (one.guid, one.url) != (two.guid, two.url)
    assert one.url != two.url
    later = SEVERAL.replace("May 26\n\nFeature", "May 26\n\nUpdate\n\nThree is new.\n\nMay 26\n\nFeature", 1)
    assert [a.guid for a in read(later, log)][1:] == [one.guid, two.guid]
    spaced = SEVERAL.replace("Two is cheaper.", "**Two** is `cheaper`.")
    assert [a.guid for a in read(spaced, log)] == [one.guid, two.guid]


def test_the_same_day_twice_is_one_article_where_a_day_stands_once() -> None:
    assert [a.summary for a in read(LOG.replace("November 3,", "November 24,"))] == [
        "One thing. And more. Another. A third."
    ]


def test_an_undated_heading_ends_an_entry_and_a_deeper_one_does_not() -> None:
    text = "## November 24, 2025\n### SDKs\nOne.\n## Older\nNothing of that day.\n"
    assert [(a.title, a.summary) for a in read(text)] == [("SDKs", "SDKs One.")]


@pytest.mark.catalogue
@pytest.mark.parametrize(
    "day", ["2999-01-01", "0001-01-01", "13", "1", "", "not a date", "Feb 30", "2025-02-29"]
)
def test_f36_what_is_no_day_of_these_times_begins_no_entry(day: str) -> None:
    assert day_in(day, 2025) is None
    assert [a.guid[-10:] for a in read(f"## {day}\n\nLost.\n\n{LOG}")] == ["2025-11-24", "2025-11-03"]


@given(st.dates(date(2001, 1, 1), date(2099, 12, 31)))
def test_a_day_is_read_in_every_way_of_writing_it(day: date) -> None:
    ways = (
        "%B %d, %Y",
        "%b %d, %Y",
        "%d %B %Y",
        "%Y-%m-%d",
        "%Y年%m月%d日",
        "Date: %Y-%m-%d",
        "%A, %B %d, %Y",
    )
    assert {day_in(day.strftime(way)) for way in ways} == {day}
    assert day_in(day.strftime("%b %d"), day.year) == day


HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>"


@pytest.mark.catalogue
def test_f37_markup_is_reduced_to_text_and_links_are_those_of_the_page() -> None:
    words = f"{HOSTILE} [One](javascript:alert(1)) &lt;script&gt;x&lt;/script&gt; thing. {'More. ' * 20}"
    html = f"<html><body><h2>November 24, 2025</h2><p>{words}</p></body></html>"
    found = (*read(f"## November 24, 2025\n\n* {words}\n"), *read(html, media_type="text/html"))
    assert len(found) == 2
    for article in found:
        assert "<" not in article.title + article.summary
        assert "onerror" not in article.title + article.summary
        assert article.url.startswith("https://acme.example/docs/changelog#")


def link(address: str, title: str = "News of the day") -> str:
    return f"<a href='{address}'><time>Nov 24, 2025</time><h3>{title}</h3></a>"


@pytest.mark.catalogue
def test_f37_headlines_link_to_web_pages_only_and_each_once() -> None:
    bad = ("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "http://[", "//")
    good = ("/news/one", "https://acme.example/news/one?utm_source=x", "http://acme.example/news/two")
    html = f"<html><body>{''.join(map(link, (*bad, *good)))}</body></html>"
    found = read(html, headlines(), "text/html")
    assert [a.url for a in found] == ["https://acme.example/news/one", "http://acme.example/news/two"]
    assert refused(f"<html><body>{link(bad[0])}</body></html>", headlines(), "text/html") == "unexpected_page"


@pytest.mark.catalogue
def test_f34_the_newest_entries_of_a_long_log_are_kept() -> None:
    days = [date.fromordinal(date(2025, 1, 1).toordinal() - n) for n in range(MOST_ENTRIES + 100)]
    text = "\n".join(f"## {day.isoformat()}\n\nOf {day.isoformat()}.\n" for day in reversed(days))
    found = read(text)
    assert len(found) == MOST_ENTRIES
    assert (found[0].guid[-10:], found[-1].guid[-10:]) == (days[MOST_ENTRIES - 1].isoformat(), "2025-01-01")


GIANTS = {
    "days": "### May, 2026\n" + "May 26\n" * 1_000_000,
    "days with words": "### May, 2026\n" + "May 26\n\nA change.\n\n" * 3000,
    "one line": "## 2025-01-01\n" + "word " * 1_000_000,
    "fences": "## 2025-01-01\n" + "```\n~~~\n" * 100_000,
    "brackets": "## 2025-01-01\n" + "[" * 1_000_000 + "](" * 100_000,
    "marks": "## 2025-01-01\n" + "*`{:" * 200_000,
    "blanks": "## 2025-01-01\n" + " " * 2_000_000 + "x",
    "tags": "## 2025-01-01\n" + "<a>" * 100_000,
    "quotes": "## 2025-01-01\n" + "> " * 500_000,
    "nested": "<html><body>" + "<div>" * 100_000,
    "too much": "x" * (8 * 1024 * 1024 + 1),
}


@pytest.mark.catalogue
@pytest.mark.parametrize("text", GIANTS.values(), ids=GIANTS.keys())
@pytest.mark.parametrize(
    "reader", [changelog(several_a_day=True), headlines()], ids=["changelog", "headlines"]
)
def test_f34_giants_are_read_or_refused_in_good_time(text: str, reader: Reader) -> None:
    with within(3), suppress(ReadError):
        assert all(len(a.title) <= 300 and len(a.summary) <= 1000 for a in read(text, reader))


@pytest.mark.catalogue
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "unexpected_page"),
        ("{}", "unexpected_page"),
        ("404 Not Found", "unexpected_page"),
        ("Nothing has a day here.", "unexpected_page"),
        ('<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><r>&x;</r>', "unexpected_page"),
        ("<html><head><title>Just a moment...</title></head><body></body></html>", "blocked"),
        ("<html><body><h2>2025-01-01</h2><p>cut", "incomplete_page"),
    ],
)
def test_f37_another_document_is_refused(text: str, kind: str) -> None:
    assert refused(text) == kind


PIECES = st.sampled_from(
    ["## November 24, 2025\n", "### May, 2026\n", "May 26\n", "* One.\n", "```\n", "<p>", "&lt;b&gt;", "\n",
     "[a](b)", "<html>", "</html>", "\u200b", "\x00", "2025-13-45\n", "{#x}", "# ", "<a href='/x'>", "</a>"]
)  # fmt: skip


@given(
    st.lists(PIECES | st.text(max_size=20), max_size=25).map("".join),
    st.sampled_from(["text/html", "text/markdown"]),
)
@settings(max_examples=200, deadline=None)
def test_any_text_is_read_as_text_or_refused(text: str, media_type: str) -> None:
    for reader in (changelog(), changelog(several_a_day=True), headlines()):
        try:
            found = read(text, reader, media_type)
        except ReadError:
            continue
        assert found
        assert len({a.guid for a in found}) == len({a.url for a in found}) == len(found)
        assert all(a.title and a.url.startswith(("https://", "http://")) for a in found)

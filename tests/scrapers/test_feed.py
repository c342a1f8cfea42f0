"""Feeds: bombs and wrong documents are refused, markup is inert, dates and identities are strict."""

from __future__ import annotations

import builtins
import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.feed import MOST_ENTRIES, as_text, canonical, feed, moment
from scrapers.page import Article, Page, ReadError
from scrapers.prose import LONGEST_TEXT, paragraphs

URL = "https://www.wheresyoured.at/rss/"


def rss(*items: str) -> str:
    body = "".join(f"<item>{item}</item>" for item in items)
    start = '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>t</title>'
    return f"{start}{body}</channel></rss>"


def item(title: str = "T", link: str = "", guid: str = "", date: str = "") -> str:
    parts = {"title": title, "link": link, "guid": guid, "pubDate": date}
    return "".join(f"<{tag}>{text}</{tag}>" for tag, text in parts.items() if text)


def read(text: str) -> tuple[Article, ...]:
    return feed()(Page(URL, text, "application/rss+xml")).articles


def refused(text: str) -> str:
    with pytest.raises(ReadError) as refusal:
        read(text)
    return refusal.value.kind


@contextmanager
def within(seconds: float) -> Iterator[None]:
    started = time.process_time()
    yield
    assert time.process_time() - started < seconds


def entities(levels: int) -> str:
    nested = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, levels))
    return f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY e0 "ha">{nested}]>'


BODY = "<rss version='2.0'><channel><item><title>%s</title></item></channel></rss>"
DTDS = {
    "billion laughs": entities(9) + BODY % "&e8;",
    "three levels": entities(3) + BODY % "&e2;",
    "quadratic": f'<!DOCTYPE r [<!ENTITY x "{"a" * 100_000}">]>' + BODY % ("&x;" * 3000),
    "file": '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + BODY % "&x;",
    "address": '<!DOCTYPE r [<!ENTITY x SYSTEM "http://127.0.0.2:8905/">]>' + BODY % "&x;",
    "external subset": '<!DOCTYPE r SYSTEM "http://127.0.0.2:8905/x.dtd">' + BODY % "x",
    "parameter entity": '<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.2:8905/p"> %p;]>' + BODY % "x",
    "bare": "<!DOCTYPE rss>" + BODY % "x",
}


@pytest.mark.catalogue
@pytest.mark.parametrize("bomb", DTDS.values(), ids=DTDS.keys())
def test_f32_f33_a_document_type_is_refused_before_it_is_expanded(
    bomb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("a connection was made"))
    with within(2):
        assert refused(bomb) == "xml_dtd"


@pytest.mark.catalogue
def test_f34_giant_and_deep_feeds_are_refused_or_cut_in_good_time() -> None:
    with within(2):
        assert refused(rss(item("x" * 34_000_000))) == "too_large"
    with within(2):
        assert refused(rss("<a>" * 200_000 + "</a>" * 200_000)) == "too_large"
    with within(2):
        assert read(rss(item(f"<![CDATA[{'<b>' * 2_500_000}]]>", "https://x.example/")))[0].title == ""
    with within(2):
        many = rss(
            *(
                item(f"n{n}", guid=str(n), date=f"Fri, 27 Feb 2026 00:00:{n % 60:02} GMT")
                for n in range(15_000)
            )
        )
        assert len(read(many)) == MOST_ENTRIES


def test_of_too_many_entries_the_newest_are_kept_wherever_they_stand() -> None:
    old = [item(f"old {n}", guid=f"o{n}", date="Wed, 29 Jan 2025 10:00:00 GMT") for n in range(MOST_ENTRIES)]
    new = [item(f"new {n}", guid=f"n{n}", date="Fri, 27 Feb 2026 10:00:00 GMT") for n in range(3)]
    titles = [a.title for a in read(rss(*old[:300], *new, *old[300:]))]
    assert len(titles) == MOST_ENTRIES
    assert {"new 0", "new 1", "new 2"} <= set(titles)


@pytest.mark.catalogue
def test_f35_an_entry_is_its_guid_else_its_link_else_its_words() -> None:
    by_guid, by_link, by_words = read(
        rss(item("a", "https://x.example/a", "g1"), item("b", "https://x.example/b"), item("c"))
    )
    assert (by_guid.guid, by_link.guid) == ("g1", "https://x.example/b")
    assert by_words.guid.startswith("sha256:")


@pytest.mark.catalogue
def test_f35_identities_outlive_https_tracking_and_edits() -> None:
    before = read(
        rss(item("a", guid="http://X.example/a/"), item("b", "http://x.example/b?utm_source=rss#top"))
    )
    after = read(
        rss(item("a, edited", guid="https://x.example/a"), item("b, edited", "https://x.example/b/"))
    )
    assert [a.guid for a in before] == [a.guid for a in after]
    assert [a.title for a in after] == ["a, edited", "b, edited"]


@pytest.mark.catalogue
def test_f35_a_guid_that_all_entries_share_identifies_none_and_a_repeat_is_one() -> None:
    one, two = item("a", "https://x.example/a", "same"), item("b", "https://x.example/b", "same")
    assert [a.guid for a in read(rss(one, two))] == ["https://x.example/a", "https://x.example/b"]
    assert len(read(rss(one, one))) == 1


@pytest.mark.catalogue
@pytest.mark.parametrize(
    ("said", "means"),
    [
        ("Fri, 27 Feb 2026 17:07:32 GMT", datetime(2026, 2, 27, 17, 7, 32, tzinfo=UTC)),
        ("27 Feb 2026 17:07 +0100", datetime(2026, 2, 27, 16, 7, tzinfo=UTC)),
        ("2026-02-27T17:07:32Z", datetime(2026, 2, 27, 17, 7, 32, tzinfo=UTC)),
        ("2026-02-27t17:07:32.123456+01:00", datetime(2026, 2, 27, 16, 7, 32, 123456, tzinfo=UTC)),
        *(
            (no, None)
            for no in ("", "not a date", "13", "1", "2026-02-27", "2026-02-27T17:07:32", "Feb 2026")
        ),
        *(
            (no, None)
            for no in ("Mon, 31 Feb 2026 10:00:00 GMT", "Sat, 01 Jan 0001 00:00:00 +9900", "1772211932")
        ),
        *(
            (no, None)
            for no in ("0001-01-01T00:00:00+23:59", "٢٧ Feb 2026 10:00:00 GMT", "27 Feb 2026 10:00:00")
        ),
    ],
)
def test_f36_a_date_is_strict_and_in_utc_or_unknown(said: str, means: datetime | None) -> None:
    assert moment(said) == means
    assert read(rss(item("a", date=said)))[0].published_at == means


@pytest.mark.catalogue
@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//x.example/a", "ftp://x"]
)
def test_f37_links_are_http_or_none(link: str) -> None:
    assert read(rss(item("a", link)))[0].url == ""


@pytest.mark.catalogue
@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("&lt;script&gt;alert(1)&lt;/script&gt;Cut", "Cut"),
        ("<![CDATA[<b onmouseover=x()>Cut</b> &amp; <i>rise</i>]]>", "Cut & rise"),
        ("&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;Cut", "Cut"),
        ("&lt;img src=x onerror=alert(1)&gt;Cut", "Cut"),
        ("&lt;&lt;script&gt;script&gt;Cut", ""),
        ("3 &lt; 4 &amp; AT&amp;T", "3 < 4 & AT&T"),
    ],
)
def test_f37_titles_and_summaries_are_words(markup: str, words: str) -> None:
    (article,) = read(
        rss(f"<title>{markup}</title><description>{markup}</description><link>http://x.example/</link>")
    )
    assert (article.title, article.summary) == (words, words)


@given(st.text(alphabet="<>/&;abscriptltgmp! =\"'#x1", max_size=80))
@settings(max_examples=150, deadline=None)
def test_no_text_keeps_a_tag(markup: str) -> None:
    words = as_text(markup)
    assert not any(f"<{c}" in words.lower() for c in "abcilmprstgx/!")


@pytest.mark.catalogue
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("", "unexpected_page"),
        (" \n", "unexpected_page"),
        ("<!DOCTYPE html><html><body><p>hello</p></body></html>", "unexpected_page"),
        ("<html><head><title>Just a moment...</title></head><body>cf-chl</body></html>", "blocked"),
        ("{}", "unexpected_page"),
        ("<svg xmlns='http://www.w3.org/2000/svg'/>", "unexpected_page"),
        (rss(), "too_few"),
        (rss(item("a"))[:-20], "incomplete_page"),
        (rss(item("a"), item("b"))[:120], "incomplete_page"),
    ],
)
def test_f37_another_document_is_an_error_and_no_empty_feed(body: str, kind: str) -> None:
    assert refused(body) == kind


@pytest.mark.catalogue
@pytest.mark.parametrize(
    "body", ["pyproject.toml", "/etc/passwd", "http://127.0.0.2:8905/", "file:///etc/passwd"]
)
def test_f37_a_body_that_names_a_file_or_an_address_is_not_opened(
    body: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builtins, "open", lambda *a, **k: pytest.fail(f"{a} was opened"))
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("a connection was made"))
    assert refused(body) == "unexpected_page"


def test_a_feed_that_declares_another_encoding_is_read_as_the_text_that_it_is() -> None:
    assert read(rss(item("«ü» 漢字")).replace("UTF-8", "ISO-8859-1"))[0].title == "«ü» 漢字"
    assert read("\ufeff" + rss(item("a\x00b\x0b")))[0].title == "ab"


def test_an_address_is_compared_without_what_varies() -> None:
    assert canonical("HTTP://X.example:80/a/?ref=x&p=1&utm_medium=y#f") == "https://x.example/a?p=1"
    for odd in (
        "javascript:alert(1)",
        "https://",
        "https://[::1",
        "https://x.example:99999/",
        "https://x/<b>",
        "x",
    ):
        assert canonical(odd) == ""


def test_the_whole_article_is_kept_where_the_feed_carries_it_a_line_a_paragraph() -> None:
    body = "<p>It costs <b>$2</b>\n per million tokens.</p><script>$9</script><p>Not <s>$3</s> more.</p>"
    encoded = f"<description>First words.</description><content:encoded><![CDATA[{body}]]></content:encoded>"
    named = 'xmlns:content="http://purl.org/rss/1.0/modules/content/" version'
    (article,) = read(rss(item("T", "https://x.example/") + encoded).replace("<rss version", f"<rss {named}"))
    assert article.text == "It costs $2 per million tokens.\nNot more."
    assert article.summary == "First words."


def test_where_a_feed_carries_no_more_the_summary_is_the_text() -> None:
    (article,) = read(rss(item("T", "https://x.example/") + "<description>A &amp;amp; B</description>"))
    assert article.text == "A & B"


def test_atom_content_is_the_text() -> None:
    entry = (
        "<entry><title>T</title><id>urn:1</id><summary>Short</summary>"
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">'
        "<p>One</p><p>and two</p></div></content></entry>"
    )
    (article,) = read(f'<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title>{entry}</feed>')
    assert article.text == "One\nand two"


@pytest.mark.parametrize("part", ["<div>", "<font size=1><p>", "&lt;b&gt;", "w", " x", "<s style='x'>"])
def test_an_article_of_hostile_markup_is_bounded_in_length_and_time(part: str) -> None:
    body = part * (5_000_000 // len(part))
    with within(4):
        (article,) = read(
            rss(item("T", "https://x.example/") + f"<description><![CDATA[{body}]]></description>")
        )
    assert len(article.text) <= LONGEST_TEXT
    assert "<" not in article.text


@settings(max_examples=200)
@given(st.text(max_size=300))
def test_no_text_of_an_article_has_markup_left(markup: str) -> None:
    assert not re.search(r"<[a-zA-Z/!?]", paragraphs(markup))

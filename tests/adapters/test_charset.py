"""Bytes become text by what the server or the page says of itself, and what cannot be read shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.adapters.charset import text_of
from tracker.domain.model import Snapshot

SHOT = Snapshot("https://h/p", datetime(2026, 9, 1, tzinfo=UTC), 200, "text/html", "", b"")


def text(body: bytes, charset: str = "") -> str:
    return text_of(replace(SHOT, body=body, charset=charset))


def html(meta: str, price: bytes) -> bytes:
    return b"<!doctype html>\n<head>" + meta.encode() + b"</head><td>" + price + b"</td>"


@pytest.mark.parametrize(
    ("charset", "body"),
    [
        ("", "3 €".encode()),
        ("utf-8", "3 €".encode()),
        ("UTF8", "3 €".encode()),
        ("windows-1252", b"3 \x80"),
        ("ISO-8859-1", b"3 \x80"),  # as browsers have it
        ("us-ascii", b"3 \x80"),
        ("iso-8859-15", b"3 \xa4"),
        ("utf-16le", "3 €".encode("utf-16-le")),
        ("utf-16", "3 €".encode("utf-16-le")),
        ("utf-16be", "3 €".encode("utf-16-be")),
        ("gb2312", "3 €".encode("gb18030")),
        ("'utf-8'", "3 €".encode()),
    ],
)
def test_the_declared_charset_is_used(charset: str, body: bytes) -> None:
    assert text(body, charset) == "3 €"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("declared", ["", "windows-1252", "utf-8", "utf-16be"])
def test_a_byte_order_mark_outweighs_what_is_declared_and_is_no_text(encoding: str, declared: str) -> None:
    assert text("model,€\n".encode(encoding), declared) == "model,€\n"


def test_a_big_endian_byte_order_mark_is_known() -> None:
    assert text(b"\xfe\xff" + "3 €".encode("utf-16-be")) == "3 €"


@pytest.mark.parametrize(
    "meta",
    [
        '<meta charset="windows-1252">',
        "<META CHARSET=windows-1252>",
        '<meta http-equiv="Content-Type" content="text/html; charset=windows-1252">',
    ],
)
def test_the_pages_own_charset_counts_where_the_server_names_none(meta: str) -> None:
    page = html(meta, b"3 \x80")
    assert "3 €" in text(page)
    assert "3 €" in text(page, "no-such-charset")
    assert "3 \ufffd" in text(page, "utf-8")


def test_the_declaration_of_an_xml_feed_counts() -> None:
    assert text(b'<?xml version="1.0" encoding="iso-8859-1"?><t>3 \x80</t>').endswith("<t>3 €</t>")


@pytest.mark.parametrize("meta", ['<meta charset="utf-16">', '<meta charset="nonsense">', ""])
def test_a_page_that_names_no_usable_charset_is_utf_8(meta: str) -> None:
    assert "3 €" in text(html(meta, "3 €".encode()))


def test_words_about_charsets_in_what_is_no_markup_mean_nothing() -> None:
    assert text('{"html": "<meta charset=koi8-r>", "price": "3 €"}'.encode()).endswith('"3 €"}')


def test_bytes_labelled_as_what_they_are_not_are_shown_not_guessed() -> None:
    assert text(b"<td>3 \x80</td>", "utf-8") == "<td>3 \ufffd</td>"


def test_utf_16_that_nobody_declared_is_unreadable_not_wrong() -> None:
    assert text("$3".encode("utf-16-le")) == "$\ufffd3\ufffd"


def test_nul_never_gets_through() -> None:
    assert text(b"$1\x000") == "$1\ufffd0"
    assert "\0" not in text("a\0b".encode("utf-16"))


@pytest.mark.parametrize(
    "label", ["utf-7", "hex", "zlib", "rot13", "unicode_escape", "idna", "punycode", "undefined"]
)
def test_a_codec_that_is_no_charset_of_pages_is_not_used(label: str) -> None:
    assert text(b"+ADw-b \\u0041 xn--", label) == "+ADw-b \\u0041 xn--"


@given(
    st.binary(max_size=200),
    st.text(max_size=20) | st.sampled_from(["utf-16", "gb18030", "iso2022_jp", "big5"]),
)
def test_no_bytes_and_no_label_raise(body: bytes, charset: str) -> None:
    assert "\0" not in text(body, charset)

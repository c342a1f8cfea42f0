"""What a reader never reads may change: it must say the same of the page with and without it."""

from __future__ import annotations

import pytest

import scrapers.catalog
from scrapers.generic import generic
from scrapers.page import Page, ReadError, Reading
from scrapers.read_parts import leaves_scripts_alone, part_read
from scrapers.source import Reader
from tests.accept import FIXTURES

SHARED = FIXTURES.parents[2] / "shared" / "captures" / "files"
CASES = [
    (source.reader, file)
    for id, source in scrapers.catalog.sources().items()
    for file in sorted((FIXTURES / id).glob("*.html"))
]
CASES += [(generic, file) for root in (FIXTURES, SHARED) for file in sorted(root.glob("*/*.html"))]


def said(reader: Reader, text: str) -> Reading | None:
    """None where the page is refused; why may stand in a script."""
    try:
        return reader(Page("http://x.example/p", text))
    except ReadError:
        return None


def test_the_part_that_a_reader_reads_says_what_the_page_says() -> None:
    shorter = 0
    for reader, file in CASES:
        text = file.read_text(errors="replace")
        part = part_read(reader, Page("http://x.example/p", text))
        if part != text:
            shorter += 1
            assert said(reader, part) == said(reader, text), file
    assert shorter


PAGE = "<!doctype html><html><head>{}</head><body><p>{}</p></body></html>"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<script nonce=1>a</script>", "<script nonce=2 src='b'>b < c </script>"),
        ("<style>a</style>", "<style>b</style>"),
        ('<meta name="token" content="a">', '<meta name="token" content="b">'),
    ],
)
def test_a_script_that_changed_is_no_change_for_a_reader_of_tables(before: str, after: str) -> None:
    alone = leaves_scripts_alone(lambda page: Reading())

    def other(page: Page) -> Reading:
        return Reading()

    parts = {part_read(alone, Page("", PAGE.format(script, "$1"))) for script in (before, after)}
    assert len(parts) == 1
    assert part_read(alone, Page("", PAGE.format(before, "$2"))) not in parts
    whole = PAGE.format(after, "$1")
    assert part_read(other, Page("", whole)) == whole
    assert part_read(alone, Page("", whole, "text/markdown")) != whole  # by its first words it is HTML
    assert part_read(alone, Page("", after, "text/markdown")) == after


@pytest.mark.parametrize("cut", ["<script>", "<style>", "<meta name='a'"])
def test_what_is_never_closed_belongs_to_the_part(cut: str) -> None:
    alone = leaves_scripts_alone(lambda page: Reading())
    pages = [f"<html><body>{cut} {price}" for price in ("$1", "$2")]
    assert len({part_read(alone, Page("", page)) for page in pages}) == 2
    assert part_read(alone, Page("", "<script>" * 200_000)) == "<script>" * 200_000  # in linear time


def test_a_source_of_the_catalog_that_reads_scripts_is_given_them() -> None:
    script = "<html><script>self.__next_f.push([1,'x'])</script></html>"
    for id, source in scrapers.catalog.sources().items():
        if source.via == "payload":
            assert part_read(source.reader, Page("", script)) == script, id

"""Pages that are saved from the web."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tracker.adapters.saved import Checkout, page_of
from tracker.domain.model import Snapshot


@pytest.mark.parametrize(
    ("fetched", "saved"),
    [
        ("text/html", "text/html"),
        ("application/xhtml+xml", "text/html"),
        ("text/x-markdown", "text/markdown"),
        ("application/ld+json", "application/json"),
        ("application/atom+xml", "application/rss+xml"),
    ],
)
def test_a_saved_page_is_read_as_what_it_was_fetched_as(tmp_path: Path, fetched: str, saved: str) -> None:
    page = Snapshot("https://acme.example/", datetime.now(UTC), 200, fetched, "", b"hello")
    file = Checkout(tmp_path).save("acme", page)
    assert page_of(file, page.url).media_type == saved
    assert Checkout(tmp_path).pages("acme") == [file]

"""Times, changes and links as the templates print them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.web.stock import NOW, move
from tracker.web.words import ago, change, web_link


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s ago"), (59, "59 s ago"), (60, "1 min ago"), (3599, "59 min ago"), (3600, "1 h ago"),
     (172_799, "47 h ago"), (172_800, "2 days ago"), (-90, "in 1 min"), (86_400 * 1200, "1,200 days ago")],
)  # fmt: skip
def test_how_long_ago_is_said_in_one_unit(seconds: int, words: str) -> None:
    assert ago(NOW - timedelta(seconds=seconds), NOW) == words


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("10", "2", "−80 %"),
        ("0.27", "2700", "×10,000"),
        ("0.0000001", "900000", "over ×1,000,000"),
        ("0", "1", "from zero"),
    ],
)
def test_a_rise_beyond_sense_is_told_in_times(before: str, after: str, words: str) -> None:
    assert change(move("openai", "o3", before, after)) == words


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "//evil.example", "https://user:pw@a.example/", "http://[", "ftp://a/b",
     " https://a.example", "https://", "", "https://a.example/" + "x" * 3000],
)  # fmt: skip
def test_only_plain_web_addresses_become_links(url: str) -> None:
    assert web_link(url) == ""
    assert web_link("https://a.example/pricing?x=1") == "https://a.example/pricing?x=1"

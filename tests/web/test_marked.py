"""Where the words stand in a kept page that a price was read from."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web.asking import HOSTILE
from tracker.web.marked import Shown, shown

TABLE = """<html><head><style>td { color: red }</style><script>var o3 = "$2.00"</script></head><body>
<table><tr><th>Model</th><th>Input</th></tr><tr><td>o3-mini</td><td>$2.00</td></tr>
<tr><td><b>o3</b></td>\n<td>$2.00</td></tr><tr><td>o3 pro</td><td>$20.00</td></tr></table></body></html>"""


def marks(found: Shown) -> list[str]:
    return [piece.text for piece in found.pieces if piece.is_marked]


def whole(found: Shown) -> str:
    return "".join(piece.text for piece in found.pieces)


def test_the_name_and_the_price_of_a_label_are_marked_in_the_row_that_has_both() -> None:
    found = shown(TABLE, "text/html", "o3 | Input | $2.00")
    assert marks(found) == ["o3", "$2.00"] and not found.is_source
    begins = "".join(piece.text for piece in found.pieces[:1])
    assert "o3-mini" in begins and "color" not in whole(found) and "var" not in whole(found)


def test_a_price_is_not_found_within_a_longer_one() -> None:
    assert marks(shown("<p>a $2.00</p>", "text/html", "a | $2")) == []
    assert marks(shown("a: $20, a: $2.", "text/markdown", "a | $2")) == ["a", "$2"]


def test_what_stands_only_in_the_source_of_a_page_is_marked_there() -> None:
    page = '<p>Prices</p><script>{"name":"glm","price":"0.6"}</script>'
    found = shown(page, "text/html", "glm | price | 0.6")
    assert found.is_source and marks(found) == ["glm", "price", "0.6"]


def test_a_label_that_is_nowhere_leaves_the_text_unmarked() -> None:
    found = shown(TABLE, "text/html", "gpt-9 | Input | $1")
    assert not found.is_found and "o3 pro" in whole(found)
    assert not shown(TABLE, "text/html", "").is_found


def test_a_big_page_is_cut_around_what_is_marked_and_says_how_much_is_left_out() -> None:
    page = "x\n" * 200_000 + "o3 $2\n" + "y\n" * 300_000
    found = shown(page, "text/plain", "o3 | $2")
    assert marks(found) == ["o3", "$2"] and len(whole(found)) < 7_000
    assert found.before + len(whole(found)) + found.after == len(page)


@pytest.mark.parametrize("page", ["<" * 400_000, "<script" * 60_000, "o3 " * 300_000, "<p>" * 300_000])
def test_no_page_takes_long_to_show(page: str) -> None:
    begun = time.monotonic()
    shown(page, "text/html", "o3 | Input | $2")
    assert time.monotonic() - begun < 3


@given(st.text(max_size=300), st.text(max_size=40), st.sampled_from(["text/html", "text/plain", ""]))
def test_any_text_can_be_shown(text: str, label: str, media_type: str) -> None:
    assert all(c.isprintable() or c in "\n\t" for c in whole(shown(text, media_type, label)))


def test_hostile_words_lose_what_turns_or_hides_text() -> None:
    for name in HOSTILE:
        assert "\u202e" not in whole(shown(name, "text/plain", name))


APART = {
    (
        "<td>deepseek-chat <sup>(4)</sup></td><td>(5) $0.14</td>",
        "deepseek-chat(⁴) | CACHE MISS | (⁵) $0.14",
    ): [
        "deepseek-chat",
        "0.14",
    ],
    ("<td>Grok 4 <i>new</i></td><td>$3</td>", "Grok 4 fast-reasoning | Input | $3 / MTok"): [],
    ('{"gpt-4o": {"input_cost": 2.5e-06}}', "gpt-4o input_cost 0.0000025"): ["gpt-4o", '"input_cost"'],
    ('{"id":"a/b","pricing":{"prompt":"0.1"}}', "a/b pricing.prompt 0.1"): ["a/b", '"prompt"', "0.1"],
}


@pytest.mark.parametrize(("page", "label"), APART)
def test_what_stands_apart_on_a_page_is_marked_where_name_and_figure_are_nearest(
    page: str, label: str
) -> None:
    found = shown(page, "text/html" if "<" in page else "application/json", label)
    assert marks(found) == APART[page, label] and found.is_near is found.is_found

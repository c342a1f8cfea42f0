"""HTML and Markdown tables become one rectangle of cells."""

from __future__ import annotations

import time
from collections.abc import Callable
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from scrapers.grid import MOST_SLOTS, Cell, Grid, Spanning, grid_of
from scrapers.html_tables import html_tables
from scrapers.lines import Line, lines_of
from scrapers.markdown_tables import markdown_tables
from scrapers.page import Page, ReadError
from scrapers.tables import document, is_html, tables


def texts(grid: Grid) -> list[list[str]]:
    return [[cell.text for cell in row] for row in grid.rows]


def only(html: str) -> Grid:
    (grid,) = html_tables(html)
    return grid


def test_merged_cells_are_repeated_in_every_slot_that_they_cover() -> None:
    grid = only(
        "<table><tr><td colspan=2>MODEL<td>flash<td>pro<tr><td rowspan=2>PRICE<td>input<td>1<td>2"
        "<tr><td>output<td colspan=2>3</table>"
    )
    assert texts(grid) == [
        ["MODEL", "MODEL", "flash", "pro"],
        ["PRICE", "input", "1", "2"],
        ["PRICE", "output", "3", "3"],
    ]
    assert [cell.spanned for cell in grid.rows[2]] == [True, False, False, True]


def test_a_rowspan_of_zero_and_one_too_long_end_with_their_row_group() -> None:
    for span in ("0", "99"):
        grid = only(
            f"<table><tbody><tr><td rowspan={span}>a<td>1<tr><td>2</tbody>"
            "<tbody><tr><td>b<td>3</tbody></table>"
        )
        assert texts(grid) == [["a", "1"], ["a", "2"], ["b", "3"]]


@pytest.mark.parametrize("span", ["-1", "x", "", "1.5", "２", "9" * 400])
def test_a_span_that_is_no_number_is_one_and_a_huge_one_is_capped(span: str) -> None:
    assert len(only(f'<table><tr><td rowspan="{span}">a<tr><td>b</table>').rows) == 2


def test_a_slot_that_two_spans_claim_holds_no_price() -> None:
    grid = only("<table><tr><td>a<td rowspan=2>$1<td>b<tr><td colspan=2>$2<td>c</table>")
    assert "\ufffd" in texts(grid)[1]


@pytest.mark.parametrize(
    "struck",
    [
        "<s>$9</s>",
        "<del>$9</del>",
        "<strike>$9</strike>",
        '<span style="text-decoration:line-through">$9</span>',
        '<b style="color:red;text-decoration-line: underline line-through">$9</b>',
        '<i class="old line-through">$9</i>',
    ],
)
def test_struck_text_is_kept_apart_from_what_holds(struck: str) -> None:
    cell = only(f"<table><tr><td>{struck} $4</table>").rows[0][0]
    assert (cell.text, cell.struck) == ("$4", "$9")


def test_hidden_text_buttons_and_scripts_are_not_part_of_a_cell() -> None:
    cell = only(
        "<table><tr><td>$4<span hidden>$5</span><span style='display: none'>$6</span><script>$7</script>"
        "<button>Copy $8</button><template>$9</template></table>"
    ).rows[0][0]
    assert cell.text == "$4"


def test_a_raised_digit_is_a_footnote_and_no_digit() -> None:
    assert texts(only("<table><tr><td>$3<sup>1</sup><td>$3<sup>(2)</sup></table>")) == [["$3¹", "$3(²)"]]
    assert texts(markdown_tables("| a |\n|---|\n| $3<sup>1</sup> |\n")[0]) == [["a"], ["$3¹"]]


def test_lines_of_a_cell_stay_lines() -> None:
    assert texts(only("<table><tr><td>Input<br>$3<div>$4</div><p>$5</p></table>")) == [["Input\n$3\n$4\n$5"]]


def test_a_nested_table_is_counted_once_and_is_not_the_text_of_its_cell() -> None:
    outer, inner = html_tables("<table><tr><td>menu<td><table><tr><td>x<td>$1</table></table>")
    assert texts(outer) == [["menu", ""]]
    assert texts(inner) == [["x", "$1"]]


def test_a_table_that_is_printed_twice_is_one() -> None:
    table = "<table><tr><th>Model<th>Input<tr><td>a<td>$1</table>"
    assert len(html_tables(f"<div>{table}</div><div class=phone>{table}</div>")) == 1
    assert len(html_tables(f"<h2>One</h2>{table}<h2>Batch</h2>{table}")) == 2


def test_a_table_knows_its_caption_its_headings_and_the_paragraph_before_it() -> None:
    table = "<table><caption>per <b>1M</b></caption><tr><td>x</table>"
    first, second = html_tables(f"<h1>A</h1><h2>B</h2><h3>C</h3>{table}<h2>D</h2><p>Since May.</p>{table}")
    assert (first.path, first.caption, first.lead) == (("A", "B", "C"), "per 1M", "")
    assert (second.path, second.lead) == (("A", "D"), "Since May.")
    (grid,) = markdown_tables("# A\n\n## B\n\nSince May.\n\n| x |\n|---|\n| 1 |\n")
    assert (grid.path, grid.lead) == (("A", "B"), "Since May.")


def test_headings_of_two_rows_are_joined_by_column() -> None:
    grid = only(
        "<table><thead><tr><th rowspan=2>Model<th colspan=2>Price<tr><th>In<th>Out</thead>"
        "<tr><td>a<td>1<td>2</table>"
    )
    assert grid.headings == ("Model", "Price\nIn", "Price\nOut")
    assert [[c.text for c in row] for row in grid.body] == [["a", "1", "2"]]


def test_pipe_tables_are_read_with_their_escapes_code_links_and_struck_text() -> None:
    (grid,) = markdown_tables(
        "| Model | Input | Note |\n|:--|--:|---|\n"
        "| `a|b` | \\$3 | [see](/x) |\n| **b** | ~~$9~~ $4<br/>$5 | ![img](/i.png)c |\n".replace(
            "a|b", r"a\|b"
        )
    )
    assert texts(grid) == [["Model", "Input", "Note"], ["a|b", "$3", "see"], ["b", "$4\n$5", "c"]]
    assert grid.rows[2][1].struck == "$9"


def test_an_indented_pipe_table_is_a_table_and_one_in_a_fence_is_not() -> None:
    assert len(markdown_tables("<Tab>\n    | a |\n    |---|\n    | 1 |\n</Tab>\n")) == 1
    assert markdown_tables("```\n| a |\n|---|\n| 1 |\n```\n") == []


def test_an_html_table_in_markdown_is_read_too() -> None:
    (grid,) = markdown_tables(
        "# Prices\n\n<table><tr><td>a</td><td>$1</td></tr>\n\n<tr><td>b</td></tr></table>\n"
    )
    assert texts(grid) == [["a", "$1"], ["b", ""]]


WHOLE = "<!doctype html><html><title>p</title><body><p>x</p><table><tr><td>a<td>$1</table></body></html>"


def test_a_page_cut_anywhere_is_incomplete() -> None:
    assert len(html_tables(WHOLE)) == 1
    for at in range(WHOLE.index("<html>") + 6, len(WHOLE) - 1):
        with pytest.raises(ReadError) as refusal:
            html_tables(WHOLE[:at])
        assert refusal.value.kind == "incomplete_page"


@pytest.mark.parametrize(
    "cut", ["<table><tr><td>a", "<p>x<table", "<!-- <table>", "<script>var a = '<table></table>'"]
)
def test_a_part_of_a_page_cut_in_a_table_a_tag_or_a_script_is_incomplete(cut: str) -> None:
    with pytest.raises(ReadError) as refusal:
        html_tables(cut)
    assert refusal.value.kind == "incomplete_page"


@pytest.mark.parametrize(
    "cut", ["| a | b |\n|---|---|\n| x | $1", "| a |\n|---|\n| x |\n\n```json\n{", "<Note>\n  text"]
)
def test_markdown_that_ends_within_a_row_a_fence_or_a_note_is_incomplete(cut: str) -> None:
    with pytest.raises(ReadError) as refusal:
        markdown_tables(cut)
    assert refusal.value.kind == "incomplete_page"


def test_a_script_that_writes_tables_is_no_table_and_does_not_unbalance_the_page() -> None:
    assert html_tables("<script>document.write('<table><tr><td>$1')</script><p a='<table>'>x</p>") == []


HOSTILE: dict[str, tuple[Callable[[str], object], str]] = {
    "500 kB of <div>": (html_tables, "<div>" * 100_000),
    "500 kB of <b>": (html_tables, "<b>" * 166_000),
    "nested lists": (html_tables, "<ul><li>" * 62_000),
    "nested tables": (html_tables, "<table><tr><td>" * 33_000),
    "depth at the cap": (html_tables, "<div>" * 510 + "<p>x</p>" * 60_000 + "</div>" * 510),
    "open formatting": (html_tables, "".join(f"<font size={i}><p>" for i in range(500)) + "<p>" * 99_000),
    "50,000 attributes": (html_tables, "<a " + " ".join(f"a{i}" for i in range(50_000)) + ">"),
    "shapes outside of a drawing": (html_tables, "<svg><foreignObject>" + "<path/>" * 70_000),
    "comments without end": (html_tables, "<!--" * 125_000),
    "quotes without end": (html_tables, "<a '<a \"" * 62_000),
    "5 MB of <": (html_tables, "<" * 5_000_000),
    "huge spans": (html_tables, "<table>" + "<tr><td rowspan=65534 colspan=1000>" * 9_000 + "</table>"),
    "brackets": (markdown_tables, "[" * 500_000),
    "quotes": (markdown_tables, "> " * 250_000),
    "a cell of brackets": (markdown_tables, "| a |\n|---|\n| " + "[a](" * 120_000 + " |\n"),
    "fences": (markdown_tables, "<table></table>\n" + "```a\n~~~~\n" * 50_000 + "```\n~~~~"),
    "rows": (markdown_tables, "| a |\n|---|\n" + "| 1 |\n" * 80_000),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_is_answered_or_refused_in_good_time(name: str) -> None:
    read, text = HOSTILE[name]
    begun = time.process_time()
    try:
        read(text)
    except ReadError as refusal:
        assert refusal.kind in ("too_large", "incomplete_page")
    assert time.process_time() - begun < 3  # measured: 0.6 s at most; a slow or busy machine has its share


def test_a_drawing_of_many_shapes_is_no_deep_page() -> None:
    shapes = "<svg viewBox='0 0 1 1'><g>" + "<path d='M0 0'/><rect/>" * 2_000 + "</g></svg>"
    assert len(html_tables(f"{shapes}<table><tr><td>a</table>")) == 1


def test_what_a_page_is_shows_in_its_first_words_or_in_its_label() -> None:
    assert is_html(Page("u", "<!DOCTYPE html><html>", "text/markdown"))
    assert is_html(Page("u", "<p>x", "text/html"))
    assert not is_html(Page("u", "# Prices\n\n<html> is a word", "text/markdown"))
    assert len(tables(Page("u", "| a |\n|---|\n| 1 |\n", "text/markdown"))) == 1


def test_a_document_knows_its_footnotes_and_the_unit_and_currency_that_it_states() -> None:
    page = document(
        Page("u", "<p>Prices are in USD per 1M tokens.</p><p>(1) Until May.<br>² Without tax.</p>")
    )
    assert dict(page.notes) == {"1": "Until May.", "2": "Without tax."}
    assert page.currency == "USD"
    assert page.unit is not None


def test_lines_are_what_the_page_shows_with_headings_told_apart() -> None:

    body = LexborHTMLParser(
        "<h2>Opus <i>5</i></h2><div><span>$</span><span>5</span> / MTok</div><s>$6</s><button>Buy"
    ).body
    assert body is not None
    assert lines_of(body) == [Line("Opus 5", 2), Line("$5 / MTok")]


# --- properties ---

word = st.text(alphabet="abc$1 <&|\n¹é", max_size=6)
spans = st.integers(0, 4)
cells = st.tuples(word, spans, st.integers(1, 4))
groups = st.lists(st.lists(st.lists(cells, max_size=4), max_size=4), min_size=1, max_size=3)


@given(groups)
def test_any_spans_make_a_rectangle_that_holds_every_cell(
    made: list[list[list[tuple[str, int, int]]]],
) -> None:
    grid = grid_of([[[Spanning(Cell(t), r, c) for t, r, c in row] for row in group] for group in made])
    assert len({len(row) for row in grid.rows}) <= 1
    assert len(grid.rows) == sum(map(len, made))
    shown = {cell.text for row in grid.rows for cell in row}
    assert "\ufffd" in shown or {t for group in made for row in group for t, _, _ in row} <= shown


@settings(max_examples=60)
@given(groups)
def test_html_of_any_spans_reads_to_the_same_rectangle(made: list[list[list[tuple[str, int, int]]]]) -> None:
    body = "".join(
        "<tbody>" + "".join(
            "<tr>" + "".join(f'<td rowspan="{r}" colspan="{c}">{escape(t)}</td>' for t, r, c in row) + "</tr>"
            for row in group
        ) + "</tbody>"
        for group in made
    )  # fmt: skip
    plain = [[[Spanning(Cell(" ".join(t.split())), r, c) for t, r, c in row] for row in g] for g in made]
    found = html_tables(f"<table>{body}</table>")
    assert [texts(g) for g in found] in ([], [texts(grid_of(plain))])


@settings(max_examples=60)
@given(st.text() | st.text(alphabet="<>/tabler d=\"'!-sciph|`~\n", max_size=80))
def test_no_text_raises_anything_but_a_read_error(text: str) -> None:
    for read in (html_tables, markdown_tables):
        try:
            read(text)
        except ReadError:
            continue


def test_more_slots_than_any_price_list_has_are_refused() -> None:
    with pytest.raises(ReadError) as refusal:
        grid_of([[[Spanning(Cell("a"), 1, 1000)]] * (MOST_SLOTS // 1000 + 1)])
    assert refusal.value.kind == "too_large"

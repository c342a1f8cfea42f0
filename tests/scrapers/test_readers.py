"""What a source declares is read by headings, refused where it is not exact, and survives change."""

from __future__ import annotations

import random
import re
import time
from decimal import Decimal
from html import escape
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.catalog import sources
from scrapers.generic import generic
from scrapers.grid import Grid
from scrapers.page import Page, ReadError, Reading
from scrapers.readers import cards, table
from scrapers.tables import tables
from scrapers.wrong_page import refuse_wrong_page
from tests.accept import FIXTURES, MEDIA_TYPES, answer_file

Line = tuple[str, str, Decimal, str, tuple[tuple[str, str], ...]]


def lines(reading: Reading) -> set[Line]:
    return {
        (o.model.casefold(), o.meter, o.price, o.currency, tuple(o.terms.as_dict().items()))
        for o in reading.offers
    }


def html(rows: list[list[str]], above: str = "", head: bool = True) -> str:
    """A whole page with one table; the first row is of headings."""
    body = "".join(
        "<tr>" + "".join(f"<{'th' if head and not y else 'td'}>{cell}" for cell in row)
        for y, row in enumerate(rows)
    )
    title = "<head><title>Prices</title></head>"
    return f"<!doctype html><html>{title}<body>{above}<table>{body}</table></body></html>"


def read(rows: list[list[str]], above: str = "") -> Reading:
    return generic(Page("https://acme.example/pricing", html(rows, above)))


def refusal(page: str, media_type: str = "text/html") -> str:
    with pytest.raises(ReadError) as refused:
        generic(Page("https://acme.example/pricing", page, media_type))
    return refused.value.kind


HEAD = ["Model", "Input / 1M tokens", "Output / 1M tokens"]


# --- the catalogue's cases ---


def test_columns_are_found_by_their_headings_wherever_they_stand() -> None:
    rows = [["Latency", *HEAD[::-1]], ["fast", "$15", "$3", "alpha"]]
    assert lines(read(rows)) == lines(read([HEAD, ["alpha", "$3", "$15"]])) != set()


def test_a_lost_output_column_refuses_the_page() -> None:
    assert refusal(html([HEAD[:2], ["alpha", "$3"]])) == "missing_column"


def test_a_table_of_embeddings_needs_no_output_column() -> None:
    assert len(read([HEAD[:2], ["alpha-embed", "$3"]]).offers) == 1


def test_an_inserted_column_for_the_hours_of_the_day_becomes_a_window() -> None:
    found = lines(
        read(
            [["Model", "Hours", *HEAD[1:]], ["alpha", "PEAK", "$3", "$15"], ["alpha", "OFF-PEAK", "$1", "$5"]]
        )
    )
    assert {(price, terms) for _, meter, price, _, terms in found if meter == "input_mtok"} == {
        (Decimal(3), (("window", "peak"),)),
        (Decimal(1), (("window", "off-peak"),)),
    }


@pytest.mark.parametrize(
    ("heading", "cell", "price"),
    [
        ("Input / 1M tokens", "$2.50", "2.5"),
        ("Input / 1K tokens", "$0.0025", "2.5"),
        ("Input per token", "$0.0000025", "2.5"),
        ("Input", "$2.50 / MTok", "2.5"),
        ("Input (US cents per 1M tokens)", "250¢", "2.5"),
    ],
)
def test_the_unit_is_what_the_heading_or_the_cell_says(heading: str, cell: str, price: str) -> None:
    rows = [["Model", heading, heading.replace("Input", "Output")], ["alpha", cell, cell]]
    assert {o.price for o in read(rows).offers} == {Decimal(price)}


def test_two_units_on_a_page_are_never_mixed() -> None:
    one = (
        "<table><tr><th>Model<th>Input per 1K tokens<th>Output per 1K tokens"
        "<tr><td>alpha<td>$0.003<td>$0.015</table>"
    )
    found = read([HEAD, ["beta", "$3", "$15"]], above=one)
    assert {o.price for o in found.offers if o.meter == "input_mtok"} == {Decimal(3)}
    mixed = read(
        [["Model", "Input", "Output"], ["beta", "$3", "$15"], ["gamma", "$1 / 1M tokens", "$2 / 1M tokens"]],
        one,
    )
    assert {o.model for o in mixed.offers} == {"alpha", "gamma"}
    assert {r.reason for r in mixed.refused} == {"neither the cell nor its heading names a unit"}


def test_a_page_that_names_no_unit_at_all_speaks_of_a_million_tokens() -> None:
    assert {o.price for o in read([["Model", "Input", "Output"], ["alpha", "$3", "$15"]]).offers} == {3, 15}


def test_a_bare_number_without_a_currency_anywhere_is_refused_but_one_that_the_page_states_is_not() -> None:
    rows = [HEAD, ["alpha", "3", "15"]]
    assert refusal(html(rows)) == "parse_error"
    assert {o.currency for o in read(rows, "<p>All prices are in USD.</p>").offers} == {"USD"}
    assert {
        o.currency
        for o in read([["Model", "Input (€ / 1M tokens)", "Output (€ / 1M tokens)"], ["a", "3", "15"]]).offers
    } == {"EUR"}


def test_a_cell_that_cannot_be_read_is_refused_with_its_row_and_the_others_go_on() -> None:
    found = read([HEAD, ["alpha", "$1.10–$2.19", "$15"], ["beta", "$3", "3 \ufffd"], ["gamma", "$3", "$15"]])
    assert {(o.model, o.meter) for o in found.offers} == {
        ("alpha", "output_mtok"), ("beta", "input_mtok"), ("gamma", "input_mtok"), ("gamma", "output_mtok"),
    }  # fmt: skip
    assert [r.label for r in found.refused] == ["alpha | $1.10–$2.19 | $15", "beta | $3 | 3 \ufffd"]


@pytest.mark.parametrize(
    "cell", ["-1", "0", "NaN", "1e400", "1_000", "٣", "$0.0000000000001", "$1000000000", "$1–$3", "✓"]
)
def test_an_absurd_value_is_refused_and_never_stored(cell: str) -> None:
    found = read([HEAD, ["alpha", cell, "$15"], ["beta", "$3", "$15"]], "<p>Prices are in USD.</p>")
    assert ("alpha", "input_mtok") not in {(o.model, o.meter) for o in found.offers}
    assert [r.label for r in found.refused] == [f"alpha | {cell} | $15"]


def test_free_is_zero_and_contact_us_is_no_price() -> None:
    found = read(
        [HEAD, ["alpha", "Free", "$1"], ["beta", "Contact us", "—"], ["gamma", "$3", "$15"]],
    )
    assert {(o.model, o.price) for o in found.offers} == {
        ("alpha", 0),
        ("alpha", 1),
        ("gamma", 3),
        ("gamma", 15),
    }
    assert found.refused == ()


def test_the_same_model_twice_is_one_offer_or_a_refusal_and_the_others_go_on() -> None:
    found = read(
        [
            HEAD,
            ["alpha", "$3", "$15"],
            ["Alpha ", "$3", "$15"],
            ["beta", "$1", "$2"],
            ["beta", "$9", "$8"],
            ["gamma", "$1", "$2"],
        ]
    )
    assert [(o.model, o.price) for o in found.offers] == [
        ("alpha", 3),
        ("alpha", 15),
        ("gamma", 1),
        ("gamma", 2),
    ]
    assert len(found.refused) == 4
    assert refusal(html([HEAD, ["beta", "$1", "$2"], ["beta", "$9", "$8"]])) == "conflict"


def test_a_row_that_names_a_tier_speaks_for_the_rows_below_it() -> None:
    found = lines(read([HEAD, ["alpha", "$3", "$15"], ["Batch", "", ""], ["alpha", "$1.50", "$7.50"]]))
    assert {p for _, m, p, _, t in found if t == (("tier", "batch"),)} == {Decimal("1.5"), Decimal("7.5")}


def test_a_price_without_a_model_is_refused() -> None:
    found = read([HEAD, ["alpha", "$3", "$15"], ["<img alt='x'>", "$1", "$2"]])
    assert {(o.model, o.price) for o in found.offers} == {("alpha", 3), ("alpha", 15)}
    assert {r.label for r in found.refused} == {" | $1 | $2"}


@pytest.mark.parametrize(
    ("printed", "model"),
    [
        ("Claude Opus 4.1 (deprecated)", "Claude Opus 4.1"),
        ("Claude Sonnet 5through August 31, 2026", "Claude Sonnet 5"),
        ("Alpha 3<sup>1</sup>", "Alpha 3"),
        ("alpha-3 (&lt;200K context length)", "alpha-3"),
        ("Alpha 3<br>alpha-3-2026-01-01", "alpha-3-2026-01-01"),
        ("Alpha<br>Flash", "Alpha Flash"),
        ("Alpha 3<p>Our most intelligent model for agents", "Alpha 3"),
        ("Alpha 3 (preview)", "Alpha 3 (preview)"),
        ("Mixtral 8x7B Instruct v0.1", "Mixtral 8x7B Instruct v0.1"),
        ("Qwen3 (128K)", "Qwen3 (128K)"),
    ],
)
def test_a_name_is_the_id_where_there_is_one_and_else_as_printed(printed: str, model: str) -> None:
    assert {o.model for o in read([HEAD, [printed, "$3", "$15"]]).offers} == {model}


# --- what is no price list ---


HTML, MARKDOWN = "text/html", "text/markdown"
WRONG = [
    ("", HTML, "unexpected_page"),
    (" \n\x00", HTML, "unexpected_page"),
    ("{}", "application/json", "unexpected_page"),
    ('{"error": "rate limited"}', HTML, "unexpected_page"),
    ("<title>Just a moment...</title><p>x", HTML, "blocked"),
    ("<title>Attention Required! | Cloudflare</title><p>x", HTML, "blocked"),
    ("<title>Acme</title><form><input type=password></form>", HTML, "blocked"),
    ("<p>We use cookies on our pricing page. <button>Accept</button>", HTML, "blocked"),
    ("<title>503 Service Unavailable</title><p>x", HTML, "unexpected_page"),
    ("<title>Acme</title><h1>Page not found</h1>", HTML, "unexpected_page"),
    ("<div id=root></div><script src=a.js></script>", HTML, "no_table"),
    ("<h1>Welcome</h1><p>" + "We make models. " * 200, HTML, "no_table"),
    ("# Welcome\n\nWe make models.\n", MARKDOWN, "no_table"),
    ("<!doctype html><title>Just a moment...</title><p>x", MARKDOWN, "blocked"),
    ("| Plan | Support |\n|---|---|\n| Team | mail |\n", MARKDOWN, "no_table"),
]


@pytest.mark.parametrize(("page", "media_type", "kind"), WRONG)
def test_another_document_in_place_of_the_page_is_told_as_what_it_is(
    page: str, media_type: str, kind: str
) -> None:
    assert refusal(page, media_type) == kind


def test_a_price_list_that_mentions_cookies_and_logins_is_a_price_list() -> None:
    above = "<a>Log in</a><p>We use cookies. Sign in to continue.</p>"
    assert len(read([HEAD, ["alpha", "$3", "$15"]], above).offers) == 2


def test_recognising_a_wrong_page_takes_no_longer_than_reading_one() -> None:
    begun = time.process_time()
    with pytest.raises(ReadError):
        refuse_wrong_page(Page("u", "<div>" * 100_000))
    assert time.process_time() - begun < 1


# --- what happens to real layouts when they change ---


def saved(*ids: str, ending: str = "") -> list[Path]:
    """Saved pages of these sources whose answer is a list of offers."""
    found = [
        f
        for i in ids
        for e in (".html", ".md")
        for f in sorted((FIXTURES / i).glob(f"*{e}"))
        if f.name.endswith(ending)
    ]
    return [f for f in found if not answer_file(f).read_text("utf-8").startswith("{")]


def read_saved(file: Path, text: str, media_type: str = "") -> Reading:
    page = Page("https://acme.example/pricing", text, media_type or MEDIA_TYPES[file.suffix])
    source = file.parent.name
    return generic(page) if source == "generic" else sources()[source].read(page)


def label(file: Path) -> str:
    return f"{file.parent.name}/{file.name}"


def plain_html(grids: list[Grid], order: random.Random | None = None) -> str:
    """The tables of a page without any span, with rows and columns in another order where one is given."""
    parts = []
    for grid in grids:
        rows = [list(row) for row in grid.rows]
        for above, row in pairwise(rows):
            row[0] = row[0] if row[0].text else above[0]  # Markdown leaves a merged name blank
        if order:
            head = grid.head_rows
            body = order.sample(rows[head:], len(rows) - head)
            columns = list(range(len(rows[0])))
            first = next((x for x, c in enumerate(rows[0]) if c.text != rows[0][0].text), len(columns))
            columns = columns[:first] + order.sample(columns[first:], len(columns) - first)
            rows = [[row[x] for x in columns] for row in rows[:head] + body]
        parts += [f"<h{n}>{escape(words)}</h{n}>" for n, words in enumerate(grid.path, 1)]
        parts.append(f"<p>{escape(grid.lead)}</p><table><caption>{escape(grid.caption)}</caption>")
        for row in rows:
            cells = (
                f"<{'th' if c.is_header else 'td'}>{escape(c.text).replace(chr(10), '<br>')}" for c in row
            )
            parts.append("<tr>" + "".join(cells))
        parts.append("</table>")
    return "".join(parts)


def words_of(file: Path) -> str:
    text = file.read_text("utf-8")
    notes = re.findall(r"\(\d\)[^<\n]+", re.sub(r"</?(?:strong|b|code)>", "", text))
    return (
        "".join(f"<p>{note}</p>" for note in notes)
        + "<p>All prices are in USD; August 31, 2026; September 1, 2026.</p>"
    )


@pytest.mark.parametrize("file", saved("anthropic", "deepseek", "generic"), ids=label)
def test_rows_and_columns_in_another_order_give_the_same_offers(file: Path) -> None:
    text = file.read_text("utf-8")
    expected = lines(read_saved(file, text))
    grids = tables(Page("u", text, MEDIA_TYPES[file.suffix]))
    notes = words_of(file) if file.parent.name != "generic" else ""
    if not grids or any(grid.id for grid in grids):
        return  # its prices stand in lists or in tables of divs, or its models above its tables
    for seed in (None, 1, 2, 3):
        order = random.Random(seed) if seed else None
        assert lines(read_saved(file, plain_html(grids, order) + notes, "text/html")) == expected


@pytest.mark.parametrize(
    "file", saved("anthropic", "claude", "deepseek", "generic", ending=".html"), ids=label
)
def test_an_html_page_cut_anywhere_is_incomplete(file: Path) -> None:
    text = file.read_text("utf-8")
    begin, end = text.index("<html"), text.rindex("</html>")
    for at in range(begin + 10, end, max(1, (end - begin) // 23)):
        with pytest.raises(ReadError) as refused:
            read_saved(file, text[:at])
        assert refused.value.kind == "incomplete_page"


@pytest.mark.parametrize("file", saved("anthropic", ending=".md"), ids=label)
def test_a_markdown_page_cut_within_a_row_is_incomplete(file: Path) -> None:
    text = file.read_text("utf-8")
    for row in re.finditer(r"^\| Claude.*\|$", text, re.M):
        with pytest.raises(ReadError) as refused:
            read_saved(file, text[: row.end() - 9])
        assert refused.value.kind == "incomplete_page"


def without_column(text: str, heading: str) -> str:
    """A Markdown page whose tables lost the columns with this heading."""
    out: list[str] = []
    lost = -1
    for line in text.split("\n"):
        cells = re.split(r"(?<!\\)\|", line)
        if line.startswith("|"):
            if not (out and out[-1].startswith("|")):
                said = [c.strip().casefold().replace(" and ", " & ") for c in cells]
                lost = said.index(heading.casefold()) if heading.casefold() in said else -1
            cells = [c for x, c in enumerate(cells) if x != lost]
        out.append("|".join(cells))
    return "\n".join(out)


@pytest.mark.parametrize(
    "heading",
    [
        "Model",
        "Base Input Tokens",
        "5m Cache Writes",
        "1h Cache Writes",
        "Cache Hits & Refreshes",
        "Output Tokens",
        "Batch output",
    ],
)
@pytest.mark.parametrize("file", saved("anthropic", ending=".md"), ids=label)
def test_a_lost_column_refuses_the_page_of_anthropic(file: Path, heading: str) -> None:
    text = file.read_text("utf-8")
    assert without_column(text, "no such heading") == text
    with pytest.raises(ReadError) as refused:
        read_saved(file, without_column(text, heading))
    assert (
        refused.value.kind in ("missing_column", "no_table", "too_few")
        if heading == "Model"
        else "missing_column"
    )


def test_a_lost_row_refuses_the_page_of_deepseek_whose_rows_are_meters() -> None:
    file = FIXTURES / "deepseek" / "2025-09-29.html"
    for words in ("1M INPUT TOKENS (CACHE HIT)", "1M INPUT TOKENS (CACHE MISS)", "1M OUTPUT TOKENS"):
        with pytest.raises(ReadError) as refused:
            read_saved(file, file.read_text("utf-8").replace(words, "SPEED"))
        assert refused.value.kind == "missing_column"


@pytest.mark.parametrize("file", saved("anthropic", ending=".md"), ids=label)
def test_a_struck_price_of_anthropic_is_not_read_and_the_others_are(file: Path) -> None:
    text = file.read_text("utf-8")
    row = next(line for line in text.split("\n") if line.startswith("| Claude Haiku 4.5 "))
    cells = row.split("|")
    struck = "|".join([*cells[:-2], f" ~~{cells[-2].strip()}~~ ", cells[-1]])
    found = lines(read_saved(file, text.replace(row, struck, 1)))
    assert lines(read_saved(file, text)) - found == {
        ("claude haiku 4.5", "output_mtok", Decimal(5), "USD", ())
    }


@pytest.mark.parametrize("file", saved("deepseek", ending=".html"), ids=label)
def test_a_struck_price_of_deepseek_is_not_read_and_the_others_are(file: Path) -> None:
    text = file.read_text("utf-8")
    before = lines(read_saved(file, text))
    price = re.search(r"(?<=>)(?:\$[\d.]+[^<]*|[\d.]+元)(?=</td>)", text)
    assert price
    struck = lines(read_saved(file, text[: price.start()] + f"<s>{price[0]}</s>" + text[price.end() :]))
    assert struck < before
    assert len({model for model, *_ in struck}) == len({model for model, *_ in before})


def test_a_struck_price_of_a_card_is_not_read_and_the_others_are() -> None:
    file = FIXTURES / "claude" / "2026-05-08.html"
    text = file.read_text("utf-8")
    value = '<div class="tokens_main_val">'
    struck = text.replace(value, value.replace(">", ' style="text-decoration: line-through">'), 1)
    lost = lines(read_saved(file, text)) - lines(read_saved(file, struck))
    assert lost == {("opus 4.7", "input_mtok", Decimal(5), "USD", ())}


def test_another_page_under_deepseeks_address_is_refused() -> None:
    page = html(
        [["PARAM", "VALUE"], ["base_url", "https://api.deepseek.com"]],
        "<h1>Your First API Call</h1>" + "<p>Words.</p>" * 99,
    )
    with pytest.raises(ReadError) as refused:
        sources()["deepseek"].read(Page("u", page))
    assert refused.value.kind == "no_table"


def test_cards_want_a_unit_and_the_meters_that_the_source_needs() -> None:
    card = "<h3>Opus</h3><div>Input</div><div>$5{}</div><div>Output</div><div>$25{}</div>"
    page = f"<html><body>{card}</body></html>"
    assert len(cards()(Page("u", page.format(" / MTok", " / MTok"))).offers) == 2
    for words, kind in ((("", ""), "no_table"), ((" / MTok", ""), "missing_column")):
        with pytest.raises(ReadError) as refused:
            cards()(Page("u", page.format(*words)))
        assert refused.value.kind == kind


def test_a_source_may_leave_tables_out_and_name_its_column() -> None:
    two = (
        "<h2>Regional</h2><table><tr><th>Engine<th>Input per 1M tokens<th>Output per 1M tokens"
        "<tr><td>alpha<td>$9<td>$9</table>"
    )
    page = Page("u", html([["Engine", *HEAD[1:]], ["alpha", "$3", "$15"]], f"{two}<h2>Global</h2>"))
    assert {o.price for o in table(name="engine", leave_out="^Regional")(page).offers} == {3, 15}
    with pytest.raises(ReadError):
        table()(page)


@pytest.mark.parametrize("as_html", [True, False])
def test_a_row_that_lost_a_cell_and_a_table_that_lost_a_heading_are_refused(as_html: bool) -> None:
    def read(*rows: list[str]) -> Reading:
        if as_html:
            return table()(Page("u", html(list(rows))))
        lines = [f"| {' | '.join(row)} |" for row in rows]
        text = "\n".join(("# Prices\n", lines[0], "| --- " * len(rows[0]) + "|", *lines[1:], ""))
        return table()(Page("u", text, "text/markdown"))

    head = ["Model", "Cached input / 1M tokens", "Input / 1M tokens", "Output / 1M tokens"]
    whole = ["alpha", "$1", "$2", "$3"]
    reading = read(head, whole, ["beta", "$5", "$6"], ["$7", "$8", "$9"])
    assert [(offer.model, offer.price) for offer in reading.offers] == [("alpha", n) for n in (1, 2, 3)]
    assert len(reading.refused) == 2
    with pytest.raises(ReadError):
        read([head[0], *head[2:]], whole)
    turned = [
        ["Model", "alpha", "beta"],
        ["Input / 1M tokens", "$1", "$2"],
        ["Output / 1M tokens", "$3", "$4"],
    ]
    assert len(read(*turned).offers) == 4
    for y in range(3):
        with pytest.raises(ReadError):
            read(*turned[:y], turned[y][:-1], *turned[y + 1 :])


# --- properties ---

names = st.lists(st.from_regex(r"[a-z]{3,8}-[0-9]{1,2}", fullmatch=True), min_size=1, max_size=6, unique=True)
prices = st.decimals("0.001", "999", places=3)


@settings(max_examples=60, deadline=None)
@given(names, st.data())
def test_any_list_of_prices_reads_back_from_html_and_markdown_in_any_order(
    models: list[str], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(4)))
    heads = ["Model", "Input / 1M tokens", "Cached input / 1M tokens", "Output / 1M tokens"]
    meters = ["", "input_mtok", "cache_read_mtok", "output_mtok"]
    rows = [[m, *(f"${data.draw(prices):f}" for _ in range(3))] for m in models]
    shown = [[row[x] for x in order] for row in [heads, *data.draw(st.permutations(rows))]]
    expected = {(row[0], meters[x], Decimal(row[x][1:]), "USD", ()) for row in rows for x in (1, 2, 3)}
    assert lines(read(shown)) == expected
    pipes = ["| " + " | ".join(row) + " |" for row in shown]
    markdown = "\n".join([pipes[0], "|" + "---|" * 4, *pipes[1:]]) + "\n"
    assert lines(generic(Page("u", markdown, "text/markdown"))) == expected
    by_model = [list(column) for column in zip(heads, *rows, strict=True)]
    assert lines(read(by_model)) == expected


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.lists(
            st.text(max_size=12) | st.sampled_from(["Model", "Input", "$3 / MTok", "Output", "Free"]),
            min_size=1,
            max_size=5,
        ),
        max_size=6,
    )
)
def test_no_table_raises_anything_but_a_read_error(rows: list[list[str]]) -> None:
    page = html([[escape(cell) for cell in row] for row in rows])
    for reader in (generic, cards(), *(sources()[i].read for i in ("anthropic", "deepseek", "claude"))):
        try:
            reader(Page("u", page))
        except ReadError:
            continue

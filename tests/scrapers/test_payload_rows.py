"""Prices in the JSON of a page's scripts: rows, tables, and what is read where there are none."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from scrapers.meters import Unit
from scrapers.page import Page, ReadError, Refused, Terms
from scrapers.payload_rows import Row, Rows, Stated, in_list, payload_rows
from scrapers.payload_tables import payload_tables
from scrapers.readers import cards, first_of, table

BODY = "<main><h1>Pricing</h1><p>What our models cost, for whom, and from when on it costs that.</p></main>"
LISTED = Rows(("name", "costs"), in_list("costs", label="for", price="usd"))


def page(*values: object, body: str = BODY) -> Page:
    stream = "".join(f"{n:x}:{json.dumps(value)}\n" for n, value in enumerate(values))
    push = f"<script>self.__next_f.push({json.dumps([1, stream])})</script>"
    return Page("https://acme.example/pricing", f"<html><body>{body}{push}</body></html>")


def model(name: str, **costs: str) -> Row:
    return {
        "name": name,
        "costs": [{"for": f"{what.title()} (/M tokens)", "usd": usd} for what, usd in costs.items()],
    }


def test_a_row_states_its_prices_with_their_labels() -> None:
    reading = payload_rows(LISTED)(page({"models": [model("acme-1", input="$$0.5", output="<p>$1.5</p>")]}))
    assert [(o.model, o.meter, str(o.price), o.currency) for o in reading.offers] == [
        ("acme-1", "input_mtok", "0.5", "USD"),
        ("acme-1", "output_mtok", "1.5", "USD"),
    ]
    assert reading.offers[1].label == "acme-1 | Output (/M tokens) | $1.5"


@pytest.mark.parametrize(
    ("price", "why"),
    [
        ("from $2", "part of a price"),
        ("$2 – $3", "part of a price"),
        ("$0", "zero"),
        ("-1", "part of a price"),
        ("2", "no currency"),
        ("$2 / 1K tokens", "different units"),
    ],
)
def test_a_price_that_cannot_be_read_is_refused_with_its_words(price: str, why: str) -> None:
    reading = payload_rows(LISTED)(page([model("acme-1", input="$1", output="$2"), model("b", input=price)]))
    assert [o.model for o in reading.offers] == ["acme-1", "acme-1"]
    (refused,) = reading.refused
    assert refused.label.startswith("b | Input (/M tokens) | ") and why in refused.reason


def test_a_struck_price_is_none_and_a_remark_is_no_price() -> None:
    struck, remark = "<p><s>$3</s> $2</p>", "<p>$8</p>\n<p>+ 50% off in a batch</p>"
    reading = payload_rows(LISTED)(page([model("acme-1", input=struck, output=remark)]))
    assert [str(o.price) for o in reading.offers] == ["2", "8"] and not reading.refused


def test_what_advertises_is_overruled_by_the_list_of_all() -> None:
    few, all_of_them = (
        [model("a", input="$9")],
        [model("a", input="$1", output="$2"), model("b", output="$3")],
    )
    reading = payload_rows(LISTED)(page(few, all_of_them))
    assert {(o.model, o.meter, str(o.price)) for o in reading.offers} == {
        ("a", "input_mtok", "1"),
        ("a", "output_mtok", "2"),
        ("b", "output_mtok", "3"),
    }
    assert [r.label for r in reading.refused] == ["a | Input (/M tokens) | $9"]


def test_numbers_have_the_unit_and_the_terms_that_the_source_gives_them() -> None:
    def prices(row: Row) -> Iterator[Stated | Refused]:
        yield Stated("in", row["in"], Unit("token", 10**10), "input_mtok", Terms(tier="fast"))
        yield Refused("out", "not yet")

    rows = Rows(("id", "in"), prices, name="id", currency="USD")
    reading = payload_rows(rows, needs=("input_mtok",))(page([{"id": "acme-1", "in": 12500}]))
    (offer,) = reading.offers
    assert (offer.model, str(offer.price), offer.terms) == ("acme-1", "1.25", Terms(tier="fast"))
    assert reading.refused == (Refused("out", "not yet"),)


def test_a_price_of_long_prompts_stands_in_for_no_other() -> None:
    def prices(row: Row) -> Iterator[Stated | Refused]:
        yield Stated("long", row["long"], Unit("token", 10**10), "input_mtok", Terms(context=">200K"))

    rows = Rows(("id", "long"), prices, name="id", currency="USD")
    with pytest.raises(ReadError) as refusal:
        payload_rows(rows, needs=("input_mtok",))(page([{"id": "acme-1", "long": 25000}]))
    assert refusal.value.kind == "missing_column"


def test_a_page_without_an_output_price_lost_a_label() -> None:
    with pytest.raises(ReadError) as refusal:
        payload_rows(LISTED)(page([model("a", input="$1"), model("b", input="$2", beyond="$3")]))
    assert refusal.value.kind == "missing_column"


def test_a_page_that_shows_nothing_is_read_all_the_same() -> None:
    reading = payload_rows(LISTED)(page([model("a", input="$1", output="$2")], body="<div id=root></div>"))
    assert len(reading.offers) == 2


SHOWN = (
    "<table><tr><th>Model</th><th>Input</th><th>Output</th></tr>"
    "<tr><td>shown</td><td>$1 / 1M tokens</td><td>$2 / 1M tokens</td></tr></table>"
)
CARD = "<h2>card</h2><p>Input</p><p>$3</p><p>/ 1M tokens</p><p>$4 / 1M output tokens</p>"


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (page([model("row", input="$1", output="$2")], body=BODY + SHOWN + CARD), "row"),
        (page(["nothing"], body=BODY + SHOWN + CARD), "shown"),
        (page(["nothing"], body=BODY + CARD), "card"),
    ],
)
def test_what_the_scripts_do_not_hold_is_read_from_tables_then_from_cards(given: Page, read: str) -> None:
    reading = first_of(payload_rows(LISTED), table(), cards())(given)
    assert {o.model for o in reading.offers} == {read}
    assert {o.meter for o in reading.offers} == {"input_mtok", "output_mtok"}


def test_a_page_with_rows_that_lost_a_label_is_not_read_in_another_way() -> None:
    with pytest.raises(ReadError) as refusal:
        first_of(payload_rows(LISTED), table())(page([model("a", input="$1")], body=BODY + SHOWN))
    assert refusal.value.kind == "missing_column"


def test_another_page_is_no_list_of_prices() -> None:
    with pytest.raises(ReadError) as refusal:
        first_of(payload_rows(LISTED), table())(page({"title": "About us"}))
    assert refusal.value.kind == "no_table"


def block(style: str, text: str) -> dict[str, object]:
    return {"_type": "block", "style": style, "children": [{"_type": "span", "text": text}]}


def test_a_table_in_scripts_has_the_heading_and_the_paragraph_above_it() -> None:
    cells = [["Model", "Input", "Output"], ["a", "$$1", "$$2"]]
    rows = {"_type": "table", "rows": [{"_type": "tableRow", "cells": row} for row in cells]}
    text = [block("h2", "Batch"), block("normal", "Prices per 1M tokens."), rows]
    given = page({"blocks": text}, body=BODY + SHOWN)
    (grid,) = payload_tables(given).grids
    assert (grid.path, grid.lead) == (("Batch",), "Prices per 1M tokens.")
    offers = table(tables=payload_tables)(given).offers
    assert [(o.model, str(o.price), o.terms.tier) for o in offers] == [
        ("a", "1", "batch"),
        ("a", "2", "batch"),
    ]


@pytest.mark.parametrize(
    "rows", [[], [{"cells": ["Model", "Input"]}], [{"cells": ["a"]}, {"cells": [1]}], "x"]
)
def test_what_only_looks_like_a_table_is_none(rows: object) -> None:
    shown = payload_tables(page({"blocks": [{"rows": rows}]}, body=BODY + SHOWN))
    assert [grid.headings for grid in shown.grids] == [("Model", "Input", "Output")]

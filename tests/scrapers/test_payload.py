"""Each format of JSON within a page, on small pages of ours."""

from __future__ import annotations

import base64
import html
import json
from decimal import Decimal

import pytest

from scrapers.page import ReadError
from scrapers.payload import (
    assigned,
    astro_islands,
    astro_props,
    flight,
    js_value,
    ld_json,
    loads,
    next_data,
    objects,
)

PRICE = Decimal("2.50")


def test_numbers_are_decimals_as_printed() -> None:
    assert loads('{"a": 2.50, "b": 1, "c": 1e-7}') == {"a": PRICE, "b": Decimal(1), "c": Decimal("1e-7")}
    assert str(loads("0.1250")) == "0.1250"


@pytest.mark.parametrize("text", ["", "{", "{'a': 1}", '{"a": NaN}', '{"a": Infinity}', "[" * 100_000])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ReadError) as refusal:
        loads(text)
    assert refusal.value.kind == "parse_error"


def test_objects_are_found_at_any_depth_in_the_documents_order() -> None:
    value = {
        "a": [
            {"id": "x", "price": 1},
            {"b": {"id": "y", "price": 2, "c": {"id": "z", "price": 3}}},
            {"id": "n"},
        ]
    }
    assert [o["id"] for o in objects(value, "id", "price")] == ["x", "y", "z"]


def test_ld_json_is_read_block_by_block_and_a_broken_one_is_left_out() -> None:
    page = """<script type="application/ld+json">{"@type": "Offer", "price": 2.50}</script>
    <script type="application/ld+json">{broken</script><script>{"price": 9}</script>
    <script type="application/ld+json">[{"name": "«ü»"}]</script>"""
    assert ld_json(page) == [{"@type": "Offer", "price": PRICE}, [{"name": "«ü»"}]]


def test_next_data_is_read_and_its_absence_is_none() -> None:
    page = '<script id="__NEXT_DATA__" type="application/json">{"props": {"price": 2.50}}</script>'
    assert next_data(page) == {"props": {"price": PRICE}}
    assert next_data("<p>none</p>") is None


def flight_page(*chunks: str) -> str:
    pushes = "".join(f"<script>self.__next_f.push({json.dumps([1, c])})</script>" for c in chunks)
    return f"<html><body><script>(self.__next_f=self.__next_f||[]).push([0])</script>{pushes}</body></html>"


def test_flight_rows_are_read_with_escaped_dollars_and_without_what_is_undefined() -> None:
    row = '5:["$","div",null,{"price":"$$2.25","old":"$undefined","n":"$n12","amount":2.50,"lazy":"$L9"}]\n'
    page = flight_page('1:I["module",[],"x"]\n2:HL["/style.css"]\n', row)
    (element,) = flight(page)
    assert element[3] == {"price": "$2.25", "n": Decimal(12), "amount": PRICE, "lazy": "$L9"}


@pytest.mark.parametrize("text", ["plain", '«ü» — 3 €\n5:{"not":"a row"}', "🧮 漢字 $2.50", ""])
def test_a_text_row_is_as_long_in_bytes_as_it_says(text: str) -> None:
    stream = f'0:{{"before":"ü漢"}}\n1f:T{len(text.encode()):x},{text}2:{{"text":"$1f","after":2.50}}\n'
    assert flight(flight_page(stream)) == [{"before": "ü漢"}, {"text": text, "after": PRICE}]


def test_rows_may_be_cut_anywhere_between_two_chunks() -> None:
    text = "naïve 漢字 🧮 end"
    stream = f'1:T{len(text.encode()):x},{text}2:{{"text":"$1","price":"$$3"}}\n3:["🧮"]\n'
    units = stream.encode("utf-16-le")
    for cut in range(0, len(units), 2):  # also through the middle of a surrogate pair
        parts = (
            units[:cut].decode("utf-16-le", "surrogatepass"),
            units[cut:].decode("utf-16-le", "surrogatepass"),
        )
        assert flight(flight_page(*parts)) == [{"text": text, "price": "$3"}, ["🧮"]], cut


def test_binary_chunks_are_read_too() -> None:
    body = base64.b64encode('1:{"price":"$$3 €"}\n'.encode()).decode()
    assert flight(f'<script>self.__next_f.push([3,"{body}"])</script>') == [{"price": "$3 €"}]


@pytest.mark.parametrize(
    "page",
    [
        flight_page("1:Tff,too short"),
        flight_page("1:Tzz,no length"),
        flight_page("1:T"),
        '<script>self.__next_f.push([1,"cut</script>',
        '<script>self.__next_f.push([1,"cut',
    ],
)
def test_a_cut_flight_stream_is_refused(page: str) -> None:
    with pytest.raises(ReadError) as refusal:
        flight(page)
    assert refusal.value.kind == "incomplete_page"


def test_astro_props_lose_their_type_tags() -> None:
    props = loads(
        '{"a":[0,2.50],"none":[0,null],"gone":[0],"list":[1,[[0,1],[0],[0,"x"]]],"inner":[0,{"b":[1,[[0,true]]]}],'
        '"day":[3,"2026-01-01T00:00:00.000Z"],"map":[4,[[1,[[0,"k"],[0,"v"]]]]],"big":[6,"12"],"inf":[11,1],'
        '"old":[1,"[[0,7]]"]}'
    )
    assert astro_props(props) == {
        "a": PRICE,
        "none": None,
        "list": [Decimal(1), None, "x"],
        "inner": {"b": [True]},
        "day": "2026-01-01T00:00:00.000Z",
        "map": [["k", "v"]],
        "big": Decimal(12),
        "old": [Decimal(7)],
    }


def test_astro_islands_are_read_from_their_escaped_attribute() -> None:
    props = html.escape(json.dumps({"rows": [1, [[0, 'gpt "x" <272K «ü»']]]}))
    page = f'<astro-island component-export="Table" props="{props}"><p>x</p></astro-island><astro-island />'
    assert list(astro_islands(page)) == [("Table", {"rows": ['gpt "x" <272K «ü»']})]


def test_props_of_another_shape_are_refused() -> None:
    with pytest.raises(ReadError):
        astro_props({"a": 5})


@pytest.mark.parametrize(
    "start", ["globalThis.PRICES = ", "window['PRICES']=", "self.PRICES=", "const PRICES = "]
)
def test_a_global_is_read_as_javascript(start: str) -> None:
    value = "{model: 'gpt-x', price: .5, cached: undefined, rows: [1, undefined,],}"
    page = f"<script>var a = 1; {start}{value};f()</script>"
    assert assigned(page, "PRICES") == {"model": "gpt-x", "price": Decimal("0.5"), "rows": [Decimal(1), None]}


def test_a_global_that_is_not_there_is_none_and_a_broken_one_is_refused() -> None:
    assert assigned("<script>OTHER_PRICES = {}; PRICES == {}</script>", "PRICES") is None
    with pytest.raises(ReadError):
        assigned("<script>globalThis.PRICES = {a: [}</script>", "PRICES")


def test_javascript_numbers_keep_their_digits() -> None:
    assert str(js_value("[0.1250, 1e-6]")[0]) == "0.1250"

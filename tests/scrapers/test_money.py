"""The price grammar reads what is printed exactly, or refuses."""

from __future__ import annotations

import contextlib
import time
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scrapers.currencies import currency_in
from scrapers.meters import METERS, Unit
from scrapers.money import Price, PriceError, per_meter, read_number, read_price, read_prices

MTOK = Unit("token", 1_000_000)

ONE = [
    ("$0.15 / 1M tokens", "0.15", "USD", MTOK),
    ("$5 / MTok", "5", "USD", MTOK),
    ("\\$15 / MTok", "15", "USD", MTOK),
    ("$$2.25", "2.25", "USD", None),
    ("$.075", "0.075", "USD", None),
    ("US$ 3", "3", "USD", None),
    ("US$3", "3", "USD", None),
    ("3 USD", "3", "USD", None),
    ("$3 USD", "3", "USD", None),
    ("0.25$", "0.25", "USD", None),
    ("3 €", "3", "EUR", None),
    ("3\u2009€", "3", "EUR", None),
    ("3\u202f€", "3", "EUR", None),
    ("€0.075", "0.075", "EUR", None),
    ("¥2", "2", "CNY", None),
    ("￥2", "2", "CNY", None),
    ("0.02元", "0.02", "CNY", None),
    ("2 元 / 百万 tokens", "2", "CNY", MTOK),
    ("JP¥100", "100", "JPY", None),
    ("₩22,000", "22000", "KRW", None),
    ("£1.50", "1.5", "GBP", None),
    ("$1,234.56", "1234.56", "USD", None),
    ("1,234.56", "1234.56", "", None),
    ("15¢", "0.15", "USD", None),
    ("3 cents", "0.03", "USD", None),
    ("$3¹", "3", "USD", None),
    ("$3 ¹²", "3", "USD", None),
    ("$3*", "3", "USD", None),
    ("$3(1)", "3", "USD", None),
    ("(⁵) $0.014", "0.014", "USD", None),
    ("$0.435 (75% OFF(³))", "0.435", "USD", None),
    ("$0.035（50% OFF）", "0.035", "USD", None),
    ("0.25元（5折）", "0.25", "CNY", None),
    ("0.025元 (2.5折(³))", "0.025", "CNY", None),
    ("3元（2.5折优惠）", "3", "CNY", None),
    ("0.4元（）", "0.4", "CNY", None),  # what a struck price leaves behind
    ("原价12元\n限时5折", "12", "CNY", None),
    ("List price $1.65 Limited-time night 80% off, daytime 50% off", "1.65", "USD", None),
    ("$10 / 1,000 searches", "10", "USD", Unit("search", 1000)),
    ("$0.0000025 per token", "0.0000025", "USD", Unit("token", 1)),
    ("$1.00 / 1K chars", "1", "USD", Unit("character", 1000)),
    ("$15 per million characters", "15", "USD", Unit("character", 1_000_000)),
    ("$0.04 per image", "0.04", "USD", Unit("image", 1)),
    ("$5 / 1K requests", "5", "USD", Unit("request", 1000)),
    ("$0.006 / minute", "0.006", "USD", Unit("second", 60)),
    ("$0.111 per hour", "0.111", "USD", Unit("second", 3600)),
    ("$0.40/second", "0.4", "USD", Unit("second", 1)),
    ("$25 per seat / month", "25", "USD", Unit("seat_month", 1)),
    ("$2.50/1M", "2.5", "USD", Unit("", 1_000_000)),
]

REFUSED = [
    "$1.10–$2.19", "$1-$3", "$1 - $3", "1 to 3", "~$3", "<$3", "$3+", "from $3",
    "-1", "-$1", "$-1", "−1", "$0", "0", "0.00", "$ 0.0",
    "1.234,56", "1.234,56 €", "0,75 €", "€1,234", "1,234", "1.250 €", "1,23", "12,34.5", "1 234 €",
    "NaN", "inf", "Infinity", "1e400", "1e-6", "1_000", "0x10", "٣", "१२", "１２", "½",
    "$3\ufffd", "3 \ufffd", "CA$3", "HK$3", "A$3", "R$3", "$3 €", "$3 / €3", "$3 per MTok / $15 per image",
    "GPT-4.1 $2", "$1.25, prompts <= 200k", "$3 $15", "$", "$ / 1M", "3.", "$3.", "..3", "$3 / / $4",
    "(1) 3", "$0.12.5", "✓", "Yes", "128K", "MAXIMUM: 384K", "$" + "9" * 25, "$3" + " " * 400 + "x",
]  # fmt: skip


@pytest.mark.parametrize(("text", "amount", "currency", "unit"), ONE)
def test_a_printed_price_is_read_exactly(text: str, amount: str, currency: str, unit: Unit | None) -> None:
    assert read_price(text) == Price(Decimal(amount), currency, unit)


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_exact_price_is_refused(text: str) -> None:
    with pytest.raises(PriceError):
        read_prices(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-",
        "−",
        "—",
        "–",
        "--",
        "N/A",
        "n/a",
        "N.A.",
        "Contact us",
        "contact sales",
        "TBD",
        "Custom",
        "/",
    ],
)
def test_no_price_is_another_answer_than_zero(text: str) -> None:
    assert read_prices(text) == ()
    assert read_price(text) is None


@pytest.mark.parametrize(
    "text", ["Free", "free", "FREE¹", "free of charge", "Free $0", "$0 (free)", "免费", "No charge"]
)
def test_zero_takes_the_word_free(text: str) -> None:
    assert read_price(text) == Price(Decimal(0))


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("0.5 / 1.5", ["0.5", "1.5"]),
        ("$3.00 / $0.30 / $15.00", ["3", "0.3", "15"]),
        ("$3/$15", ["3", "15"]),
        ("$3 / 15", ["3", "15"]),
        ("$3\n$15", ["3", "15"]),
    ],
)
def test_several_prices_of_a_cell_come_as_several(text: str, amounts: list[str]) -> None:
    found = read_prices(text)
    assert [p.amount for p in found] == [Decimal(a) for a in amounts]
    assert len({p.currency for p in found}) == 1
    with pytest.raises(PriceError):
        read_price(text)


def test_a_unit_said_once_goes_for_all_prices_of_the_cell() -> None:
    assert [p.unit for p in read_prices("$3 / $15 per MTok")] == [MTOK, MTOK]


def test_a_line_below_the_price_may_hold_a_note_or_the_unit() -> None:
    assert read_price("$0.435\n(75% OFF)") == Price(Decimal("0.435"), "USD")
    assert read_price("$3\n/ MTok") == Price(Decimal(3), "USD", MTOK)


def test_the_yen_sign_is_what_the_page_says() -> None:
    assert read_price("¥2") == Price(Decimal(2), "CNY")
    assert read_price("¥2", currency="JPY") == Price(Decimal(2), "JPY")


def test_a_bare_number_is_in_the_currency_of_the_page() -> None:
    assert read_price("2.5", currency="USD") == Price(Decimal("2.5"), "USD")
    assert read_price("2.5") == Price(Decimal("2.5"), "")


@pytest.mark.parametrize(
    ("text", "meter", "amount"),
    [
        ("$0.0000025 per token", "input_mtok", "2.5"),
        ("$0.0025 / 1K tokens", "output_mtok", "2.5"),
        ("250¢ / MTok", "input_mtok", "2.5"),
        ("$15 / 1M", "input_mchars", "15"),
        ("$0.015 / 1K characters", "input_mchars", "15"),
        ("$0.6 per hour", "input_audio_minutes", "0.01"),
        ("$0.0001 per second", "input_audio_minutes", "0.006"),
        ("$0.01 per request", "requests_kcount", "10"),
        ("$25 per user per month", "seat_month", "25"),
    ],
)
def test_a_price_is_converted_to_the_meters_unit_exactly(text: str, meter: str, amount: str) -> None:
    price = read_price(text)
    assert price is not None
    assert str(per_meter(price, meter)) == amount


@pytest.mark.parametrize(
    ("text", "meter", "unit"),
    [
        ("$0.04 per image", "input_mtok", None),  # the unit slip that stayed 64 times wrong for a month
        ("$3", "input_mtok", None),  # nobody says per what
        ("$3 / 1K tokens", "input_mtok", MTOK),  # the cell and its heading contradict each other
        ("$3", "input_mtok", Unit("character", 1000)),
        ("$0.04 per hour", "input_audio_minutes", None),  # no exact decimal
        ("$200000 / MTok", "input_mtok", None),
        ("$0.0000009 / MTok", "input_mtok", None),
        ("$1000000000 / MTok", "input_mtok", None),
    ],
)
def test_a_unit_that_does_not_fit_or_an_absurd_value_is_refused(
    text: str, meter: str, unit: Unit | None
) -> None:
    price = read_price(text)
    assert price is not None
    with pytest.raises(PriceError):
        per_meter(price, meter, unit)


@pytest.mark.parametrize(
    ("amount", "well"), [("0.000001", True), ("0.0000009", False), ("100000", True), ("100001", False)]
)
def test_the_bounds_hold_to_the_digit(amount: str, well: bool) -> None:
    price = Price(Decimal(amount), "USD", MTOK)
    if well:
        assert per_meter(price, "input_mtok") == Decimal(amount)
    else:
        with pytest.raises(PriceError):
            per_meter(price, "input_mtok")


def test_a_text_names_one_currency_or_none() -> None:
    assert currency_in("Input ($ per 1M tokens)") == "USD"
    assert currency_in("Price in EUR") == "EUR"
    assert currency_in("$ or €") == currency_in("Input") == currency_in("CA$ 3") == ""
    assert currency_in("All prices are in USD.", said_of_all=True) == "USD"
    assert currency_in("We saved $3 last year.", said_of_all=True) == ""


amounts = st.decimals("0.000001", "99999.999999", places=6)


def printed(amount: Decimal) -> str:
    text = f"{amount:.6f}".rstrip("0")
    return text + "0" if text.endswith(".") else text


@given(
    amounts,
    st.sampled_from(
        [
            "${}",
            "$ {}",
            "{}$",
            "US${}",
            "USD {}",
            "{} usd",
            "${}¹",
            "${} / MTok",
            "${} per 1M tokens",
            "$$ {}*",
        ]
    ),
)
@example(Decimal("0.000001"), "${}")
def test_what_is_printed_reads_back_to_the_digit(amount: Decimal, form: str) -> None:
    price = read_price(form.format(printed(amount)))
    assert price is not None
    assert price.amount == amount
    assert price.currency == "USD"


@given(st.integers(1000, 10**12), st.sampled_from(["$", "₩", "£"]))
def test_thousands_in_groups_read_back_to_the_digit(amount: int, sign: str) -> None:
    price = read_price(f"{sign}{amount:,}")
    assert price is not None
    assert price.amount == amount


@given(amounts, st.sampled_from([1, 1000, 1_000_000]), st.sampled_from(sorted(METERS)))
def test_a_conversion_is_exact_or_refused(amount: Decimal, count: int, meter: str) -> None:
    unit = METERS[meter]
    try:
        value = per_meter(Price(amount, "USD", Unit(unit.thing, count)), meter)
    except PriceError:
        return
    assert value * count == amount * unit.count


@given(st.text() | st.text(alphabet="$€¥0123456789.,/- ()%perMtokensFOf¹\n|", max_size=40))
def test_no_text_raises_anything_but_the_grammars_own_refusal(text: str) -> None:
    for read in (read_prices, read_number, currency_in):
        try:
            read(text)
        except PriceError:
            continue


@pytest.mark.parametrize(
    "text", ["9" * 200_000, "$" * 200_000, "1," * 100_000, "/ 1" * 100_000, " " * 200_000, "(1)" * 90_000]
)
def test_a_hostile_text_is_answered_at_once(text: str) -> None:
    begun = time.perf_counter()
    with contextlib.suppress(PriceError):
        read_prices(text)
    assert time.perf_counter() - begun < 0.5

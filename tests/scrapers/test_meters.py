"""Headings and labels name meters and units, in English and Chinese."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable

import pytest

from scrapers.cards import cards
from scrapers.generic import generic
from scrapers.meters import METERS, Unit, meter_of, read_unit, units_in
from scrapers.names import model_name
from scrapers.page import Page, ReadError
from scrapers.terms import terms_in

MTOK, KTOK = Unit("token", 1_000_000), Unit("token", 1000)


@pytest.mark.parametrize(
    ("words", "meter"),
    [
        ("Input", "input_mtok"),
        ("Base Input Tokens", "input_mtok"),
        ("Prompt price", "input_mtok"),
        ("Output", "output_mtok"),
        ("Completion (per 1M tokens)", "output_mtok"),
        ("Text output (response and reasoning)", "output_mtok"),
        ("5m Cache Writes", "cache_write_mtok"),
        ("Cache write", "cache_write_mtok"),
        ("Prompt caching Write", "cache_write_mtok"),
        ("1h Cache Writes", "cache_write_1h_mtok"),
        ("1-hour cache write", "cache_write_1h_mtok"),
        ("Cache Hits & Refreshes", "cache_read_mtok"),
        ("Cached input", "cache_read_mtok"),
        ("Cached", "cache_read_mtok"),
        ("Prompt caching Read", "cache_read_mtok"),
        ("1M INPUT TOKENS (CACHE HIT)", "cache_read_mtok"),
        ("1M INPUT TOKENS (CACHE MISS)", "input_mtok"),
        ("1M OUTPUT TOKENS", "output_mtok"),
        ("百万tokens输入（缓存命中）", "cache_read_mtok"),
        ("百万tokens输入（缓存未命中）", "input_mtok"),
        ("百万tokens输出", "output_mtok"),
        ("Audio input", "input_audio_mtok"),
        ("Output (audio)", "output_audio_mtok"),
        ("Cached audio input", "cache_audio_read_mtok"),
        ("Input (text, image, video)", "input_mtok"),
        ("Input (image, video)", None),
        ("Model", None),
        ("Price", None),
        ("MAX OUTPUT", None),
        ("Max completion tokens", None),
        ("Context window (tokens)", None),
        ("Tool use system prompt token count", None),
        ("Additional input tokens", None),
        ("Input tokens per tool definition", None),
        ("Input / Output", None),
        ("Cache storage (per hour)", None),
        ("Output speed (T/s)", None),
        ("DISCOUNT PRICE 1M TOKENS OUTPUT", "output_mtok"),
    ],
)
def test_a_heading_names_its_meter(words: str, meter: str | None) -> None:
    assert meter_of(words) == meter


@pytest.mark.parametrize(
    ("words", "unit"),
    [
        ("Input (per 1M tokens)", MTOK),
        ("Price per million input tokens", MTOK),
        ("$ / MTok", MTOK),
        ("1M INPUT TOKENS", MTOK),
        ("百万tokens输入", MTOK),
        ("per 1,000 tokens", KTOK),
        ("Price per 1K tokens", KTOK),
        ("$/1k tok", KTOK),
        ("per token", Unit("token", 1)),
        ("per 1M characters", Unit("character", 1_000_000)),
        ("$/image", Unit("image", 1)),
        ("per 1,000 requests", Unit("request", 1000)),
        ("Price / minute", Unit("second", 60)),
        ("per user / month", Unit("seat_month", 1)),
        ("$/1M", Unit("", 1_000_000)),
        ("≤ 200K input tokens", None),
        ("128K tokens of context", None),
        ("per 1K tokens or per 1M tokens", None),
        ("Input", None),
    ],
)
def test_a_heading_names_its_unit_or_none(words: str, unit: Unit | None) -> None:
    assert read_unit(words) == unit


def test_several_units_are_all_named() -> None:
    assert units_in("per 1K tokens, per image") == {KTOK, Unit("image", 1)}


def test_every_meter_ends_with_its_unit() -> None:
    ends = r"_(?:m(?:tok|chars|tok_hours)|images|minutes|hours|seconds|kpages|kcount|month)$"
    assert all(re.search(ends, meter) for meter in METERS)


@pytest.mark.parametrize(
    ("words", "terms"),
    [
        ("Batch input", {"tier": "batch"}),
        ("Fast mode pricing", {"tier": "fast"}),
        ("Priority", {"tier": "priority"}),
        ("Flex", {"tier": "flex"}),
        ("> 200K input tokens", {"context": ">200K"}),
        ("≥ 128k", {"context": ">128K"}),
        ("Prompts over 200k tokens", {"context": ">200K"}),
        ("≤ 200K input tokens", {}),
        ("32K<Token≤128K", {"context": ">32K ≤128K"}),
        ("0<Token≤32K", {}),
        ("OFF-PEAK", {"window": "off-peak"}),
        ("PEAK", {"window": "peak"}),
        ("空闲时段", {"window": "off-peak"}),
        ("高峰时段", {"window": "peak"}),
        ("STANDARD PRICE（UTC 00:30-16:30）", {}),
        ("DISCOUNT PRICE（UTC 16:30-00:30）", {"window": "16:30-00:30Z"}),
        ("优惠时段价格（北京时间 00:30-08:30）", {"window": "16:30-00:30Z"}),
        ("PEAK (01:00 - 04:00 and 06:00 - 10:00 UTC)", {"window": "01:00-04:00Z,06:00-10:00Z"}),
        ("through August 31, 2026", {"promo_until": "2026-08-31"}),
        ("Claude Sonnet 5through August 31, 2026", {"promo_until": "2026-08-31"}),
        ("until 2025-02-08 16:00 (UTC)", {"promo_until": "2025-02-08"}),
        ("extended until 2026/05/31 15:59 UTC", {"promo_until": "2026-05-31"}),
        ("starting September 1, 2026", {"effective_from": "2026-09-01"}),
        ("SINCE 16:00 UTC Sept 5th, 2025", {"effective_from": "2025-09-05"}),
        ("The new prices take effect at 16:00 UTC on August 16, 2026", {"effective_from": "2026-08-16"}),
        ("until February 31, 2026", {}),
        ("billed annually", {"billing": "yearly"}),
        ("Fastest model", {}),
    ],
)
def test_words_state_terms_or_none(words: str, terms: dict[str, str]) -> None:
    assert terms_in(words).as_dict() == terms


def test_a_date_without_its_year_takes_it_from_the_page_or_is_not_read() -> None:
    assert terms_in("through August 31", "until August 31, 2026").promo_until == "2026-08-31"
    assert terms_in("through August 31", "August 31, 2025 and August 31, 2026").promo_until == ""
    assert terms_in("through August 31").promo_until == ""


HOSTILE = [
    "/" + " " * 16_000,
    "per 1" * 13_000,
    "from " * 13_000,
    "¹ " * 20_000,
    "<1k " * 13_000,
    "(" * 15_000,
]
HOSTILE += [
    "<!---->" * 6_000,
    "404 " * 16_000,
    "input " * 13_000,
    "<A\n" * 13_000,
    "1:2-3:4 " * 6_000,
    ":" * 30_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:8])
def test_hostile_words_are_answered_at_once(text: str) -> None:
    page = f"<title>{text}</title><h3>{text}</h3><p>{text}</p>"
    reads: list[Callable[[], object]] = [
        lambda: (units_in(text), meter_of(text)),
        lambda: terms_in(text),
        lambda: model_name(text),
        lambda: cards()(Page("u", page)),
        lambda: generic(Page("u", text, "text/markdown")),
        lambda: generic(
            Page("u", f"{page}<table><tr><th>Model<th>Input {text}<tr><td>{text}<td>{text}</table>")
        ),
    ]
    for read in reads:
        begun = time.process_time()
        with contextlib.suppress(ReadError):
            read()
        assert time.process_time() - begun < 1

"""Which moves become which messages, and what they say."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.meters import METERS
from scrapers.page import Article, Terms
from tracker.domain import notices, wording
from tracker.domain.alerts import MOST_LINES, TOP_LINES, Message, backoff, message_of
from tracker.domain.model import Move, Series, State, Status

AT = datetime(2026, 7, 1, 14, 2, tzinfo=UTC)
PAGE, BASE = "https://openai.com/api/pricing", "http://127.0.0.1:8321"


def move(
    meter: str,
    before: str,
    after: str,
    *,
    provider: str = "openai",
    model: str = "o3",
    terms: Terms | None = None,
    currency: str = "USD",
    **other: Any,
) -> Move:
    cut = Decimal(after) < Decimal(before)
    kind = "plan" if meter == "seat_month" else "list"
    known = {
        "at": AT,
        "recorded_at": AT,
        "status": Status.confirmed,
        "reason": "confirmed by a second look",
        "event": f"{kind}_{'cut' if cut else 'rise'}",
        "snapshot": 7,
        "id": 1,
    }
    series = Series(provider, model, meter, terms or Terms(), currency)
    return Move(series, Decimal(before), Decimal(after), **{**known, **other})


def told(*moves: Move) -> Message:
    return message_of(moves, page_url=PAGE, base_url=BASE)


O3 = [move("input_mtok", "10", "2"), move("output_mtok", "40", "8", id=2)]


# What a message says


def test_one_model_is_one_plain_and_complete_line() -> None:
    message = told(*O3)
    assert message.lines == (
        "OpenAI o3: input $10 → $2, output $40 → $8 per 1M tokens (−80 %), "
        "seen 14:02 UTC, confirmed by a second look",
    )
    assert message.subject == "OpenAI o3: input $10 → $2, output $40 → $8 per 1M tokens (−80 %)"


def test_changes_that_differ_stand_behind_their_own_pair() -> None:
    (line,) = told(move("input_mtok", "5", "4"), move("output_mtok", "15", "10")).lines
    assert line.startswith("OpenAI o3: input $5 → $4 (−20 %), output $15 → $10 (−33 %) per 1M tokens, seen")


def test_what_is_not_standard_is_said() -> None:
    batch = told(move("input_mtok", "1.1", "0.55", terms=Terms(tier="batch", context=">200K"))).lines[0]
    seat = told(move("seat_month", "30", "25", model="ChatGPT Team", terms=Terms(billing="yearly"))).lines[0]
    assert batch.startswith("OpenAI o3 (batch, context >200K): input $1.10 → $0.55 per 1M tokens (−50 %)")
    assert seat.startswith("OpenAI ChatGPT Team (yearly billing): $30 → $25 per seat and month (−17 %)")


def test_a_cache_meter_and_a_window_read_like_words() -> None:
    peak = move("cache_read_mtok", "2", "1", provider="deepseek", currency="CNY", terms=Terms(window="peak"))
    assert told(peak).lines[0].startswith("DeepSeek o3 (peak): cached input ¥2 → ¥1 per 1M tokens (−50 %)")


def test_other_terms_are_another_line() -> None:
    message = told(*O3, move("input_mtok", "5", "1", terms=Terms(tier="batch")))
    assert len(message.lines) == 2
    assert message.subject == "OpenAI o3: 3 prices moved (3 cuts), up to −80 %"


def test_units_that_differ_are_each_said_once() -> None:
    (line,) = told(
        move("output_mtok", "4", "2"), move("web_searches_kcount", "10", "5"), move("input_mtok", "2", "1")
    ).lines
    assert line.startswith(
        "OpenAI o3: input $2 → $1, output $4 → $2 per 1M tokens, "
        "web searches $10 → $5 per 1,000 searches (−50 %)"
    )


def test_a_move_that_took_effect_on_another_day_says_both_days() -> None:
    late = replace(
        O3[0],
        at=datetime(2024, 12, 5, tzinfo=UTC),
        recorded_at=datetime(2025, 3, 1, 14, 2, tzinfo=UTC),
    )
    assert "(−80 %), in force since 2024-12-05, seen 2025-03-01 14:02 UTC, confirmed" in told(late).lines[0]


def test_a_promotion_is_told_as_one() -> None:
    promo = replace(O3[0], event="promo", promo_until="2026-08-31")
    assert ", promotion until 2026-08-31, seen 14:02 UTC" in told(promo).lines[0]
    over = move("input_mtok", "2", "10", event="end_of_promo")
    assert "(+400 %), end of a promotion, seen" in told(over).lines[0]


def test_several_models_are_counted_in_the_subject() -> None:
    models = [move("input_mtok", "10", after, model=m) for m, after in (("a", "2"), ("b", "9"), ("c", "11"))]
    assert told(*models).subject == "OpenAI: 3 models moved (2 cuts, 1 rise), up to −80 %"


def test_the_printed_name_is_used_and_the_provider_said_once() -> None:
    assert (
        told(move("input_mtok", "2", "1", model="mistral large 2", provider="mistral"))
        .lines[0]
        .startswith("Mistral mistral large 2: ")
    )
    printed = move("input_mtok", "2", "1", provider="mistral")
    assert told(replace(printed, model="Mistral Large 2")).lines[0].startswith("Mistral Large 2: ")
    assert (
        told(move("input_mtok", "2", "1", provider="xai", model="grok-4")).lines[0].startswith("xAI grok-4")
    )


def test_a_rise_from_zero_has_no_percentage() -> None:
    assert "input $0 → $1 per 1M tokens (from zero)" in told(move("input_mtok", "0", "1")).lines[0]


def test_links_lead_to_the_page_the_snapshot_and_the_status() -> None:
    assert told(*O3).links == (
        ("page", PAGE),
        ("snapshot", f"{BASE}/snapshots/7"),
        ("status", f"{BASE}/sources"),
    )


def test_an_address_that_is_not_of_the_web_is_no_link() -> None:
    message = message_of(O3, page_url="javascript:alert(1)", base_url=BASE)
    assert [name for name, _ in message.links] == ["snapshot", "status"]
    hostile = message_of(O3, page_url="https://x/a b|c>d\ne", base_url=BASE)
    assert hostile.links[0][1] == "https://x/a%20b%7Cc%3Ed%0Ae"


def test_the_table_has_a_row_a_move() -> None:
    header, *rows = told(*O3).table
    assert header == ("Model", "Meter", "Before", "After", "Change")
    assert rows[1] == ("OpenAI o3", "output per 1M tokens", "$40", "$8", "−80 %")


def test_a_message_survives_the_store() -> None:
    message = told(*O3)
    assert Message.from_dict(json.loads(json.dumps(message.as_dict()))) == message


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        ("2", "USD", "$2"),
        ("2.00", "USD", "$2"),
        ("1.1", "USD", "$1.10"),
        ("0.0028", "USD", "$0.0028"),
        ("0.075", "EUR", "€0.075"),
        ("25000", "KRW", "₩25,000"),
        ("1E+3", "GBP", "£1,000"),
        ("3.5", "CHF", "CHF 3.50"),
        ("0", "USD", "$0"),
    ],
)
def test_a_price_is_printed_as_exact_as_it_is(amount: str, currency: str, words: str) -> None:
    assert wording.money(Decimal(amount), currency) == words


@given(st.decimals(min_value=0, max_value=10**9, places=9))
def test_no_price_loses_a_digit(amount: Decimal) -> None:
    assert Decimal(wording.money(amount, "USD").lstrip("$").replace(",", "")) == amount


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("10", "2", "−80 %"),
        ("3", "2", "−33 %"),
        ("1", "1.025", "+2.5 %"),
        ("1", "0.996", "−0.4 %"),
        ("100", "99.99", "−0.01 %"),
        ("1", "0.003", "−99.7 %"),
        ("1", "0.0001", "−99.99 %"),
        ("1", "0", "−100 %"),
        ("1", "20", "+1,900 %"),
    ],
)
def test_a_percentage_is_rounded_as_a_person_would(before: str, after: str, words: str) -> None:
    assert wording.percent(Decimal(before), Decimal(after)) == words


def test_every_meter_has_words_and_a_unit() -> None:
    for meter in METERS:
        assert wording.unit_words(meter).startswith("per "), meter
        assert "_" not in wording.meter_words(meter), meter


def test_ten_thousand_moves_are_one_message_with_its_totals() -> None:
    storm = [move("input_mtok", "10", "9", model=f"m{n}", id=n) for n in range(9_990)]
    storm += [move("input_mtok", "10", "30", model=f"r{n}", id=10_000 + n) for n in range(10)]
    started = time.perf_counter()
    message = told(*storm)
    assert time.perf_counter() - started < 5
    assert len(message.lines) == TOP_LINES + 1
    assert all(line.startswith("OpenAI r") for line in message.lines[:10])  # the biggest first
    assert message.lines[-1] == (
        "… and 9,988 more: 10,000 prices of 10,000 models in all (9,990 cuts, 10 rises), up to +200 %"
    )
    assert message.subject == "OpenAI: 10,000 models moved (9,990 cuts, 10 rises), up to +200 %"
    assert ("all moves", f"{BASE}/moves") in message.links
    assert len(json.dumps(message.as_dict())) < 20_000


def test_up_to_forty_models_are_all_told() -> None:
    moves = [move("input_mtok", "10", "9", model=f"m{n}", id=n) for n in range(MOST_LINES)]
    assert len(told(*moves).lines) == MOST_LINES


HOSTILE = [
    "<script>alert(1)</script>",
    "\u202e‮evil\u2066 model",
    "line\nbreak\r\n\x00\x07\x1b[31m",
    "x" * 10_000,
    "zero\u200bwidth\ufeff",
    "\u2028\u2029",
    "\x00" * 10_000,
]


@pytest.mark.catalogue
@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_name_becomes_harmless_text(name: str) -> None:
    printed = replace(O3[0], model=name, reason=name, promo_until=name, event="promo")
    odd = replace(
        printed, series=replace(printed.series, provider=name, currency=name, terms=Terms(name, name))
    )
    for message in (told(printed), told(odd), told(printed, odd)):
        texts = [message.subject, *message.lines, *(cell for row in message.table for cell in row)]
        for text in texts:
            assert text.isprintable()
            assert not set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b")
        assert len(message.subject) <= 250
        assert max(map(len, texts)) < 1_500


@given(st.text())
def test_any_text_becomes_one_printable_line(text: str) -> None:
    harmless = wording.harmless(text, 50)
    assert harmless.isprintable()
    assert len(harmless) <= 50
    harmless.encode()  # no half of a surrogate pair


# What a notice says


def test_a_source_in_trouble_is_told_with_its_words_and_since_when() -> None:
    (notice,) = notices.trouble_notices(
        "openai", State.blind, "none of the tables is there", AT, base_url=BASE
    )
    assert notice.message.subject == "openai is blind"
    assert notice.message.lines[0] == (
        "openai has been blind since 2026-07-01 14:02 UTC: none of the tables is there."
    )


def test_a_source_that_is_well_again_is_told_with_what_it_had_been() -> None:
    (notice,) = notices.recovery_notices("openai", State.blind, AT, base_url=BASE)
    assert notice.message.lines == ("openai is well again; it had been blind since 2026-07-01 14:02 UTC.",)


def _articles(count: int = 1) -> Message:
    news = [Article(f"g{n}", f"https://x.example/{n}", f"Prices\n fall {n}", AT) for n in range(count)]
    (notice,) = notices.article_notices(news, "blog", base_url=BASE)
    return notice.message


def test_a_new_article_is_told_with_its_title_and_link() -> None:
    message = _articles()
    assert message.lines == ("New article in blog: Prices fall 0, published 2026-07-01 14:02 UTC",)
    assert message.links[0] == ("Prices fall 0", "https://x.example/0")


def test_many_articles_are_one_message_with_their_number() -> None:
    message = _articles(50)
    assert message.subject == "50 new articles in blog"
    assert message.lines[-1] == "… and 30 more: 50 new articles in all"


def test_a_held_move_is_told_with_why_and_the_commands_that_rule_on_it() -> None:
    held = [replace(m, status=Status.held, reason="a fall to a hundredth") for m in O3]
    message = notices.held_message(held, base_url=BASE)
    assert message.lines[0] == (
        "OpenAI o3: input $10 → $2, output $40 → $8 per 1M tokens (−80 %) is held: a fall to a hundredth"
    )
    assert "`tracker moves confirm 1 2 --why …`" in message.lines[2]
    assert "`tracker moves withdraw 1 2 --why …`" in message.lines[3]


def test_many_held_moves_are_counted_and_the_command_stays_short() -> None:
    held = [move("input_mtok", "10", "2", model=f"m{n}", id=n, source="acme") for n in range(1, 101)]
    message = notices.held_message(held, base_url=BASE)
    assert message.subject == "OpenAI: 100 moves are held"
    assert any("and 80 more: 100 prices" in line for line in message.lines)
    assert any("`tracker moves confirm --source acme --why …`" in line for line in message.lines)


# When it is tried again


def test_tries_are_doubled_and_capped() -> None:
    waits = [backoff(n, 0.5) for n in range(1, 200)]
    assert waits[:3] == [timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)]
    assert waits[-1] == timedelta(minutes=15)
    assert backoff(0, 0.5) == timedelta(seconds=30)


@given(st.integers(0, 10**6), st.floats(0, 1, exclude_max=True))
def test_a_wait_is_shifted_by_at_most_a_fifth(attempts: int, jitter: float) -> None:
    middle = backoff(attempts, 0.5)
    assert middle * 0.8 <= backoff(attempts, jitter) <= min(middle * 1.2, timedelta(minutes=15))

"""What sentences and headings say about the terms of a price."""

from __future__ import annotations

import time

import pytest

from scrapers.names import model_name
from scrapers.terms import context_in, terms_in, without_context


@pytest.mark.parametrize(
    ("text", "until", "since"),
    [
        ("through August 31, 2026", "2026-08-31", ""),
        ("starting September 1, 2026", "", "2026-09-01"),
        ("Starting from 16:00 UTC Time on Sept 5th, 2025, the following prices hold", "", "2025-09-05"),
        ("These prices remain in effect until 16:00 UTC Time on Sept 5th, 2025:", "2025-09-05", ""),
        ("The new prices take effect at 16:00 UTC on August 16, 2026", "", "2026-08-16"),
        ("extended to 15:59 UTC on 2026/05/31", "2026-05-31", ""),
        ("From 12:00 Beijing Time on September 14, 2026", "", "2026-09-14"),
        ("新价格将于北京时间 2025 年 9 月 6 日凌晨起执行", "", "2025-09-06"),
        ("自北京时间 2025 年 9 月 6 日零点起", "", "2025-09-06"),
        ("优惠期至北京时间 2025-02-08 24:00", "2025-02-08", ""),
        ("限时 5 折优惠，活动截止 2026 年 9 月 9 日 24:00（UTC+8，北京时间）", "2026-09-09", ""),
        ("限时优惠：即日起至 2026 年 9 月 9 日", "2026-09-09", ""),
        ("Released on August 31, 2026", "", ""),
        ("through February 30, 2026", "", ""),
    ],
)
def test_days_until_and_since_which_a_price_holds(text: str, until: str, since: str) -> None:
    found = terms_in(text)
    assert (found.promo_until, found.effective_from) == (until, since)


@pytest.mark.parametrize(
    ("printed", "name", "context"),
    [
        ("Claude Haiku 5.5 (for prompts up to 100,000 tokens)", "Claude Haiku 5.5", ""),
        ("Claude Haiku 5.5 (for prompts over 100,000 tokens)", "Claude Haiku 5.5", ">100K"),
        ("Claude Haiku 5.5 (prompts > 200K tokens)", "Claude Haiku 5.5", ">200K"),
        ("Claude Haiku 5.5 (over 1,000,000 tokens)", "Claude Haiku 5.5", ">1M"),
        ("Gemini 2.5 Pro (prompts <= 200k tokens)", "Gemini 2.5 Pro", ""),
        ("Claude Opus 4 (retired, except on Google Cloud)", "Claude Opus 4", ""),
    ],
)
def test_a_name_without_its_length_of_prompts(printed: str, name: str, context: str) -> None:
    assert (model_name(printed), context_in(printed)) == (name, context)


def test_a_fast_mode_that_is_new_is_not_the_old_one() -> None:
    assert terms_in("Ultrafast pricing").tier == terms_in("ultra-fast mode").tier == "ultrafast"
    assert terms_in("Fast mode pricing").tier == "fast"


@pytest.mark.parametrize(
    "piece", ["from ", "from utc time ", "until 12:00 ", "2026 年 ", ",111", "prompts over 1,000", "at  "]
)
def test_hostile_words_are_answered_at_once(piece: str) -> None:
    begun = time.process_time()
    for text in (piece * (1000 // len(piece)), f"{piece}{' ' * 990}{piece}"):
        terms_in(text)
        without_context(text)
    assert time.process_time() - begun < 3

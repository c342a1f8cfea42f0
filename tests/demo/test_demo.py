"""The demo finds exactly the moves that its facts hold, and every run is the same."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta

from tracker.demo import Demo, Result, market
from tracker.domain.model import Move

DAYS = (date(2025, 1, 20), date(2025, 2, 12))


def play(seed: int = 0) -> tuple[Result, list[str]]:
    messages: list[str] = []
    demo = Demo(*DAYS, speed=1e6, seed=seed, on_message=lambda _, text: messages.append(text))
    return asyncio.run(demo.run()), messages


def moments(moves: tuple[Move, ...]) -> set[Move]:
    return {replace(m, id=0, snapshot=0, confirmed_by=0) for m in moves}


def test_every_move_of_the_facts_is_found_told_and_nothing_else() -> None:
    result, messages = play()
    assert result.is_right
    assert len(result.found) == len(market.expected_moves(*DAYS)) == 6
    assert result.messages == len(messages)
    of_prices = [text for text in messages if "of Deep Impact" not in text]
    assert len(of_prices) == 2  # one a page and day, however many rows
    assert "o1-mini: input $3 → $1.10, output $12 → $4.40" in of_prices[0]
    assert "deepseek-chat: input $0.14 → $0.27" in of_prices[1]
    verdicts = [text for text in messages if text not in of_prices]
    assert verdicts[0].startswith("P1 of Deep Impact: H90 pending → provisional")
    # Groq lists a distilled model, and never the weights in question.
    assert any(v.startswith("P5 of Deep Impact: open pending → unresolvable") for v in verdicts)
    assert result.looks >= (DAYS[1] - DAYS[0]) / timedelta(days=1) * 8


def test_another_run_is_the_same_and_noise_on_the_pages_is_no_move() -> None:
    assert moments(play()[0].found) == moments(play()[0].found) == moments(play(seed=7)[0].found)

"""What many messages come to when they are told as one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from scrapers.page import STANDARD
from tracker.domain.alerts import MOST_LINES, Message
from tracker.domain.digests import MOST_LINKS, Parts, digest_of, net
from tracker.domain.model import Move, Series, Status

AT = datetime(2026, 7, 1, 14, 2, tzinfo=UTC)
BASE = "http://127.0.0.1:8321"
PRICES = st.lists(st.sampled_from(["1", "2", "5"]), min_size=2, max_size=8)


def way(model: str, *prices: str, source: str = "acme") -> list[Move]:
    """The moves of one price, one after another."""
    series = Series("acme", model, "input_mtok", STANDARD, "USD")
    steps = [(a, b) for a, b in pairwise(prices) if a != b]
    return [
        Move(
            series,
            Decimal(before),
            Decimal(after),
            AT + timedelta(hours=n),
            AT + timedelta(hours=n),
            status=Status.confirmed,
            event="list_cut" if Decimal(after) < Decimal(before) else "list_rise",
            source=source,
        )
        for n, (before, after) in enumerate(steps)
    ]


def told(*moves: Move, storm: bool = False, at: datetime = AT, **parts: object) -> Message:
    whole = Parts(count=len(moves) or 1, since=AT, moves=moves)
    whole = replace(whole, **parts)  # type: ignore[arg-type]
    message = digest_of(whole, net(whole.moves), is_storm=storm, now=at, base_url=BASE)
    assert message
    return message


@given(st.lists(PRICES, min_size=1, max_size=4), st.randoms())
def test_every_price_is_told_once_from_its_first_to_its_last(
    all_prices: list[list[str]], dice: object
) -> None:
    ways = [way(f"m{n}", *prices) for n, prices in enumerate(all_prices)]
    mixed: list[Move] = []
    left = [list(one) for one in ways if one]
    while left:
        one = dice.choice(left)
        mixed.append(one.pop(0))
        left = [rest for rest in left if rest]
    came = net(mixed)
    ends = {one[0].series.model: (one[0].before, one[-1].after) for one in ways if one}
    assert {m.series.model: (m.before, m.after) for m in came.moves} == {
        model: pair for model, pair in ends.items() if pair[0] != pair[1]
    }
    assert {steps[0].series.model for steps in came.reverted} == {
        model for model, (first, last) in ends.items() if first == last
    }
    assert all(m.event == ("list_cut" if m.is_cut else "list_rise") for m in came.moves)


def test_two_sources_of_one_price_are_two_lines() -> None:
    assert len(net([*way("m", "1", "2"), *way("m", "1", "2", source="other")]).moves) == 2


def test_a_long_digest_counts_what_it_does_not_show() -> None:
    notices = tuple(Message(f"n{n}", (f"n{n}",), ((f"l{n}", f"{BASE}/{n}"),)) for n in range(MOST_LINES))
    moves = [m for n in range(500) for m in way(f"m{n}", "2", "1")]
    back = [m for n in range(500) for m in way(f"r{n}", "1", "2", "1")]
    message = told(*moves, *back, notices=notices, hidden=7)
    assert "500 models moved (500 cuts), up to −50 %; 500 prices changed and reverted; 47 notices" in (
        message.subject
    )
    said = "\n".join(message.lines)
    for counted in (
        "500 prices of 500 models in all",
        "… and 460 more prices that came back",
        "7 more notices",
    ):
        assert counted in said
    assert len(message.lines) < 3 * MOST_LINES and len(message.links) == MOST_LINKS


def test_a_storm_is_delayed_from_the_second_hour_on() -> None:
    moves = way("m", "2", "1")
    assert told(*moves, storm=True, at=AT + timedelta(hours=1)).subject.startswith("1 messages at once: ")
    late = told(*moves, storm=True, at=AT + timedelta(hours=1, seconds=1), count=120)
    assert late.subject.startswith("Delayed: 120 messages since 2026-07-01 14:02 UTC: Acme m: input $2 → $1")


def test_names_from_a_page_stay_on_their_line() -> None:
    hostile = replace(way("m", "2", "1", "2")[0], model="<script>\n\u202eGPT")
    back = replace(hostile, before=hostile.after, after=hostile.before)
    message = told(hostile, back)
    assert all(line.isprintable() for line in (message.subject, *message.lines))


def test_a_digest_of_several_days_says_on_which_each_was_seen() -> None:
    moves, back = way("m", "2", "1"), way("r", "1", "2", "1")
    today, later = told(*moves, *back), told(*moves, *back, at=AT + timedelta(days=2))
    assert "on 2026" not in str(today)
    assert [line.endswith(" on 2026-07-01") for line in later.lines] == [True, True, False]

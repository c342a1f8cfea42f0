"""When it is told, without an outbox, that the store cannot be written."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.outcry import CRY_AFTER_S, REST_S, Outcry, trouble_message


def test_a_trouble_of_some_seconds_is_told_to_nobody() -> None:
    outcry = Outcry()
    assert [outcry.news("locked", 0), outcry.news("locked", CRY_AFTER_S - 1), outcry.news("", 60)] == [""] * 3


def test_a_trouble_is_told_once_and_once_when_it_is_over() -> None:
    outcry = Outcry()
    said = [outcry.news("disk full", float(second)) for second in range(7200)]
    assert said.count("trouble") == 1 and said[int(CRY_AFTER_S)] == "trouble"
    assert [outcry.news("", 7200), outcry.news("", 7201)] == ["over", ""]


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 4000)), max_size=60))
def test_a_trouble_that_comes_and_goes_is_told_once_an_hour_at_most(spells: list[tuple[bool, int]]) -> None:
    outcry, now, told = Outcry(), 0.0, []
    for is_bad, seconds in spells:
        told.append((now, outcry.news("disk full" if is_bad else "", now)))
        now += seconds
    troubles = [at for at, news in told if news == "trouble"]
    assert all(b - a >= REST_S for a, b in pairwise(troubles))
    order = [news for _, news in told if news]
    assert order == (["trouble", "over"] * len(order))[: len(order)]


def test_the_words_are_one_harmless_line() -> None:
    message = trouble_message("disk full: \n\u202emake room.", "http://127.0.0.1:8321")
    assert message.lines[0] == "The tracker cannot write its store: disk full: make room."

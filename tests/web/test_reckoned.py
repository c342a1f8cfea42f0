"""What takes long is not found anew for everybody, and nobody gets what is old."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.web.asking import ON_SQLITE, app_over, get, words_of
from tests.web.stock import NOW
from tracker.adapters.store.engine import asking, open_store
from tracker.web import reckoned as module
from tracker.web.reckoned import KEPT_S, OLDEST_S, QUICK_S, reckoned

pytestmark = ON_SQLITE


class Slow:
    """An answer that takes as long as is said, by a clock that is moved by hand; it counts itself."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, takes: float) -> None:
        self.now, self.takes, self.found = 1000.0, takes, 0
        self.again = threading.Event()
        monkeypatch.setattr(module, "monotonic", lambda: self.now)

    def __call__(self, connection: Any) -> int:
        self.now += self.takes
        self.found += 1
        self.again.set()
        return self.found


def ask(engine: Engine, slow: Slow, version: object = None) -> int:
    with asking(engine) as connection:
        return reckoned(connection, "it", slow, version)  # type: ignore[arg-type]


def test_what_is_quick_is_found_at_every_request(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow(monkeypatch, QUICK_S / 2)
    assert [ask(engine, slow) for _ in range(3)] == [1, 2, 3]


def test_of_the_same_version_it_is_found_once(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow(monkeypatch, QUICK_S / 2)
    assert [ask(engine, slow, v) for v in ("a", "a", "b", "b")] == [1, 1, 2, 2]


def test_what_is_slow_is_kept_then_found_behind_and_never_old(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(monkeypatch, 2.0)
    assert [ask(engine, slow), ask(engine, slow)] == [1, 1]
    slow.now += KEPT_S + 1
    slow.again.clear()
    assert ask(engine, slow) == 1, "who asks does not wait"
    assert slow.again.wait(10)
    assert _until(engine, slow, 2), "who asks next has the new one"
    slow.now += OLDEST_S + 1
    assert ask(engine, slow) == 3, "nobody gets an old one"


def _until(engine: Engine, slow: Slow, wanted: int) -> bool:
    """The answer is kept a moment after it was found."""
    pause = threading.Event()
    return any(ask(engine, slow) == wanted or pause.wait(0.01) for _ in range(500))


def test_only_a_few_are_found_behind_at_a_time(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    slow, go = Slow(monkeypatch, 2.0), threading.Event()
    monkeypatch.setattr(module._Store, "_behind", lambda self, *asked: go.wait(10))
    with asking(engine) as connection:
        for key in [*range(9)] * 2:
            reckoned(connection, key, slow)
            slow.now += KEPT_S if key == 8 else 0
    assert slow.found == 9 and len(module._stores[engine].under_way) == module.MOST_BEHIND
    go.set()


def test_each_store_has_its_own(engine: Engine, store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    slow, other = Slow(monkeypatch, 2.0), open_store(store_url)
    assert [ask(engine, slow), ask(other, slow), ask(engine, slow)] == [1, 2, 1]
    other.dispose()


def test_a_page_says_of_when_its_answer_is(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "QUICK_S", 0.0)  # as in a store in which all takes long
    for path in ("/index", "/verdicts", "/verdicts/deep-impact/P1"):
        first = words_of(get(app_over(engine), path).text)
        later = words_of(get(app_over(engine, now=NOW + timedelta(minutes=5)), path).text)
        assert "Reckoned" not in first and "Reckoned 5 min ago, at 14:05 UTC" in later, path

"""Answers that take long in a large store: kept for a while, and found anew behind those who ask."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, NamedTuple, TypeVar, cast
from weakref import WeakKeyDictionary

from tracker.adapters.store import Connection, Engine
from tracker.adapters.store.engine import asking
from tracker.domain.errors import TrackerError

T = TypeVar("T")

QUICK_S = 0.25  # what takes less is found at every request
KEPT_S, TIMES = 60.0, 10  # what takes longer is kept so long, or so many times as long as it took
OLDEST_S = 600.0  # nobody gets an older answer: who comes then waits
MOST_KEPT, MOST_BEHIND = 64, 4


class _Kept(NamedTuple):
    answer: object
    version: Hashable
    at: float
    took: float

    @property
    def age(self) -> float:
        return monotonic() - self.at

    def is_fresh(self, version: Hashable) -> bool:
        if version is not None and version == self.version:
            return True
        return self.took >= QUICK_S and self.age < max(KEPT_S, TIMES * self.took)


@dataclass(slots=True, eq=False)
class _Store:
    """What was found in one store. Safe among threads."""

    kept: OrderedDict[Hashable, _Kept] = field(default_factory=OrderedDict)
    under_way: set[Hashable] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)
    turn: threading.Lock = field(default_factory=threading.Lock)  # of those who find behind, one at a time

    def get(self, key: Hashable) -> _Kept | None:
        with self.lock:
            return self.kept.get(key)

    def find(self, connection: Connection, key: Hashable, version: Hashable, how: Any) -> object:
        begun = monotonic()
        answer = how(connection)
        now = monotonic()
        with self.lock:
            self.kept[key] = _Kept(answer, version, now, now - begun)
            self.kept.move_to_end(key)
            while len(self.kept) > MOST_KEPT:
                self.kept.popitem(last=False)
        return answer

    def find_behind(self, engine: Engine, key: Hashable, version: Hashable, how: Any) -> None:
        with self.lock:
            if key in self.under_way or len(self.under_way) >= MOST_BEHIND:
                return  # who asks next begins it
            self.under_way.add(key)
        # A daemon: a process that ends does not wait for what nobody will ask.
        threading.Thread(target=self._behind, args=(engine, key, version, how), daemon=True).start()

    def _behind(self, engine: Engine, key: Hashable, version: Hashable, how: Any) -> None:
        try:
            with self.turn, asking(engine) as connection:
                self.find(connection, key, version, how)
        except TrackerError:
            pass  # who asks when the kept answer is too old finds the same trouble, and is told
        finally:
            with self.lock:
                self.under_way.discard(key)


_stores: WeakKeyDictionary[Engine, _Store] = WeakKeyDictionary()


def reckoned(
    connection: Connection, key: Hashable, how: Callable[[Connection], T], version: Hashable = None
) -> T:
    """What `how` finds in the store, or found a short while ago; `key` says all that the answer depends on.

    Of the same `version` it is as good as new. Raises what `how` raises.
    """
    store = _stores.setdefault(connection.engine, _Store())
    kept = store.get(key)
    if kept is None or not (kept.is_fresh(version) or (kept.took >= QUICK_S and kept.age < OLDEST_S)):
        return cast(T, store.find(connection, key, version, how))
    if not kept.is_fresh(version):
        store.find_behind(connection.engine, key, version, how)
    return cast(T, kept.answer)

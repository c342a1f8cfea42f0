"""What is wrong with the tracker itself, turn by turn, and when each turn may be tried again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

LONGEST_S = 300.0  # between two tries of a turn that fails and fails


@dataclass(slots=True)
class _Trouble:
    words: str
    again_at: float
    wait_s: float
    is_of_store: bool


@dataclass(slots=True)
class Troubles:
    """Why turns failed, by their names. Moments are seconds of a clock that never jumps."""

    _by_turn: dict[str, _Trouble] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """The oldest trouble; empty while all is well."""
        return next((t.words for t in self._by_turn.values()), "")

    @property
    def words_of_store(self) -> str:
        """The oldest trouble with the store itself; empty while there is none."""
        return next((t.words for t in self._by_turn.values() if t.is_of_store), "")

    @property
    def turns(self) -> set[str]:
        return set(self._by_turn)

    def add(self, turn: str, words: str, now: float, *, is_of_store: bool = False) -> bool:
        """A turn failed; whether that is news: no other turn failed for this reason."""
        is_news = words not in {t.words for t in self._by_turn.values()}
        before = self._by_turn.get(turn)
        wait = min(2 * before.wait_s, LONGEST_S) if before else 1.0
        self._by_turn[turn] = _Trouble(words, now + wait, wait, is_of_store)
        return is_news

    def end(self, turns: Iterable[str]) -> bool:
        """These turns went well; whether all is well again."""
        were = [self._by_turn.pop(turn, None) for turn in turns]
        return any(were) and not self._by_turn

    def resting(self, now: float) -> set[str]:
        """The turns that it is too early to try again."""
        return {turn for turn, trouble in self._by_turn.items() if now < trouble.again_at}

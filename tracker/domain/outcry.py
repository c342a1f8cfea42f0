"""What is told without the outbox: that the store cannot be written, and that it can again."""

from __future__ import annotations

from dataclasses import dataclass

from tracker.domain import wording
from tracker.domain.alerts import Message, safe

CRY_AFTER_S = 60.0  # a store that is locked for some seconds is nobody's trouble
REST_S = 3600.0  # between two troubles that are told


@dataclass(slots=True)
class Outcry:
    """When it is told: once a trouble, and at most once in REST_S. It is kept in memory only.

    Moments are seconds of a clock that never jumps.
    """

    after_s: float = CRY_AFTER_S
    _since: float | None = None  # the store is in trouble
    _told_at: float | None = None  # the last trouble that was told
    _is_told: bool = False  # that of now

    def news(self, words: str, now: float) -> str:
        """What is to be told now: "trouble", "over", or nothing; `words` are the trouble's, empty if none."""
        if not words:
            was_told, self._since, self._is_told = self._is_told, None, False
            return "over" if was_told else ""
        self._since = now if self._since is None else self._since
        rested = self._told_at is None or now - self._told_at >= REST_S
        if self._is_told or not rested or now - self._since < self.after_s:
            return ""
        self._told_at, self._is_told = now, True
        return "trouble"


def trouble_message(words: str, base_url: str) -> Message:
    """What to tell while the store cannot be written."""
    said = wording.harmless(words, 300).rstrip(".")
    return Message(
        subject="The tracker cannot write its store",
        lines=(
            f"The tracker cannot write its store: {said}.",
            "No price is recorded until that is mended; nothing that was recorded is lost.",
        ),
        links=safe([("status", f"{base_url}/sources")]),
    )


def over_message(base_url: str) -> Message:
    """What to tell once it can be written again."""
    return Message(
        subject="The tracker can write its store again",
        lines=("The tracker can write its store again: prices are recorded, and what waited is sent.",),
        links=safe([("status", f"{base_url}/sources")]),
    )

"""What goes out is plain text of bounded size: names and quotes come from other people's pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tracker.ask.printed import plain
from tracker.domain.wording import harmless

LONGEST = 1000  # characters of one text
MOST = 50  # entries of one list inside an answer


def inert(value: Any) -> Any:
    """A value as JSON has it; every text on one line, without control, bidi and invisible characters."""
    return _harmless(plain(value))


def _harmless(value: Any) -> Any:
    if isinstance(value, str):
        return harmless(value, LONGEST)
    if isinstance(value, Mapping):
        return {harmless(str(name), LONGEST): _harmless(inner) for name, inner in value.items()}
    return [_harmless(inner) for inner in value] if isinstance(value, list) else value


def cut(value: Any, most: int = MOST) -> tuple[Any, dict[str, int]]:
    """A value whose lists are no longer than that, and how many entries each lost, by its path.

    Of points in the order of their days the last are kept, of all else the first.
    """
    left_out: dict[str, int] = {}
    return _cut(value, most, "", left_out), left_out


def _cut(value: Any, most: int, path: str, left_out: dict[str, int]) -> Any:
    def below(name: object) -> str:
        return f"{path}.{name}" if path else str(name)

    if isinstance(value, Mapping):
        return {name: _cut(inner, most, below(name), left_out) for name, inner in value.items()}
    if not isinstance(value, list):
        return value
    if len(value) > most:
        left_out[path] = len(value) - most
        value = value[-most:] if path.rpartition(".")[2] in ("points", "premium", "hosted") else value[:most]
    return [_cut(inner, most, below(place), left_out) for place, inner in enumerate(value)]

"""What is wrong about a claims file, one line a problem."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError


def problems(error: ValidationError, table: Mapping[str, Any]) -> list[str]:
    """A line a place: where, by the ids of the file, and what."""
    found = {_place(p, table): p for p in reversed(error.errors(include_url=False))}
    return [_line(place, problem) for place, problem in reversed(found.items())]


def _place(problem: Any, table: Mapping[str, Any]) -> str:
    """Where a problem is, by the ids of the file; the shapes that a value could have are no part of it."""
    parts = [p for p in problem["loc"] if not (isinstance(p, str) and ("[" in p or "-" in p))]
    if len(parts) > 1 and parts[0] in ("predictions", "price_claims") and isinstance(parts[1], int):
        with contextlib.suppress(KeyError, IndexError, TypeError, AttributeError):
            parts[:2] = [str(table[parts[0]][parts[1]]["id"])]
    return ".".join(map(str, parts)) or "the file"


def _line(place: str, problem: Any) -> str:
    words = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        words = "no such key"
    return f"{place}: {words}"

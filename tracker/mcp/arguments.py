"""What may be asked of a tool: the API's parameters, read from JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from tracker.web.api import parameters as p
from tracker.web.api.refused import Refused

MOST, USUAL = 200, 50  # rows of an answer


LIMIT = p.limited(MOST, USUAL, "the answer")
CURSOR = replace(p.CURSOR, says="The `next` of the answer before, with all else as it was; nothing else.")


def needed(parameter: p.Parameter) -> p.Parameter:
    """The same parameter, without which the tool does not answer."""
    return replace(parameter, required=True, schema={**parameter.schema, "minLength": 1})


def schema(parameters: Sequence[p.Parameter], beside: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What a tool takes, as JSON Schema; `beside` are arguments that are no parameter of the API."""
    return {
        "type": "object",
        "properties": {q.name: {**q.schema, "description": q.says} for q in parameters} | dict(beside or {}),
        "required": [q.name for q in parameters if q.required],
        "additionalProperties": False,
    }


def read(parameters: Sequence[p.Parameter], asked: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The arguments of a call by name; null and "" are as if left out. Raises Refused."""
    return p.given(parameters, words_of(asked), now)


def words_of(asked: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Arguments as an address would have them. Raises Refused."""
    return [(name, _words(name, value)) for name, value in asked.items() if value is not None]


def _words(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, int) and abs(value) < 10**9:
        return str(value)
    raise Refused(400, f"{name if name.isidentifier() else 'an argument'} must be text or a whole number")

"""Values as JSON and CSV have them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

# What a spreadsheet takes for the beginning of a formula, in narrow and in wide letters.
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def plain(value: Any) -> Any:
    """A value as JSON has it: money as a decimal string, moments as ISO 8601 in UTC."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, Mapping):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return value


def cell(value: Any) -> str:
    """A CSV cell that no spreadsheet takes for a formula: such words begin with one apostrophe more.

    Whoever reads it takes one from words that begin with apostrophes and then such a sign.
    """
    value = plain(value)
    if value is None:
        return ""
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    words = str(value)
    numeric = isinstance(value, (int, float)) or words.lstrip("-").replace(".", "", 1).isdigit()
    return f"'{words}" if words.lstrip("'").startswith(FORMULAS) and not numeric else words

"""The reviewed table of what people call providers, models and plans."""

from __future__ import annotations

import csv
from datetime import date
from functools import cache
from importlib import resources

from tracker.domain.named import Nickname

_COLUMNS = ["provider", "nickname", "of", "model", "from", "until"]


@cache
def nicknames() -> tuple[Nickname, ...]:
    """All rows of tracker/data/nicknames.csv; raises ValueError with the line of one that is wrong."""
    text = resources.files("tracker").joinpath("data", "nicknames.csv").read_text(encoding="utf-8")
    head, *rows = csv.reader(text.splitlines())
    if head != _COLUMNS:
        raise ValueError(f"nicknames.csv: the columns are {', '.join(head)}")
    return tuple(_of(row, line) for line, row in enumerate(rows, start=2))


def _of(row: list[str], line: int) -> Nickname:
    provider, words, of, model, begin, end = row
    if of not in ("maker", "host", "model", "plan") or bool(model) != (of in ("model", "plan")):
        raise ValueError(f"nicknames.csv line {line}: {of!r} {model!r}")
    return Nickname(
        provider=provider,
        words=words,
        of=of,
        model=model,
        begin=date.fromisoformat(begin) if begin else date.min,
        end=date.fromisoformat(end) if end else date.max,
    )

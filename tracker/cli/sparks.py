"""Courses as blocks of text in a table, where there is somebody to look at them."""

from __future__ import annotations

import locale
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console

from tracker.adapters.store import Connection
from tracker.adapters.store.courses import Course, courses, key_of
from tracker.adapters.store.filters import Filters
from tracker.cli.output import Form
from tracker.domain.sparkline import BLOCKS, YEAR, sparkline
from tracker.domain.wording import percent

COLUMN = "last year"
WIDE = 110  # columns of a terminal, below which a table has no room for one more
MOST = 1000  # rows; a longer table is not read row by row

Spark = Annotated[
    bool, typer.Option("--spark", help="The last year's course in blocks, also where no terminal is.")
]


def can_print() -> bool:
    """Whether the terminal shows blocks: by its kind, and by the encoding that its locale names."""
    if os.environ.get("TERM") == "dumb":
        return False
    try:
        BLOCKS.encode(os.environ.get("PYTHONIOENCODING", "").partition(":")[0] or locale.getencoding())
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def wanted(form: Form, asked: bool, rows: int = 0) -> bool:
    """Whether a table of so many rows has courses: on a terminal that can print them, or where asked for."""
    if form is not Form.table:
        return False
    has_room = rows <= MOST and Console().width >= WIDE
    return asked or (sys.stdout.isatty() and can_print() and has_room)


def with_courses(
    connection: Connection, rows: Sequence[dict[str, Any]], at: datetime, known_at: datetime, filters: Filters
) -> list[dict[str, Any]]:
    """Prices with their course in the year up to `at`; nothing where the price held all the time."""
    found = courses(connection, at, known_at, filters, at - YEAR)
    return [row | {COLUMN: shown(found.get(key_of(row), ()), at - YEAR, at)} for row in rows]


def shown(course: Course | Sequence[Any], since: datetime, until: datetime) -> str:
    """Blocks, and the change in per cent: "████▄▄▄▄▄▄▄▄ −50 %"; empty where nothing changed."""
    known = [price for moment, price in course if price is not None]
    if not known or (len(set(known)) == 1 and len(course) == 1 and course[0][0] <= since):
        return ""
    steps = [(moment, None if price is None else float(price)) for moment, price in course]
    blocks = sparkline(steps, since, until)
    return f"{blocks} {percent(known[0], known[-1])}" if known[0] != known[-1] else blocks


def line(name: str, points: Sequence[tuple[datetime, float]], since: datetime, until: datetime) -> str:
    """A value's course on a line of its own: "lines ▇▇▆▅ 100 → 43.2"."""
    before = [value for moment, value in points if moment <= since] or [points[0][1]]
    return f"{name} {sparkline(points, since, until)} {before[-1]:.1f} → {points[-1][1]:.1f}"


def lines(columns: Mapping[str, Sequence[tuple[datetime, float]]], since: datetime, until: datetime) -> str:
    """Courses one below the other."""
    width = max(map(len, columns), default=0)
    told = [line(f"{name:<{width}}", points, since, until) for name, points in columns.items() if points]
    return "".join(f"{words}\n" for words in told)

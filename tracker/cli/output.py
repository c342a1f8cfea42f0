"""Rows to standard output: a table for people, JSON or CSV for programs."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, TaskID
from rich.table import Table

from tracker.ask.printed import cell, plain


class Form(StrEnum):
    """How rows are printed."""

    table = "table"
    json = "json"
    csv = "csv"


def emit(
    rows: Iterable[Mapping[str, Any]], form: Form, *, columns: Sequence[str] = (), empty: str = "nothing"
) -> None:
    """Print the rows. `columns` are those of the table; JSON and CSV have all of them."""
    found = [dict(row) for row in rows]
    if form is Form.json:
        print_json(found)
    elif form is Form.csv:
        _csv(found)
    elif not found:
        sys.stderr.write(f"{empty}\n")
    else:
        _table(found, columns or list(found[0]))


@contextmanager
def progress(words: str) -> Iterator[Callable[[str, int, int], None]]:
    """A bar on a terminal's standard error, moved by (name, done, of); nothing where nobody watches."""
    if not sys.stderr.isatty():
        yield lambda name, done, of: None
        return
    with Progress(console=Console(stderr=True), transient=True) as shown:
        bars: dict[str, TaskID] = {}

        def on(name: str, done: int, of: int) -> None:
            if name not in bars:
                bars[name] = shown.add_task(f"{words}: {name}", total=of)
            shown.update(bars[name], completed=done, total=of)

        yield on


def print_json(value: Any) -> None:
    """Print a value; what would move a terminal's cursor or turn its text round is written as an escape."""
    text = json.dumps(plain(value), ensure_ascii=False, indent=1)
    if not text.replace("\n", "").isprintable():
        text = "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)
    sys.stdout.write(text + "\n")


def _csv(rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(rows[0])
    shown = _printable if sys.stdout.isatty() else str  # a file has every character
    for row in rows:
        out.writerow([shown(cell(v)) for v in row.values()])


def _table(rows: list[dict[str, Any]], columns: Sequence[str]) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in columns:
        right = all(isinstance(r.get(name), (int, float, Decimal, type(None))) for r in rows)
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(escape(_shown(row.get(name))) for name in columns))
    # A file or a pipe has no width: nothing is folded there.
    Console(soft_wrap=False, width=None if sys.stdout.isatty() else 250).print(table)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, Mapping):
        value = " ".join(f"{k} {v}" for k, v in value.items())
    return _printable(str(plain(value)))


def _printable(words: str) -> str:
    return "".join(c for c in words if c.isprintable())

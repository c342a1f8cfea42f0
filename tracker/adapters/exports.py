"""Writes whole views into files: CSV, JSON lines or Parquet, each there in full or not at all."""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO

from tracker.adapters import parquet
from tracker.adapters.export_kinds import kind_of
from tracker.adapters.store import Engine, asked
from tracker.adapters.store.asked import Whole
from tracker.domain.errors import StoreTrouble

FORMATS = ("csv", "jsonl", "parquet")
MANIFEST = "manifest.json"


def export(
    engine: Engine,
    database_url: str,
    folder: Path,
    names: Sequence[str],
    form: str,
    *,
    at: datetime,
    version: str,
    cell: Callable[[Any], str],
) -> dict[str, Any]:
    """Write the views and, last, a manifest with counts and hashes; the manifest. Raises TrackerError.

    All files are as of one moment of the store; memory stays small, however many rows there are.
    """
    if form == "parquet":
        parquet.needed()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with asked.whole(engine, database_url, names) as views:
            files = [_written(folder / f"{view.name}.{form}", view, form, cell) for view in views]
        manifest = {"made_at": f"{at:%Y-%m-%dT%H:%M:%SZ}", "tracker": version, "format": form, "files": files}
        with _whole(folder / MANIFEST) as out:
            out.write(json.dumps(manifest, indent=1).encode() + b"\n")
    except OSError as e:
        raise StoreTrouble(f"{folder} cannot be written: {e.strerror}; name another folder") from e
    return manifest


def _written(file: Path, view: Whole, form: str, cell: Callable[[Any], str]) -> dict[str, Any]:
    with _whole(file) as out:
        if form == "parquet":
            rows = parquet.write(out, view.name, view.columns, view.rows)
        else:
            text = TextIOWrapper(out, encoding="utf-8", newline="", errors="backslashreplace")
            rows = _csv(text, view, cell) if form == "csv" else _jsonl(text, view)
            text.detach()
    with file.open("rb") as kept:
        digest = hashlib.file_digest(kept, "sha256").hexdigest()
    size = file.stat().st_size
    kinds = {name: kind_of(view.name, name) for name in view.columns}
    return {"file": file.name, "rows": rows, "bytes": size, "sha256": digest, "columns": kinds}


def _csv(out: TextIOWrapper, view: Whole, cell: Callable[[Any], str]) -> int:
    writer, count = csv.writer(out, lineterminator="\n"), 0
    writer.writerow(view.columns)
    for row in view.rows:
        writer.writerow([cell(value) for value in row])
        count += 1
    return count


def _jsonl(out: TextIOWrapper, view: Whole) -> int:
    count = 0
    for row in view.rows:
        out.write(json.dumps(dict(zip(view.columns, row, strict=True)), ensure_ascii=False) + "\n")
        count += 1
    return count


@contextmanager
def _whole(file: Path) -> Iterator[BinaryIO]:
    """A file that takes its name only when it is complete and on the disk."""
    part = file.with_name(f".{file.name}.part")
    try:
        with part.open("wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)

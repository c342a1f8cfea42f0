"""An export holds every row of the store, is complete or not there, and says its own hash."""

from __future__ import annotations

import csv
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tracker.adapters import exports, parquet
from tracker.adapters.store import asked, bundled
from tracker.adapters.store.engine import writing
from tracker.adapters.store.views import NAMES
from tracker.ask.printed import cell
from tracker.domain.errors import Missing, StoreTrouble

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def export(engine: Engine, url: str, folder: Path, form: str) -> dict[str, Any]:
    return exports.export(engine, url, folder, NAMES, form, at=NOW, version="1", cell=cell)


@pytest.fixture
def full(engine: Engine) -> Engine:
    with writing(engine) as connection:
        bundled.load(connection, NOW)
    return engine


def test_json_lines_hold_every_row_of_the_store(full: Engine, store_url: str, tmp_path: Path) -> None:
    made = export(full, store_url, tmp_path / "out", "jsonl")
    for file, name in zip(made["files"], NAMES, strict=True):
        kept = (tmp_path / "out" / file["file"]).read_bytes()
        want = asked.answer(full, store_url, f"SELECT * FROM {name} ORDER BY id")
        rows = [json.loads(line) for line in kept.decode().splitlines()]
        assert [tuple(row.values()) for row in rows] == want.rows
        assert (file["rows"], file["sha256"]) == (len(rows), hashlib.sha256(kept).hexdigest())
    assert json.loads((tmp_path / "out/manifest.json").read_text()) == made
    assert not list((tmp_path / "out").glob(".*"))


def test_csv_holds_every_row_of_the_store(full: Engine, store_url: str, tmp_path: Path) -> None:
    export(full, store_url, tmp_path, "csv")
    for name in NAMES:
        want = asked.answer(full, store_url, f"SELECT * FROM {name} ORDER BY id")
        with (tmp_path / f"{name}.csv").open(newline="", encoding="utf-8") as file:
            header, *rows = csv.reader(file)
        assert tuple(header) == want.columns
        assert rows == [[cell(value) for value in row] for row in want.rows]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_without_the_extra_parquet_says_what_to_install(
    full: Engine, store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "pyarrow", None)
    with pytest.raises(Missing, match=r"llm-price-tracker\[parquet\]"):
        export(full, store_url, tmp_path / "out", "parquet")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_folder_that_is_a_file_is_told_in_a_sentence(full: Engine, store_url: str, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(StoreTrouble, match="name another folder"):
        export(full, store_url, tmp_path / "out", "csv")

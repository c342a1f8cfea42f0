"""What `sql` and `export` print, and how they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.test_cli import FORMULA, ON_SQLITE, SENTENCE, Shell, shell, tracker

__all__ = ["shell", "tracker"]


def test_the_same_query_as_json_and_as_csv(tracker: Shell) -> None:
    query = f"SELECT 1 AS n, '{FORMULA.replace(chr(39), chr(39) * 2)}' AS words, count(*) AS moves FROM moves"
    assert tracker("sql", query, "--json").rows == [{"n": 1, "words": FORMULA, "moves": 0}]
    assert tracker("sql", query, "--csv").out == f"n,words,moves\n1,'{FORMULA},0\n"


@pytest.mark.parametrize("query", ["DELETE FROM moves", "SELEC", "SELECT * FROM channels"])
def test_what_is_refused_ends_with_2_and_one_sentence(tracker: Shell, query: str) -> None:
    ran = tracker("sql", query)
    assert (ran.code, ran.out) == (2, "")
    assert SENTENCE.fullmatch(ran.err)


def test_where_there_was_more_it_is_said(tracker: Shell) -> None:
    ran = tracker("sql", "SELECT 1 AS a UNION ALL SELECT 2", "--limit", "1", "--json")
    assert ran.rows == [{"a": 1}]
    assert SENTENCE.fullmatch(ran.err)


@ON_SQLITE
def test_export_writes_what_is_asked_and_a_manifest(tracker: Shell, tmp_path: Path) -> None:
    assert tracker("export", "out", "--what", "moves,events").code == 0
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "events.csv",
        "manifest.json",
        "moves.csv",
    ]
    assert [f["rows"] for f in json.loads((tmp_path / "out/manifest.json").read_text())["files"]] == [0, 0]


@ON_SQLITE
def test_export_of_what_is_not_there_names_what_is(tracker: Shell) -> None:
    ran = tracker("export", "out", "--what", "channels")
    assert ran.code == 2 and "current_prices" in ran.err

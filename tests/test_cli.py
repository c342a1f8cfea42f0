"""What the command line promises: exit codes, one sentence an error, shapes that others build on."""

from __future__ import annotations

import csv
import io
import json
import logging
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pytest
import structlog
import time_machine
import typer
from sqlalchemy import Engine

from scrapers.page import Article, Terms
from tests.commands_page import sections
from tests.loopback.pages import Pages
from tests.tracker_process import ROOT, Tracker
from tests.web.stock import (
    HOUR,
    NOW,
    add_alert,
    add_articles,
    add_moves,
    add_sources,
    by_id,
    keep_page,
    move,
    set_health,
    source,
)
from tracker.adapters.store.engine import writing
from tracker.adapters.store.lock import beat, sole
from tracker.cli import VERBS, common, main, output
from tracker.domain.model import Status

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
SAVED = ROOT / "tests/fixtures/anthropic/2026-02-08.md"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
FORMULA = "=cmd|' /C calc'!A0"
# A change of the wording of errors is fine; a traceback or a second line is not.
SENTENCE = re.compile(r"[^\n]{10,}\n")


@dataclass(frozen=True)
class Ran:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> Any:
        return json.loads(self.out)


class Shell:
    """Runs commands in this process, as `tracker` would in one of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def __call__(self, *words: str, **env: str) -> Ran:
        self._capsys.readouterr()
        with self._monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["tracker", *words])
            for name, value in env.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as end:
                main()
        out, err = self._capsys.readouterr()
        return Ran(int(end.value.code or 0), out, err)


@pytest.fixture
def shell(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Iterator[Shell]:
    """A shell in an empty folder, without a setting of the tracker's, without a store."""
    for name in [n for n in os.environ if n.startswith("TRACKER_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("TRACKER_BUNDLED_HISTORY", "false")  # a test sees what it made itself
    handlers = list(logging.root.handlers)
    yield Shell(monkeypatch, capsys)
    structlog.reset_defaults()  # the next test's logs do not go to this one's captured output
    logging.root.handlers[:] = handlers


@pytest.fixture
def tracker(shell: Shell, monkeypatch: pytest.MonkeyPatch, store_url: str) -> Shell:
    """A shell on an empty store."""
    monkeypatch.delenv("TRACKER_DATA_DIR")
    monkeypatch.setenv("TRACKER_DATABASE_URL", store_url)
    return shell


@pytest.fixture
def stocked(tracker: Shell, engine: Engine) -> Shell:
    """A shell on a store with a source, two moves, two alerts and an article."""
    add_sources(engine, by_id(source("openai"), source("wheresyoured", "feeds")))
    set_health(engine, "openai", "failing", outcome="http_status", words="openai.com answers 503")
    kept = keep_page(engine, "openai", b"a page")
    fallen = move("openai", "GPT-Five", "10", "2.50", since=timedelta(days=3), status=Status.confirmed)
    batch = Terms(tier="batch")
    held = move("openai", "GPT-Five", "0.000001", "3", terms=batch, status=Status.held, reason="×3000000")
    add_moves(engine, [fallen, held], kept)
    add_alert(engine, "openai GPT-Five: input $10 → $2.50", "team", attempts=2, error="channel team: refused")
    add_alert(engine, FORMULA, "mail", state="dead")
    add_articles(engine, "wheresyoured", [Article("g1", "https://x.example/1", "Deep Impact", NOW, "…")])
    return tracker


def check_shape(row: dict[str, Any], shape: dict[str, str]) -> None:
    """The keys of a row in their order, and of which type each value is."""
    assert list(row) == list(shape)
    for key, kind in shape.items():
        assert any(_is(row[key], k) for k in kind.split("|")), (key, row[key], kind)


def _is(value: Any, kind: str) -> bool:
    match kind:
        case "null":
            return value is None
        case "moment":
            return isinstance(value, str) and MOMENT.fullmatch(value) is not None
        case "decimal":
            try:
                return isinstance(value, str) and Decimal(value).is_finite() and "e" not in value.lower()
            except InvalidOperation:
                return False
        case "number":
            return isinstance(value, (int, float)) and not isinstance(value, bool)
        case "text":
            return isinstance(value, str)
        case "count":
            return type(value) is int
        case "object":
            return isinstance(value, dict)
        case _:
            return value == kind


# --- exit codes, and one sentence for each error ---


def words_of(error: Ran, code: int) -> str:
    """The sentence of an error; nothing else was printed."""
    assert (error.code, error.out) == (code, "")
    assert SENTENCE.fullmatch(error.err), error.err
    assert "Traceback" not in error.err
    return error.err


@ON_SQLITE
@pytest.mark.parametrize("verb", ["prices", "moves", "articles", "alerts", "snapshots"])
def test_nothing_to_show_is_well_and_said_on_stderr(tracker: Shell, verb: str) -> None:
    ran = tracker(verb)
    assert (ran.code, ran.out) == (0, "")
    assert SENTENCE.fullmatch(ran.err)
    assert tracker(verb, "--json").rows == []


@ON_SQLITE
@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("history nobody", "no price of 'nobody' is recorded"),
        ("moves confirm 3 --why x", "there is no move 3"),
        ("moves withdraw 3 --why x", "there is no move 3"),
        ("snapshots cat 5", "there is no snapshot 5"),
    ],
)
def test_what_is_not_found_is_exit_code_1(tracker: Shell, command: str, says: str) -> None:
    assert says in words_of(tracker(*command.split()), 1)


def test_a_page_that_cannot_be_read_is_exit_code_1(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<html><body><p>Nothing here.</p></body></html>")
    assert "no_table" in words_of(shell("read", "generic", "page.html"), 1)


@ON_SQLITE
def test_no_running_tracker_is_exit_code_1(tracker: Shell) -> None:
    ran = tracker("health")
    assert ran.code == 1 and "tracker up" in ran.out


@ON_SQLITE
@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("nosuch", "'nosuch'"),
        ("prices --nosuch", "--nosuch"),
        ("prices extra", "extra"),
        ("prices --at", "--at"),
        ("history", "model"),
        ("moves confirm 3", "--why"),
        ("snapshots cat x", "'id'"),
        ("demo --speed 0", "--speed"),
        ("demo --from 1999-01-01", "2024-01-01"),
        ("alerts --state odd", "waiting, sent, dead"),
        ("check nosuch", "no source is called nosuch; the nearest is"),
        ("read nosuch page.html", "no source is called nosuch; the nearest is"),
        ("db", "command"),
        *((f"{verb} --json --csv", "--json and --csv exclude each other") for verb in ("prices", "moves")),
    ],
)
def test_wrong_usage_is_exit_code_2(tracker: Shell, command: str, says: str) -> None:
    assert says in words_of(tracker(*command.split()), 2)


@ON_SQLITE
@pytest.mark.parametrize(
    "command",
    [
        "sources",
        "prices",
        "history x",
        "moves",
        "articles",
        "alerts",
        "snapshots",
        f"read openai {SAVED}",
        "config",
    ],
)
def test_json_and_csv_exclude_each_other(tracker: Shell, command: str) -> None:
    assert "exclude each other" in words_of(tracker(*command.split(), "--json", "--csv"), 2)


def test_what_is_needed_and_not_there_is_exit_code_69(shell: Shell, tmp_path: Path) -> None:
    assert "/nope.md" in words_of(shell("read", "openai", "/nope.md"), 69)
    (tmp_path / "file").touch()
    assert "cannot open the store" in words_of(shell("prices", TRACKER_DATA_DIR=str(tmp_path / "file")), 69)


def test_a_store_that_another_tracker_holds_is_exit_code_75(
    tracker: Shell, engine: Engine, store_url: str
) -> None:
    with sole(engine, store_url):
        assert "another tracker" in words_of(tracker("up", "--once"), 75)


def test_a_folder_that_must_not_be_written_is_exit_code_77(shell: Shell) -> None:
    assert "TRACKER_DATA_DIR" in words_of(shell("prices", TRACKER_DATA_DIR="/sys/tracker"), 77)


def test_wrong_settings_are_exit_code_78(shell: Shell, tmp_path: Path) -> None:
    assert "TRACKER_LOOK_PACE" in words_of(shell("prices", TRACKER_LOK_PACE="1s"), 78)
    assert "/nope.toml" in words_of(shell("--config", "/nope.toml", "prices"), 78)
    assert "--log-level" in words_of(shell("--log-level", "loud", "prices"), 78)
    assert "no channel is set" in words_of(shell("alerts", "test"), 78)


def test_all_that_is_wrong_with_the_settings_is_told_at_once_a_line_each(
    shell: Shell, tmp_path: Path
) -> None:
    (tmp_path / "tracker.toml").write_text('[look]\npace = "soon"\nnosuch = 1\n')
    ran = shell("prices", TRACKER_LISTEN="nowhere")
    assert (ran.code, ran.out, ran.err.count("\n")) == (78, "", 3)


def test_a_file_of_another_kind_in_place_of_the_store_is_one_sentence(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "tracker.db").write_bytes(b"not a database at all, but long enough to be one " * 99)
    assert "not a tracker's" in words_of(shell("prices"), 78)


# --- shapes that others build on ---

OFFER = {
    "model": "text",
    "meter": "text",
    "price": "decimal",
    "currency": "text",
    "terms": "object",
    "label": "text",
}
PRICE = {
    "provider": "text",
    "model": "text",
    "meter": "text",
    "price": "decimal",
    "currency": "text",
    "terms": "object",
    "valid_from": "moment",
    "valid_to": "moment|null",
    "recorded_at": "moment",
    "source": "text",
    "basis": "observed|documented|catalogue",
}
MOVE = {
    "id": "count",
    "at": "moment",
    "recorded_at": "moment",
    "provider": "text",
    "model": "text",
    "meter": "text",
    "terms": "object",
    "before": "decimal",
    "after": "decimal",
    "pct": "number|null",
    "event": "text",
    "status": "held|provisional|confirmed|withdrawn",
    "source": "text",
    "evidence": "object",
}
SOURCE = {
    "id": "text",
    "kind": "providers|plans|hosts|catalogs|feeds",
    "url": "text",
    "every": "text",
    "state": "well|stale|failing|blind|never",
    "last_look": "moment|null",
    "last_well": "moment|null",
    "last_outcome": "text",
    "offers": "count",
    "next": "moment|null",
    "via": "text",
}
ALERT = {
    "id": "text",
    "created_at": "moment",
    "channel": "text",
    "rule": "text",
    "subject": "text",
    "state": "waiting|sent|dead",
    "attempts": "count",
    "next_try": "moment|null",
    "last_error": "text",
    "event": "text",
    "part_of": "text|null",
}


def test_read_prints_offers_in_the_fixed_shape(shell: Shell) -> None:
    rows = shell("read", "anthropic", str(SAVED), "--json").rows
    for row in rows:
        check_shape(row, OFFER)
    assert {k: v for k, v in rows[0].items() if k != "label"} == {
        "model": "Claude Opus 4.6",
        "meter": "input_mtok",
        "price": "5",
        "currency": "USD",
        "terms": {},
    }
    assert {"tier": "batch"} in [row["terms"] for row in rows]


def test_prices_are_printed_in_the_fixed_shape(stocked: Shell) -> None:
    rows = stocked("prices", "--at", "2026-09-15", "--json").rows
    for row in rows:
        check_shape(row, PRICE)
    assert {r["price"]: r["terms"] for r in rows} == {"2.5": {}, "0.000001": {"tier": "batch"}}
    assert {(r["provider"], r["model"], r["currency"], r["basis"]) for r in rows} == {
        ("openai", "GPT-Five", "USD", "observed")
    }


def test_moves_are_printed_in_the_fixed_shape(stocked: Shell) -> None:
    rows = stocked("moves", "--json").rows
    for row in rows:
        check_shape(row, MOVE)
    held, confirmed = rows
    assert (held["status"], held["terms"], held["pct"]) == ("held", {"tier": "batch"}, 299999900.0)
    assert (confirmed["status"], confirmed["event"], confirmed["pct"]) == ("confirmed", "list_cut", -75.0)
    assert (confirmed["before"], confirmed["after"]) == ("10", "2.5")
    assert (confirmed["at"], confirmed["recorded_at"]) == ("2026-09-12T14:05:30Z", "2026-09-15T13:05:30Z")
    assert list(confirmed["evidence"]) == [
        "snapshot", "confirmed_by", "not_before", "label", "currency", "reason",
    ]  # fmt: skip


def test_sources_are_printed_in_the_fixed_shape(stocked: Shell) -> None:
    rows = stocked("sources", "--json").rows
    for row in rows:
        check_shape(row, SOURCE)
    assert [r["id"] for r in rows] == sorted(r["id"] for r in rows)
    by_name = {r["id"]: r for r in rows}
    assert (by_name["openai"]["state"], by_name["openai"]["offers"]) == ("failing", 40)
    assert by_name["openai"]["last_look"] == "2026-09-15T13:53:30Z"
    assert all(re.fullmatch(r"(\d+(d|h|m|s))+", r["every"]) for r in rows)
    never = by_name["anthropic"]
    assert (never["state"], never["last_look"], never["next"], never["offers"]) == ("never", None, None, 0)


def test_alerts_are_printed_in_the_fixed_shape(stocked: Shell) -> None:
    rows = stocked("alerts", "--json").rows
    for row in rows:
        check_shape(row, ALERT)
    dead, waiting = rows
    assert (dead["state"], dead["next_try"], dead["channel"]) == ("dead", None, "mail")
    assert (waiting["state"], waiting["attempts"], waiting["next_try"]) == (
        "waiting",
        2,
        "2026-09-15T14:09:30Z",
    )
    assert [a["state"] for a in stocked("alerts", "--state", "dead", "--json").rows] == ["dead"]


@pytest.mark.parametrize(
    ("verb", "shape"),
    [("read", OFFER), ("prices", PRICE), ("moves", MOVE), ("sources", SOURCE), ("alerts", ALERT)],
)
def test_the_documented_example_has_the_fixed_shape(verb: str, shape: dict[str, str]) -> None:
    check_shape(sections()[verb].example, shape)


@ON_SQLITE
@pytest.mark.parametrize("verb", ["articles", "snapshots", "config", "moves", "deliver"])
def test_the_documented_example_has_the_keys_that_are_printed(stocked: Shell, verb: str) -> None:
    assert keys_of(stocked(verb, "--json").rows[0]) == keys_of(sections()[verb].example)


@ON_SQLITE
def test_the_documented_health_is_the_one_that_is_printed(stocked: Shell, engine: Engine) -> None:
    with writing(engine) as connection:
        beat(connection, NOW, NOW)
    shown, printed = sections()["health"].example, stocked("health", "--json").rows
    shown["sources"] = {
        "openai": shown["sources"]["openai"],
        "wheresyoured": printed["sources"]["wheresyoured"],
    }
    assert keys_of(printed) == keys_of(shown)


def keys_of(value: Any) -> Any:
    """A value with its keys in order and nothing else; what is in `terms` differs from row to row."""
    if not isinstance(value, dict):
        return None
    return [(key, None if key == "terms" else keys_of(inner)) for key, inner in value.items()]


@pytest.mark.parametrize(
    "command",
    [
        "prices --at 2026-09-15",
        "moves",
        "sources",
        "alerts",
        "articles",
        "snapshots",
        "history GPT-Five",
        f"read anthropic {SAVED}",
        "config",
    ],
)
@ON_SQLITE
def test_csv_has_the_columns_and_rows_of_json(stocked: Shell, command: str) -> None:
    as_json = stocked(*command.split(), "--json").rows
    header, *rows = csv.reader(io.StringIO(stocked(*command.split(), "--csv").out))
    assert as_json
    assert header == list(as_json[0])
    for row, other in zip(rows, as_json, strict=True):
        for text, value in zip(row, other.values(), strict=True):
            assert text.removeprefix("'") == (
                "" if value is None
                else json.dumps(value, ensure_ascii=False, separators=(",", ":")) if isinstance(value, dict)
                else str(value)
            )  # fmt: skip


@ON_SQLITE
def test_csv_holds_no_formula(stocked: Shell) -> None:
    rows = list(csv.DictReader(io.StringIO(stocked("alerts", "--csv").out)))
    assert rows[0]["subject"] == f"'{FORMULA}"


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_a_cell_that_a_spreadsheet_would_run_begins_with_a_quote(first: str) -> None:
    assert output.cell(f"{first}1+1") == f"'{first}1+1"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (Decimal("-66.67"), "-66.67"),
        (-66.67, "-66.67"),
        ("-5", "-5"),
        (None, ""),
        (0, "0"),
        ({}, "{}"),
        ({"tier": "batch"}, '{"tier":"batch"}'),
        (datetime(2026, 8, 1, 12, tzinfo=UTC), "2026-08-01T12:00:00Z"),
        (Decimal("1E-7"), "0.0000001"),
        ("a = b", "a = b"),
    ],
)
def test_any_other_cell_is_as_it_was(value: Any, cell: str) -> None:
    assert output.cell(value) == cell


@ON_SQLITE
def test_a_table_shows_every_row_and_no_control_character(stocked: Shell, engine: Engine) -> None:
    add_alert(engine, "red \x1b[31malert\x07 [bold]x[/bold]", "team")
    out = stocked("alerts").out
    assert len(out.splitlines()) == 4
    assert "\x1b" not in out and "\x07" not in out
    assert "[bold]x[/bold]" in out


# --- data on stdout, logs on stderr ---

PAGE = """
<table><tr><th>Model</th><th>Input / 1M tokens</th><th>Output / 1M tokens</th></tr>
<tr><td>Acme One</td><td>$3.00</td><td>$15.00</td></tr><tr><td>Acme Two</td><td>$1.00</td><td>$5.00</td></tr>
<tr><td>Acme Three</td><td>$0.10</td><td>$0.50</td></tr></table>"""


@ON_SQLITE
def test_json_on_stdout_stays_whole_whatever_is_logged(tmp_path: Path, store_url: str) -> None:
    debug = ("--log-level", "debug")
    with Pages() as pages, Tracker(tmp_path, store_url) as tracker:  # a process: the server here logs too
        pages.put("/pricing", PAGE)
        tracker.settings(
            f'[look]\nallow_private = ["{pages.address}"]\nrobots = false\n'
            f'[source.acme]\nurl = "{pages.url("/pricing")}"\nreader = "generic"\n'
            f'[source.gone]\nurl = "{pages.url("/gone")}"\nreader = "generic"\n'
        )
        ran = tracker.run(*debug, "check", "acme", "gone", "--json")
        prices = tracker.ask(*debug, "prices", "--provider", "acme")
    well, failed = json.loads(ran.stdout)
    assert ran.returncode == 1  # one of the two was not well
    assert list(well) == list(sections()["check"].example)
    assert (well["source"], well["outcome"], well["words"], well["moves"]) == ("acme", "well", "6 prices", [])
    assert (failed["source"], failed["outcome"]) == ("gone", "http_status")
    logged = [json.loads(line) for line in ran.stderr.splitlines()]
    assert {(e["event"], e["level"]) for e in logged} >= {("check.looked", "info")}
    assert {(p["model"], p["price"]) for p in prices} >= {("Acme One", "3"), ("Acme Three", "0.1")}


def test_refused_rows_are_told_on_stderr(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE.replace("$5.00", "about $5, or so"))
    ran = shell("read", "generic", "page.html", "--json")
    assert len(ran.rows) == 5
    assert ran.err.startswith("refused: ") and ran.err.count("\n") == 1


# --- moments and the two clocks ---


@pytest.mark.parametrize(
    ("words", "moment"),
    [
        ("now", "2026-09-15 14:05:30"),
        ("30d", "2026-08-16 14:05:30"),
        ("12h", "2026-09-15 02:05:30"),
        ("5m", "2026-09-15 14:00:30"),
        ("2026-08-21", "2026-08-21 00:00:00"),
        ("20260821", "2026-08-21 00:00:00"),
        ("2026-08-21T14:00", "2026-08-21 14:00:00"),
        ("2026-08-21 14:00", "2026-08-21 14:00:00"),
        ("2026-08-21T14:00Z", "2026-08-21 14:00:00"),
        ("2026-08-21T14:00+02:00", "2026-08-21 12:00:00"),
        ("2026-08-21T23:30-05:00", "2026-08-22 04:30:00"),
    ],
)
def test_a_moment_is_read_as_people_write_it(words: str, moment: str) -> None:
    with time_machine.travel(NOW, tick=False):
        assert common.moment(words) == datetime.fromisoformat(moment).replace(tzinfo=UTC)


@pytest.mark.parametrize("words", ["2026-08-21", "20260821", "2026-W34-5"])
def test_a_day_that_ends_something_is_its_end(words: str) -> None:
    end = common.moment(words, end=True)
    assert end == datetime(2026, 8, 21, 23, 59, 59, 999999, tzinfo=UTC)


def test_no_moment_is_none() -> None:
    assert common.moment("") is None


@pytest.mark.parametrize(
    "words",
    ["yesterday", "2026-02-30", "2026-13-01", "2026", "30", "-5d", "5w", "5d ", "0001-01-01T00:00+14:00"],
)
def test_what_is_no_moment_is_refused_with_examples(words: str) -> None:
    with pytest.raises(typer.BadParameter, match="write 2026-08-21"):
        common.moment(words)


def held(shell: Shell, *words: str) -> list[str]:
    """The standard price of the model that moved on 12 September and was recorded on the 15th, at 13:05."""
    rows = shell("prices", *words, "--json").rows
    return [r["price"] for r in rows if r["terms"] == {}]


def test_prices_at_a_moment_are_those_that_held_then(stocked: Shell) -> None:
    assert held(stocked, "--at", "2026-09-12T14:05:29Z") == ["10"]
    assert held(stocked, "--at", "2026-09-12T14:05:30Z") == ["2.5"]
    assert held(stocked, "--at", "2026-09-12T16:05:29+02:00") == ["10"]
    assert held(stocked, "--as-of", "2026-09-14") == ["2.5"]
    assert held(stocked, "--at", "2026-01-01") == []


def test_a_day_means_its_end(stocked: Shell) -> None:
    assert held(stocked, "--at", "2026-09-11") == ["10"]
    assert held(stocked, "--at", "2026-09-12") == ["2.5"]
    assert stocked("moves", "--until", "2026-09-11", "--json").rows == []
    assert len(stocked("moves", "--until", "2026-09-12", "--json").rows) == 1
    assert len(stocked("moves", "--since", "2026-09-12", "--json").rows) == 2
    assert len(stocked("moves", "--since", "2026-09-13", "--json").rows) == 1


def test_what_was_not_recorded_yet_was_not_known(stocked: Shell) -> None:
    assert held(stocked, "--at", "2026-09-14", "--known-at", "2026-09-14") == ["10"]
    assert held(stocked, "--at", "2026-09-14", "--known-at", "2026-09-15") == ["2.5"]
    known = stocked("history", "gpt five", "--known-at", "2026-09-14", "--json").rows
    assert [(r["price"], r["valid_to"]) for r in known if r["terms"] == {}] == [("10", None)]
    now = stocked("history", "gpt five", "--json").rows
    assert [(r["price"], r["valid_to"]) for r in now if r["terms"] == {}] == [
        ("10", "2026-09-12T14:05:30Z"),
        ("2.5", None),
    ]


@pytest.mark.parametrize("name", ["gpt-five", "GPT Five", "openai/GPT-five", "gpt-*", "?pt*"])
@ON_SQLITE
def test_a_model_is_found_by_name_and_by_glob(stocked: Shell, name: str) -> None:
    assert len(stocked("history", name, "--json").rows) == 3


@ON_SQLITE
def test_filters_narrow(stocked: Shell) -> None:
    def count(*words: str) -> int:
        return len(stocked("moves", *words, "--json").rows)

    assert [count("--event", "list_cut"), count("--event", "list_rise"), count("--event", "promo")] == [
        1,
        1,
        0,
    ]
    assert [count("--provider", "OpenAI"), count("--provider", "xai")] == [2, 0]
    assert [count("--source", "openai"), count("--meter", "output_mtok")] == [2, 0]
    assert "did you mean openai/gpt-five?" in words_of(stocked("history", "five"), 1)


@ON_SQLITE
def test_a_held_move_is_ruled_on_once(stocked: Shell) -> None:
    (id,) = (str(m["id"]) for m in stocked("moves", "--json").rows if m["status"] == "held")
    ran = stocked("moves", "withdraw", id, "--why", "a slip of the page")
    assert (ran.code, ran.out) == (0, f"move {id} is withdrawn: a slip of the page\n")
    assert "withdrawn already" in words_of(stocked("moves", "confirm", id, "--why", "no"), 1)


# --- help and completion ---


def test_no_word_prints_the_help(shell: Shell) -> None:
    ran = shell()
    assert (ran.code, ran.err) == (2, "")
    assert all(f" {verb} " in ran.out for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_a_help(shell: Shell, verb: str) -> None:
    ran = shell(verb, "--help")
    assert (ran.code, ran.err) == (0, "")
    assert f"Usage: tracker {verb}" in ran.out


def test_a_shell_completes_verbs(shell: Shell) -> None:
    ran = shell(_TRACKER_COMPLETE="complete_bash", COMP_WORDS="tracker s", COMP_CWORD="1")
    assert ran.out.split() == ["sources", "sql", "snapshots", "source"]
    assert "_TRACKER_COMPLETE" in shell(_TRACKER_COMPLETE="source_bash").out


def test_the_version_is_printed(shell: Shell) -> None:
    assert re.fullmatch(r"tracker \d+\.\d+\.\d+\n", shell("--version").out)


# --- a process of its own, where only that shows it ---


def start(*words: str, **options: Any) -> subprocess.Popen[bytes]:
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": "/nowhere", "TERM": "xterm-256color"}
    env |= options.pop("env", {})
    return subprocess.Popen([sys.executable, "-m", "tracker", *words], env=env, **options)


@pytest.mark.parametrize("command", ["--help", f"read anthropic {SAVED} --json", f"read anthropic {SAVED}"])
def test_a_reader_that_went_away_ends_it_quietly(command: str) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    process = start(*command.split(), stdout=write_end, stderr=subprocess.PIPE)
    os.close(write_end)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")


def test_a_full_disk_under_the_output_is_one_sentence() -> None:
    with Path("/dev/full").open("wb") as full:
        process = start("read", "anthropic", str(SAVED), "--json", stdout=full, stderr=subprocess.PIPE)
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (74, b"the system refuses: No space left on device\n")


def test_the_output_is_utf_8_in_every_locale(tmp_path: Path) -> None:
    env = {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    process = start("read", "anthropic", str(SAVED), "--json", stdout=subprocess.PIPE, env=env)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "≤ 200K" in out.decode("utf-8")


@pytest.mark.parametrize(("env", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_no_color_means_no_colour(env: dict[str, str], coloured: bool) -> None:
    terminal, its_end = pty.openpty()
    process = start("--help", stdout=its_end, stderr=its_end, env=env)
    os.close(its_end)
    seen = b""
    try:
        while chunk := os.read(terminal, 65536):
            seen += chunk
    except OSError:  # Linux's word for the end of a terminal
        pass
    finally:
        os.close(terminal)
    assert process.wait(60) == 0
    assert b"Usage" in seen
    assert (re.search(rb"\x1b\[[0-9;]*3[0-7]", seen) is not None) is coloured


def test_now_and_a_span_before_it_are_moments_too(tracker: Shell, engine: Engine) -> None:
    add_sources(engine, by_id(source("openai")))
    kept = keep_page(engine, "openai", b"a page")
    add_moves(engine, [move("openai", "m", "2", "1", seen=HOUR, status=Status.confirmed)], kept)
    with time_machine.travel(NOW, tick=False):
        assert [p["price"] for p in tracker("prices", "--json").rows] == ["1"]
        assert [p["price"] for p in tracker("prices", "--at", "now", "--json").rows] == ["1"]
        assert [p["price"] for p in tracker("prices", "--at", "2h", "--json").rows] == ["2"]
        assert len(tracker("moves", "--since", "2h", "--json").rows) == 1
        assert tracker("moves", "--since", "30m", "--json").rows == []

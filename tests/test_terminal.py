"""What a person at a terminal sees: the live view, charts and courses; and what a file gets instead."""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from sqlalchemy import event
from typer.testing import CliRunner

from tests.busy_store import HOSTILE, INERT, tracker_over
from tests.terminal import COLOURS, ENTERS, LEAVES, Terminal
from tests.tracker_process import Tracker
from tracker.adapters.store.engine import asking, open_store
from tracker.adapters.store.filters import Filters
from tracker.adapters.store.questions import prices_at
from tracker.cli import app
from tracker.cli.sparks import COLUMN, can_print, with_courses
from tracker.domain.chart import ARTICLE
from tracker.domain.days import END_OF_TIME, end_of

Open = Callable[..., Terminal]


@pytest.fixture(scope="module")
def tracker(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Tracker:
    return tracker_over(sqlite_template, tmp_path_factory.mktemp("seen"))


def printed(tracker: Tracker, *words: str) -> str:
    """What a verb prints where no terminal is."""
    done = CliRunner().invoke(app, list(words), env=tracker.env)
    structlog.reset_defaults()
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture
def opened(tracker: Tracker) -> Iterator[Open]:
    """Opens a terminal in which a verb runs."""
    terminals: list[Terminal] = []

    def on_terminal(*words: str, columns: int = 120, rows: int = 40, **env: str) -> Terminal:
        command = [sys.executable, "-m", "tracker", *words]
        terminals.append(Terminal(command, tracker.folder, tracker.env | env, columns, rows))
        return terminals[-1]

    yield on_terminal
    for terminal in terminals:
        terminal.close()


def test_the_live_view_tells_all_fits_its_window_and_ends_well_on_ctrl_c(opened: Open) -> None:
    terminal = opened("watch", "--every", "1s")
    terminal.until("the same models")
    terminal.until("q ends")
    assert ENTERS in terminal.text and COLOURS.search(terminal.text)
    first = terminal.frames()[-1]
    text = "\n".join(first)
    for words in (
        "2 waiting, 1 dead", "1 held, 1 provisional", "OpenAI would cut its API prices: ",
        "the same models: ", "mistral", "blind since", "next look is due", "OpenAI o3", "$10 → $2", "▼ −80 %",
        "confirmed", INERT,
    ):  # fmt: skip
        assert words in text
    assert len(first) <= 40 and all(len(line) <= 120 for line in first)
    terminal.resize(60, 15)
    terminal.until("q ends")
    terminal.until("q ends")
    last = terminal.frames()[-1]
    assert len(last) <= 15 and all(len(line) <= 60 for line in last) and "q ends" in last[-1]
    terminal.press("\x03")
    assert terminal.end() == 0 and terminal.text.rstrip().endswith(LEAVES)
    assert terminal.is_as_before() and "Traceback" not in terminal.text


def test_the_live_view_goes_on_without_its_store_and_ends_on_q(opened: Open, tracker: Tracker) -> None:
    terminal = opened("watch", "--every", "1s", "--provider", "openai", NO_COLOR="1")
    terminal.until("q ends")
    frame = "\n".join(terminal.frames()[-1])
    assert "OpenAI o3" in frame and "Groq" not in frame and "mistral" not in frame
    store, away = tracker.folder / "tracker.db", tracker.folder / "away.db"
    store.rename(away)
    terminal.until("has vanished")
    away.rename(store)
    terminal.until("q ends")
    terminal.press("q")
    assert terminal.end() == 0 and terminal.is_as_before()
    assert not COLOURS.search(terminal.text)


def test_the_live_view_leaves_the_terminal_as_it_was_when_it_is_told_to_end(opened: Open) -> None:
    terminal = opened("watch")
    terminal.until("q ends")
    terminal.send(signal.SIGTERM)
    assert terminal.end() == 128 + signal.SIGTERM
    assert LEAVES in terminal.text and terminal.is_as_before()


def test_where_no_terminal_is_one_plain_frame_is_printed_beside_who_writes(tracker: Tracker) -> None:
    before = (tracker.folder / "tracker.db").read_bytes()
    with sqlite3.connect(tracker.folder / "tracker.db", isolation_level=None) as busy:
        busy.execute("BEGIN IMMEDIATE")
        done = tracker.run("watch", "--model", "evil*")
        busy.execute("ROLLBACK")
    assert done.returncode == 0, done.stderr
    assert done.stdout.replace("\n", "").isprintable() and INERT in done.stdout
    assert "\nmistral " in done.stdout and "OpenAI o3" not in done.stdout
    assert (tracker.folder / "tracker.db").read_bytes() == before


def test_one_frame_on_a_terminal_is_plain(opened: Open) -> None:
    terminal = opened("watch", "--once")
    assert terminal.end() == 0
    assert "the same models" in terminal.text and "\x1b" not in terminal.text


def test_without_a_store_the_live_view_is_one_sentence(tmp_path: Path) -> None:
    done = Tracker(tmp_path, f"sqlite:///{tmp_path}/none.db").run("watch")
    assert (done.returncode, done.stdout) == (69, "") and done.stderr.startswith("there is no store at ")


# --- a model's chart ---


def test_history_is_a_chart_of_steps_above_its_table(opened: Open) -> None:
    terminal = opened("history", "openai/gpt-4o", "--meter", "input_mtok", columns=120, NO_COLOR="1")
    assert terminal.end() == 0
    assert "\x1b[3" not in terminal.text
    chart, _, table = terminal.text.partition("┊  the article's day, 2025-01-29")
    assert "gpt-4o" in table and "valid_from" in table
    rows = [line for line in chart.splitlines() if "│" in line or "┤" in line]
    assert all(len(line) <= 120 for line in chart.splitlines())
    drawn = [(y, x) for y, line in enumerate(rows) for x, c in enumerate(line) if c == "a"]
    by_row = {y: sum(1 for row, _ in drawn if row == y) for y, _ in drawn}
    flat = [y for y, many in by_row.items() if many > 3]
    assert len(flat) == 2  # $5 and $2.50: what is between them is upright
    assert all(many <= 2 for y, many in by_row.items() if y not in flat)
    assert sum("┊" in line for line in rows) > 5
    assert ": $5 → $2.50" in terminal.text


def test_a_chart_has_colours_where_the_terminal_has_and_never_meets_json(opened: Open) -> None:
    terminal = opened("history", "openai/o3")
    assert terminal.end() == 0
    assert "\x1b[38;5;33m" in terminal.text and "$40 → $8" in terminal.text
    plain = opened("history", "openai/o3", "--chart", "--json")
    assert plain.end() == 0 and json.loads(plain.text)[0]["model"] == "o3"


def test_a_file_gets_a_chart_only_where_it_is_asked_for(tracker: Tracker) -> None:
    assert "┤" not in printed(tracker, "history", "openai/o3")
    asked = printed(tracker, "history", "openai/o3", "--chart")
    assert re.search(r"^[a-f] openai/o3 output_mtok by facts: \$40 → \$8$", asked, re.MULTILINE)
    assert "\x1b" not in asked
    assert " $10┤" in asked and "$0.50┤" in asked  # a logarithmic axis, from 0.5 to 40


# --- a year's course ---


def test_prices_on_a_terminal_have_their_last_year_and_a_file_has_not(opened: Open, tracker: Tracker) -> None:
    words = ("prices", "--provider", "openai")
    terminal = opened(*words)
    assert terminal.end() == 0 and re.search(r"█▂+ −80 %", terminal.text)
    assert not set("▁▂▃▄▅▆▇█") & set(opened(*words, TERM="dumb").until("o3"))
    assert COLUMN not in printed(tracker, *words)
    asked = printed(tracker, *words, "--spark")
    assert COLUMN in asked and "−80 %" in asked
    assert COLUMN not in printed(tracker, *words, "--spark", "--json")


@pytest.mark.parametrize(
    ("env", "can"),
    [
        ({"TERM": "xterm", "PYTHONIOENCODING": "utf-8"}, True),
        ({"TERM": "dumb", "PYTHONIOENCODING": "utf-8"}, False),
        ({"TERM": "xterm", "PYTHONIOENCODING": "iso8859-1:replace"}, False),
        ({"TERM": "xterm", "PYTHONIOENCODING": "nosuch"}, False),
    ],
)
def test_blocks_are_left_out_where_they_cannot_be_printed(
    env: dict[str, str], can: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert can_print() is can


def test_all_courses_cost_one_query_and_end_in_the_price_that_holds(tracker: Tracker) -> None:
    engine = open_store(tracker.env["TRACKER_DATABASE_URL"])
    asked: list[str] = []
    at, filters = end_of(ARTICLE), Filters(provider="openai")
    with asking(engine) as connection:
        rows = prices_at(connection, at, END_OF_TIME, filters)
        event.listen(engine, "before_cursor_execute", lambda *words: asked.append(words[2]))
        found = with_courses(connection, rows, at, END_OF_TIME, filters)
    engine.dispose()
    assert len(rows) > 20 and len(asked) == 1
    told = {(r["model"], r["meter"]): r[COLUMN] for r in found if not r["terms"] and r["source"] == "facts"}
    assert told["gpt-4o", "input_mtok"].endswith("−50 %")
    assert told["gpt-4o-mini", "input_mtok"] == "     ███████"  # it began in July: no change since
    assert told["gpt-4", "input_mtok"] == ""


def test_the_index_shows_its_course_below_its_table(tracker: Tracker) -> None:
    assert re.search(r"\nlines +[▁-█]{12} [\d.]+ → [\d.]+\n", printed(tracker, "index", "--spark"))


def test_no_name_moves_the_cursor_in_any_form(opened: Open, tracker: Tracker) -> None:
    words = ("prices", "--model", "evil*")
    shown = opened(*words, "--json")
    assert shown.end() == 0 and not set("\x1b\x07\u202e\u200b") & set(shown.text)
    assert json.loads(shown.text)[0]["model"] == HOSTILE
    table = opened(*words, "--csv")
    assert table.end() == 0 and not set("\x1b\x07\u202e\u200b") & set(table.text)
    assert HOSTILE in printed(tracker, *words, "--csv")
    wrong = tracker.run("history", "evil")
    assert wrong.returncode == 1 and "did you mean xai/evil" in wrong.stderr
    assert wrong.stderr.removesuffix("\n").isprintable()

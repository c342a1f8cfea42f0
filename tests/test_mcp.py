"""`tracker mcp`, asked by a client of the SDK over a process's standard input and output."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import structlog
from mcp import Client, StdioServerParameters, stdio_client
from typer.testing import CliRunner

from tests.busy_store import HOSTILE, INERT, tracker_over
from tests.tracker_process import ROOT, Tracker
from tracker.cli import app

SETTINGS = """
[[workload]]
name = "support bot"
model = "openai/gpt-4o"
monthly = { input_mtok = 400, output_mtok = 80 }
"""
O3 = {"model": "openai/o3", "monthly": {"input_mtok": 10.5, "output_mtok": "8"}, "at": "2025-06-10"}
# A call, the same question of the command line, and what of its answer is the tool's.
ASKED: dict[str, tuple[str, dict[str, Any], str]] = {
    "prices": ("prices_as_of", {"provider": "openai"}, "prices --provider openai"),
    "prices then": (
        "prices_as_of",
        {"model": "gpt-4o", "at": "2025-01-29", "known_at": "2026-12-01", "limit": 200},
        "prices --model gpt-4o --at 2025-01-29 --known-at 2026-12-01",
    ),
    "history": ("price_history", {"model": "openai/o3"}, "history openai/o3"),
    "moves": (
        "moves_since",
        {"since": "2026-09-01", "provider": "openai"},
        "moves --since 2026-09-01 --provider openai",
    ),
    "moves told": (
        "moves_since",
        {"since": "2025-01-29", "provider": "openai", "documented": True, "limit": 200},
        "moves --since 2025-01-29 --provider openai --documented",
    ),
    "verdict": (
        "verdict",
        {"prediction": "P1", "known_at": "2026-12-01"},
        "verdict P1 --known-at 2026-12-01",
    ),
    "index": ("price_index", {"known_at": "2026-12-01"}, "index --kind jevons --known-at 2026-12-01"),
    "bill": (
        "cost_of_workload",
        O3 | {"since": "2025-06-09"},
        "cost --model openai/o3 --monthly input_mtok=10.5,output_mtok=8 --at 2025-06-10 --since 2025-06-09",
    ),
    "own bills": ("cost_of_workload", {}, "cost"),
}
ALSO: dict[str, tuple[str, dict[str, Any]]] = {
    "find": ("find_models", {"words": "Sonnet"}),
    "find none": ("find_models", {"words": "sonett"}),
    "sources": ("sources", {"limit": 2}),
    "short": ("verdict", {}),
    "two": ("price_history", {"model": "*", "provider": "openai", "limit": 2}),
    "documented": ("prices_as_of", {"model": "openai/o3", "meter": "input_mtok", "at": "2025-06-10"}),
    "evil": ("price_history", {"model": "evil*"}),
}
WRONG: dict[str, tuple[str, dict[str, Any], str]] = {
    "model": ("price_history", {"model": "gpt-40"}, "did you mean openai/gpt-4"),
    "provider": ("prices_as_of", {"provider": "opnai"}, 'the nearest is "openai"'),
    "meter": ("prices_as_of", {"meter": "input"}, 'the nearest is "input_mtok"'),
    "source": ("prices_as_of", {"source": "openay"}, 'the nearest is "openai"'),
    "day": ("prices_as_of", {"at": "2025-02-30"}, "write 2026-08-21"),
    "far": ("prices_as_of", {"at": "9999-12-31"}, "1970 to 2100"),
    "needed": ("moves_since", {}, "since is needed"),
    "empty": ("find_models", {"words": ""}, "words is needed"),
    "signs": ("find_models", {"words": "-/."}, "no model's name holds these words"),
    "limit": ("prices_as_of", {"limit": 10**6}, "1 to 200"),
    "no number": ("prices_as_of", {"limit": [1]}, "text or a whole number"),
    "unknown": ("prices_as_of", {"modle": "o3"}, "allowed are provider, model"),
    "cursor": ("prices_as_of", {"cursor": "abc"}, "begin without one"),
    "control": ("prices_as_of", {"model": HOSTILE}, "does not print"),
    "long": ("prices_as_of", {"model": "x" * 400}, "too long"),
    "prediction": ("verdict", {"prediction": "P99"}, "there are P1, P2"),
    "kind": ("price_index", {"kind": "best"}, "jevons, lines"),
    "no meter": ("cost_of_workload", O3 | {"monthly": {"input": 1}}, 'the nearest is "input_mtok"'),
    "no amount": ("cost_of_workload", O3 | {"monthly": {"input_mtok": "1e9"}}, "needs a number"),
    "minus": ("cost_of_workload", O3 | {"monthly": {"input_mtok": -1}}, "needs a number"),
    "half": ("cost_of_workload", {"model": "openai/o3"}, "belong together"),
    "whose": ("cost_of_workload", O3 | {"model": "o3"}, "who sells the model"),
    "backwards": ("cost_of_workload", O3 | {"since": "2026-01-01"}, "later than the day of the bill"),
    "no workload": ("cost_of_workload", {"workload": "suport bot"}, 'the nearest is "support bot"'),
    "no tool": ("delete_everything", {}, "there is no such tool"),
}


@dataclass(frozen=True)
class Told:
    """What a server that ran over a store said, and the store's file before and after."""

    tracker: Tracker
    tools: Mapping[str, Any]
    answers: Mapping[str, Any]
    files: tuple[Mapping[str, str], Mapping[str, str]]

    def __getitem__(self, name: str) -> Any:
        found = self.answers[name]
        assert not found.is_error, found.content[0].text
        return found.structured_content

    def printed(self, words: str) -> Any:
        """What the command line prints as JSON."""
        done = CliRunner().invoke(app, [*words.split(" "), "--json"], env=self.tracker.env)
        structlog.reset_defaults()
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)


def hashes(folder: Path) -> dict[str, str]:
    return {f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in folder.glob("*.db*") if f.is_file()}


async def ask_all(tracker: Tracker) -> tuple[dict[str, Any], dict[str, Any]]:
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "tracker", "mcp"], env=tracker.env, cwd=tracker.folder
    )
    calls = {n: (tool, asked) for n, (tool, asked, _) in [*ASKED.items(), *WRONG.items()]} | ALSO
    names = {n if n not in WRONG else f"wrong {n}": call for n, call in calls.items()}
    with (tracker.folder / "log").open("w") as log:
        async with Client(stdio_client(server, log)) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            found = {n: await client.call_tool(tool, asked) for n, (tool, asked) in names.items()}
            onward = found["two"].structured_content["next"]
            found["two more"] = await client.call_tool("price_history", {**ALSO["two"][1], "cursor": onward})
            found["foreign"] = await client.call_tool("price_history", {"model": "o3", "cursor": onward})
    return tools, found


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Told:
    folder = tmp_path_factory.mktemp("agents")
    tracker = tracker_over(sqlite_template, folder, TRACKER_BASE_URL="http://127.0.0.1:8321")
    tracker.settings(SETTINGS)
    before = hashes(folder)
    tools, answers = asyncio.run(ask_all(tracker))
    return Told(tracker, tools, answers, (before, hashes(folder)))


def test_every_tool_says_that_it_only_reads_and_what_it_takes_and_answers(told: Told) -> None:
    for tool in told.tools.values():
        assert tool.annotations.read_only_hint is True
        assert 40 < len(tool.description) < 400
        jsonschema.Draft202012Validator.check_schema(tool.input_schema)
        jsonschema.Draft202012Validator.check_schema(tool.output_schema)
        for argument in tool.input_schema["properties"].values():
            assert argument["description"]


@pytest.mark.parametrize("name", [*ASKED, *ALSO])
def test_an_answer_is_as_its_schema_says_and_the_same_as_text(told: Told, name: str) -> None:
    tool, asked = (ASKED | ALSO)[name][:2]  # type: ignore[operator]
    jsonschema.validate(asked, told.tools[tool].input_schema)
    jsonschema.validate(told[name], told.tools[tool].output_schema)
    assert json.loads(told.answers[name].content[0].text) == told[name]


def in_order(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


@pytest.mark.parametrize("name", ASKED)
def test_a_tool_answers_what_the_command_line_does(told: Told, name: str) -> None:
    found, (tool, _, words) = told[name], ASKED[name]
    said = told.printed(words)
    if tool in ("verdict", "price_index"):
        same = found["predictions"] if tool == "verdict" else found["series"]
        every = [row for row in said.get("series", []) if row["provider"] == "all"]
        assert same and same == (said["predictions"] if tool == "verdict" else every)
        assert found["left_out"] == {}
        return
    rows = found["bills"] if tool == "cost_of_workload" else found["items"]
    beside = {"cost_of_workload": "prices"}.get(tool, "" if tool == "moves_since" else "evidence")
    assert said and in_order([{k: v for k, v in r.items() if k != beside} for r in rows]) == in_order(said)


def test_a_price_says_where_it_was_read_and_a_bill_which_prices_it_is_made_of(told: Told) -> None:
    (first, *_) = told["prices"]["items"]
    assert first["basis"] == "observed" and first["evidence"]["snapshot"]
    assert first["evidence"]["page"] == "https://openai.example/pricing"
    (o3, *_) = told["bill"]["bills"]
    assert {(p["meter"], p["price"], p["valid_from"][:10]) for p in o3["prices"]} == {
        ("input_mtok", "2", "2025-06-10"),
        ("output_mtok", "8", "2025-06-10"),
    }
    assert all(p["evidence"]["label"] for p in o3["prices"])
    evidence = told["verdict"]["predictions"]["P1"]["by_definition"]["D1"]["links"]
    assert any(link["moves"] for link in evidence)
    assert told["verdict"]["links"]["move"].endswith("/moves/{id}")


def test_more_is_told_and_a_cursor_goes_on_with_the_same_question_only(told: Told) -> None:
    assert len(told["two"]["items"]) == 2 and told["two"]["next"]
    first, then = (in_order(told[name]["items"]) for name in ("two", "two more"))
    assert len(then) == 2 and not set(first) & set(then)
    assert told.answers["foreign"].is_error


def test_names_are_searched_and_the_likest_are_offered(told: Told) -> None:
    assert all("sonnet" in item["model"] for item in told["find"]["items"])
    assert told["find none"]["note"] and "sonnet" in told["find none"]["items"][0]["model"]


def test_all_predictions_in_short_leave_the_evidence_to_the_question_for_one(told: Told) -> None:
    short = told["short"]["predictions"]
    assert set(short) >= {"P1", "P2", "P19"} and "by_definition" not in short["P1"]
    assert short["P1"]["rollup"] == told["verdict"]["predictions"]["P1"]["rollup"]


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_question_is_one_sentence_that_helps(told: Told, name: str) -> None:
    found = told.answers[f"wrong {name}"]
    assert found.is_error and WRONG[name][2] in found.content[0].text
    assert "Traceback" not in found.content[0].text and "\n" not in found.content[0].text


def test_names_from_pages_come_as_inert_text(told: Told) -> None:
    text = told.answers["evil"].content[0].text
    assert text.isprintable() and INERT in text


def test_the_answer_that_the_documentation_shows_is_the_one_that_comes(told: Told) -> None:
    text = (ROOT / "docs/agents.md").read_text()
    assert f"`{json.dumps(ALSO['documented'][1])}`" in text
    (shown,) = (b for b in re.findall(r"```json\n(.*?)```", text, re.DOTALL) if '"items"' in b)
    assert json.loads(shown) == told["documented"]
    assert set(re.findall(r"^\| `([a-z_]+)` \|", text, re.MULTILINE)) == set(told.tools)


def test_nothing_is_written(told: Told) -> None:
    before, after = told.files
    assert before == after


# --- the process ---


def test_the_process_ends_with_its_input_and_writes_nothing_but_the_protocol(told: Told) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tracker", "--log-level", "debug", "mcp"],
        cwd=told.tracker.folder,
        env=told.tracker.env,
        input='hello\n{"jsonrpc": "2.0", "id": 1, "method": "nosuch"}\n',
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert all(json.loads(line)["jsonrpc"] == "2.0" for line in done.stdout.splitlines())
    assert "Traceback" not in done.stderr


def test_ctrl_c_ends_it(told: Told) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tracker", "mcp"],
        cwd=told.tracker.folder,
        env=told.tracker.env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin and process.stdout
    process.stdin.write('{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n')
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["id"] == 1
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == -signal.SIGINT
    process.stdin.close()
    process.stdout.close()


def test_without_the_extra_one_sentence_says_what_to_install(told: Told, tmp_path: Path) -> None:
    (tmp_path / "mcp_types.py").write_text("raise ImportError")
    path = f"{tmp_path}:{told.tracker.env['PYTHONPATH']}"
    done = told.tracker.run("mcp", env={"PYTHONPATH": path})
    assert (done.returncode, done.stdout) == (69, "")
    assert done.stderr == "this needs the extra mcp: pip install 'llm-price-tracker[mcp]'\n"


def test_without_a_store_one_sentence_says_so_and_none_is_made(tmp_path: Path) -> None:
    done = Tracker(tmp_path, f"sqlite:///{tmp_path}/none.db").run("mcp")
    assert (done.returncode, done.stdout) == (69, "")
    assert done.stderr.startswith("there is no store at ") and not list(tmp_path.glob("none.db*"))

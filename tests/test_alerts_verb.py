"""`alerts explain`, `alerts preview` and `alerts silence`: what a person asks before the night."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import Engine

from scrapers.page import Terms
from tests.commands_page import sections
from tests.test_cli import ON_SQLITE, Shell, keys_of, shell, tracker, words_of  # noqa: F401
from tests.web.stock import NOW, add_moves, add_sources, by_id, keep_page, move, source
from tracker.adapters.config import load
from tracker.adapters.store import outbox, told
from tracker.adapters.store.engine import writing
from tracker.adapters.store.tables_alerts import deliveries
from tracker.announce import announce_moves
from tracker.domain.alerts import Alert, Message
from tracker.domain.model import Status

pytestmark = ON_SQLITE

RULES = """
[[channel]]
name = "team"
url = "json://127.0.0.1:9/CANARY"
[[channel]]
name = "ops"
url = "json://127.0.0.1:9/CANARY"
[[rule]]
name = "cuts"
provider = "openai"
direction = "cut"
min_pct = 20
to = "team"
[[rule]]
name = "rest"
digest = "09:00 Europe/Berlin"
"""


@pytest.fixture
def now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield NOW


@pytest.fixture
def ruled(tracker: Shell, engine: Engine, tmp_path: Path, now: datetime) -> Shell:  # noqa: F811
    """A shell with two rules and channels, on a store with moves of three kinds."""
    (tmp_path / "tracker.toml").write_text(RULES)
    add_sources(engine, by_id(source("openai"), source("mistral")))
    kept = keep_page(engine, "openai", b"a page")
    moves = [
        move(
            "openai",
            "GPT-Five",
            "10",
            "2.50",
            seen=timedelta(days=3),
            status=Status.confirmed,
            reason="seen twice",
        ),
        move(
            "mistral",
            "Large",
            "2",
            "1.9",
            seen=timedelta(days=2),
            status=Status.confirmed,
            reason="seen twice",
        ),
        move(
            "mistral", "Small", "1", "2", seen=timedelta(days=2), status=Status.confirmed, reason="seen twice"
        ),
        move("openai", "GPT-Odd", "1", "300", status=Status.held, reason="×300", terms=Terms(tier="batch")),
        move("openai", "GPT-New", "1", "3"),
        move("openai", "GPT-Was", "1", "3", status=Status.withdrawn, reason="went back at the second look"),
    ]
    add_moves(engine, moves, kept)
    return tracker


def ids(ruled: Shell) -> dict[str, int]:
    return {row["model"]: row["id"] for row in ruled("moves", "--json").rows}


def explained(ruled: Shell, model: str) -> dict[tuple[str, str], dict[str, Any]]:
    rows = ruled("alerts", "explain", str(ids(ruled)[model]), "--json").rows["rules"]
    return {(row["rule"], row["channel"]): row for row in rows}


def test_explain_says_of_every_rule_and_channel_why_it_tells_a_move_or_not(ruled: Shell) -> None:
    rows = explained(ruled, "GPT-Five")
    assert list(rows) == [("cuts", "team"), ("rest", "team"), ("rest", "ops")]
    assert [row["fires"] for row in rows.values()] == [True, False, True]
    assert rows["cuts", "team"]["why"].startswith("$10 → $2.50 (−75 %)")
    assert "cuts" in rows["rest", "team"]["why"]
    assert rows["cuts", "team"]["due"] == "2026-09-12T14:07:30Z"  # at once: when it was confirmed
    assert rows["rest", "ops"]["due"] == "2026-09-13T07:00:00Z"  # nine o'clock in Berlin
    other = explained(ruled, "Large")["cuts", "team"]
    assert (other["fires"], other["due"]) == (False, None)
    assert "mistral" in other["why"]


def test_explain_tells_what_was_really_written_and_how_far_it_came(
    ruled: Shell, engine: Engine, tmp_path: Path
) -> None:
    id = ids(ruled)["GPT-Five"]
    assert (
        "nothing was written of it: the rules or channels were others then"
        in ruled("alerts", "explain", str(id)).out
    )
    alert = announce(engine, tmp_path, id)
    found = ruled("alerts", "explain", str(id), "--json").rows
    assert [(w["alert"], w["rule"], w["channel"], w["state"]) for w in found["written"]] == [
        (alert, "cuts", "team", "sent"),
        (alert + 1, "rest", "ops", "waiting"),
    ]
    assert [row["alert"] for row in found["rules"]] == [alert, None, alert + 1]
    out = ruled("alerts", "explain", str(id)).out
    assert "waiting for its digest" in out
    assert "OpenAI GPT-Five: input $10 → $2.50" in out
    example = sections()["alerts explain"].example
    assert list(found) == list(example)
    for part in ("rules", "written"):
        assert list(found[part][0]) == list(example[part][0])


def announce(engine: Engine, folder: Path, id: int) -> int:
    """Write the alerts of a move as a look would, and send the first; its number."""
    with writing(engine) as connection:
        found = told.move(connection, id)
        assert found
        settings = load({}, cwd=folder)
        announce_moves(
            connection, settings, [found.move], source="openai", kind="providers", page_url="", now=NOW
        )
        first = min(connection.scalars(deliveries.select().with_only_columns(deliveries.c.alert)))
        connection.execute(
            deliveries.update().where(deliveries.c.alert == first).values(state="sent", sent_at=NOW)
        )
    return int(first)


@pytest.mark.parametrize(
    ("model", "state", "words"), [("GPT-Odd", "held", "×300"), ("GPT-New", "provisional", "second look")]
)
def test_explain_of_a_move_that_waits_says_so_with_the_commands_that_rule_on_it(
    ruled: Shell, model: str, state: str, words: str
) -> None:
    id = ids(ruled)[model]
    out = ruled("alerts", "explain", str(id)).out
    assert f"it is {state}" in out
    assert words in out
    assert f"tracker moves confirm {id} --why" in out
    assert f"tracker moves withdraw {id} --why" in out
    assert not any(row["fires"] for row in explained(ruled, model).values())
    ruling = next(line for line in out.splitlines() if "moves confirm" in line).split()[1:]
    assert ruled(*[w if w != "REASON" else "I asked them" for w in ruling]).code == 0


def test_explain_of_a_withdrawn_move_says_why_it_was(ruled: Shell) -> None:
    out = ruled("alerts", "explain", str(ids(ruled)["GPT-Was"])).out
    assert "it is withdrawn: went back at the second look" in out
    assert "moves confirm" not in out
    assert out.endswith("nothing was written of it\n")


def test_explain_of_no_move_and_without_a_channel_says_what_to_do(ruled: Shell, tmp_path: Path) -> None:
    assert "`tracker moves`" in words_of(ruled("alerts", "explain", "99"), 1)
    id = ids(ruled)["GPT-Five"]
    (tmp_path / "tracker.toml").unlink()
    assert "set TRACKER_NOTIFY" in ruled("alerts", "explain", str(id)).out
    assert "set TRACKER_NOTIFY" in ruled("alerts", "preview").out


def test_preview_shows_what_the_present_rules_would_have_sent(ruled: Shell) -> None:
    rows = ruled("alerts", "preview", "--since", "30d", "--json").rows
    assert [(r["channel"], r["rule"], r["due"]) for r in rows] == [
        ("team", "cuts", "2026-09-12T14:07:30Z"),
        ("ops", "rest", "2026-09-13T07:00:00Z"),
        ("ops", "rest", "2026-09-14T07:00:00Z"),
        ("team", "rest", "2026-09-14T07:00:00Z"),
    ]
    assert [len(r["moves"]) for r in rows] == [1, 1, 2, 2]
    assert keys_of(rows[0]) == keys_of(sections()["alerts preview"].example)
    header, *lines = csv.reader(io.StringIO(ruled("alerts", "preview", "--csv").out))
    assert header == list(rows[0])
    assert len(lines) == len(rows)
    assert ruled("alerts", "preview", "--since", "1d", "--json").rows == []


def test_preview_counts_messages_a_channel_and_alerts_a_rule(ruled: Shell) -> None:
    lines = ruled("alerts", "preview").out.splitlines()
    assert lines[0] == "team"
    assert lines[-3:] == [
        "team: 2 messages in 30 days",
        "ops: 2 messages in 30 days",
        "alerts by rule: cuts 1, rest 3",
    ]


def test_preview_counts_what_would_come_as_one_message_as_one(ruled: Shell, tmp_path: Path) -> None:
    file = tmp_path / "tracker.toml"
    file.write_text(RULES.replace("09:00", "wed 09:00"))
    lines = ruled("alerts", "preview").out.splitlines()
    assert lines[-3:-1] == ["team: 2 messages in 30 days", "ops: 1 message in 30 days (1 digest)"]


def test_preview_of_a_quiet_month_says_nothing_and_where_else_to_ask(ruled: Shell) -> None:
    ran = ruled("alerts", "preview", "--since", "1h")
    assert "team: nothing in 1 hour\n" in ran.out
    assert "--documented" in ran.err
    assert "--since is not before --until" in words_of(ruled("alerts", "preview", "--since", "2026-12-01"), 2)


def silence(ruled: Shell, *words: str) -> int:
    ran = ruled("alerts", "silence", *words, "--until", "7d")
    assert ran.code == 0, ran.err
    return int(ran.out.split()[1].rstrip(":"))


def test_a_silence_is_recorded_listed_and_ended(ruled: Shell) -> None:
    first = silence(ruled, "--provider", "OpenAI", "--model", "gpt-*", "--why", "launch week")
    second = silence(ruled, "--rule", "rest")
    rows = ruled("alerts", "silence", "--json").rows
    assert [row["id"] for row in rows] == [second, first]
    assert (rows[1]["until"], rows[1]["why"], rows[1]["holds"]) == (
        "2026-09-22T14:05:30Z",
        "launch week",
        True,
    )
    assert keys_of(rows[0]) == keys_of(sections()["alerts silence"].example)
    assert ruled("alerts", "silence", "end", str(second)).out == f"silence {second} is over\n"
    rows = ruled("alerts", "silence", "--json").rows
    assert [(row["id"], row["holds"]) for row in rows] == [(first, True), (second, False)]
    assert rows[1]["ended_at"] == "2026-09-15T14:05:30Z"
    assert "tracker alerts silence" in words_of(ruled("alerts", "silence", "end", str(second)), 1)
    assert "launch week" in ruled("alerts", "silence").out


def test_explain_says_until_when_a_silence_really_held(ruled: Shell) -> None:
    with time_machine.travel(NOW - timedelta(days=4), tick=False):
        first = silence(ruled, "--provider", "openai")
    ruled("alerts", "silence", "end", str(first))
    why = explained(ruled, "GPT-Five")["cuts", "team"]["why"]
    assert why == f"silence {first} kept it silent until 2026-09-15 14:05 UTC"


def test_what_was_told_in_a_digest_says_so(ruled: Shell, engine: Engine, tmp_path: Path) -> None:
    id = ids(ruled)["GPT-Five"]
    first = announce(engine, tmp_path, id)
    with writing(engine) as connection:
        at = first + 1
        row = connection.execute(deliveries.select().where(deliveries.c.alert == at)).one()
        whole = Alert("rest", "ops", Message("Digest: 1 model moved", ()), event="digest")
        outbox.put(connection, [whole], None, NOW)
        made = connection.scalar(
            deliveries.select().with_only_columns(deliveries.c.id).where(deliveries.c.alert > at)
        )
        connection.execute(
            deliveries.update().where(deliveries.c.id == row.id).values(part_of=made, state="sent")
        )
    assert "sent in a digest" in ruled("alerts").out
    assert f"sent in digest {first + 2}" in ruled("alerts", "explain", str(id)).out


def test_a_silence_counts_the_moves_that_it_kept_silent_and_explain_names_it(
    ruled: Shell, engine: Engine
) -> None:
    with time_machine.travel(NOW - timedelta(days=4), tick=False):
        mistral = silence(ruled, "--provider", "mistral")
        large = silence(ruled, "--model", "mistral/l*")
        cuts = silence(ruled, "--rule", "cuts")
    late = silence(ruled, "--provider", "mistral")  # when all was told already
    counts = {row["id"]: row["moves"] for row in ruled("alerts", "silence", "--json").rows}
    assert counts == {mistral: 2, large: 1, cuts: 1, late: 0}
    assert f"silence {mistral} kept it silent" in explained(ruled, "Small")["rest", "ops"]["why"]
    assert f"silence {cuts} kept it silent" in explained(ruled, "GPT-Five")["cuts", "team"]["why"]
    assert [r["rule"] for r in ruled("alerts", "preview", "--json").rows] == ["rest", "rest"]
    assert len(ruled("moves", "--json").rows) == 6  # no move is lost by it


@pytest.mark.parametrize("words", ["", "--rule cuts", "--rule rest", "--provider openai", "--model large"])
def test_explain_and_preview_say_the_same(ruled: Shell, words: str) -> None:
    if words:
        with time_machine.travel(NOW - timedelta(days=4), tick=False):
            silence(ruled, *words.split())
    told = {
        (m, r["rule"], r["channel"]) for r in ruled("alerts", "preview", "--json").rows for m in r["moves"]
    }
    found = {
        (id, rule, channel)
        for model, id in ids(ruled).items()
        for (rule, channel), row in explained(ruled, model).items()
        if row["fires"]
    }
    assert found == told
    assert len(told) == {"": 6, "--rule cuts": 6, "--rule rest": 1}.get(words, 4)


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("--provider opnai --until 7d", 'the nearest is "openai"'),
        ("--rule cut --until 7d", 'the nearest is "cuts"'),
        ("--provider openai", "--until 7d"),
        ("--until 7d", "--provider, --model or --rule"),
        ("--provider openai --until 2026-01-01", "is over already"),
        ("--provider openai --until 0d", "is over already"),
        ("--provider openai --until now", "is over already"),
        ("--provider openai --until tomorrow", "is no time"),
        ("--provider openai --until 7d --json", "leave them out"),
        ("--provider openai end 1", "takes no filter"),
    ],
)
def test_a_silence_that_could_not_be_meant_is_refused(ruled: Shell, words: str, answer: str) -> None:
    assert answer in words_of(ruled("alerts", "silence", *words.split()), 2)
    assert ruled("alerts", "silence").err == "nothing was ever silenced\n"


def test_a_silence_of_a_model_that_is_to_come_is_made_and_said_to_be_one(ruled: Shell) -> None:
    ran = ruled("alerts", "silence", "--model", "gpt-9*", "--until", "7d")
    assert (ran.code, ran.err) == (0, "no model is called gpt-9* yet\n")


@pytest.mark.parametrize(
    ("words", "end"),
    [
        ("7d", "2026-09-22T14:05:30Z"),
        ("4h", "2026-09-15T18:05:30Z"),
        ("2026-12-01", "2026-12-02T00:00:00Z"),
        ("2026-09-15", "2026-09-16T00:00:00Z"),  # the rest of today
        ("2026-12-01 09:00", "2026-12-01T09:00:00Z"),
        ("9999-12-31", "9999-12-31T00:00:00Z"),
        ("2026-12-01T09:00+02:00", "2026-12-01T07:00:00Z"),
    ],
)
def test_the_end_of_a_silence_is_understood(ruled: Shell, words: str, end: str) -> None:
    assert ruled("alerts", "silence", "--provider", "openai", "--until", words).code == 0
    (row,) = ruled("alerts", "silence", "--json").rows
    assert row["until"] == end


def test_alerts_can_be_narrowed_to_a_channel_a_rule_and_an_event(
    ruled: Shell, engine: Engine, tmp_path: Path
) -> None:
    announce(engine, tmp_path, ids(ruled)["GPT-Five"])
    assert [r["rule"] for r in ruled("alerts", "--channel", "ops", "--json").rows] == ["rest"]
    assert [r["channel"] for r in ruled("alerts", "--rule", "cuts", "--json").rows] == ["team"]
    assert len(ruled("alerts", "--event", "move", "--json").rows) == 2
    assert ruled("alerts", "--event", "source").err == "no such alert\n"

"""The article's predictions, judged through the command line from a store with the bundled history."""

from __future__ import annotations

import hashlib
import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.test_cli import Shell, shell, tracker  # noqa: F401
from tracker.adapters.store import bundled
from tracker.adapters.store.engine import writing
from tracker.domain.facts import GATHERED

FIXTURES = Path(__file__).parent / "verdicts"
SHARED = Path(__file__).parents[2] / "shared" / "facts" / "expected_verdicts.json"
DAYS = ("2025-02-15", "2025-04-29", "2026-01-29", "2026-05-15", "2026-11-23")
# A change of the registered claims is an amendment: list it in the file, then change this.
REGISTERED = "b129a7a1326df2f4bf4f116925e5974d26262b5036cbc0c1f3d8da779aa00c7a"


# What is asked here is asked of both databases in tests/jobs/test_judge.py.
pytestmark = pytest.mark.parametrize("database", ["sqlite"])


@pytest.fixture
def storied(tracker: Shell, engine: Engine) -> Shell:  # noqa: F811
    """A shell on a store with the bundled history."""
    with writing(engine) as connection:
        bundled.load(connection, GATHERED)
    return tracker


def verdict(storied: Shell, *words: str) -> dict[str, Any]:
    found = storied("verdict", *words, "--json")
    assert found.code == 0, found.err
    answer: dict[str, Any] = found.rows
    return answer


def judged(answer: dict[str, Any]) -> dict[str, Any]:
    """What a person would check by hand: the states, and what counts."""
    return {
        id: {
            "rollup": row["rollup"],
            "coverage": row["coverage"],
            "by_definition": {
                name: {key: value for key, value in found.items() if key != "links"}
                for name, found in row["by_definition"].items()
            },
        }
        for id, row in answer["predictions"].items()
        if row["by_definition"]
    }


@pytest.mark.parametrize("day", DAYS)
def test_the_verdicts_of_five_days_are_those_found_by_hand(storied: Shell, day: str) -> None:
    answer = verdict(storied, "--as-of", day, "--known-at", "2026-11-23")
    assert (answer["as_of"], answer["known_at"]) == (day, "2026-11-23")
    assert judged(answer) == json.loads((FIXTURES / f"{day}.json").read_text())


@pytest.mark.skipif(not SHARED.exists(), reason="the expected verdicts are not here")
@pytest.mark.parametrize("day", DAYS)
def test_they_equal_the_expected_verdicts(storied: Shell, day: str) -> None:
    want = json.loads(SHARED.read_text())["as_of"][day]
    got = verdict(storied, "--as-of", day, "--known-at", "2026-11-23")["predictions"]
    for id, row in want.items():
        assert {key: got[id][key] for key in ("kind", "provider", "rollup", "coverage")} == {
            key: row[key] for key in ("kind", "provider", "rollup", "coverage")
        }
        for name, found in row["by_definition"].items():
            assert {key: got[id]["by_definition"][name][key] for key in found} == found


def test_every_item_of_evidence_leads_to_its_move_and_its_source(storied: Shell) -> None:
    moves = {row["id"]: row for row in storied("moves", "--documented", "--json").rows}
    events = {row["id"]: row for row in storied("events", "--json").rows}
    row = verdict(storied, "--as-of", "2026-11-23")["predictions"]["P1"]["by_definition"]["D1"]
    assert len(row["links"]) == len(row["evidence"]) == 3
    for words, link in zip(row["evidence"], row["links"], strict=True):
        models = {moves[id]["model"] for id in link["moves"]}
        assert models == {line.split()[0] for line in words}
        assert link["sources"] == ["facts"] and all(link["read_from"])
        assert all(events[id]["lo"] == link["lo"] for id in link["events"])


def test_what_was_recorded_later_is_not_known_earlier(storied: Shell) -> None:
    """Nothing was recorded by then, so nothing is said: unseen is not "did not cut"."""
    row = verdict(storied, "--as-of", "2026-11-22", "--known-at", "2026-11-22")["predictions"]["P2"]
    assert row["rollup"] == {"H90": "indeterminate", "H365": "indeterminate", "open": "pending"}
    assert row["by_definition"]["D2"]["n"] == 0
    assert row["uncovered"]["H90"] == [["2025-01-30", "2025-04-29"]]


def test_other_horizons_are_judged_the_same_way(storied: Shell) -> None:
    answer = verdict(storied, "P2", "--as-of", "2026-11-23", "--horizon", "30", "--horizon", "299")
    d2 = answer["predictions"]["P2"]["by_definition"]["D2"]
    assert (d2["H30"], d2["H299"], d2["open"]) == ("not_met", "met", "met")
    answer = verdict(storied, "P2", "--as-of", "2026-11-23", "--horizon", "298")
    assert answer["predictions"]["P2"]["by_definition"]["D2"]["H298"] == "not_met"


def registered() -> str:
    return resources.files("tracker").joinpath("claims", "deep_impact.toml").read_text()


@pytest.mark.parametrize(
    ("change", "to", "definition", "n"),
    [
        ("min_change_pct = 5 ", "min_change_pct = 50 ", "D1", 3),
        ("min_change_pct = 5 ", "min_change_pct = 70 ", "D1", 2),
        ('["input", "output"]', '["cache_read"]', "D1", 2),
        ("blend = { input = 3, output = 1 }", "blend = { input = 1, output = 9 }", "D2", 7),
        ('exclude = ["promo", ', "exclude = [", "D1", 4),
    ],
)
def test_a_changed_definition_changes_what_counts(
    storied: Shell, tmp_path: Path, change: str, to: str, definition: str, n: int
) -> None:
    assert change in registered()
    (tmp_path / "mine.toml").write_text(registered().replace(change, to, 1))
    answer = verdict(storied, "P1", "--as-of", "2026-11-23", "--claims", "mine.toml")
    assert answer["predictions"]["P1"]["by_definition"][definition]["n"] == n
    assert answer["file_sha256"] == hashlib.sha256((tmp_path / "mine.toml").read_bytes()).hexdigest()


def test_the_registered_file_is_the_one_that_was_registered(storied: Shell) -> None:
    assert hashlib.sha256(registered().encode()).hexdigest() == REGISTERED
    assert verdict(storied, "--as-of", "2026-11-23")["file_sha256"] == REGISTERED


def test_a_bad_claims_file_gets_one_line_a_problem(storied: Shell, tmp_path: Path) -> None:
    bad = registered().replace("published_at = 2025-01-29", "published_at = 'soon'", 1)
    bad = bad.replace('test_with = ["D1", "D2"]', 'test_with = ["D1", "D9"]\nmood = "good"', 1)
    (tmp_path / "bad.toml").write_text(bad)
    ran = storied("verdict", "--claims", "bad.toml")
    assert ran.code == 78
    lines = ran.err.strip().splitlines()
    assert len(lines) == 2 and all(line.startswith("bad.toml: ") for line in lines), lines
    assert "source.published_at" in lines[0] and "P1.mood: no such key" in lines[1]


def test_a_persons_ruling_moves_the_verdict_and_erases_nothing(storied: Shell) -> None:
    found = storied("events", "--provider", "anthropic", "--event", "successor_cheaper", "--json").rows
    opus = next(e for e in found if e["day"] == "2025-11-24")
    assert storied("events", "withdraw", str(opus["id"]), "--why", "it was a preview").code == 0
    now = verdict(storied, "P2", "--as-of", "2026-07-01")["predictions"]["P2"]
    assert now["by_definition"]["D2"]["H365"] == "not_met"
    then = verdict(storied, "P2", "--as-of", "2026-07-01", "--known-at", "2026-11-24")["predictions"]["P2"]
    assert then["by_definition"]["D2"]["H365"] == "met"
    row = next(e for e in storied("events", "--json").rows if e["id"] == opus["id"])
    assert row["status"] == "withdrawn" and "it was a preview" in row["why"]
    assert storied("events", "confirm", str(opus["id"]), "--why", "it was sold").code == 0
    again = verdict(storied, "P2", "--as-of", "2026-07-01")["predictions"]["P2"]
    assert again["by_definition"]["D2"]["H365"] == "met"


def test_how_likely_it_was_anyway_stands_beside_the_verdict(storied: Shell) -> None:
    """The figures found by hand."""
    answer = verdict(storied, "--as-of", "2026-11-23")["predictions"]
    openai, anthropic = answer["P1"]["base_rate"], answer["P2"]["base_rate"]
    assert (openai["D1"]["n"], openai["any"]["n"]) == (2, 8)
    assert [round(openai["any"]["H365"][key], 2) for key in ("p", "lo", "hi")] == [0.97, 0.90, 1.00]
    assert anthropic["D1"]["n"] == 2
    assert [round(anthropic["D1"]["H365"][key], 2) for key in ("p", "lo", "hi")] == [0.71, 0.31, 0.97]
    words = storied("verdict", "P1", "--as-of", "2026-11-23").out
    assert "97% (90%–100%)" in words and "correlation, not a cause" in words and "▲" in words


def test_judging_records_a_verdict_once_and_again_when_it_is_another(storied: Shell) -> None:
    first = storied("judge", "--json").rows
    assert {row["why"] for row in first} == {"first judged"}
    assert storied("judge", "--json").rows == []
    found = storied("events", "--provider", "openai", "--event", "list_cut", "--json").rows
    o3 = next(e for e in found if e["day"] == "2025-06-10")
    storied("events", "withdraw", str(o3["id"]), "--why", "tried")
    changed = storied("judge", "--json").rows
    assert [row["prediction"] for row in changed] == ["P1"]
    assert "no longer evidence o3 input 10 → 2" in changed[0]["why"]
    log = storied("verdict", "P1", "--log", "--json").rows
    assert [row["why"] for row in log] == [changed[0]["why"], "first judged"]
    assert len({row["file_sha256"] for row in log}) == 1


def test_the_file_of_the_documentation_is_judged(storied: Shell, tmp_path: Path) -> None:
    page = (Path(__file__).parents[1] / "docs" / "claims.md").read_text()
    (tmp_path / "mine.toml").write_text(page.partition("```toml\n")[2].partition("```")[0])
    row = verdict(storied, "--claims", "mine.toml", "--as-of", "2026-11-23")["predictions"]["G1"]
    assert row["rollup"] == {"H180": "refuted", "open": "pending"}
    words = storied("verdict", "--claims", "mine.toml", "--as-of", "2026-11-23").out
    assert "cut: a list price of input or output at least a tenth lower" in words
    assert "H180 refuted (until 2025-11-28)" in words

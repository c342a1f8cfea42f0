"""`events --explain`: what a differ calls a cut and what it was, from a store with the bundled history."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.test_cli import ON_SQLITE, Shell, shell, tracker  # noqa: F401
from tracker.adapters import genai
from tracker.adapters.store import bundled
from tracker.adapters.store.backfilled import reconcile, register
from tracker.adapters.store.engine import writing
from tracker.adapters.store.past_steps import put_steps
from tracker.domain.facts import GATHERED
from tracker.domain.model import Basis

pytestmark = ON_SQLITE
MAKERS = ("anthropic", "deepseek", "google", "mistral", "openai", "xai", "zai")


@pytest.fixture
def storied(tracker: Shell, engine: Engine) -> Shell:  # noqa: F811
    """A shell on a store with the bundled facts and the dated prices of a catalogue."""
    history = [s for s in genai.history() if s.series.provider in MAKERS]
    with writing(engine) as connection:
        bundled.load(connection, GATHERED)
        register(connection, genai.SOURCE, "histories", "genai-prices", "https://prices.example/", GATHERED)
        reconcile(connection, genai.SOURCE, history, basis=Basis.catalogue, at=GATHERED)
        put_steps(connection, genai.SOURCE, history, GATHERED)
    return tracker


def test_every_apparent_cut_is_explained_and_the_totals_are_those_of_the_rows(storied: Shell) -> None:
    found = storied("events", "--explain", "--json").rows
    assert list(found) == ["naive", "cleaned", "by_label", "rows"]
    rows = found["rows"]
    assert {
        "day",
        "provider",
        "model",
        "component",
        "before",
        "after",
        "pct",
        "label",
        "counted",
        "event",
    } <= set(rows[0])
    assert found["naive"] == sum(r["label"] != "missed" for r in rows)
    assert found["cleaned"] == sum(r["counted"] for r in rows) < found["naive"]
    assert sum(found["by_label"].values()) == len(rows)
    assert all(r["why"] and r["pct"] < 0 for r in rows)
    told = {e["id"] for e in storied("events", "--json").rows}
    assert all(r["event"] in told for r in rows if r["counted"])


def test_it_can_be_narrowed_to_a_model_and_to_days(storied: Shell) -> None:
    rows = storied("events", "--explain", "--model", "openai/gpt-5.6-sol", "--json").rows["rows"]
    assert {r["label"] for r in rows} == {"promo"}
    later = storied("events", "--explain", "--since", "2026-08-22", "--until", "2026-10-29", "--json").rows
    assert {r["day"] for r in later["rows"]} <= {
        f"2026-{m:02}-{d:02}" for m in (8, 9, 10) for d in range(1, 32)
    }
    assert "2026-10-29" in {r["day"] for r in later["rows"]}


def test_the_table_ends_with_the_totals(storied: Shell) -> None:
    out = storied("events", "--explain", "--provider", "openai").out
    assert "by a plain differ" in out.splitlines()[-1]
    assert "the promotion of" not in out.splitlines()[-1]


def test_what_a_catalogue_says_changes_no_verdict_beyond_provisional(storied: Shell) -> None:
    for event in storied("events", "--source", genai.SOURCE, "--json").rows:
        alone = {r["source"] for r in event["rows"]} == {genai.SOURCE}
        if alone and event["kind"] in ("list_cut", "list_rise"):
            assert event["status"] == "provisional"

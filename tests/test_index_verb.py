"""`tracker index`: from a fresh store with the bundled history to a table, JSON, CSV and a picture."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import structlog
from typer.testing import CliRunner

from tests.commands_page import sections
from tests.domain.made import at, both
from tracker.adapters.store import bundled
from tracker.adapters.store.backfilled import reconcile, register
from tracker.adapters.store.engine import open_store, writing
from tracker.adapters.store.indexes import KINDS, Question, answer
from tracker.adapters.store.migrate import migrate
from tracker.cli import app
from tracker.domain.facts import GATHERED
from tracker.domain.model import Basis

ARTICLE = "2025-01-29"
HOSTS = [
    *both("alibaba/deepseek-v3", "2025-02-10", 0.955, 0.955, basis=Basis.catalogue, source="c"),
    *both("together/deepseek-ai/DeepSeek-V3", "2025-02-01", 1.25, 1.25, basis=Basis.catalogue, source="c"),
    *both("openrouter/deepseek/deepseek-chat", "2025-01-10", 0.1, 0.1, basis=Basis.catalogue, source="c"),
]


@dataclass(frozen=True)
class Prints:
    """A tracker of which only what it prints is asked, on a store of its own."""

    folder: Path
    url: str

    def __call__(self, *words: str) -> str:
        env = {"TRACKER_DATABASE_URL": self.url, "TRACKER_CONFIG": None}
        done = CliRunner().invoke(app, words, env=env)
        structlog.reset_defaults()
        assert done.exit_code == 0, done.output
        return done.stdout


@pytest.fixture(scope="module")
def tracker(tmp_path_factory: pytest.TempPathFactory) -> Prints:
    """A store with the bundled history, and with what two who sell DeepSeek's weights asked."""
    folder = tmp_path_factory.mktemp("index")
    url = f"sqlite:///{folder}/tracker.db"
    engine = open_store(url)
    migrate(engine)
    now = datetime.now(UTC)
    with writing(engine) as connection:
        bundled.load(connection, now)
        register(connection, "c", "histories", "", "https://c.example/", GATHERED)
        reconcile(connection, "c", HOSTS, basis=Basis.catalogue, at=GATHERED)
    engine.dispose()
    return Prints(folder, url)


@pytest.fixture(scope="module")
def everything(tracker: Prints) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(tracker("index", "--as-of", "2026-11-23", "--json"))
    return found


def series(found: dict[str, Any], index: str, provider: str, variant: str) -> dict[str, float]:
    (points,) = [
        s["points"]
        for s in found["series"]
        if (s["index"], s["provider"], s["variant"]) == (index, provider, variant)
    ]
    return {p["day"]: p["value"] for p in points}


def keys(value: Any) -> Any:
    """The shape of JSON: keys in their order, and the type of what they hold."""
    if isinstance(value, dict):
        return {key: keys(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [keys(value[0])] if value else []
    return type(value)


def test_json_is_as_the_page_of_commands_shows_it(everything: dict[str, Any]) -> None:
    shown = sections()["index"].example
    compared = next(h for h in everything["hosted"] if h["hosts"])
    assert keys(everything | {"hosted": [compared]}) == keys(shown)
    assert [list(everything), everything["as_of"], everything["base"]] == [list(shown), "2026-11-23", ARTICLE]


def test_the_indexes_reach_from_2023_to_today_and_are_a_hundred_on_the_articles_day(
    everything: dict[str, Any],
) -> None:
    for index, variant in (("jevons", "naive"), ("jevons", "cleaned"), ("lines", "cleaned")):
        points = series(everything, index, "all", variant)
        days = sorted(points)
        assert days[0].startswith("2023-") and days[-1] > "2026-10"
        assert points[max(day for day in days if day <= ARTICLE)] == 100


def test_o1_minis_cut_is_in_both_indexes_of_openai_and_gpt_4os_alias_swap_in_the_naive_alone(
    everything: dict[str, Any],
) -> None:
    naive, cleaned = (series(everything, "jevons", "openai", v) for v in ("naive", "cleaned"))
    assert naive["2025-01-31"] < 100 and cleaned["2025-01-31"] < 100
    assert "2024-10-02" in naive and "2024-10-02" not in cleaned


def test_the_premium_is_as_worked_out_by_hand(everything: dict[str, Any]) -> None:
    rows = [
        r for r in everything["premium"] if (r["line"], r["over"]) == ("OpenAI flagship", "DeepSeek flagship")
    ]
    assert [r["ratio"] for r in rows if r["day"] <= ARTICLE][-1] == pytest.approx(9.2, abs=0.05)
    assert rows[-1]["ratio"] == pytest.approx(4.0, abs=0.05)


def test_openrouters_own_row_is_no_host(everything: dict[str, Any]) -> None:
    v3 = [h for h in everything["hosted"] if h["weights"] == "deepseek-v3"]
    assert not any("openrouter" in h["hosts"] for h in v3)
    (begin,) = [h for h in v3 if h["day"] == "2025-02-01"]
    # over the list price of 0.27 and 1.1, not over the promotion of those days
    assert (begin["own"], begin["hosts"]) == ("0.4775", ["together"])
    assert begin["median"] == begin["least"] == pytest.approx(2.62)
    assert {h["day"]: h["hosts"] for h in v3}["2025-02-10"] == [
        "alibaba",
        "together",
    ]  # a maker may host others
    assert v3[-1]["hosts"] == [] and v3[-1]["median"] is None


def test_the_table_says_what_held_on_each_day(tracker: Prints) -> None:
    lines = tracker("index", "--since", ARTICLE, "--as-of", "2025-02-28").splitlines()
    assert lines[0].split("  ")[0] == "day"
    assert lines[1].split() == [ARTICLE, "100.0", "100.0", "100.0"]
    assert lines[2].startswith("2025-01-30")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_comes_alone_as_a_table_csv_and_json(tracker: Prints, kind: str) -> None:
    words = ("index", "--kind", kind, "--until", "2025-03-01")
    assert len(tracker(*words).splitlines()) > 1
    rows = list(csv.DictReader(io.StringIO(tracker(*words, "--csv"))))
    assert rows and max(row["day"] for row in rows) <= "2025-03-01"
    found = json.loads(tracker(*words, "--json"))
    filled = {"series"} if kind in ("jevons", "lines") else {kind}
    assert {name for name in ("series", "hosted", "premium") if found[name]} == filled


def test_one_provider_alone_is_what_it_is_among_all(tracker: Prints, everything: dict[str, Any]) -> None:
    alone = json.loads(tracker("index", "--provider", "OpenAI", "--as-of", "2026-11-23", "--json"))
    assert {s["provider"] for s in alone["series"]} == {"openai"}
    for index, variant in (("jevons", "naive"), ("jevons", "cleaned"), ("lines", "cleaned")):
        assert series(alone, index, "openai", variant) == series(everything, index, "openai", variant)
    assert {r["line"] for r in alone["premium"]} == {"OpenAI flagship"}


def test_another_base_day_is_a_hundred(tracker: Prints) -> None:
    found = json.loads(tracker("index", "--base", "2024-06-30", "--kind", "lines", "--json"))
    points = series(found, "lines", "all", "cleaned")
    assert points[max(day for day in points if day <= "2024-06-30")] == 100
    assert points[max(day for day in points if day <= ARTICLE)] == pytest.approx(
        100 * 100 / 151.6491, abs=0.01
    )


def test_before_anything_was_recorded_nothing_is_known(tracker: Prints) -> None:
    found = json.loads(tracker("index", "--known-at", "2026-11-22", "--json"))
    assert (found["series"], found["hosted"], found["premium"]) == ([], [], [])
    assert tracker("index", "--known-at", "2026-11-22") == ""


@pytest.mark.parametrize("kind", ["", *KINDS])
def test_a_chart_is_drawn_without_a_network(tracker: Prints, kind: str) -> None:
    for name, begins in (("a.svg", b"<svg"), ("a.png", b"\x89PNG")):
        words = ["index", "--until", "2025-03-01", "--chart", str(tracker.folder / name)]
        assert tracker(*words, *(["--kind", kind] if kind else [])) == ""
        assert (tracker.folder / name).read_bytes().startswith(begins)


def test_a_later_cut_that_was_observed_moves_both_indexes(tracker: Prints) -> None:
    """What the tracker sees itself goes on from the bundled history, where the price is the one it left."""
    engine = open_store(tracker.url)
    known = datetime(2026, 12, 31, tzinfo=UTC)
    asked = Question(known.date(), known, date(2026, 11, 23), "anthropic", kinds=("jevons",))
    seen = [
        *both("anthropic/Claude Haiku 5.5", "2026-11-24", 0.1, 0.5, "2026-12-24", basis=Basis.observed),
        *both("anthropic/Claude Haiku 5.5", "2026-12-24", 0.05, 0.25, basis=Basis.observed),
    ]
    try:
        with writing(engine) as connection:
            register(connection, "w", "archives", "anthropic", "https://w.example/", at("2026-11-24"))
            reconcile(connection, "w", seen, basis=Basis.observed, at=at("2026-12-24"))
            found = {s.variant.value: s.points[-1] for s in answer(connection, asked).series}
            connection.rollback()
    finally:
        engine.dispose()
    assert {str(p.day) for p in found.values()} == {"2026-12-24"}
    assert Decimal("0") < Decimal(found["cleaned"].value) < 100

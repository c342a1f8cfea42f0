"""`tracker cost`: from settings, the bundled history and others' prices to a bill, before and after."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import structlog
from click.testing import Result
from typer.testing import CliRunner

from scrapers.page import Terms
from tests.commands_page import sections
from tests.domain.made import at, both, line
from tracker.adapters.store import bundled
from tracker.adapters.store.backfilled import reconcile, register
from tracker.adapters.store.engine import open_store, writing
from tracker.adapters.store.migrate import migrate
from tracker.cli import app
from tracker.domain.errors import BadSettings
from tracker.domain.facts import GATHERED
from tracker.domain.model import Basis, Series
from tracker.domain.spans import Span

SETTINGS = """
[[workload]]
name = "support bot"
model = "openai/gpt-4o"
monthly = { input_mtok = 400, output_mtok = 80 }

[[workload]]
name = "research"
model = "openai/o3"
monthly = { input_mtok = 10.5, cache_write_mtok = 3, output_mtok = 8 }

[[workload]]
name = "chat"
model = "deepseek/deepseek-v4-pro"
currency = "CNY"
monthly = { input_mtok = 100, output_mtok = 10 }

[[workload]]
name = "seats"
model = "openai/chatgpt business"
monthly = { seat_month = 25 }
"""
BATCH, LONG = Terms(tier="batch"), Terms(context=">200K")
SINCE = "2026-10-01"


def seat(price: str, terms: Terms = Terms()) -> Span:  # noqa: B008 (frozen)
    series = Series("openai", "chatgpt business", "seat_month", terms, "USD")
    return Span(series, Decimal(price), at(SINCE), source="page")


SEEN = [
    *both("openai/gpt-4o", SINCE, 1.25, 5, terms=BATCH),
    *both("openai/gpt-4o-mini", SINCE, 0.15, 0.6),
    *both("acme/openai/gpt-4o", SINCE, 2, 8, promo_until="2026-12-31"),
    *both("azure/gpt-4o-2024-08-06", SINCE, 1, 4),
    *both("openrouter/openai/gpt-4o", SINCE, 1, 4),
    *both("dearer/openai/gpt-4o", SINCE, 2.5, 10.1),
    *both("free/openai/gpt-4o", SINCE, 0, 0),
    *both("euros/openai/gpt-4o", SINCE, 1, 4, currency="EUR"),
    *both("anthropic/claude-x-9", SINCE, 3, 15),
    *both("anthropic/claude-x-9", SINCE, 6, 22.5, terms=LONG),
    *both("google-vertex/Claude X 9", SINCE, 2.9, 14, terms=Terms(region="us-east5")),
    *both("anthropic/claude-only-long-9", SINCE, 6, 22.5, terms=LONG),
    *both("deepseek/deepseek-v4-pro", SINCE, 4, 12, currency="CNY"),
    *both("deepseek/deepseek-v4-pro", SINCE, 2, 6, currency="CNY", terms=Terms(window="off-peak")),
    *both("meta/llama-9-70b", SINCE, 1, 1),
    seat("25"),
    seat("20", Terms(billing="yearly")),
]
SAID = [
    *both("azure/gpt-4o", SINCE, 2.4, 9.6),
    *both("slipped/openai/gpt-4o", SINCE, 0.0025, 0.01),
    Span(line("partly/openai/o3"), Decimal("0.5"), at(SINCE), source="catalogue"),
]


@dataclass(frozen=True)
class Prints:
    """A tracker of which only what it prints is asked, with workloads in its settings."""

    folder: Path
    url: str

    def ask(self, *words: str, config: str = "tracker.toml") -> Result:
        env = {"TRACKER_DATABASE_URL": self.url, "TRACKER_CONFIG": str(self.folder / config)}
        done = CliRunner().invoke(app, ["cost", *words], env=env)
        structlog.reset_defaults()
        return done

    def __call__(self, *words: str) -> str:
        done = self.ask(*words)
        assert done.exit_code == 0, done.output
        return done.stdout

    def rows(self, *words: str) -> dict[str, Any]:
        """What `--json` prints, by workload; sums by their currency."""
        found = json.loads(self(*words, "--json"))
        return {row["currency"] if row["workload"] == "sum" else row["workload"]: row for row in found}

    def one(self, model: str, monthly: str, *words: str) -> dict[str, Any]:
        """The bill of a model that no settings name."""
        found: dict[str, Any] = self.rows("--model", model, "--monthly", monthly, *words)[model]
        return found


@pytest.fixture(scope="module")
def cost(tmp_path_factory: pytest.TempPathFactory) -> Prints:
    folder = tmp_path_factory.mktemp("cost")
    (folder / "tracker.toml").write_text(SETTINGS)
    (folder / "empty.toml").write_text("")
    url = f"sqlite:///{folder}/tracker.db"
    engine = open_store(url)
    migrate(engine)
    with writing(engine) as connection:
        bundled.load(connection, datetime.now(UTC))
        for id, spans, basis in (("page", SEEN, Basis.observed), ("catalogue", SAID, Basis.catalogue)):
            register(connection, id, "histories", "", f"https://{id}.example/", GATHERED)
            reconcile(connection, id, spans, basis=basis, at=GATHERED)
    engine.dispose()
    return Prints(folder, url)


TOKENS = "input_mtok=400,output_mtok=80"


def test_the_bill_of_gpt_4o_fell_when_the_name_was_re_priced_and_not_with_the_snapshot_before(
    cost: Prints,
) -> None:
    snapshot_out = cost.rows("--workload", "support bot", "--at", "2024-08-07", "--since", "2024-08-05")
    assert snapshot_out["support bot"]["pct"] == 0.0
    assert snapshot_out["support bot"]["cheaper"] == []  # gpt-4o-2024-08-06 is a sibling, at half the price
    fell = cost.rows("--workload", "support bot", "--at", "2024-10-02", "--since", "2024-08-06")[
        "support bot"
    ]
    documented = sections()["cost"].example
    assert {k: fell[k] for k in fell if k != "cheaper"} == {
        k: documented[k] for k in documented if k != "cheaper"
    }
    assert list(fell) == list(documented)


def test_o3_fell_by_80_per_cent(cost: Prints) -> None:
    bill = cost.one("openai/o3", "input_mtok=10,output_mtok=8", "--at", "2025-06-10", "--since", "2025-06-09")
    assert (bill["before"], bill["after"], bill["pct"]) == ("420", "84", -80.0)


def test_hours_of_the_day_are_another_offer_as_long_as_they_held(cost: Prints) -> None:
    cheap = cost.one("deepseek/deepseek-chat", TOKENS, "--at", "2025-03-01")
    (night,) = [o for o in cheap["cheaper"] if o["provider"] == "deepseek"]
    assert (night["terms"], night["total"], night["pct"]) == ({"window": "16:30-00:30Z"}, "98", -50.0)
    assert "other prices hold at other hours (16:30-00:30Z)" in cheap["notes"]
    later = cost.one("deepseek/deepseek-chat", TOKENS, "--at", "2025-09-10")
    assert later["after"] == "358.4"  # the nights ended with the rise of 5 September
    assert not any("window" in o["terms"] for o in later["cheaper"])
    assert not any("hours" in note for note in later["notes"])


def test_a_promotion_is_named_with_its_end(cost: Prints) -> None:
    bill = cost.one("deepseek/deepseek-chat", TOKENS, "--at", "2025-01-15")
    assert "input_mtok, output_mtok: a promotion until 2025-02-07" in bill["notes"]
    (acme,) = [o for o in cost.one("openai/gpt-4o", TOKENS)["cheaper"] if o["provider"] == "acme"]
    assert acme["terms"] == {"promo_until": "2026-12-31"}
    assert "Acme acme/openai/gpt-4o at $1,440 a month (−20 %), promotion until 2026-12-31" in cost()


def test_cheaper_is_the_same_model_elsewhere_and_nothing_else(cost: Prints) -> None:
    """No sibling, snapshot, reseller, trial, other currency or catalogue's unit slip, and nobody dearer."""
    found = cost.one("openai/gpt-4o", TOKENS)["cheaper"]
    assert [(o["provider"], o["total"], o["basis"]) for o in found] == [
        ("openai", "900", "observed"),
        ("acme", "1440", "observed"),
        ("azure", "1728", "catalogue"),
    ]
    assert found[0]["terms"] == {"tier": "batch"}
    assert "cheaper: Azure azure/gpt-4o at $1,728 a month (−4 %), by a catalogue" in cost()


def test_another_region_and_a_longer_context_are_named_as_such(cost: Prints) -> None:
    (vertex,) = cost.one("anthropic/claude-x-9", TOKENS)["cheaper"]
    assert (vertex["provider"], vertex["terms"]) == ("google-vertex", {"region": "us-east5"})
    only = cost.one("anthropic/claude-only-long-9", "input_mtok=1")
    assert (only["after"], only["missing"]) == (None, ["input_mtok"])
    assert only["notes"] == ["no price for input_mtok; there is one only for: context >200K"]


def test_a_price_that_is_missing_is_named_and_never_zero(cost: Prints) -> None:
    rows = cost.rows()
    research = rows["research"]
    assert (research["after"], research["missing"]) == (None, ["cache_write_mtok"])
    assert [p["cost_after"] for p in research["parts"]] == ["21", None, "64"]
    assert rows["USD"]["missing"] == ["research"]
    assert rows["USD"]["after"] == str(1800 + 625)
    shown = cost()
    assert "at least $85" in shown and "without research" in shown
    assert "research: no price for cache_write_mtok" in shown


def test_cached_tokens_are_not_billed_as_input(cost: Prints) -> None:
    bill = cost.one("meta/llama-9-70b", "input_mtok=10,cache_read_mtok=10")
    assert (bill["after"], bill["missing"]) == (None, ["cache_read_mtok"])


def test_an_offer_that_lacks_a_price_has_no_total(cost: Prints) -> None:
    found = cost.one("openai/gpt-4o", "input_mtok=400,cache_read_mtok=200,output_mtok=80")["cheaper"]
    assert {(o["total"], o["pct"], *o["missing"]) for o in found} == {(None, None, "cache_read_mtok")}
    assert "perhaps cheaper: OpenAI" in cost(
        "--model", "openai/gpt-4o", "--monthly", "input_mtok=400,cache_read_mtok=200,output_mtok=80"
    )


def test_who_has_no_price_for_the_output_is_no_offer(cost: Prints) -> None:
    assert "partly" in str(cost.one("openai/o3", "input_mtok=10")["cheaper"])
    assert "partly" not in str(cost.one("openai/o3", "input_mtok=10,output_mtok=8")["cheaper"])


def test_currencies_are_summed_up_each_by_itself(cost: Prints) -> None:
    rows = cost.rows()
    assert rows["chat"]["after"] == rows["CNY"]["after"] == "520"
    assert rows["chat"]["cheaper"][0]["terms"] == {"window": "off-peak"}
    assert [row["currency"] for name, row in rows.items() if name in ("CNY", "USD")] == ["CNY", "USD"]
    dollars = cost.one("deepseek/deepseek-v4-pro", TOKENS)
    assert dollars["currency"] == "USD"
    assert "it is sold in CNY too: `currency` of the workload says which one is paid" in dollars["notes"]


def test_a_plan_by_the_year_is_another_offer(cost: Prints) -> None:
    (yearly,) = cost.rows()["seats"]["cheaper"]
    assert (yearly["terms"], yearly["total"], yearly["pct"]) == ({"billing": "yearly"}, "500", -20.0)


def test_a_model_that_is_not_known_is_named_with_those_of_a_like_name(cost: Prints) -> None:
    assert cost.one("openai/gpt-4oh", "input_mtok=1")["notes"][0].startswith(
        "no price of openai/gpt-4oh is recorded; did you mean openai/gpt-4o"
    )
    early = cost.one("openai/gpt-4o", "input_mtok=1", "--at", "2023-01-01")
    assert early["notes"] == ["no price of openai/gpt-4o is recorded for 2023-01-01"]
    assert (early["after"], early["missing"]) == (None, ["input_mtok"])


def test_what_was_not_recorded_by_then_is_not_known(cost: Prints) -> None:
    bill = cost.one("openai/o3", "input_mtok=1", "--at", "2025-07-01", "--known-at", "2025-07-01")
    assert bill["after"] is None


def test_a_fact_that_no_look_sees_is_said_to_be_one(cost: Prints) -> None:
    (note,) = cost.one("openai/o3", "input_mtok=1", "--at", "2027-01-01")["notes"]
    assert note == "input_mtok: as documented by 2026-11-23, and seen by no look since"


def test_csv_has_the_columns_of_json(cost: Prints) -> None:
    rows = list(csv.DictReader(io.StringIO(cost("--csv"))))
    assert list(rows[0]) == list(sections()["cost"].example)
    assert json.loads(rows[0]["parts"])[0]["meter"] == "input_mtok"


def test_without_a_workload_it_says_how_to_set_one(cost: Prints) -> None:
    done = cost.ask(config="empty.toml")
    assert isinstance(done.exception, BadSettings)
    assert done.exception.exit_code == 78
    assert "[[workload]]" in str(done.exception) and "--monthly" in str(done.exception)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--workload", "suport bot"], 'the nearest is "support bot"'),
        (["--model", "openai/gpt-4o"], "--model and --monthly belong together"),
        (["--model", "gpt-4o", "--monthly", "input_mtok=1"], "PROVIDER/MODEL"),
        (["--model", "openai/gpt-4o", "--monthly", "inputs_mtok=1"], "input_mtok"),
        (["--model", "openai/gpt-4o", "--monthly", "input_mtok"], "needs a number"),
        (["--model", "openai/gpt-4o", "--monthly", "input_mtok=NaN"], "out of range"),
        (["--model", "openai/gpt-4o", "--monthly", "input_mtok=-1"], "out of range"),
        (["--model", "openai/gpt-4o", "--monthly", "input_mtok=0"], "above 0"),
        (["--model", "openai/gpt-4o", "--monthly", ","], "is empty"),
        (["--since", "2026-11-01", "--at", "2026-10-01"], "later than the day of the bill"),
    ],
)
def test_a_wrong_question_is_told_with_what_is_right(cost: Prints, words: list[str], says: str) -> None:
    done = cost.ask(*words)
    assert done.exit_code == 2
    assert says in " ".join(done.stderr.replace("│", " ").split())

"""One's own claims files and workloads: on the pages, in the API and in the feed, beside the article's."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

import pytest
from fastapi import FastAPI
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import Engine

from tests.web.asking import ON_SQLITE, ask, get, words_of
from tracker.adapters import claims as claims_files
from tracker.adapters.store import bundled, verdicts
from tracker.adapters.store.engine import writing
from tracker.domain.settings import Workload
from tracker.web.app import make_app
from tracker.web.own import Own

PAGE = (Path(__file__).parents[2] / "docs/claims.md").read_text()
[EXAMPLE, *_] = re.findall(r"```toml\n(schema = 1.*?)```", PAGE, re.DOTALL)
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
pytestmark = ON_SQLITE


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    mine, broken = tmp_path / "mine.toml", tmp_path / "broken.toml"
    mine.write_text(EXAMPLE)
    broken.write_text("schema = 1\nwhat = 2")
    return mine, broken


@pytest.fixture
def app(engine: Engine, files: tuple[Path, Path]) -> FastAPI:
    with writing(engine) as connection:
        bundled.load(connection, NOW)
        for claims, prediction in ((claims_files.registered(), "P1"), (claims_files.load(files[0]), "G1")):
            body = {"rollup": {"H180": "confirmed"}}
            verdicts.put(connection, claims, prediction, body, as_of=NOW.date(), why="it cut", at=NOW)
    workload = Workload("bot", "openai/gpt-4o", MappingProxyType({"input_mtok": Decimal(400)}))
    return make_app(engine, dict, now=lambda: NOW, trouble=str, own=lambda: Own((workload,), files))


def test_the_page_of_verdicts_lists_each_file_and_every_prediction_leads_to_its_own_page(
    app: FastAPI,
) -> None:
    page = get(app, "/verdicts")
    said = words_of(page.text)
    assert "“ mine ”, 2025-06-01" in said and "Google will have to follow" in said and "Deep Impact" in said
    assert "A claims file of the settings cannot be read" in said
    links = [str(a.attributes["href"]) for a in LexborHTMLParser(page.text).css("a.who")]
    assert "/verdicts/mine/G1" in links and "/verdicts/deep-impact/P1" in links
    assert all(answer.status_code == 200 for answer in ask(app, *links))
    own = words_of(get(app, "/verdicts/mine/G1").text)
    assert (
        "Google will have to follow" in own
        and "a list price of input or output at least a tenth lower" in own
    )
    assert "it cut" in own  # what was recorded of it
    for missing in ("/verdicts/mine/P1", "/verdicts/deep-impact/G1", "/verdicts/broken/G1"):
        assert get(app, missing).status_code == 404


def test_the_api_and_the_feed_tell_of_each_file(app: FastAPI) -> None:
    api = "/api/v1"
    listed = get(app, f"{api}/claims/files").json()["items"]
    assert [(row["claims"], "G1" in row["predictions"]) for row in listed] == [
        ("deep-impact", False),
        ("mine", True),
    ]
    own = get(app, f"{api}/verdicts?claims=mine").json()
    assert (own["source"], list(own["predictions"])) == ("mine", ["G1"])
    assert get(app, f"{api}/verdicts/G1?claims=mine").json()["predictions"] == own["predictions"]
    assert get(app, f"{api}/verdicts/G1").status_code == 404
    assert get(app, f"{api}/verdicts").json()["source"] == "deep-impact"
    assert get(app, f"{api}/claims?claims=mine").json()["price_claims"] == {}
    assert get(app, f"{api}/verdicts?claims=nobody").status_code == 404
    rows = get(app, f"{api}/verdicts/recorded?claims=mine").json()["items"]
    assert [(row["claims"], row["prediction"]) for row in rows] == [("mine", "G1")]
    feed = get(app, "/feeds/verdicts.atom?claims=mine").text
    assert "/verdicts/mine/G1" in feed and "deep-impact" not in feed.partition("<entry>")[2]


def test_a_changed_file_counts_at_once_and_an_address_of_a_script_is_no_link(
    app: FastAPI, files: tuple[Path, Path]
) -> None:
    files[0].write_text(EXAMPLE.replace("https://blog.example/prices", "javascript:alert(1)"))
    for path in ("/verdicts", "/verdicts/mine/G1"):
        assert "javascript:" not in get(app, path).text
    files[0].write_text(EXAMPLE.replace('"G1"', '"G2"'))
    assert (
        get(app, "/verdicts/mine/G1").status_code == 404 and get(app, "/verdicts/mine/G2").status_code == 200
    )


def test_the_bills_of_the_workloads_that_are_set(app: FastAPI) -> None:
    at = "at=2024-09-01&known_at=2027-01-01"
    whole = get(app, f"/api/v1/cost?{at}&since=2024-05-20").json()
    bot, together = whole["bills"]
    assert (bot["workload"], bot["after"], together["workload"]) == ("bot", "2000", "sum")
    assert get(app, f"/api/v1/cost?workload=bot&{at}&since=2024-05-20").json()["bills"] == whole["bills"]
    for wrong, word in (
        ("workload=other", "bot"),
        ("model=openai/gpt-4o", "belong together"),
        ("model=gpt-4o&monthly=input_mtok=1", "PROVIDER/MODEL"),
        ("model=openai/gpt-4o&monthly=input_mtk=1", 'is not a meter; the nearest is "input_mtok"'),
        ("model=openai/gpt-4o&monthly=input_mtok=-1", "out of range"),
        ("since=2025-01-01&at=2024-01-01", "later"),
    ):
        refused = get(app, f"/api/v1/cost?{wrong}")
        assert refused.status_code == 400 and word in refused.json()["error"], wrong
        assert "other" not in refused.json()["error"]

"""What monitors are told, and what is told when the store or the code fails."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Mapping
from pathlib import Path

import httpx
from sqlalchemy import Engine, text

from scrapers.source import Source
from tests.web import week
from tests.web.asking import ON_SQLITE, app_over, ask, get, words_of
from tests.web.stock import HOUR, NOW, add_sources, by_id, set_health, source
from tracker.adapters.store.engine import open_store, writing
from tracker.web.app import make_app


@ON_SQLITE
def test_healthz_says_whether_the_process_knows_of_trouble(engine: Engine) -> None:
    well, ill = (
        get(app_over(engine), "/healthz"),
        get(app_over(engine, trouble=lambda: "the beat stopped"), "/healthz"),
    )
    assert (well.status_code, well.json()) == (200, {"status": "ok"})
    assert (ill.status_code, ill.json()) == (503, {"error": "the beat stopped"})


@ON_SQLITE
def test_healthz_answers_while_pages_wait_for_the_store(engine: Engine) -> None:
    go = threading.Event()

    def slow() -> Mapping[str, Source]:
        go.wait(10)
        return {}

    app = make_app(engine, slow, now=lambda: NOW, trouble=lambda: "")

    async def run() -> tuple[int, list[int]]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as client:
            waiting = [asyncio.create_task(client.get("/")) for _ in range(8)]
            await asyncio.sleep(0.05)
            health = await asyncio.wait_for(client.get("/healthz"), 2)
            assert not any(task.done() for task in waiting)
            go.set()
            return health.status_code, [(await task).status_code for task in waiting]

    assert asyncio.run(run()) == (200, [200] * 8)


@ON_SQLITE
def test_many_who_ask_at_once_share_an_answer_that_is_never_older_than_their_question(engine: Engine) -> None:
    enabled, asked, go = ["older"], [], threading.Event()

    def slow() -> Mapping[str, Source]:
        found = by_id(*map(source, enabled))
        asked.append(found)
        go.wait(10)
        return found

    app = make_app(engine, slow, now=lambda: NOW, trouble=lambda: "")

    async def run() -> list[str]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as client:
            first = [asyncio.create_task(client.get("/sources")) for _ in range(2)]
            while len(asked) < 1:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.05)
            enabled[0] = "newer"
            rest = [asyncio.create_task(client.get("/sources")) for _ in range(48)]
            await asyncio.sleep(0.05)
            go.set()
            return [words_of((await task).text) for task in [*first, *rest]]

    seen = asyncio.run(run())
    assert all("Older" in page for page in seen[:2])
    assert all("Newer" in page and "Older" not in page for page in seen[2:])
    assert len(asked) <= 2 * 4  # each page asks twice


def test_readyz_asks_whether_the_store_has_this_schema(engine: Engine) -> None:
    app = app_over(engine)
    assert get(app, "/readyz").json() == {"status": "ready"}
    with writing(engine) as connection:
        connection.execute(text("DELETE FROM alembic_version"))
    old = get(app, "/readyz")
    assert old.status_code == 503 and "tracker db upgrade" in old.json()["error"]


def test_a_store_that_fails_is_told_in_a_sentence(tmp_path: Path) -> None:
    engine = open_store(f"sqlite:///{tmp_path}/t.db")  # never migrated
    app = app_over(engine, {"openai": source("openai")})
    (tmp_path / "t.db").unlink()
    shown = get(app, "/", accept="text/html,*/*")
    assert shown.status_code == 503 and "the store cannot be opened: it has vanished" in words_of(shown.text)
    for path in ("/", "/snapshots/1", "/readyz", "/metrics"):
        answer = get(app, path)
        assert answer.status_code == 503 and "vanished" in answer.text and "Traceback" not in answer.text
    assert get(app, "/healthz").status_code == 200


@ON_SQLITE
def test_a_fault_in_the_code_shows_no_traceback(engine: Engine) -> None:
    def broken() -> str:
        raise RuntimeError("a secret")

    for accept in ("text/html", "*/*"):
        answer = get(app_over(engine, trouble=broken), "/", accept=accept)
        assert answer.status_code == 500
        assert "This page broke" in answer.text or answer.json()["error"].startswith("The tracker's log")
        assert "secret" not in answer.text and "Traceback" not in answer.text
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_metrics_are_read_from_the_store_at_every_scrape(engine: Engine) -> None:
    sources = week.a_busy_week(engine)
    app = app_over(engine, sources)
    answer = get(app, "/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = answer.text.splitlines()
    at = (NOW - 26 * HOUR).timestamp()
    for line in (
        'tracker_build_info{version="0.1.0"} 1.0',
        'tracker_looks_total{outcome="no_table",source="mistral"} 1.0',
        'tracker_look_failures_total{source="mistral"} 1.0',
        'tracker_look_failures_total{source="openai"} 0.0',
        f'tracker_source_last_well_timestamp_seconds{{source="mistral"}} {at!r}',
        f'tracker_source_last_well_age_seconds{{source="mistral"}} {26 * 3600.0}',
        'tracker_source_state{source="mistral",state="blind"} 1.0',
        'tracker_source_state{source="mistral",state="well"} 0.0',
        'tracker_source_state{source="zai",state="never"} 1.0',
        'tracker_prices{source="openai"} 54.0',
        'tracker_moves{status="confirmed"} 9.0',
        'tracker_moves{status="held"} 1.0',
        'tracker_deliveries{state="waiting"} 2.0',
        'tracker_deliveries{state="dead"} 1.0',
        'tracker_deliveries{state="sent"} 0.0',
    ):
        assert any(same_number(line, seen) for seen in lines), line
    set_health(engine, "mistral", "well")
    assert 'tracker_source_state{source="mistral",state="well"} 1.0' in get(app, "/metrics").text


def same_number(wanted: str, seen: str) -> bool:
    (name, _, value), (other, _, number) = wanted.rpartition(" "), seen.rpartition(" ")
    return name == other and float(value) == float(number)


def test_a_source_that_is_no_longer_enabled_leaves_pages_and_metrics(engine: Engine) -> None:
    sources = by_id(source("openai"), source("gone"))
    add_sources(engine, sources)
    set_health(engine, "gone", "failing", outcome="http_status")
    del sources["gone"]
    first, metrics = ask(app_over(engine, sources), "/", "/metrics")
    assert "gone" not in first.text and 'source="gone"' not in metrics.text


def test_the_page_on_operating_names_every_metric_and_its_rules_name_no_other(engine: Engine) -> None:
    sources = week.a_busy_week(engine)
    text = get(app_over(engine, sources), "/metrics").text
    names = set(re.findall(r"^(tracker_\w+)\{", text, re.MULTILINE))
    page = (Path(__file__).parents[2] / "docs/operating.md").read_text()
    part = page.partition("## Metrics and an alert rule")[2].partition("\n## ")[0]
    assert set(re.findall(r"tracker_[a-z_]+", part)) == names
    for name in names:  # the conventions: a counter ends with _total, and a unit is spelled out
        kind = re.search(rf"^# TYPE {name} (\w+)$", text, re.MULTILINE)
        assert kind and (kind[1] == "counter") is name.endswith("_total"), name

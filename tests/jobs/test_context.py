"""What an alert says beside its moves, from a real store."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, select

from scrapers.page import STANDARD, Article
from tests.jobs.acme import Clock, edges
from tests.loopback.pages import Pages
from tests.web.asking import HOSTILE
from tests.web.stock import by_id, keep_in, source
from tracker.adapters import charts
from tracker.adapters.claims import registered
from tracker.adapters.edges import Edges
from tracker.adapters.store import articles, moves, outbox, sources, verdicts
from tracker.adapters.store.engine import writing
from tracker.adapters.store.series import series_ids
from tracker.adapters.store.tables_alerts import alerts
from tracker.context import Context, context_of
from tracker.domain.alerts import Alert, Message
from tracker.domain.model import Move, Series, Status
from tracker.domain.settings import Settings, Workload
from tracker.picture import picture_of

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
SETTINGS = Settings("", Path(), base_url="http://127.0.0.1:8321")


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    known = by_id(source("openai"), source("openai-news", "feeds", provider="openai"))
    known |= by_id(source("press", "feeds", provider="press"))
    with writing(engine) as connection:
        sources.register(connection, known.values(), NOW - timedelta(days=9))
        yield connection


def told(connection: Connection, model: str = "o3", before: str = "10", after: str = "2") -> Move:
    """A confirmed move of OpenAI's, in the store."""
    series = Series("openai", model.casefold()[:200], "input_mtok", STANDARD, "USD")
    cut = Decimal(after) < Decimal(before)
    move = Move(
        series,
        Decimal(before),
        Decimal(after),
        NOW,
        NOW,
        NOW - timedelta(hours=1),
        Status.confirmed,
        "confirmed by a second look",
        "list_cut" if cut else "list_rise",
        model=model,
        source="openai",
    )
    ids = series_ids(connection, [series])
    return replace(move, id=moves.insert(connection, move, ids[series.key], "openai", None))


def context(connection: Connection, *found: Move, **settings: Any) -> Context:
    return context_of(connection, replace(SETTINGS, **settings), found, at=NOW)


def test_an_alert_names_the_bill_the_claim_and_the_chart(connection: Connection) -> None:
    body = {"rollup": {"H90": "confirmed", "open": "confirmed"}}
    verdicts.put(connection, registered(), "P1", body, as_of=date(2026, 7, 1), why="x", at=NOW)
    bot = Workload("bot", "openai/o3", {"input_mtok": Decimal(100)})
    move = told(connection)
    found = context(connection, move, workloads=(bot,))
    assert found.notes == (
        "bot: $1,000 → $200 a month (−80 %)",
        "touches P1 of “Deep Impact” (OpenAI would cut its API prices): "
        "so far confirmed within 90 days, confirmed until now",
    )
    assert found.links == (("chart", f"http://127.0.0.1:8321/moves/{move.id}/chart.png"),)


def test_no_move_has_no_context(connection: Connection) -> None:
    assert context(connection) == Context()


def test_many_small_steps_told_as_one_are_no_evidence(connection: Connection) -> None:
    small = told(connection, before="9.1", after="9")
    creep = replace(small, before=Decimal(10), reason="confirmed; in 5 steps since 2026-07-01")
    assert context(connection, creep).notes == ()


def test_a_broken_claims_file_of_the_users_takes_nothing_from_an_alert(
    connection: Connection, tmp_path: Path
) -> None:
    broken, gone, own = tmp_path / "broken.toml", tmp_path / "gone.toml", tmp_path / "own.toml"
    broken.write_text("schema = [")
    own.write_text(
        'schema = 1\nsource = { id = "mine", url = "https://me.example", title = "Mine", '
        'published_at = 2026-01-01 }\ndefinitions.D1 = { event = "list_cut" }\n[[predictions]]\nid = "M1"\n'
        'quote = "they will"\nsubject = { provider = "openai" }\ntest_with = ["D1"]\n'
    )
    found = context(connection, told(connection), claims=(broken, gone, own))
    assert [line.partition(" (")[0] for line in found.notes] == [
        "touches P1 of “Deep Impact”",
        "touches M1 of “Mine”",
    ]
    own.write_text(own.read_text().replace("M1", "M22"))
    assert "touches M22" in context(connection, told(connection), claims=(own,)).notes[1]


def article(title: str, days: int, summary: str = "") -> Article:
    url = f"https://openai.example/{title.replace(' ', '-')}"
    return Article(title, url, title, NOW + timedelta(days=days), summary)


@pytest.mark.parametrize(
    ("feed", "found", "wanted"),
    [
        ("openai-news", [article("OpenAI o3 is 80 % cheaper", -1)], "OpenAI o3 is 80 % cheaper"),
        ("openai-news", [article("Hello", 0), article("New pricing", 2)], "New pricing"),
        ("openai-news", [article("Hello", 0, "We cut the price of o3."), article("x", 0)], "Hello"),
        ("openai-news", [article("We hired a new chief", 0)], ""),
        ("openai-news", [article("OpenAI o3 is cheaper", 4)], ""),
        (
            "openai-news",
            [article("GPT-4o 3x faster", 0), article("What o3-pro costs", 0)],
            "What o3-pro costs",
        ),
        ("openai-news", [article("Demo 3", 0), article("o30 and go3", 0)], ""),
        ("press", [article("OpenAI o3 is cheaper", 0)], ""),
    ],
)
def test_an_alert_links_the_providers_own_article_that_announces_it(
    connection: Connection, feed: str, found: list[Article], wanted: str
) -> None:
    kept = keep_in(connection, feed)
    articles.put(connection, feed, found, NOW, kept)
    links = context(connection, told(connection)).links
    names = [name for name, _ in links if name.startswith("announcement")]
    assert names == ([f"announcement: {wanted}"] if wanted else [])


def test_whatever_a_model_is_called_it_has_a_context(connection: Connection) -> None:
    bot = Workload("bot", "openai/o3", {"input_mtok": Decimal(1)})
    for name in (*HOSTILE, "", "%_[*", "/", "o3"):
        found = context(connection, told(connection, name), workloads=(bot,))
        assert all("\n" not in line and len(line) < 500 for line in found.notes)


def test_the_context_of_ten_thousand_moves_asks_no_more_than_that_of_ten(
    connection: Connection, engine: Engine
) -> None:
    asked: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *args: asked.append(args[2]))
    some = [told(connection, f"m{n}") for n in range(10)]
    asked.clear()
    context(connection, *some)
    few = len(asked)
    asked.clear()
    context(connection, *(some * 1000))
    assert len(asked) <= few


def test_an_alerts_picture_is_of_the_model_that_moved_most(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    titles: list[str] = []
    drawn = charts.picture

    def draw(spec: dict[str, Any], most_bytes: int) -> bytes | None:
        titles.extend(spec["title"]["text"])
        return drawn(spec, most_bytes)

    monkeypatch.setattr(charts, "picture", draw)
    with Pages() as pages, writing(engine) as connection:
        one = edges(engine, pages, clock=Clock(NOW))
        sources.register(connection, by_id(source("openai")).values(), NOW)
        both = told(connection, "o3-mini", after="9"), told(connection, "o3")
        message = Message("moved", ("moved",))
        outbox.put(connection, [Alert("r", "team", message, both), Alert("r", "other", message)], None, NOW)
        ids = connection.scalars(select(alerts.c.id).order_by(alerts.c.id)).all()
    pictures = asyncio.run(_pictures(one, ids))
    assert pictures[0] is not None and pictures[0].startswith(b"\x89PNG") and len(pictures[0]) < 200_000
    assert pictures[1] is None and titles == ["OpenAI o3"]


async def _pictures(one: Edges, ids: Any) -> list[bytes | None]:
    found = [await picture_of(one, id) for id in ids]
    await one.fetcher.aclose()
    return found

"""An article comes in at one end; what it says of prices is kept, checked, linked and told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import escape
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import Engine, select
from typer.testing import CliRunner

from scrapers.feed import feed
from scrapers.source import Source
from tests.jobs.acme import Clock, edges
from tests.loopback.pages import Pages
from tracker.adapters.edges import Edges
from tracker.adapters.fetch import Fetcher
from tracker.adapters.store import articles as store_articles
from tracker.adapters.store import bundled, events, linked, mentions, questions
from tracker.adapters.store import sources as states
from tracker.adapters.store.engine import asking, writing
from tracker.adapters.store.tables import articles as articles_table
from tracker.adapters.store.tables_alerts import alerts as alerts_table
from tracker.adapters.store.tables_judged import mentions as mentions_table
from tracker.check import check
from tracker.cli import app
from tracker.domain.settings import Rule

Asked = Callable[..., list[dict[str, Any]]]
WHOLE = Path(__file__).parents[3] / "shared/facts/article.txt"
NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)  # the bundled facts were gathered before
DAY = "Wed, 29 Jan 2025 12:00:00 GMT"
ARTICLE = (
    "<p>DeepSeek-Chat asks $0.07 per 1 million input tokens, and OpenAI $2.50 per 1 million input tokens and"
    " $10 per 1 million output tokens for GPT-4o.</p><p>Anthropic said nothing. ChatGPT Pro is $200 a month,"
    " and Foo-7B costs $1 per million input tokens.</p>"
)


@pytest.fixture
def pages() -> Iterator[Pages]:
    with Pages() as server:
        yield server


@pytest.fixture
def one(engine: Engine, pages: Pages) -> Edges:
    """A tracker that knows the bundled history, and has one feed."""
    with writing(engine) as connection:
        bundled.load(connection, NOW)
    return feed_of(edges(engine, pages, ids=(), clock=Clock(NOW)), pages)


def feed_of(made: Edges, pages: Pages, id: str = "blog", provider: str = "", quiet: bool = False) -> Edges:
    source = Source(pages.url(f"/{id}"), feed(), id=id, kind="feeds", provider=provider, quiet=quiet)
    return replace(made, sources={**made.sources, id: source})


def put(pages: Pages, *entries: tuple[str, str], day: str = DAY, id: str = "blog") -> None:
    items = "".join(
        f"<item><title>{title}</title><guid>{title}</guid><link>https://blog.example/{title}</link>"
        f"<pubDate>{day}</pubDate><description>{escape(body)}</description></item>"
        for title, body in entries
    )
    pages.put(f"/{id}", f'<rss version="2.0"><channel><title>t</title>{items}</channel></rss>', "text/xml")


def run(made: Edges, id: str = "blog") -> None:
    made = replace(made, fetcher=Fetcher(made.settings.look, now=made.clock.now))

    async def job() -> None:
        try:
            await made.write(states.register, made.sources.values(), made.clock.now())
            assert [looked.outcome for looked in await check(made, (id,))] == ["well"]
        finally:
            await made.fetcher.aclose()

    asyncio.run(job())


def told(engine: Engine) -> list[dict[str, Any]]:
    with asking(engine) as connection:
        return [json.loads(text) for (text,) in connection.execute(select(alerts_table.c.message))]


def kept(engine: Engine, known_at: datetime = NOW + timedelta(days=1)) -> list[str]:
    """The quotes of the prices that stand, in their order."""
    with asking(engine) as connection:
        ids = {row["id"]: NOW for row in store_articles.rows(connection)}
        said = mentions.of_articles(connection, ids, known_at)
    return [c.mention.quote for id in sorted(said) for c in said[id] if c.mention.price is not None]


@pytest.fixture
def asked(store_url: str) -> Asked:
    """What `tracker articles --json` prints."""
    env = {"TRACKER_DATABASE_URL": store_url, "TRACKER_CONFIG": None, "TRACKER_BUNDLED_HISTORY": "false"}

    def ask(*options: str) -> list[dict[str, Any]]:
        done = CliRunner().invoke(app, ["articles", "--json", *options], env=env)
        structlog.reset_defaults()
        assert done.exit_code == 0, done.output
        found: list[dict[str, Any]] = json.loads(done.stdout)
        return found

    return ask


def test_what_an_article_says_is_checked_against_the_record_of_its_day(
    engine: Engine, pages: Pages, one: Edges, asked: Asked
) -> None:
    put(pages, ("Impact", ARTICLE))
    run(one)
    (article,) = asked()
    assert article["providers"] == ["anthropic", "deepseek", "openai"]
    said = [
        (m["model"], m["component"], m["price"], m["recorded"], m["verdict"]) for m in article["mentions"]
    ]
    assert said == [
        ("deepseek-chat", "input", "0.07", "0.14", "incorrect"),
        ("gpt-4o", "input", "2.5", "2.5", "correct"),
        ("gpt-4o", "output", "10", "10", "correct"),
        ("chatgpt pro", "plan_month", "200", "200", "correct"),
        ("", "input", "1", None, "unknown"),
    ]
    assert article["mentions"][0]["matches_instead"] == ["cache_read scheduled"]
    assert article["mentions"][0]["quote"] == "$0.07 per 1 million input tokens"


@pytest.mark.skipif(not WHOLE.exists(), reason="the article's text lies beside the project, not in it")
def test_the_article_itself_is_answered_as_by_hand(
    engine: Engine, pages: Pages, one: Edges, asked: Asked
) -> None:
    put(pages, ("Impact", escape(WHOLE.read_text())))
    run(one)
    said = [
        (m["model"], m["component"], m["price"], m["recorded"], m["verdict"]) for m in asked()[0]["mentions"]
    ]
    assert said == [
        ("deepseek-chat", "input", "0.07", "0.14", "incorrect"),  # A1
        ("deepseek-chat", "output", "1.1", "0.28", "incorrect"),  # A2
        ("gpt-4o", "input", "2.5", "2.5", "correct"),  # A3
        ("gpt-4o", "output", "10", "10", "correct"),
        ("deepseek-reasoner", "input", "0.55", "0.55", "correct"),  # A4
        ("deepseek-reasoner", "output", "2.19", "2.19", "correct"),
        ("o1", "input", "15", "15", "correct"),  # A5
        ("o1", "output", "60", "60", "correct"),
        ("chatgpt pro", "plan_month", "200", "200", "correct"),  # A10
        ("chatgpt pro", "plan_month", "200", "200", "correct"),
    ]


def test_a_new_article_tells_what_it_says_of_tracked_prices_and_the_first_look_tells_nothing(
    engine: Engine, pages: Pages, one: Edges
) -> None:
    put(pages, ("Before", ARTICLE))
    run(one)
    assert told(engine) == []
    put(pages, ("Impact", ARTICLE), ("Before", ARTICLE))
    run(one)
    (message,) = told(engine)
    assert message["subject"] == "New article in blog: Impact, published 2025-01-29 12:00 UTC"
    assert message["lines"][1:] == [
        "mentions deepseek-chat input $0.07: recorded was $0.14; $0.07 is its cached input from 2025-02-08",
        "mentions OpenAI gpt-4o input $2.50: as recorded",
        "mentions OpenAI gpt-4o output $10: as recorded",
        "mentions OpenAI ChatGPT Pro $200: as recorded",
    ]


def test_an_article_without_a_tracked_price_is_told_as_ever(engine: Engine, pages: Pages, one: Edges) -> None:
    put(pages, ("Before", "x"))
    run(one)
    put(pages, ("Funding", "<p>OpenAI raised $6 million; Foo-7B is $1 per million input tokens.</p>"))
    run(one)
    (message,) = told(engine)
    assert message["lines"] == ["New article in blog: Funding, published 2025-01-29 12:00 UTC"]


def test_a_quiet_feed_stays_quiet_without_a_rule_whatever_it_mentions(
    engine: Engine, pages: Pages, one: Edges
) -> None:
    quiet = feed_of(one, pages, "news", provider="openai", quiet=True)
    put(pages, ("Before", "x"), id="news")
    run(quiet, "news")
    put(pages, ("Impact", ARTICLE), id="news")
    run(quiet, "news")
    assert told(engine) == []
    rules = (Rule("news", event=("article",)),)
    put(pages, ("Second", ARTICLE), id="news")
    run(replace(quiet, settings=replace(quiet.settings, rules=rules)), "news")
    (message,) = told(engine)
    assert any("gpt-4o input $2.50: as recorded" in line for line in message["lines"])


def test_hostile_words_of_an_article_reach_nobody(engine: Engine, pages: Pages, one: Edges) -> None:
    put(pages, ("Before", "x"))
    run(one)
    body = (
        "<p>\u202eGPT-4o\u202c <script>alert(1)</script>costs\u0007 $2.50 per million input tokens "
        + "w" * 10_000
    )
    put(pages, ("Hostile", body + "</p>"))
    run(one)
    (message,) = told(engine)
    assert message["lines"][1:] == ["mentions OpenAI gpt-4o input $2.50: as recorded"]
    assert all(line.isprintable() and len(line) < 300 for line in message["lines"])
    assert kept(engine) == ["$2.50 per million input tokens"]


def test_an_edited_article_gets_its_mentions_anew_and_what_it_said_before_is_known(
    engine: Engine, pages: Pages, one: Edges
) -> None:
    clock = one.clock
    assert isinstance(clock, Clock)
    put(pages, ("Impact", "<p>GPT-4o is $5 per million input tokens.</p>"))
    run(one)
    clock.later(days=1)
    put(pages, ("Impact", "<p>GPT-4o is $2.50 per million input tokens, not more.</p>"))
    run(one)
    assert kept(engine) == ["$2.50 per million input tokens"]
    assert kept(engine, NOW + timedelta(hours=1)) == ["$5 per million input tokens"]
    assert told(engine) == []
    with asking(engine) as connection:
        places = connection.scalars(select(mentions_table.c.place).order_by(mentions_table.c.place)).all()
        assert list(places) == list(range(len(places)))  # numbered on, none twice
        assert connection.scalar(select(articles_table.c.updated_at)) == NOW + timedelta(days=1)
    clock.later(days=1)
    put(pages, ("Impact", "<p>GPT-4o is $2.50 per million input tokens, no more than that.</p>"))
    run(one)
    with asking(engine) as connection:
        assert len(connection.scalars(select(mentions_table.c.id)).all()) == len(places)


def test_a_text_that_a_feed_no_longer_carries_is_kept(engine: Engine, pages: Pages, one: Edges) -> None:
    put(pages, ("Impact", ARTICLE))
    run(one)
    before = kept(engine)
    put(pages, ("Impact", ""))
    run(one)
    assert kept(engine) == before != []
    with asking(engine) as connection:
        assert connection.scalar(select(articles_table.c.updated_at)) is None


def test_an_article_kept_before_texts_were_gets_what_it_says_and_is_no_edit(
    engine: Engine, pages: Pages, one: Edges
) -> None:
    put(pages, ("Impact", ""))
    run(one)
    put(pages, ("Impact", ARTICLE))
    run(one)
    assert len(kept(engine)) == 5
    assert told(engine) == []
    with asking(engine) as connection:
        assert connection.scalar(select(articles_table.c.updated_at)) is None


def test_an_article_is_linked_to_the_moves_of_the_same_days_of_providers_that_it_names(
    engine: Engine, pages: Pages, one: Edges, asked: Asked
) -> None:
    with asking(engine) as connection:
        o3 = [
            m
            for m in questions.find_moves(connection, questions.Filters(documented=True))
            if m.series.model == "o3"
        ]
    cut = next(m for m in o3 if m.event == "list_cut")
    day = (cut.at + timedelta(days=2)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    late = (cut.at + timedelta(days=4)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    put(pages, ("Names", "<p>OpenAI did it.</p>"), ("Other", "<p>Anthropic did not.</p>"), day=day)
    run(one)
    two = feed_of(one, pages, "late")
    put(pages, ("Late", "<p>OpenAI did it.</p>"), day=late, id="late")
    run(two, "late")
    found = {a["title"]: a for a in asked()}
    assert cut.id in found["Names"]["moves"]
    assert found["Other"]["moves"] == found["Other"]["events"] == []
    assert cut.id not in found["Late"]["moves"]
    with asking(engine) as connection:
        told = events.find(connection, None, ids=found["Names"]["events"])
    (event,) = [e for e in told if any(row.series.model == "o3" for row in e.rows)]
    assert event.day == cut.at.date()
    assert event.id not in found["Late"]["events"]


def test_the_announcements_of_a_move_are_in_the_providers_own_feeds_of_the_same_days(
    engine: Engine, pages: Pages, one: Edges
) -> None:
    two = feed_of(one, pages, "news", provider="openai", quiet=True)
    put(pages, ("Announced", "<p>A model costs less.</p>"), id="news")
    put(pages, ("Told", "<p>OpenAI did it.</p>"))
    run(two)
    run(two, "news")
    at = datetime(2025, 1, 31, tzinfo=UTC)
    with asking(engine) as connection:
        titles = {row["id"]: row["title"] for row in store_articles.rows(connection)}
        assert [titles[id] for id in linked.announcements(connection, "openai", at)] == ["Announced"]
        assert linked.announcements(connection, "openai", at + timedelta(days=3)) == []


def test_articles_are_asked_for_by_day_and_provider_and_their_prices_a_row_each(
    engine: Engine, pages: Pages, one: Edges, asked: Asked
) -> None:
    put(pages, ("Impact", ARTICLE), ("Other", "<p>Mistral is silent.</p>"))
    run(one)
    assert [a["title"] for a in asked("--provider", "mistral")] == ["Other"]
    assert [a["title"] for a in asked("--provider", "OpenAI")] == ["Impact"]
    assert asked("--since", "2025-01-30") == asked("--until", "2025-01-28") == []
    assert len(asked("--since", "2025-01-29", "--until", "2025-01-29")) == 2
    checked = asked("--check", "--provider", "openai")
    assert [row["verdict"] for row in checked] == ["incorrect", "correct", "correct", "correct", "unknown"]
    assert {Decimal(row["price"]) for row in checked} == {
        Decimal(p) for p in ("0.07", "2.5", "10", "200", "1")
    }


def test_of_an_endless_feed_only_so_much_is_read(
    engine: Engine, pages: Pages, one: Edges, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mentions, "MOST_READ", 2 * len(ARTICLE))
    put(pages, ("One", ARTICLE), ("Two", ARTICLE), ("Three", ARTICLE))
    run(one)
    assert len(kept(engine)) == 2 * 5

"""Looking through prices and moves by plain forms, and from any number to what it was read from."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import Engine

from scrapers.page import Article
from scrapers.source import Source
from tests.web import stock, week
from tests.web.asking import ON_SQLITE, app_over, ask, get, words_of
from tests.web.stock import (
    HOUR,
    NOW,
    add_alert,
    add_moves,
    add_sources,
    by_id,
    keep_page,
    move,
    set_health,
    source,
)
from tracker.adapters.store import bundled, mentions
from tracker.adapters.store.engine import writing
from tracker.adapters.store.tables_alerts import alert_moves, deliveries
from tracker.domain.facts import GATHERED
from tracker.domain.model import Status
from tracker.web import pages_moves, pages_now, pages_prices

DONE: Any = {"status": Status.confirmed, "reason": "confirmed by a second look"}
PAGE = b"<table><tr><th>Model<th>Input<th>Output</tr><tr><td>o3<td>$2.00<td>$8.00</table>"


FAR = "/moves?before=9999-12-31T23:00:00-05:00~1"


def names(html: str) -> list[str]:
    return [node.text() for node in LexborHTMLParser(html).css("table.moves tbody .who")]


def amounts(html: str) -> list[str]:
    return [node.text().strip() for node in LexborHTMLParser(html).css("table.prices td.price")]


def o3(engine: Engine) -> dict[str, Source]:
    """A store in which o3 fell, and the page that says so is kept."""
    sources = by_id(source("openai"), source("groq", "hosts"))
    add_sources(engine, sources)
    page = keep_page(engine, "openai", PAGE)
    told = move("openai", "o3", "10", "2", seen=48 * HOUR, not_before=49 * HOUR, **DONE)
    add_moves(engine, [replace(told, label="o3 | Input | $2.00")], page)
    return sources


def test_prices_are_narrowed_by_provider_model_meter_and_kind(engine: Engine) -> None:
    app = app_over(engine, week.a_busy_week(engine))
    asked = ("provider=OpenAI", "model=o*3", "meter=output_mtok", "kind=plans", "source=groq", "kind=nothing")
    found = [names(answer.text) for answer in ask(app, *(f"/prices?{query}" for query in asked))]
    assert found[0] == found[1] == ["OpenAI o3"] and found[2] == ["OpenAI o3"]
    assert found[3] == ["GitHub Copilot Business"]
    assert set(found[4]) == {"Groq Kimi K2", "Groq Qwen3 32B"} and len(found[5]) > 6
    said = words_of(get(app, "/prices?model=nope").text)
    assert "No prices" in said and "No price is like that." in said


def test_prices_are_those_of_the_day_as_they_were_known_on_another(engine: Engine) -> None:
    app = app_over(engine, o3(engine))
    before, later = f"{NOW - 72 * HOUR:%Y-%m-%d}", f"{NOW:%Y-%m-%d}"
    asked = ("", f"?at={before}", f"?at={later}&known_at={before}", "?at=2001-01-01", "?at=90d&known_at=90d")
    found = [amounts(answer.text) for answer in ask(app, *(f"/prices{query}" for query in asked))]
    assert found == [["$2"], ["$10"], ["$10"], [], []]
    assert f"Prices as of {before}" in words_of(get(app, f"/prices?at={before}").text)


@ON_SQLITE
def test_prices_are_sorted_and_paged_by_links(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    app = app_over(engine, week.a_busy_week(engine))
    cheapest, dearest = (amounts(get(app, f"/prices?sort={way}").text) for way in ("price", "dearest"))
    assert cheapest[0] == "$0.0031" and dearest[:2] == ["$21", "$8"]
    heads = LexborHTMLParser(get(app, "/prices?sort=price&kind=hosts").text).css("thead a")
    links = {a.text().split()[0]: a.attributes["href"] for a in heads}
    assert links["Price"] == "/prices?kind=hosts&sort=dearest"
    monkeypatch.setattr(pages_prices, "ROWS", 5)
    path, seen = "/prices", []
    while path:
        tree = LexborHTMLParser(get(app, path).text)
        seen += [node.text().strip() for node in tree.css("table.prices td.price")]
        after = tree.css_first("a[rel=next]")
        path = (after.attributes["href"] or "") if after else ""
    assert sorted(seen) == sorted(cheapest) and len(seen) == 12


@ON_SQLITE
def test_what_is_no_day_is_said_and_odd_questions_are_answered(engine: Engine) -> None:
    app = app_over(engine, week.a_busy_week(engine))
    for path in ("/prices?at=tomorrow", "/moves?since=x%00", "/prices?known_at=2026-13-01"):
        answer = get(app, path, accept="text/html")
        assert answer.status_code == 400 and "2026-08-21" in words_of(answer.text)
        assert "tomorrow" not in answer.text
    odd = (
        "page=-1",
        "page=1e9",
        "page=999999",
        "sort=x",
        "model=%00%FF",
        "model=%5B",
        "at=0001-01-01",
        "at=now",
    )
    odd += ("at=9999-12-31", "at=99999d", "provider=%25", "known_at=1&page=", "meter=" + "x" * 3000)
    for answer in ask(app, *(f"{path}?{query}" for path in ("/prices", "/moves") for query in odd)):
        assert answer.status_code in (200, 400), answer.url
    for path in (
        "/moves?before=x",
        "/moves?before=2026-99-99T00:00:00Z~1",
        "/moves?before=2026-01-01~1",
        FAR,
    ):
        assert get(app, path).status_code == 200
    missing = ("/moves/0", "/moves/x", "/moves/9999999999", "/sources/none", "/snapshots/77/shown")
    assert {answer.status_code for answer in ask(app, *missing)} == {404}


def test_every_price_and_every_move_leads_to_the_words_that_it_was_read_from(engine: Engine) -> None:
    app = app_over(engine, o3(engine))
    for path, cell in (("/prices", "td.price a"), ("/moves", "td.evidence a")):
        link = LexborHTMLParser(get(app, path).text).css_first(cell)
        shown = LexborHTMLParser(get(app, link.attributes["href"] or "").text)
        assert [mark.text() for mark in shown.css("pre.kept mark")] == ["o3", "$2.00"]
        raw = next(a for a in shown.css("dl.facts a") if a.attributes["href"] == "/snapshots/1")
        assert get(app, raw.attributes["href"] or "").content == PAGE


def test_a_move_has_its_two_clocks_how_it_was_confirmed_its_words_chart_and_alerts(engine: Engine) -> None:
    app = app_over(engine, o3(engine))
    assert "Nobody was told of this move. tracker alerts explain 1 says why." in words_of(
        get(app, "/moves/1").text
    )
    add_alert(engine, "OpenAI o3 fell", "team")
    with writing(engine) as connection:
        connection.execute(alert_moves.insert().values(alert=1, move=1, reason=""))
    html = get(app, "/moves/1").text
    said = words_of(html)
    assert "OpenAI o3 input per 1M tokens $10 → to $2 ▼ cut, −80 %" in said
    assert "Stands confirmed by a second look since 2026-09-13 14:07 UTC" in said
    assert "the last look that saw the old price: 2026-09-13 13:05 UTC" in said
    assert "First seen 2026-09-13 14:05 UTC" in said and "“o3 | Input | $2.00”" in said
    assert "OpenAI o3 fell by the rule default, made 1 h ago team waiting not yet" in said
    picture = LexborHTMLParser(html).css_first("picture img")
    assert get(app, picture.attributes["src"] or "").headers["content-type"] == "image/svg+xml"
    listed = LexborHTMLParser(get(app, "/moves").text)
    assert "/moves/1" in [a.attributes["href"] for a in listed.css("td.price a")]


@ON_SQLITE
def test_a_held_move_shows_the_commands_that_rule_on_it(engine: Engine) -> None:
    app = app_over(engine, week.a_busy_week(engine))
    said = words_of(get(app, "/").text)
    tree = LexborHTMLParser(get(app, "/moves?status=held").text)
    (link,) = [a.attributes["href"] or "" for a in tree.css("td.price a")]
    id = link.rpartition("/")[2]
    assert f'tracker moves confirm {id} --why "…" or withdraw' in said
    assert f'tracker moves withdraw {id} --why "…"' in words_of(get(app, link).text)


@ON_SQLITE
def test_a_source_has_its_health_its_looks_its_pages_and_what_was_read(engine: Engine) -> None:
    app = app_over(engine, week.a_busy_week(engine))
    html = get(app, "/sources/mistral").text
    assert "State blind since 2026-09-14 12:05 UTC" in words_of(html)
    assert "no_table none of the 2 tables" in words_of(html) and "No price of it is in force." in words_of(
        html
    )
    openai = words_of(get(app, "/sources/openai").text)
    assert "snapshot 1" in openai and "OpenAI o3" in openai and "Prices in force 3" in openai


@ON_SQLITE
def test_no_list_of_moves_ends_within_a_model(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = by_id(source("openai"))
    add_sources(engine, sources)
    page = keep_page(engine, "openai", b"x")
    meters = ("input_mtok", "output_mtok", "cache_read_mtok")
    moved = [
        move("openai", f"m{n}", "2", "1", meter=meter, seen=n * HOUR, **DONE)
        for n in range(1, 4)
        for meter in meters
    ]
    add_moves(engine, moved, page)
    monkeypatch.setattr(pages_now, "LATEST", 5)
    monkeypatch.setattr(pages_moves, "ROWS", 5)
    app = app_over(engine, sources)
    assert names(get(app, "/").text) == ["OpenAI m1"]
    path, seen = "/moves", []
    while path:
        tree = LexborHTMLParser(get(app, path).text)
        seen += [
            (node.text(), len(node.parent.css("td.meter"))) for node in tree.css("table.moves tbody .who")
        ]  # type: ignore[union-attr]
        after = tree.css_first("a[rel=next]")
        path = (after.attributes["href"] or "") if after else ""
    assert [name for name, _ in seen] == ["OpenAI m1", "OpenAI m2", "OpenAI m3"]


@ON_SQLITE
def test_alerts_that_wait_for_their_hour_are_told_apart_from_those_in_trouble(engine: Engine) -> None:
    add_alert(engine, "late one", "mail", attempts=2, error="mail does not answer")
    for hold in ("digest", "quiet"):
        add_alert(engine, f"held for {hold}", "team")
        with writing(engine) as connection:
            fresh = deliveries.c.attempts == 0, deliveries.c.held_for == ""
            connection.execute(deliveries.update().where(*fresh).values(held_for=hold))
    tree = LexborHTMLParser(get(app_over(engine), "/").text)
    said = words_of(tree.html or "")
    assert [who.text() for who in tree.css("table.alerts .who")] == ["late one"]
    assert "Alerts not sent 1 · 2 held for later" in said
    assert "1 alert for team until the next digest, 2026-09-15 14:09 UTC" in said
    assert "1 alert for team until the quiet hours end" in said


@ON_SQLITE
def test_an_article_shows_what_it_says_of_prices_beside_the_record(engine: Engine) -> None:
    sources = o3(engine) | by_id(source("blog", "feeds"))
    add_sources(engine, by_id(source("blog", "feeds")))
    text = "OpenAI o3 costs $2.00 per million input tokens. OpenAI o3 costs $7 per million input tokens."
    told = Article("g", "https://blog.example/1", "Cheaper", NOW - timedelta(hours=5), text=text)
    stock.add_articles(engine, "blog", [told])
    with writing(engine) as connection:
        mentions.put(connection, {1: told}, NOW - HOUR)
    html = get(app_over(engine, sources), "/articles").text
    said = words_of(html)
    assert "OpenAI o3 input $2: as recorded" in said and "recorded was $2" in said
    assert "/moves/1" in [a.attributes["href"] for a in LexborHTMLParser(html).css("td.channel a")]


@ON_SQLITE
def test_with_the_bundled_history_alone_the_page_leads_to_the_day_until_which_it_tells(
    engine: Engine,
) -> None:
    add_sources(engine, by_id(source("openai")))
    with writing(engine) as connection:
        bundled.load(connection, GATHERED)
    app = app_over(engine, by_id(source("openai")), now=GATHERED + timedelta(days=2))
    page = get(app, "/prices")
    assert "No page has been read yet" in words_of(page.text)
    told = f"/prices?at={GATHERED.date()}"
    assert f'href="{told}"' in page.text
    assert "gpt-4o" in get(app, f"{told}&provider=openai").text
    set_health(engine, "openai", "well")
    assert "No page has been read yet" not in words_of(get(app, "/prices").text)

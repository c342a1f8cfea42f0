"""What the pages show of a real store."""

from __future__ import annotations

from datetime import timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import Engine

from tests.web import week
from tests.web.asking import ON_SQLITE, PAGES, app_over, ask, get, words_of
from tests.web.stock import HOUR, NOW, add_moves, add_sources, by_id, keep_page, move, set_health, source
from tracker.adapters.store import silences
from tracker.adapters.store.engine import writing
from tracker.adapters.store.questions import source_rows
from tracker.domain.model import State, Status
from tracker.domain.moves import CLAIMED
from tracker.web import pages_moves, pages_now
from tracker.web.watched import watched


def test_the_first_page_tells_how_the_sources_are_what_moved_and_what_waits(engine: Engine) -> None:
    sources = week.a_busy_week(engine)
    answer = get(app_over(engine, sources), "/")
    said = words_of(answer.text)
    assert answer.status_code == 200
    assert "11 of 15 sources are well. 1 blind, 1 failing, 1 stale, 1 not looked at yet." in said
    assert "Last move, 2 h ago : OpenAI o3: input $10 → $2, output $40 → $8" in said
    assert "$0.0028 → to $0.0031 ▲ rise, +11 %" in said
    assert "batch, context >200K" in said and "2026-09-10" in said
    assert "held 10000.0 times" in said and "provisional waits for a second look" in said
    assert "team refused the message: 404" in said and "tracker alerts retry" in said
    assert "Mistral providers/mistral blind since 2026-09-14 12:05" in said
    assert "Kimi K2" not in said  # withdrawn: only the page of moves has it
    assert "withdrawn went back before it was confirmed" in words_of(
        get(app_over(engine, sources), "/moves").text
    )


@ON_SQLITE
def test_what_only_catalogues_claim_is_counted_apart_from_what_waits_for_a_person(engine: Engine) -> None:
    sources = by_id(source("openai"), source("litellm", "catalogs"))
    add_sources(engine, sources)
    page = keep_page(engine, "openai", b"a page")
    claims = [move("litellm", f"m{n}", "3", "2", status=Status.held, reason=CLAIMED) for n in range(3)]
    add_moves(
        engine, [move("openai", "o3", "10", "0.2", status=Status.held, reason="50 times"), *claims], page
    )
    said = words_of(get(app_over(engine, sources), "/").text)
    assert "Not confirmed yet 1 " in said and "held 50 times" in said
    assert "catalogues claim 3 moves of others that no other source has confirmed" in said
    assert "m1" not in said and "m1" in words_of(get(app_over(engine, sources), "/moves").text)


@ON_SQLITE
def test_the_silences_that_hold_stand_on_the_first_page_with_what_and_why(engine: Engine) -> None:
    assert "Silenced" not in words_of(get(app_over(engine), "/").text)
    with writing(engine) as connection:
        for n in range(52):
            silences.put(connection, provider="mistral", until=NOW + HOUR, now=NOW - (52 - n) * HOUR)
        launch = silences.put(
            connection,
            provider="openai",
            model="gpt-4*",
            until=NOW + 50 * HOUR,
            why="launch week",
            now=NOW - HOUR,
        )
        by_rule = silences.put(connection, rule="cuts", until=NOW + HOUR, now=NOW - HOUR)
        over = silences.put(connection, provider="deepseek", until=NOW - HOUR, now=NOW - 2 * HOUR)
        ended = silences.put(connection, provider="cohere", until=NOW + HOUR, now=NOW - HOUR)
        silences.end(connection, ended, NOW - HOUR / 2)
    said = words_of(get(app_over(engine), "/").text)
    assert f"openai gpt-4* until 2026-09-17 16:05 UTC , in 2 days · silence {launch} · launch week" in said
    assert f"by the rule cuts until 2026-09-15 15:05 UTC , in 1 h · silence {by_rule}" in said
    assert "tracker alerts silence end ID" in said and "And 4 more." in said
    assert f"silence {over}" not in said and f"silence {ended}" not in said


@ON_SQLITE
def test_moves_that_were_seen_together_are_one_group_in_the_order_of_their_meters(engine: Engine) -> None:
    tree = LexborHTMLParser(get(app_over(engine, week.a_busy_week(engine)), "/").text)
    group = tree.css_first("table.moves tbody")
    assert [cell.text() for cell in group.css("td.meter")] == [
        "input per 1M tokens",
        "output per 1M tokens",
        "cached input per 1M tokens",
    ]
    assert [th.attributes["rowspan"] for th in group.css("th")] == ["3"]
    links = {a.text().split()[0]: a.attributes for a in group.css("td.evidence a")}
    assert links["snapshot"]["href"] == "/snapshots/1/shown?move=7"
    assert links["page"] == {"href": "https://openai.example/pricing", "rel": "noreferrer noopener"}


@ON_SQLITE
def test_every_time_can_be_read_by_a_machine(engine: Engine) -> None:
    for answer in ask(app_over(engine, week.a_busy_week(engine)), *PAGES):
        times = LexborHTMLParser(answer.text).css("time")
        assert times
        for node in times:
            moment = node.attributes["datetime"] or ""
            assert moment.endswith("Z") or len(moment) == len("2026-09-10"), moment


@ON_SQLITE
def test_before_the_first_look_the_page_says_so(engine: Engine) -> None:
    sources = by_id(source("openai"), source("groq", "hosts"))
    add_sources(engine, sources)
    said = words_of(get(app_over(engine, sources), "/").text)
    assert "Nothing has been looked at yet." in said
    assert "No move has been confirmed yet." in said and "Nothing waits to be sent." in said
    assert "OpenAI providers/openai not looked at yet" in said
    assert "No move has been seen yet." in words_of(get(app_over(engine, sources), "/moves").text)
    assert "No article has been read yet." in words_of(get(app_over(engine), "/articles").text)
    assert "No source is enabled." in words_of(get(app_over(engine), "/").text)


@ON_SQLITE
def test_without_a_network_the_page_says_that_no_source_can_be_reached(engine: Engine) -> None:
    sources = by_id(source("openai"), source("groq", "hosts"))
    add_sources(engine, sources)
    for id in sources:
        set_health(engine, id, "failing", well=None, outcome="unreachable", words=f"{id}.example: no route")
    said = words_of(get(app_over(engine, sources), "/").text)
    assert "No source can be reached." in said and "this machine may be offline" in said
    assert "unreachable openai.example: no route" in said


@ON_SQLITE
def test_the_trouble_of_the_process_is_on_the_first_page(engine: Engine) -> None:
    said = words_of(get(app_over(engine, trouble=lambda: "disk full: make room"), "/").text)
    assert "The tracker is in trouble. disk full: make room" in said


def test_what_was_well_and_is_no_longer_looked_at_is_stale(engine: Engine) -> None:
    sources = by_id(source("openai"))
    add_sources(engine, sources)
    set_health(engine, "openai", "well", looked=3 * HOUR, well=3 * HOUR)
    with engine.connect() as connection:
        rows = source_rows(connection)
    states = [watched(rows, sources, NOW + late)[0].state for late in (timedelta(0), timedelta(minutes=6))]
    assert states == [State.well, State.stale]


def test_only_the_latest_moves_are_shown_and_the_rest_is_counted(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages_now, "LATEST", 2)
    monkeypatch.setattr(pages_moves, "ROWS", 3)
    sources = by_id(source("openai"))
    add_sources(engine, sources)
    page = keep_page(engine, "openai", b"x")
    add_moves(
        engine,
        [move("openai", f"m{n}", "2", "1", seen=n * HOUR, status=Status.confirmed) for n in range(1, 6)],
        page,
    )
    first, moves = ask(app_over(engine, sources), "/", "/moves")
    names = [th.text() for th in LexborHTMLParser(first.text).css("table.moves tbody .who")]
    assert names == ["OpenAI m1", "OpenAI m2"]
    assert "The latest 3 of 5, the newest first." in words_of(moves.text)

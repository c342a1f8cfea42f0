"""The pages of events, and what the first page says of the last ninety days."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import Engine

from scrapers.page import Terms
from tests import right_answers
from tests.web import week
from tests.web.asking import HOSTILE, ON_SQLITE, app_over, ask, get, words_of
from tests.web.stock import NOW, add_sources, by_id, source
from tracker.adapters.store import bundled, events
from tracker.adapters.store.engine import writing
from tracker.adapters.store.moves import retract, steps_of
from tracker.domain.events import Event, EventRow, Kind, of_moves
from tracker.domain.model import Series, Status
from tracker.web import in_a_sentence
from tracker.web.app import make_app
from tracker.web.in_a_sentence import Level, Moved

TODAY = NOW.date()
LATER = datetime(2026, 11, 25, 12, tzinfo=UTC)  # the bundled history was gathered two days before
FILTERS = (
    "",
    "provider=Mistral",
    "event=list_cut&status=confirmed",
    "model=gpt-4*",
    "model=anthropic/claude-2",
    "since=2026-08-27&until=2026-10-20",
    "status=withdrawn",
    "status=provisional",
    "source=facts&provider=google",
    "source=nobody",
)


def happened(
    kind: Kind,
    provider: str,
    model: str,
    before: str,
    after: str,
    *,
    ago: int = 10,
    status: Status = Status.confirmed,
) -> Event:
    day = TODAY - timedelta(days=ago)
    series = Series(provider, model, "input_mtok", Terms(), "USD")
    row = EventRow(series, Decimal(before), Decimal(after), model, source=provider)
    name = f"{day}:{provider}:{model}:{kind}"
    return Event(kind, provider, day, day, day, name, (row,), provider, NOW, status)


def record(engine: Engine, *found: Event) -> None:
    add_sources(engine, by_id(*map(source, {e.provider for e in found})))
    with writing(engine) as connection:
        events.put(connection, found, reviewed=True)


def lately(engine: Engine) -> str:
    """What the first page says of the last ninety days."""
    page = LexborHTMLParser(get(app_over(engine), "/").text)
    section = page.css_first("section.lately")
    assert section is not None
    return " ".join(section.text(separator=" ").split())


# --- the first page ---


@ON_SQLITE
def test_who_cut_lately_and_what_the_index_did_stands_on_the_first_page(
    engine: Engine,
) -> None:
    with writing(engine) as connection:
        bundled.load(connection, LATER)
    app = make_app(engine, dict, now=lambda: LATER, trouble=str)
    page = LexborHTMLParser(get(app, "/").text)
    section = page.css_first("section.lately")
    said = " ".join(section.text(separator=" ").split())
    known = {(day, provider) for day, provider, *_ in right_answers.cuts()}
    assert (
        {row.text() for row in section.css("a.who")}
        == {"Mistral", "Anthropic"}
        == {p.title() for _, p in known}
    )
    assert {row.text() for row in section.css("time")} == {day for day, _ in known}
    assert "2 providers cut" in said and "input $1.36 → $0.70 −49 %" in said
    series = get(app, "/api/v1/indexes?kind=jevons&base=2026-08-27").json()["series"]
    [every] = [s for s in series if (s["provider"], s["variant"]) == ("all", "cleaned")]
    by = every["points"][-1]["value"] - 100
    assert by < 0 and f"the same models of all makers cost {abs(by):.1f} % less than 90 days ago" in said
    for link in section.css("a"):
        assert get(app, str(link.attributes["href"])).status_code == 200


@ON_SQLITE
@pytest.mark.parametrize(
    "event",
    [
        happened(Kind.promo, "openai", "o3", "2", "1"),
        happened(Kind.end_of_promo, "openai", "o3", "2", "1"),
        happened(Kind.correction, "openai", "o3", "2", "1"),
        happened(Kind.alias_swap, "openai", "o3", "2", "1"),
        happened(Kind.successor_cheaper, "openai", "o3", "2", "1"),
        happened(Kind.list_cut, "openai", "o3", "2", "1", status=Status.provisional),
        happened(Kind.list_cut, "openai", "o3", "2", "1", status=Status.withdrawn),
        happened(Kind.list_cut, "openai", "o3", "2", "1", ago=91),
    ],
    ids=lambda event: f"{event.kind}-{event.status}",
)
def test_what_is_no_cut_of_these_days_is_not_told_as_one(engine: Engine, event: Event) -> None:
    record(engine, event)
    assert "No cut of a list price or a plan is recorded. Promotions and their ends" in lately(engine)


@ON_SQLITE
def test_the_index_beside_the_cuts_is_the_one_that_is_known_now(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(engine, happened(Kind.list_cut, "openai", "o3", "2", "1"))
    for pct in (-1.0, -2.0):  # in a large store it comes a while after the events
        moved = Moved([Level("the same models", pct, 5)], {"openai": pct})
        monkeypatch.setattr(in_a_sentence, "moved", lambda *asked, moved=moved: moved)
        assert lately(engine).count(f"{-pct:.1f} % less") == 2


@ON_SQLITE
def test_where_prices_only_rose_the_page_says_so(engine: Engine) -> None:
    rises = (Kind.list_rise, "openai", "o3", "2", "3"), (Kind.plan_rise, "xai", "Super", "30", "40")
    record(engine, *(happened(*rise) for rise in rises))
    said = lately(engine)
    assert "No cut of a list price or a plan is recorded; 2 raised one." in said
    assert "OpenAI o3 input $2 → $3 +50 %" in said and "xAI Super" in said


@ON_SQLITE
def test_many_cuts_are_told_short_and_lead_to_all_of_them(engine: Engine) -> None:
    many = [happened(Kind.list_cut, f"host-{n}", "llama", "2", "1", ago=n + 1) for n in range(15)]
    own = [happened(Kind.plan_cut, "openai", f"plan {n}", "20", "10") for n in range(5)]
    record(engine, *many, *own)
    said = lately(engine)
    assert "16 providers cut" in said and "And 4 more providers" in said and "and 2 more" in said


@ON_SQLITE
def test_a_price_that_two_sources_tell_is_told_once(engine: Engine) -> None:
    cut = happened(Kind.list_cut, "openai", "o3", "2", "1")
    twice = Event(**{f: getattr(cut, f) for f in cut.__slots__} | {"rows": cut.rows * 2})
    record(engine, twice)
    assert lately(engine).count("$2 → $1") == 1


@ON_SQLITE
def test_a_cut_that_two_events_tell_each_in_its_own_spelling_is_told_once(engine: Engine) -> None:
    names = ("claude-haiku-4-5", "Claude Haiku 4.5")
    record(engine, *(happened(Kind.list_cut, "anthropic", name, "2", "1") for name in names))
    assert lately(engine).count("$2 → $1") == 1


# --- their pages ---


def ids_on(html: str) -> list[int]:
    found = LexborHTMLParser(html).css("ul.events > li > a.status")
    return [int(str(a.attributes["href"]).rpartition("/")[2]) for a in found]


@pytest.mark.parametrize("asked", FILTERS)
def test_the_page_of_events_is_narrowed_as_the_api_is(engine: Engine, asked: str) -> None:
    with writing(engine) as connection:
        bundled.load(connection, LATER)
        events.rule(connection, [3, 4], Status.withdrawn, "person", "a slip", LATER)
        events.rule(connection, [4], Status.provisional, "person", "perhaps", LATER)
    app = make_app(engine, dict, now=lambda: LATER, trouble=str)
    rows = get(app, f"/api/v1/events?limit=1000&{asked}").json()["items"]
    shown, address = [], f"/events?{asked}"
    while address:
        page = get(app, address)
        shown += ids_on(page.text)
        link = LexborHTMLParser(page.text).css_first("nav.pager a[rel=next]")
        address = str(link.attributes["href"]) if link else ""
    assert shown == [row["id"] for row in rows]
    assert bool(shown) is (asked != "source=nobody")


def test_an_event_leads_to_its_moves_and_their_kept_pages_and_a_move_to_it(engine: Engine) -> None:
    sources = week.a_busy_week(engine)
    with writing(engine) as connection:
        own = [m for m in steps_of(connection, range(1, 20)) if m.series.model == "o3"]
        [id] = events.put(connection, of_moves(own, NOW))
    app = app_over(engine, sources)
    page = get(app, f"/events/{id}")
    links = {str(a.attributes["href"]) for a in LexborHTMLParser(page.text).css("main a")}
    assert len(own) == 3 and {f"/moves/{m.id}" for m in own} <= links
    assert {f"/snapshots/{m.snapshot}/shown?move={m.id}" for m in own} <= links
    assert all(answer.status_code == 200 for answer in ask(app, *links))
    assert "OpenAI: list cut" in words_of(page.text) and "−80 %" in words_of(page.text)
    assert f'href="/events/{id}"' in get(app, f"/moves/{own[0].id}").text
    assert f'href="/events/{id}"' in get(app, "/").text


@ON_SQLITE
def test_a_cut_whose_page_did_not_say_so_is_gone_from_the_first_page(engine: Engine) -> None:
    app = app_over(engine, week.a_busy_week(engine))
    with writing(engine) as connection:
        own = [m for m in steps_of(connection, range(1, 20)) if m.series.model == "o3"]
        events.put(connection, of_moves(own, NOW))
    assert "1 provider cut" in words_of(get(app, "/").text)
    with writing(engine) as connection:
        for m in own:
            retract(connection, m.id, "read again: the page did not say so", NOW)
    assert "No cut of a list price or a plan is recorded" in words_of(get(app, "/").text)


def test_however_many_events_were_withdrawn_the_first_page_has_those_that_stand(engine: Engine) -> None:
    record(engine, happened(Kind.list_cut, "openai", "o3", "2", "1", ago=60))
    slips = [happened(Kind.list_cut, "xai", f"grok-{n}", "2", "1", ago=n + 1) for n in range(40)]
    record(engine, *slips)
    with writing(engine) as connection:
        events.rule(connection, range(2, 42), Status.withdrawn, "person", "a slip", NOW)
    section = LexborHTMLParser(get(app_over(engine), "/").text).css_first("section[aria-labelledby=events]")
    assert section is not None and ids_on(section.html or "") == [1]


@ON_SQLITE
def test_the_feed_of_events_is_narrowed_and_a_ruling_updates_its_entry(engine: Engine) -> None:
    record(
        engine,
        happened(Kind.list_cut, "openai", "o3", "2", "1"),
        happened(Kind.promo, "xai", "grok", "3", "2"),
    )
    app = app_over(engine)
    address = "/feeds/events.atom?event=list_cut"
    before = get(app, address).text
    assert "OpenAI, list cut: o3 input 2 → 1 (-50.0%)" in before and "grok" not in before
    with writing(engine) as connection:
        events.rule(connection, [1], Status.withdrawn, "person", "a slip", NOW + timedelta(hours=2))
    after = get(app, address).text
    assert before.count("<entry>") == after.count("<entry>") == 1 and "/events/1" in after
    assert "<updated>2026-09-15T16:05:30Z" in after and "a slip" in after


@ON_SQLITE
def test_an_event_that_is_not_there_is_404_and_hostile_names_are_inert(engine: Engine) -> None:
    record(engine, *(happened(Kind.list_cut, "openai", name[:200], "2", "1") for name in HOSTILE))
    app = app_over(engine)
    for answer in ask(app, "/events/999", "/events/x", "/events/-1", "/events/9999999999"):
        assert answer.status_code == 404
    for path in ("/", "/events", "/events/1", "/events/2"):
        html = get(app, path).text
        assert not re.search(r"<script(?! )|<img src=x|<svg/|\u202e", html), path
    assert get(app, "/events?since=notaday").status_code == 400
    assert get(app, "/events?before=9~9&event=nothing").status_code == 200


@ON_SQLITE
def test_a_day_that_is_not_known_is_said_as_one(engine: Engine) -> None:
    cut = happened(Kind.list_cut, "openai", "o3", "2", "1")
    loose = Event(**{f: getattr(cut, f) for f in cut.__slots__} | {"lo": date(2026, 8, 1)})
    record(engine, loose)
    assert "between 2026-08-01 and 2026-09-05" in words_of(get(app_over(engine), "/events/1").text)

"""The Atom feeds: valid, filtered, the same ids at every look, inert whatever a page says."""

from __future__ import annotations

import io
from datetime import datetime
from xml.etree import ElementTree

import feedparser
import pytest
from defusedxml.ElementTree import fromstring
from sqlalchemy import Engine

from tests.web import week
from tests.web.asking import HOSTILE, ON_SQLITE, app_over, ask, get
from tests.web.stock import NOW, add_moves, add_sources, by_id, keep_page, move, set_health, source
from tracker.adapters.claims import registered
from tracker.adapters.store import events, moves, verdicts
from tracker.adapters.store.engine import writing
from tracker.adapters.store.moves import steps_of
from tracker.domain.events import of_moves
from tracker.domain.model import Status
from tracker.web import atom

FEEDS = ("/feeds/moves.atom", "/feeds/verdicts.atom", "/feeds/sources.atom", "/feeds/events.atom")
ATOM = "{http://www.w3.org/2005/Atom}"


def assert_valid(body: bytes, base: str = "") -> ElementTree.Element:
    """What RFC 4287 asks of a feed, as far as ours uses it."""
    root: ElementTree.Element = fromstring(body)
    assert root.tag == f"{ATOM}feed"
    entries = root.findall(f"{ATOM}entry")
    for holder in (root, *entries):
        for name in ("id", "title", "updated"):
            (one,) = holder.findall(f"{ATOM}{name}")
            assert one.text and len(one) == 0
        updated = holder.findtext(f"{ATOM}updated")
        assert updated and datetime.fromisoformat(updated).tzinfo
        links = {link.get("rel"): link.get("href", "") for link in holder.findall(f"{ATOM}link")}
        assert links["alternate"].startswith(f"{base}/")
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(ids)) == len(ids) and all(str(id).startswith("tag:") for id in ids)
    assert root.findtext(f"{ATOM}author/{ATOM}name")
    read = feedparser.parse(io.BytesIO(body))
    assert not read.bozo and read.version == "atom10" and len(read.entries) == len(entries)
    return root


def titles(body: bytes) -> list[str]:
    return [str(e.findtext(f"{ATOM}title")) for e in fromstring(body).findall(f"{ATOM}entry")]


def test_each_feed_is_valid_and_is_not_sent_to_who_has_it(engine: Engine) -> None:
    app = app_over(engine, week.a_busy_week(engine))
    with writing(engine) as connection:
        body = {"rollup": {"H90": "open", "H365": "met"}}
        verdicts.put(connection, registered(), "P1", body, as_of=NOW.date(), why="a cut", at=NOW)
        moved = [m for m in steps_of(connection, range(1, 20)) if m.status is Status.confirmed]
        events.put(connection, of_moves(moved, NOW))
    for path in FEEDS:
        answer = get(app, path)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
        assert len(assert_valid(answer.content).findall(f"{ATOM}entry")) > 0, path
        again = get(app, path, **{"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        (head,) = ask(app, path, method="HEAD")
        assert head.headers["etag"] == answer.headers["etag"]


@ON_SQLITE
def test_an_empty_feed_is_valid_too(engine: Engine) -> None:
    for path in FEEDS:
        assert_valid(get(app_over(engine), path).content)


@ON_SQLITE
def test_links_begin_where_people_find_the_dashboard(engine: Engine) -> None:
    app = app_over(engine, week.a_busy_week(engine), base_url=lambda: "https://prices.example/watch/")
    for path in FEEDS:
        assert_valid(get(app, path).content, "https://prices.example/watch")


@ON_SQLITE
def test_feeds_are_narrowed_by_the_parameters_of_the_api(engine: Engine) -> None:
    app = app_over(engine, week.a_busy_week(engine))
    every = titles(get(app, "/feeds/moves.atom").content)
    cuts = titles(get(app, "/feeds/moves.atom?event=list_cut&status=confirmed").content)
    assert 0 < len(cuts) < len(every) and set(cuts) < set(every)
    assert "Anthropic Claude Haiku 4.5: input $1 → $0.80 per 1M tokens (−20 %)" in cuts
    assert len(titles(get(app, "/feeds/moves.atom?limit=2").content)) == 2
    assert titles(get(app, "/feeds/sources.atom?state=blind").content) == ["mistral is blind"]
    for path, words in (
        ("/feeds/moves.atom?colour=red", "allowed are provider"),
        ("/feeds/moves.atom?limit=0", "1 to 1000"),
        ("/feeds/sources.atom?state=ill", "blind"),
        ("/feeds/prices.atom", "moves, verdicts, sources"),
    ):
        answer = get(app, path)
        assert answer.status_code in (400, 404) and words in answer.json()["error"]


@ON_SQLITE
def test_a_move_that_is_settled_is_the_same_entry_updated(engine: Engine) -> None:
    add_sources(engine, by_id(source("openai")))
    add_moves(engine, [move("openai", "o3", "2", "1")], keep_page(engine, "openai", b"x"))
    app = app_over(engine)
    (before,) = assert_valid(get(app, "/feeds/moves.atom").content).findall(f"{ATOM}entry")
    with writing(engine) as connection:
        moves.settle(connection, 1, Status.confirmed, "confirmed by a second look", NOW)
    (after,) = assert_valid(get(app, "/feeds/moves.atom").content).findall(f"{ATOM}entry")
    assert before.findtext(f"{ATOM}id") == after.findtext(f"{ATOM}id")
    assert str(before.findtext(f"{ATOM}updated")) < str(after.findtext(f"{ATOM}updated"))


@ON_SQLITE
@pytest.mark.parametrize("extra", ["\ufffe\uffff\x0b\x1b", "]]>&amp;<!--"])
def test_whatever_a_page_says_the_feeds_stay_well_formed(engine: Engine, extra: str) -> None:
    names = [name + extra for name in HOSTILE]
    add_sources(engine, by_id(source("evil")))
    kept = keep_page(engine, "evil", b"x")
    found = [move("evil", n, "2", "1", provider=n[:100], reason=n, status=Status.held) for n in names]
    add_moves(engine, found, kept)
    set_health(engine, "evil", "blind", outcome="no_table", words=" ".join(names)[:3000])
    app = app_over(engine, by_id(source("evil")))
    for path in FEEDS:
        root = assert_valid(get(app, path).content)
        assert {element.tag.removeprefix(ATOM) for element in root.iter()} <= {
            *("feed", "id", "title", "updated", "author", "name", "link"),
            *("entry", "published", "category", "content"),
        }
        assert not any(str(link.get("href")).startswith("javascript") for link in root.iter(f"{ATOM}link"))


def test_what_xml_cannot_hold_is_left_out_of_a_feed() -> None:
    words = "a\x00\x0b\ufffe\ud800<&]]>b"
    entry = atom.Entry("moves/1", words, NOW, NOW, "/moves/1", words, words)
    root = assert_valid(atom.document(atom.Feed(words, "/feeds/moves.atom", "/moves", [entry]), ""))
    assert root.findtext(f"{ATOM}title") == "a<&]]>b"

"""A page's past, from an archive on loopback: each move within its captures, fetched once, told to nobody."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from scrapers.catalog import sources
from tests.jobs.acme import Clock
from tests.loopback.archive import Archive, Kept
from tests.tracker_process import Tracker
from tests.tracker_process import until as until_it
from tracker.adapters.archives import History
from tracker.adapters.edges import Edges
from tracker.adapters.fetch import Fetcher
from tracker.adapters.pasts import Past, past_of
from tracker.adapters.store import bundled, events, questions
from tracker.adapters.store.engine import asking, writing
from tracker.adapters.store.filters import Filters
from tracker.adapters.store.spans import spans_of
from tracker.adapters.store.tables import metadata, moves, prices, snapshots
from tracker.adapters.store.tables_alerts import alerts
from tracker.adapters.store.tables_judged import captures
from tracker.backfill import Backfilled, backfill, backfill_all
from tracker.demo import market
from tracker.demo.pages import page
from tracker.domain.model import Basis, Move, Status
from tracker.domain.settings import Backfill, Channel, Look, Settings, SourceSetting

PAGE = "https://openai.example/pricing.md"
FIRST, LAST = date(2025, 1, 2), date(2025, 8, 28)
SPAN = FIRST, LAST
EVERY = timedelta(days=6)
BLIND, GONE, BUSY = "20250315120000", "20250412120000", "20250506120000"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"])
CHALLENGE = b"<!doctype html><title>Just a moment...</title><p>Checking your browser before accessing."


def stamp(day: date) -> str:
    return f"{day:%Y%m%d}120000"


def days() -> Iterator[date]:
    day = FIRST
    while day <= LAST:
        yield day
        day += EVERY


@pytest.fixture
def archive() -> Iterator[Archive]:
    """Captures of the demo market's page every few days, and what goes wrong with archives."""
    with Archive(rows_a_page=20) as served:
        for day in days():
            media_type, text = page("openai", day)
            served.take(stamp(day), PAGE, Kept(text.encode(), media_type))
        served.take(BLIND, PAGE, Kept(CHALLENGE))
        text = page("openai", date(2025, 4, 12))[1]
        served.take(GONE, PAGE, Kept(text.encode() + b"\n<!-- gone -->", status=404))
        text = page("openai", date(2025, 5, 6))[1]
        served.take(
            BUSY, PAGE, Kept(text.encode() + b"\n", "text/markdown", refusals=((429, "30"), (503, "")))
        )
        yield served


def edges(engine: Engine, archive: Archive, clock: Clock | None = None) -> Edges:
    look = Look(pace=timedelta(0), allow_private=frozenset({archive.address}), robots=False)
    settings = Settings(
        "",
        Path(),
        channels=(Channel("team", "json://127.0.0.1:9/"),),
        look=look,
        backfill=Backfill(wayback=archive.url, github=archive.url, github_raw=archive.url),
    )
    clock = clock or Clock(NOW)
    return Edges(settings, {}, engine, clock, Fetcher(look, now=clock.now), readers="1")


def openai() -> Past:
    return replace(past_of(replace(sources()["openai"], url=PAGE)), former=())


def run(one: Edges, past: Past | None = None, **how: object) -> Backfilled:
    async def go() -> Backfilled:
        fresh = replace(one, fetcher=Fetcher(one.settings.look, now=one.clock.now))
        try:
            return await backfill(fresh, past or openai(), *SPAN, **how)  # type: ignore[arg-type]
        finally:
            await fresh.fetcher.aclose()

    return asyncio.run(go())


def found_moves(engine: Engine) -> list[Move]:
    with asking(engine) as connection:
        return questions.find_moves(connection, Filters())


def rows_of(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Everything that is in the store."""
    with asking(engine) as connection:
        return {
            t.name: sorted(map(tuple, connection.execute(select(t))), key=repr)
            for t in metadata.sorted_tables
        }


def test_the_moves_are_the_markets_each_within_the_captures_around_it(
    engine: Engine, archive: Archive
) -> None:
    done = run(edges(engine, archive))
    expected = {
        (m.model, m.meter, m.before, m.after): m.day
        for m in market.expected_moves(*SPAN)
        if m.provider == "openai"
    }
    found = {(m.series.model, m.series.meter, m.before, m.after): m for m in found_moves(engine)}
    assert len(expected) >= 6
    assert found.keys() == expected.keys()
    for said, day in expected.items():
        move = found[said]
        assert move.not_before is not None
        assert move.not_before.date() < day <= move.at.date() <= move.not_before.date() + 2 * EVERY
        assert (move.status, move.recorded_at >= NOW, move.snapshot > 0) == (Status.confirmed, True, True)
        assert move.reason.startswith("seen in ")
    assert (done.moves, done.trouble) == (len(expected), "")


def test_the_prices_are_those_of_the_captured_days_and_none_goes_on_after_the_last(
    engine: Engine, archive: Archive
) -> None:
    run(edges(engine, archive))
    with asking(engine) as connection:
        spans = spans_of(connection, LATER, providers=["openai"])
        for day in (date(2025, 1, 30), date(2025, 6, 20), date(2025, 8, 20)):
            at = datetime.combine(day, datetime.min.time(), UTC)
            held = {
                (s.series.model, s.series.meter, s.series.terms.tier): s.price for s in spans if s.holds(at)
            }
            listed = {(x.model, x.meter, x.terms.tier): x.price for x in market.prices_of("openai", day)}
            assert held.items() <= listed.items()
            assert len(held) >= len(listed) - 3  # what was listed between two captures
    last = max(datetime.combine(d, datetime.min.time(), UTC) for d in days()) + timedelta(hours=13)
    assert {s.basis for s in spans} == {Basis.observed}
    assert all(s.valid_to is not None and s.valid_to <= last for s in spans)


def test_a_second_run_fetches_nothing_and_writes_nothing(engine: Engine, archive: Archive) -> None:
    run(edges(engine, archive))
    before, asked = rows_of(engine), len(archive.fetched())
    again = run(edges(engine, archive, Clock(NOW + timedelta(days=1))))
    assert rows_of(engine) == before
    assert (len(archive.fetched()), again.fetched) == (asked, 0)
    assert (again.prices.added, again.prices.withdrawn, again.moves, again.events) == (0, 0, 0, 0)


@ON_SQLITE
def test_nobody_is_alerted(engine: Engine, archive: Archive) -> None:
    run(edges(engine, archive))
    with asking(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(alerts)) == 0


@ON_SQLITE
def test_each_change_of_bytes_is_fetched_once_and_what_came_of_it_is_kept(
    engine: Engine, archive: Archive
) -> None:
    clock = Clock(NOW)
    run(edges(engine, archive, clock))
    fetched = archive.fetched()
    bodies = {kept.body for kept in archive.captures.values()}
    assert len(fetched) == len(bodies) + 2  # those that had to wait
    with asking(engine) as connection:
        rows = {r.key: r for r in connection.execute(select(captures))}
    assert rows.keys() == {s for s, _ in archive.captures}
    assert rows[BLIND].outcome in ("blocked", "no_table", "unexpected_page")
    assert rows[BLIND].snapshot
    assert (rows[GONE].outcome, rows[GONE].snapshot) == ("http_status", None)
    assert "404" in rows[GONE].words
    assert rows[BUSY].outcome == "well"
    assert [w - NOW for w in clock.waited] == [timedelta(seconds=30), timedelta(seconds=90)]
    assert {r.outcome for r in rows.values()} - {"well", "http_status", rows[BLIND].outcome} == set()


@ON_SQLITE
def test_a_refused_capture_is_asked_for_once_more_only_where_that_is_said(
    engine: Engine, archive: Archive
) -> None:
    run(edges(engine, archive))
    archive.captures[GONE, PAGE] = replace(archive.captures[GONE, PAGE], status=200)
    assert run(edges(engine, archive)).fetched == 0
    assert run(edges(engine, archive), again=True).fetched == 1


def test_what_was_stopped_in_the_middle_goes_on_from_there_and_comes_to_the_same(
    engine: Engine, archive: Archive
) -> None:
    class Killed(Exception):
        pass

    def kill(_id: str, done: int, of: int) -> None:
        if done == of // 2:
            raise Killed

    with pytest.raises(Killed):
        run(edges(engine, archive), on_capture=kill)
    half = archive.fetched()
    run(edges(engine, archive))
    assert not set(half) & set(archive.fetched()[len(half) :])
    found = {(m.series.key, m.before, m.after, m.at, m.not_before) for m in found_moves(engine)}
    assert len(found) == len([m for m in market.expected_moves(*SPAN) if m.provider == "openai"])


@ON_SQLITE
def test_what_would_be_is_shown_and_not_done(engine: Engine, archive: Archive) -> None:
    before = rows_of(engine)
    done = run(edges(engine, archive), write=False)
    assert (rows_of(engine), archive.fetched()) == (before, [])
    assert done.missing == len(archive.captures)


def test_a_mended_reader_tells_another_past_and_withdraws_what_the_first_one_told(
    engine: Engine, archive: Archive
) -> None:
    past = openai()
    wrong = replace(past, source=replace(past.source, reader=sources()["anthropic"].reader))
    run(edges(engine, archive), wrong)
    assert found_moves(engine) == []
    asked = len(archive.fetched())
    mended = run(edges(engine, archive))
    assert (mended.fetched, len(archive.fetched())) == (0, asked)
    assert mended.moves >= 6
    back = run(edges(engine, archive, Clock(NOW + timedelta(days=1))), wrong)
    assert back.prices.withdrawn > 0
    assert {m.status for m in found_moves(engine)} == {Status.withdrawn}
    with asking(engine) as connection:
        assert {e.status for e in events.find(connection, None)} == {Status.withdrawn}
        then = spans_of(connection, LATER, providers=["openai"])
        assert len(then) == mended.prices.added  # what was known before is still known to have been


def test_what_only_one_capture_shows_is_a_provisional_event_until_another_shows_it(
    engine: Engine, archive: Archive
) -> None:
    # o3 fell on 10 June, and only one capture since has seen it.
    cut = next(stamp(day) for day in days() if day >= date(2025, 6, 10))
    later = {key: kept for key, kept in archive.captures.items() if key[0] > cut}
    for key in later:
        del archive.captures[key]
    run(edges(engine, archive))
    with asking(engine) as connection:
        (event,) = [e for e in events.find(connection, None) if e.status is Status.provisional]
    assert {r.after for r in event.rows} >= {Decimal(2), Decimal(8)}
    assert not any(m.after == Decimal(2) for m in found_moves(engine))
    archive.captures.update(later)
    run(edges(engine, archive, Clock(NOW + timedelta(days=1))))
    with asking(engine) as connection:
        after = {e.id: e for e in events.find(connection, None)}
    assert after[event.id].status is Status.confirmed
    assert len(after) == len({e.announcement for e in after.values()})


@ON_SQLITE
def test_an_archive_that_is_away_is_told_in_a_sentence_and_what_is_kept_is_told_all_the_same(
    engine: Engine, archive: Archive
) -> None:
    run(edges(engine, archive))
    archive.index_status = 503
    done = run(edges(engine, archive))
    assert "cannot be asked now" in done.trouble
    assert done.is_away
    assert done.prices.kept > 0
    archive.index_status = 403
    assert "gives no list of captures" in run(edges(engine, archive)).trouble


@ON_SQLITE
def test_what_a_person_ruled_stays_at_the_next_run(engine: Engine, archive: Archive) -> None:
    run(edges(engine, archive))
    with writing(engine) as connection:
        ids = [e.id for e in events.find(connection, None)]
        events.rule(connection, ids, Status.withdrawn, "person", "a mistake of the archive", LATER)
    run(edges(engine, archive, Clock(NOW + timedelta(days=1))))
    with asking(engine) as connection:
        assert {e.status for e in events.find(connection, None)} == {Status.withdrawn}


@ON_SQLITE
def test_an_archive_is_waited_for_as_long_as_it_asks_but_not_for_a_day(
    engine: Engine, archive: Archive
) -> None:
    there = stamp(FIRST + 5 * EVERY)
    kept = archive.captures[there, PAGE]
    archive.captures[there, PAGE] = replace(kept, body=kept.body + b"\n", refusals=((429, "86400"),))
    clock = Clock(NOW)
    done = run(edges(engine, archive, clock))
    assert (done.is_away, clock.waited) == (True, [])
    assert done.trouble.startswith("127.0.0.1 cannot be asked now: ")
    assert done.trouble.endswith("asks to wait 86400 s; run it again later")
    assert 0 < done.captures < len(archive.captures)
    assert done.prices.added > 0
    assert run(edges(engine, archive)).trouble == ""


@ON_SQLITE
def test_where_an_archive_is_not_there_it_is_tried_twice_and_not_for_every_source(
    engine: Engine, archive: Archive
) -> None:
    with Archive() as gone:
        address = gone.address
    clock = Clock(NOW)
    one = edges(engine, archive, clock)
    look = replace(one.settings.look, allow_private=frozenset({address}))
    settings = replace(one.settings, look=look, backfill=Backfill(wayback=f"http://{address}"))
    pasts = [past_of(sources()[id]) for id in ("openai", "anthropic")]

    async def go() -> list[Backfilled]:
        fetcher = Fetcher(look, now=clock.now)
        return await backfill_all(replace(one, settings=settings, fetcher=fetcher), pasts, *SPAN)

    (done,) = asyncio.run(go())
    assert (done.id, done.is_away) == ("wayback-openai", True)
    assert len(done.trouble.splitlines()) == 1
    assert len(clock.waited) == 1


def test_a_catalogues_commits_are_captures_one_a_day(engine: Engine, archive: Archive) -> None:
    history = History("acme/prices", "prices.json")
    for n, price in enumerate((3, 3, 3, 2, 2)):
        sha, at = f"{n:040x}", datetime(2025, 3, 1 + n // 2, 10 + n, tzinfo=UTC)
        archive.commits.insert(0, (sha, f"{at:%Y-%m-%dT%H:%M:%SZ}"))
        row = {"litellm_provider": "openai", "mode": "chat"}
        models = {
            f"gpt-{i}": row
            | {"input_cost_per_token": (price if i == 4 else i) * 1e-6, "output_cost_per_token": 9e-6}
            for i in range(1, 8)
        }
        archive.files[f"/acme/prices/{sha}/prices.json"] = json.dumps(models).encode()
    litellm = past_of(sources()["litellm"], catalogue=True)
    done = run(edges(engine, archive), replace(litellm, history=history))
    assert (done.captures, done.trouble, done.refused) == (3, "", 0)
    with asking(engine) as connection:
        spans = spans_of(connection, NOW, models=["openai/gpt-4"], meters=["input_mtok"])
    assert [(s.price, s.valid_from.day, s.basis, s.source) for s in spans] == [
        (Decimal(3), 1, Basis.catalogue, "history-litellm"),
        (Decimal(2), 2, Basis.catalogue, "history-litellm"),
    ]
    assert found_moves(engine) == []  # what a catalogue records is no evidence of a move


@ON_SQLITE
def test_another_capture_in_the_place_of_one_is_no_evidence_of_its_day(
    engine: Engine, archive: Archive
) -> None:
    there = stamp(FIRST + 2 * EVERY)
    kept = archive.captures[there, PAGE]
    archive.captures[there, PAGE] = replace(kept, body=kept.body + b"\n", instead=stamp(FIRST))
    run(edges(engine, archive))
    with asking(engine) as connection:
        row = connection.execute(select(captures).where(captures.c.key == there)).one()
    assert (row.outcome, row.snapshot) == ("bad_redirect", None)
    assert stamp(FIRST) in row.words


@ON_SQLITE
def test_where_a_page_lay_before_tells_its_past_until_it_lay_here(engine: Engine, archive: Archive) -> None:
    before, moved = "https://old.example/pricing", "20250401000000"
    for (at, url), kept in list(archive.captures.items()):
        archive.captures[at, before] = replace(kept, body=kept.body + b"\n<p>Old address.")
        if at < moved:
            del archive.captures[at, url]
    done = run(edges(engine, archive), replace(openai(), former=(before,)))
    assert (done.moves, done.captures) == (6, len({at for at, _ in archive.captures}))
    asked = {
        at: path.split("id_/")[1]
        for path in archive.asked
        if "id_/" in path
        for at in [path.split("/")[2][:14]]
    }
    assert {url for at, url in asked.items() if at < moved} == {before}
    assert {url for at, url in asked.items() if at > moved} == {PAGE}


@ON_SQLITE
def test_a_key_in_an_address_of_the_users_own_stays_at_home(engine: Engine, archive: Archive) -> None:
    url = f"{PAGE}?key=CANARY"
    one = edges(engine, archive)
    settings = replace(one.settings, sources=(SourceSetting("openai", url=url),))
    past = past_of(replace(sources()["openai"], url=url))
    done = run(replace(one, settings=settings), past)
    assert done.captures == len(archive.captures)
    assert not any("CANARY" in path for path in archive.asked)


def test_what_the_bundled_facts_tell_already_gets_a_witness_and_is_not_counted_twice(
    engine: Engine, archive: Archive
) -> None:
    with writing(engine) as connection:
        bundled.load(connection, NOW)
        before = events.find(connection, None)
    done = run(edges(engine, archive))
    with asking(engine) as connection:
        after = events.find(connection, None)
    assert (done.moves, done.events) == (6, 1)
    (beside,) = [e for e in after if e.id not in {b.id for b in before}]
    # The facts say nothing of o3's cache reads: another row of the announcement that they tell.
    assert {r.series.meter for r in beside.rows} == {"cache_read_mtok"}
    assert beside.announcement in {e.announcement for e in before}
    before_now = [e for e in after if e is not beside]
    witnessed = {(e.day, r.series.model) for e in before_now for r in e.rows if r.source == "wayback-openai"}
    assert witnessed == {(date(2025, 1, 31), "o1-mini"), (date(2025, 6, 10), "o3")}


@ON_SQLITE
def test_kept_captures_say_when_they_were_taken_and_where_they_are(engine: Engine, archive: Archive) -> None:
    run(edges(engine, archive))
    with asking(engine) as connection:
        row = connection.execute(select(snapshots).order_by(snapshots.c.id)).first()
        assert (
            connection.scalar(select(func.count()).select_from(prices).where(prices.c.snapshot.is_(None)))
            == 0
        )
        assert (
            connection.scalar(select(func.count()).select_from(moves).where(moves.c.confirmed_by.is_(None)))
            == 0
        )
    assert row is not None
    assert row.url == f"{archive.url}/web/{stamp(FIRST)}id_/{PAGE}"
    assert row.at == datetime(2025, 1, 2, 12, tzinfo=UTC)
    assert row.notes == "taken 2025-01-02T12:00:00Z, fetched 2026-01-01T00:00:00Z from 127.0.0.1"


# --- as a user runs it ---


@pytest.fixture
def tracker(tmp_path: Path, store_url: str, archive: Archive) -> Iterator[Tracker]:
    env = {
        "TRACKER_BACKFILL_WAYBACK": archive.url,
        "TRACKER_BACKFILL_PACE": "0s",
        "TRACKER_LOOK_ALLOW_PRIVATE": archive.address,
        "TRACKER_LOOK_ROBOTS": "false",
        "TRACKER_NOTIFY": "json://127.0.0.1:9/",
        "TRACKER_BUNDLED_HISTORY": "false",
    }
    with Tracker(tmp_path, store_url, **env) as one:
        one.settings(f'[source.openai]\nurl = "{PAGE}"\n')
        yield one


DAYS = ("--since", FIRST.isoformat(), "--until", LAST.isoformat())


@ON_SQLITE
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT], ids=["killed", "interrupted"])
def test_after_a_kill_the_same_command_goes_on(
    tracker: Tracker, archive: Archive, number: signal.Signals
) -> None:
    held_up = archive.captures[BUSY, PAGE]
    archive.captures[BUSY, PAGE] = replace(held_up, refusals=((429, "300"),))
    with (tracker.folder / "out").open("wb") as out:
        first = subprocess.Popen(
            [sys.executable, "-m", "tracker", "backfill", "wayback", "openai", *DAYS],
            cwd=tracker.folder,
            env=tracker.env,
            stdout=out,
            stderr=out,
        )
        until_it(lambda: BUSY in archive.fetched())
        first.send_signal(number)
        try:
            code = first.wait(15)
        except subprocess.TimeoutExpired:  # seldom, on a busy machine, the first Ctrl-C is lost: press again
            first.send_signal(number)
            code = first.wait(45)
    if number is signal.SIGINT:
        assert code == 130
        assert (tracker.folder / "out").read_text() == (
            "stopped: what was fetched is kept, and the same command goes on from there\n"
        )
    before = archive.fetched()
    done = tracker.run("backfill", "wayback", "openai", *DAYS, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    (row,) = json.loads(done.stdout)
    assert (row["source"], row["captures"], row["refused"]) == ("wayback-openai", len(archive.captures), 2)
    assert row["moves"] >= 6
    assert not set(before) - {BUSY} & set(archive.fetched()[len(before) :])
    assert tracker.ask("alerts") == []


@ON_SQLITE
def test_what_cannot_be_asked_for_is_told_in_a_sentence(tracker: Tracker, archive: Archive) -> None:
    for words, said in (
        (("weekly",), "wayback"),
        (("facts", "openai"), "sources can be named after wayback only"),
        (("wayback", "opena"), 'the nearest is "openai"'),
        (("wayback", "openai-news"), "captures of openai-news say nothing"),
        (("wayback", "--since", "yesterday"), "is no day"),
        (("wayback", "--since", "2025-02-01", "--until", "2025-01-01"), "is after"),
    ):
        done = tracker.run("backfill", *words)
        assert done.returncode == 2
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == 1
    archive.index_status = 403
    done = tracker.run("backfill", "wayback", "openai")
    assert done.returncode == 1
    assert done.stderr.startswith("wayback-openai: 127.0.0.1 gives no list of captures: ")


@ON_SQLITE
def test_what_comes_with_the_tracker_is_told_without_a_network_and_twice_to_no_effect(
    tracker: Tracker,
) -> None:
    for what in ("facts", "genai-prices"):
        (dry,) = json.loads(tracker.run("backfill", what, "--dry-run", "--json").stdout)
        (first,) = json.loads(tracker.run("backfill", what, "--json").stdout)
        (second,) = json.loads(tracker.run("backfill", what, "--json").stdout)
        assert dry["added"] == first["added"] > 100
        assert (second["added"], second["withdrawn"]) == (0, 0)
    assert tracker.ask("alerts") == []

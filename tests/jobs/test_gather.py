"""What waits for a digest, for the end of quiet hours, or in a storm is told as one."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select

from tests.jobs.told import Told
from tests.web.asking import get
from tracker.adapters.store import charted, outbox, questions, status
from tracker.adapters.store.engine import asking, writing
from tracker.adapters.store.tables_alerts import alerts, deliveries
from tracker.deliver import Delivered, gather
from tracker.domain.digests import STORM
from tracker.domain.schedule import Daily, Hours
from tracker.domain.settings import Rule
from tracker.web.app import make_app

sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
MORNING = Rule("morning", digest=Daily(clock_time(8)))
ALL = ("list_cut", "list_rise", "source")
NIGHT = Rule("night", quiet=(Hours(clock_time(11), clock_time(20)),))  # the clock begins at noon
NEXT = datetime(2026, 8, 2, 8, tzinfo=UTC)


def states(engine: Engine) -> list[tuple[str, str]]:
    with asking(engine) as connection:
        return [(r["state"], r["subject"]) for r in questions.alert_rows(connection)]


def test_a_digest_tells_at_its_time_and_only_then_what_moved_since_the_last(engine: Engine) -> None:
    told = Told(engine, Rule("morning", event=ALL, digest=Daily(clock_time(8))))
    told.move("o3", 10, 2)
    told.clock.later(hours=1)
    told.move("o4", 10, 12)
    told.move("o5", 10, 9)
    told.notice("acme is stale")
    told.restart()
    assert told.deliver() == Delivered()
    assert told.deliver(NEXT - timedelta(seconds=1)) == Delivered()
    assert told.deliver(NEXT) == Delivered(sent=1)
    ((_, message),) = told.post.sent
    assert message.subject == "Digest: 3 models moved (2 cuts, 1 rise), up to −80 %; acme is stale"
    assert any(line.startswith("Acme o4: input $10 → $12 per 1M tokens (+20 %)") for line in message.lines)
    assert "acme is stale, it seems." in message.lines
    assert dict(message.links)["more"] == "https://acme.example/more"
    assert dict(message.links)["page of acme"] == "https://acme.example/prices"
    assert {state for state, _ in states(engine)} == {"sent"}
    assert told.deliver(NEXT + timedelta(days=2)) == Delivered()


@sqlite
def test_the_end_of_quiet_hours_tells_what_came_in_them(engine: Engine) -> None:
    told = Told(engine, NIGHT)
    told.move("o3", 10, 8)
    told.clock.later(hours=2)
    told.move("o3", 8, 2)
    assert told.deliver() == Delivered()
    told.deliver(datetime(2026, 8, 1, 20, tzinfo=UTC))
    assert told.post.subjects() == ["Digest: Acme o3: input $10 → $2 per 1M tokens (−80 %)"]
    assert "in 2 steps since 2026-08-01 12:00 UTC" in told.post.sent[0][1].lines[0]


@sqlite
def test_one_message_that_was_held_back_goes_out_as_it_is(engine: Engine) -> None:
    told = Told(engine, MORNING)
    told.move("o3", 10, 2)
    assert told.deliver(NEXT) == Delivered(sent=1)
    assert told.post.subjects() == ["Acme o3: input $10 → $2 per 1M tokens (−80 %)"]


@sqlite
def test_a_price_that_came_back_within_a_digest_is_told_so_and_as_no_cut(engine: Engine) -> None:
    told = Told(engine, MORNING)
    told.move("o3", 10, 8)
    told.move("o3", 8, 10)
    told.deliver(NEXT)
    ((_, message),) = told.post.sent
    assert message.subject == "Digest: 1 price changed and reverted"
    assert message.lines[0].startswith("Acme o3: input $10 → $8 → $10 per 1M tokens: changed and reverted")
    assert "cut" not in message.subject and not message.table


def test_what_is_withdrawn_before_a_digest_is_not_in_it_and_it_says_so(engine: Engine) -> None:
    told = Told(engine, MORNING)
    told.withdraw(told.move("o3", 10, 2))
    told.move("o4", 10, 12)
    told.deliver(NEXT)
    ((_, message),) = told.post.sent
    assert "o3" not in str(message)
    assert "Left out: 1 move withdrawn meanwhile." in message.lines


@sqlite
def test_a_digest_of_which_nothing_is_left_is_not_sent_and_says_why(engine: Engine) -> None:
    told = Told(engine, MORNING)
    told.withdraw(told.move("o3", 10, 2))
    assert told.deliver(NEXT) == Delivered()
    assert told.post.sent == []
    with asking(engine) as connection:
        rows = questions.alert_rows(connection)
    assert {(r["state"], r["last_error"]) for r in rows} == {
        ("sent", "not sent: all that it told was withdrawn before it was due")
    }


@sqlite
def test_rules_and_channels_have_digests_of_their_own(engine: Engine) -> None:
    cuts = Rule("cuts", direction="cut", to=("team",), digest=Daily(clock_time(8)))
    rises = Rule("rises", direction="rise", to=("team", "mail"), digest=Daily(clock_time(8)))
    told = Told(engine, cuts, rises, channels=("team", "mail"))
    for n in range(3):
        told.move(f"o{n}", 10, 2)
        told.move(f"p{n}", 10, 12)
    assert told.deliver(NEXT) == Delivered(sent=3)
    heads = ["Digest: 3 models moved (3 cuts), up to −80 %", "Digest: 3 models moved (3 rises), up to +20 %"]
    assert told.post.subjects() == heads
    assert told.post.subjects("mail") == heads[1:]


@sqlite
def test_a_storm_is_one_message_and_a_little_less_comes_one_by_one_oldest_first(engine: Engine) -> None:
    told = Told(engine)
    for n in range(STORM):
        told.move(f"m{n}", 10, 2)
    assert told.deliver() == Delivered(sent=STORM)
    assert [s.split(":")[0] for s in told.post.subjects()] == [f"Acme m{n}" for n in range(STORM)]
    told.post.sent.clear()
    for n in range(STORM + 1):
        told.move(f"m{n}", 2, 10)
    assert told.deliver() == Delivered(sent=1)
    assert told.post.subjects() == ["41 messages at once: 41 models moved (41 rises), up to +400 %"]


def test_a_storm_that_waited_for_long_is_marked_as_delayed(engine: Engine) -> None:
    told = Told(engine)
    told.post.down = {"team"}
    for n in range(120):
        told.move(f"m{n}", 10, 2)
        told.clock.later(minutes=2)
        told.deliver()
    told.post.down = set()
    told.move("the last", 10, 2)
    told.deliver(told.clock.at + timedelta(hours=7))
    first, rest = told.post.subjects()
    assert first == "Acme m0: input $10 → $2 per 1M tokens (−80 %)"
    assert rest == (
        "Delayed: 120 messages since 2026-08-01 12:02 UTC: 120 models moved (120 cuts), up to −80 %"
    )
    assert {state for state, _ in states(engine)} == {"sent"}


@sqlite
def test_a_gathering_that_is_broken_off_leaves_everything_as_it_was(engine: Engine) -> None:
    told = Told(engine, MORNING)
    told.move("o3", 10, 2)
    told.move("o4", 10, 2)
    told.clock.at = NEXT

    def broken_off(connection: Any) -> None:
        raise RuntimeError("killed")

    event.listen(engine, "commit", broken_off)
    with pytest.raises(RuntimeError), writing(engine) as connection:
        gather(connection, told.edges.settings, told.clock.now())
    event.remove(engine, "commit", broken_off)
    assert [state for state, _ in states(engine)] == ["waiting", "waiting"]
    told.restart()
    assert told.deliver() == Delivered(sent=1)
    assert told.deliver() == Delivered()
    assert len(told.post.sent) == 1


def test_two_who_gather_at_once_make_one_digest(engine: Engine) -> None:
    told = Told(engine, MORNING)
    told.move("o3", 10, 2)
    told.move("o4", 10, 2)

    def gather_too() -> int:
        with writing(engine) as connection:
            return gather(connection, told.edges.settings, NEXT)

    with ThreadPoolExecutor() as threads:
        with writing(engine) as connection:
            assert gather(connection, told.edges.settings, NEXT) == 1
            other = threads.submit(gather_too)
            time.sleep(0.3)  # until it waits
        assert other.result(10) == 0
    assert told.deliver(NEXT) == Delivered(sent=1)
    assert told.post.subjects() == ["Digest: 2 models moved (2 cuts), up to −80 %"]


@sqlite
def test_a_dead_digest_that_is_retried_by_one_of_its_parts_is_sent_whole(engine: Engine) -> None:
    told = Told(engine, MORNING)
    told.move("o3", 10, 2)
    told.move("o4", 10, 2)
    told.post.refuses = {"team"}
    told.deliver(NEXT)
    assert {state for state, _ in states(engine)} == {"dead"}
    told.post.refuses = set()
    with writing(engine) as connection:
        part = connection.scalar(select(deliveries.c.id).where(deliveries.c.part_of.is_not(None)).limit(1))
        assert part and outbox.retry(connection, [part], NEXT) == 1
    assert told.deliver() == Delivered(sent=1)
    assert {state for state, _ in states(engine)} == {"sent"}


@pytest.mark.catalogue
@sqlite
def test_f53_ten_thousand_moves_in_one_digest_are_small_and_counted(engine: Engine) -> None:
    told = Told(engine, MORNING)
    told.moves([(f"m{n}", 10, 2) for n in range(10_000)])
    told.move("one more", 10, 2)
    told.clock.at = NEXT
    began = time.process_time()
    with writing(engine) as connection:
        assert gather(connection, told.edges.settings, NEXT) == 1
    spent = time.process_time() - began
    assert told.deliver() == Delivered(sent=1)
    ((_, message),) = told.post.sent
    assert message.subject == "Digest: 10,001 models moved (10,001 cuts), up to −80 %"
    assert "10,001 prices of 10,001 models in all" in str(message.lines)
    with asking(engine) as connection:
        size = connection.scalar(select(func.max(func.length(alerts.c.message)))) or 0
    assert size < 20_000
    assert spent < 5, f"{spent:.1f} s of the processor"


# The year, the night, the outage: what a person would count


@pytest.mark.catalogue
@sqlite
def test_f45_a_digest_at_half_past_two_in_berlin_comes_once_a_day_all_year(engine: Engine) -> None:
    """On 29 March 02:30 is skipped, on 25 October it comes twice."""
    told = Told(engine, Rule("night", digest=Daily(clock_time(2, 30), "Europe/Berlin")))
    first = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)  # after midnight in Berlin
    sent_on: list[str] = []
    for day in range(365):
        told.clock.at = first + timedelta(days=day)
        told.move("o3", 10 + day, 11 + day)
        for minutes in (61, 121, 600):  # half past two in summer, in winter, and no more on that day
            told.deliver(first + timedelta(days=day, minutes=minutes))
            sent_on += [f"{told.clock.at:%Y-%m-%d}"] * (len(told.post.sent) - len(sent_on))
    assert len(sent_on) == len(set(sent_on)) == 365


@pytest.mark.catalogue
@sqlite
def test_f48_a_channel_that_was_down_for_hours_gets_everything_once_and_in_order(engine: Engine) -> None:
    told = Told(engine, channels=("team", "mail"))
    told.post.down = {"team"}
    end = told.clock.at + timedelta(hours=6)
    for n in range(36):
        told.move(f"m{n}", 10, 2)
        told.clock.later(minutes=10)
        told.deliver()
        if n in (12, 24):
            told.restart()
    told.post.down = set()
    told.deliver(end + timedelta(hours=6))
    wanted = [f"Acme m{n}" for n in range(36)]
    for channel in ("team", "mail"):
        names = [s.split(":")[0] for s in told.post.subjects(channel) if s.startswith("Acme m")]
        assert names == wanted
    assert {state for state, _ in states(engine)} == {"sent"}
    assert len(set(told.post.ids)) == len(told.post.ids) and told.post.repeats == 0


@sqlite
def test_a_channel_that_is_tried_again_gets_nothing_before_its_time(engine: Engine) -> None:
    told = Told(engine, Rule("cuts", direction="cut"), Rule("rises", digest=Daily(clock_time(8))))
    told.post.down = {"team"}
    told.move("o3", 10, 2)
    told.move("o4", 10, 12)
    told.deliver()
    told.post.down = set()
    told.clock.later(hours=1)
    assert told.deliver() == Delivered(sent=1)
    assert told.post.subjects() == ["Acme o3: input $10 → $2 per 1M tokens (−80 %)"]


@sqlite
def test_what_was_held_back_for_a_week_is_not_given_up_at_its_first_failure(engine: Engine) -> None:
    weekly = Rule("weekly", digest=Daily(clock_time(11), days=frozenset({5})))  # it is Saturday noon
    told = Told(engine, weekly)
    told.move("o3", 10, 2)
    told.post.down = {"team"}
    at = told.clock.at + timedelta(days=6, hours=23)
    assert told.deliver(at) == Delivered(failed=1)
    told.deliver(at + timedelta(hours=7))
    assert [state for state, _ in states(engine)] == ["waiting"]


@sqlite
def test_the_page_shows_a_dead_digest_once_and_not_all_that_it_told(engine: Engine) -> None:
    told = Told(engine, MORNING)
    for n in range(5):
        told.move(f"o{n}", 10, 2)
    told.post.refuses = {"team"}
    told.deliver(NEXT)
    page = get(make_app(engine, lambda: told.edges.sources, now=told.clock.now, trouble=str), "/").text
    assert page.count("Digest: 5 models moved") == 1
    dead = page[page.index("Digest: 5 models moved") :]
    assert "Acme o1" not in dead.partition("</section>")[0]
    with asking(engine) as connection:
        assert status.deliveries_by_state(connection) == {"dead": 1}


@sqlite
def test_a_digest_has_the_chart_of_its_biggest_move_where_the_channel_shows_pictures(engine: Engine) -> None:
    told = Told(engine, MORNING, at="json")
    told.move("o3", 10, 9)
    told.move("o4", 10, 2)
    told.notice("acme is stale")
    told.deliver(NEXT)
    about = [m.subject.split(":")[0] for _, m in told.post.sent]
    pictures = dict(zip(about, told.post.pictures, strict=True))
    assert (pictures["Digest"] or b"").startswith(b"\x89PNG")
    assert pictures["acme is stale"] is None
    with asking(engine) as connection:
        digest = select(deliveries.c.alert).join(alerts).where(alerts.c.event == "digest")
        found = charted.of_alert(connection, connection.execute(digest).scalar_one(), NEXT)
    assert found and found.moves[0].series.model == "o4"

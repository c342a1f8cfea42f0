"""What waits leaves: in order, at least once, each channel on its own."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine

from tests.jobs.acme import Clock, edges
from tests.loopback.pages import Pages
from tracker.adapters.edges import Edges
from tracker.adapters.store import outbox, questions
from tracker.adapters.store.engine import asking, writing
from tracker.deliver import Delivered, deliver
from tracker.domain.alerts import Alert, Message
from tracker.domain.errors import SendError
from tracker.domain.settings import Channel


@dataclass
class Post:
    """What carries messages: `refuses` are subjects, `down` are channels."""

    down: set[str] = field(default_factory=set)
    refuses: dict[str, bool] = field(default_factory=dict)  # subject → for good
    sent: list[tuple[str, str, bool]] = field(default_factory=list)
    late: list[tuple[str, datetime | None]] = field(default_factory=list)
    tries: int = 0
    wait: timedelta | None = None  # what who is down asks for

    async def __call__(
        self,
        channel: Channel,
        message: Message,
        delivery_id: str,
        *,
        repeat: bool = False,
        late: datetime | None = None,
        skip: int = 0,
        picture: bytes | None = None,
    ) -> None:
        self.tries += 1
        if channel.name in self.down:
            raise SendError(f"channel {channel.name}: nobody answers", retry_after=self.wait)
        if message.subject in self.refuses:
            raise SendError(f"channel {channel.name}: no", permanent=self.refuses[message.subject])
        self.sent.append((channel.name, message.subject, repeat))
        self.late.append((message.subject, late))


CHANNELS = (Channel("a", "json://127.0.0.1:9/"), Channel("b", "json://127.0.0.1:9/"))


def around(engine: Engine, clock: Clock) -> Edges:
    with Pages() as pages:
        return edges(engine, pages, channels=CHANNELS, clock=clock)


def put(engine: Engine, clock: Clock, *subjects: str, channels: str = "ab") -> None:
    with writing(engine) as connection:
        wanted = [Alert("r", c, Message(s, (s,))) for s in subjects for c in channels]
        outbox.put(connection, wanted, None, clock.now())


def once(one: Edges, post: Post) -> Delivered:
    return asyncio.run(deliver(one, owner="test", send=post))


def states(engine: Engine) -> dict[tuple[str, str], str]:
    with asking(engine) as connection:
        return {(r["channel"], r["subject"]): r["state"] for r in questions.alert_rows(connection)}


def test_a_channel_that_is_down_delays_only_its_own_and_gets_all_in_order_later(engine: Engine) -> None:
    clock, post = Clock(), Post(down={"b"})
    one = around(engine, clock)
    put(engine, clock, *"12345")
    assert once(one, post) == Delivered(sent=5, failed=3)
    assert [s for c, s, _ in post.sent if c == "a"] == list("12345")
    tries = post.tries
    for _ in range(20):  # it is not asked again before it is due
        once(one, post)
    assert post.tries == tries
    put(engine, clock, "6")
    post.down.clear()
    clock.later(hours=7)
    once(one, post)
    assert [s for c, s, _ in post.sent if c == "b"] == list("123456")
    assert set(states(engine).values()) == {"sent"}


def test_what_waits_behind_a_failed_message_is_due_when_that_is(engine: Engine) -> None:
    """A clock that jumps to what is due next would stand still for ever at a time that has gone by."""
    clock, post = Clock(), Post(down={"b"})
    one = around(engine, clock)
    put(engine, clock, "1", channels="b")
    once(one, post)
    put(engine, clock, "2", channels="b")
    once(one, post)
    with asking(engine) as connection:
        due = outbox.next_try(connection, ["b"])
    assert due is not None
    assert due > clock.now()
    post.down.clear()
    clock.at = due
    assert once(one, post) == Delivered(sent=2)


def test_a_channel_that_is_down_is_asked_less_and_less_however_many_wait(engine: Engine) -> None:
    """The newest was tried as such before others came: nobody tries it now, and its time is long past."""
    clock, post = Clock(), Post(down={"b"})
    one = around(engine, clock)
    for subject in "12345":
        put(engine, clock, subject, channels="b")
        clock.later(hours=1)
        once(one, post)
    tries = post.tries
    for _ in range(20):
        once(one, post)
    assert post.tries == tries
    begun, rounds = clock.now(), 0
    while clock.now() < begun + timedelta(hours=2):
        with asking(engine) as connection:
            due = outbox.next_try(connection, ["b"])
        assert due is not None
        assert due > clock.now()
        clock.at, rounds = due, rounds + 1
        once(one, post)
    assert rounds < 20
    post.down.clear()
    clock.later(hours=1)
    once(one, post)
    assert [s for c, s, _ in post.sent if c == "b"] == list("12345")


def test_a_service_that_asks_to_wait_is_asked_nothing_more_until_then(engine: Engine) -> None:
    clock, post = Clock(), Post(down={"b"}, wait=timedelta(hours=3))
    one = around(engine, clock)
    put(engine, clock, *"12345", channels="b")
    once(one, post)
    assert post.tries == 1
    clock.later(hours=2)
    once(one, post)
    assert post.tries == 1
    post.down.clear()
    clock.later(hours=1)
    once(one, post)
    assert [s for _, s, _ in post.sent] == list("12345")


def test_messages_that_fail_for_their_own_sake_hold_up_no_others(engine: Engine) -> None:
    clock, post = Clock(), Post(refuses={"1": False, "2": False})
    one = around(engine, clock)
    put(engine, clock, *"12345", channels="a")
    once(one, post)
    assert sorted(s for _, s, _ in post.sent) == list("345")
    put(engine, clock, "6", channels="a")
    once(one, post)
    assert post.sent[-1][1] == "6"


def test_what_is_refused_for_good_is_dead_and_what_cannot_leave_for_a_week_is_too(engine: Engine) -> None:
    clock, post = Clock(), Post(refuses={"1": True}, down={"b"})
    one = around(engine, clock)
    put(engine, clock, "1")
    once(one, post)
    assert states(engine)["a", "1"] == "dead"
    assert states(engine)["b", "1"] == "waiting"
    for _ in range(30):
        clock.later(hours=7)
        once(one, post)
    assert states(engine)["b", "1"] == "dead"
    with asking(engine) as connection:
        words = {r["channel"]: r["last_error"] for r in questions.alert_rows(connection)}
    assert words["b"].startswith("given up after 7 days")


def test_a_try_without_an_answer_is_repeated_and_says_so(engine: Engine) -> None:
    clock, post = Clock(), Post()
    one = around(engine, clock)
    put(engine, clock, "1", channels="a")
    with writing(engine) as connection:
        (id,) = outbox.waiting(connection, clock.now())["a"]
        assert outbox.claim(connection, id, "killed", clock.now())
        assert outbox.claim(connection, id, "other", clock.now()) is None
    assert once(one, post) == Delivered()
    clock.at += outbox.LEASE + timedelta(seconds=1)
    assert once(one, post) == Delivered(sent=1)
    assert post.sent == [("a", "1", True)]


def test_deliveries_of_a_channel_that_is_not_set_any_more_are_dead_and_say_so(engine: Engine) -> None:
    clock = Clock()
    put(engine, clock, "1")
    with writing(engine) as connection:
        assert outbox.end_orphans(connection, ["a"]) == 1
    assert states(engine) == {("a", "1"): "waiting", ("b", "1"): "dead"}
    with writing(engine) as connection:
        assert outbox.retry(connection, [], clock.now()) == 1
    assert set(states(engine).values()) == {"waiting"}


def test_a_message_that_leaves_long_after_it_was_written_says_when_that_was(engine: Engine) -> None:
    clock, post = Clock(), Post()
    one = around(engine, clock)
    put(engine, clock, "old", channels="a")
    written = clock.now()
    clock.at += timedelta(minutes=59)
    put(engine, clock, "fresh", channels="b")
    clock.at += timedelta(minutes=2)
    asyncio.run(deliver(one, owner="x", send=post))
    assert [(subject, late) for subject, late in post.late] == [("old", written), ("fresh", None)]


def test_a_message_that_was_given_up_for_its_age_has_its_tries_anew_once_it_is_retried(
    engine: Engine,
) -> None:
    clock, post = Clock(), Post(down={"a"})
    one = around(engine, clock)
    put(engine, clock, "old", channels="a")
    clock.at += outbox.EXPIRY + timedelta(hours=1)
    for state in ["waiting"] * 4 + ["dead"]:
        asyncio.run(deliver(one, owner="x", send=post))
        assert states(engine)["a", "old"] == state
        clock.at += timedelta(hours=1)
    with writing(engine) as connection:
        outbox.retry(connection, [], clock.now())
    asyncio.run(deliver(one, owner="x", send=post))
    assert states(engine)["a", "old"] == "waiting"

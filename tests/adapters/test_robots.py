"""A site's robots.txt is asked once and kept to, and its pages are not asked for in a hurry."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise

import pytest

from tests.adapters.looking import failure, fetch, fetch_all, look_at
from tests.loopback.faultd import PAGE, Faultd
from tracker.adapters import robots
from tracker.adapters.robots import KEPT_S, RETRY_S, Robots, Turns, addressed
from tracker.domain.errors import FetchError
from tracker.domain.model import Snapshot

CLOSED = "User-agent: *\nDisallow: /\nAllow: /page\n"


def test_a_page_that_robots_should_not_read_is_not_asked_for() -> None:
    with Faultd(robots=CLOSED) as site:
        error = failure(look_at(site, robots=True), site.url("/etag?key=CANARY"))
        assert (error.kind, site.paths()) == ("robots", ["/robots.txt"])
        assert f"{site.peer}/etag" in error.words and "CANARY" not in error.words
        assert fetch(look_at(site, robots=True), site.url()).body == PAGE


def test_robots_txt_is_not_asked_for_where_it_is_switched_off() -> None:
    with Faultd(robots=CLOSED) as site:
        fetch(look_at(site, robots=False), site.url("/etag"))
        assert site.paths() == ["/etag"]


def test_robots_txt_is_asked_for_once_however_many_ask_at_once() -> None:
    with Faultd(robots=CLOSED) as site:
        answers = fetch_all(look_at(site, robots=True), [site.url()] * 12, at_once=True)
        assert all(isinstance(answer, Snapshot) for answer in answers)
        assert site.paths().count("/robots.txt") == 1


def test_credentials_are_not_shown_to_robots_txt() -> None:
    with Faultd(robots=CLOSED) as site:
        fetch(look_at(site, robots=True), site.url(), headers=[("X-Api-Key", "CANARY")])
        assert ["x-api-key" in hit.headers for hit in site.hits] == [False, True]


@pytest.mark.parametrize("status", [401, 404, 500, 503])
def test_a_site_without_a_robots_txt_may_be_read(status: int) -> None:
    with Faultd(robots_status=status) as site:
        assert fetch(look_at(site, robots=True), site.url("/etag")).body == PAGE


def test_a_robots_txt_that_hangs_leaves_time_for_the_page() -> None:
    with Faultd(robots="hang") as site:
        began = time.monotonic()
        assert fetch(look_at(site, robots=True, timeout=5, deadline=0.6), site.url()).body == PAGE
        assert time.monotonic() - began < 0.6


def test_the_page_speaks_for_a_host_that_cannot_be_reached() -> None:
    error = failure(look_at(robots=True), "http://127.0.0.1:9/prices")
    assert error.kind == "refused_address"


def test_the_rules_of_the_host_that_a_redirect_leads_to_are_kept() -> None:
    with Faultd() as site, Faultd(robots=CLOSED) as other:
        error = failure(look_at(site, other, robots=True), site.url(f"/to?at={other.url('/etag')}"))
        assert (error.kind, other.paths()) == ("robots", ["/robots.txt"])


def test_an_answer_about_robots_stands_for_a_day_and_no_answer_for_ten_minutes() -> None:
    now, asked = 0.0, []

    async def ask() -> str:
        asked.append(now)
        if len(asked) == 1:
            raise FetchError("unreachable", "down")
        return "User-agent: *\nDisallow: /x"

    async def run() -> None:
        nonlocal now
        rules = Robots("tracker/1", clock=lambda: now)
        for moment in (0, RETRY_S - 1, RETRY_S, RETRY_S + KEPT_S - 1, RETRY_S + KEPT_S):
            now = moment
            await rules.delay("http://h", "http://h/page", "h/page", ask)

    asyncio.run(run())
    assert asked == [0, RETRY_S, RETRY_S + KEPT_S]


def test_what_is_known_of_sites_does_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robots, "ORIGINS_MAX", 10)

    async def ask() -> str:
        return ""

    async def run() -> tuple[Robots, Turns]:
        rules, turns = Robots("tracker/1"), Turns()
        for n in range(50):
            await rules.delay(f"http://h{n}", f"http://h{n}/", "h", ask)
            async with turns.turn(f"h{n}", 0.0):
                pass
        return rules, turns

    rules, turns = asyncio.run(run())
    assert len(rules._known) <= 10 and len(turns._hosts) <= 11


# what a robots.txt says to us


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("", True),
        ("User-agent: *\nDisallow:", True),
        ("User-agent: *\nDisallow: /p", False),
        ("\ufeffUser-agent: *\nDisallow: /p", False),
        ("user-agent:llm-price-tracker\ndisallow:/", False),
        ("User-agent: other\nDisallow: /", True),
        ("User-agent: other\nUser-agent: llm-price-tracker\nDisallow: /", False),
        ("User-agent: llm-price-tracker\nSitemap: /s\nUser-agent: other\nDisallow: /", False),
        ("User-agent: *\nDisallow: /\n\nUser-agent: llm-price-tracker\nAllow: /", True),
        ("User-agent: llm-price-tracker\nDisallow: /\nUser-agent: *\nAllow: /", False),
        ("User-agent: *\nDisallow: /*/deep\nDisallow: /*.pdf$", True),
        ("<!doctype html><p>not found", True),
    ],
)
def test_only_the_groups_that_speak_to_us_count(text: str, allowed: bool) -> None:
    async def ask() -> str:
        return text

    async def run() -> None:
        await Robots("llm-price-tracker/0.1 (+https://x)").delay("o", "https://h/page", "h/page", ask)

    if allowed:
        asyncio.run(run())
    else:
        with pytest.raises(FetchError):
            asyncio.run(run())


def test_a_robots_txt_of_a_hundred_thousand_lines_costs_little() -> None:
    text = "".join(f"User-agent: a{n}\n" for n in range(25_000)) + "Disallow: /x\n" * 25_000
    began = time.monotonic()
    assert addressed(text * 2, "tracker") == ""
    assert time.monotonic() - began < 2


# pace


def test_two_requests_to_one_host_start_a_pace_apart() -> None:
    with Faultd() as site:
        answers = fetch_all(look_at(site, pace=0.15), [site.url()] * 4, at_once=True)
        assert all(isinstance(answer, Snapshot) for answer in answers)
        assert all(b.at - a.at > 0.12 for a, b in pairwise(site.hits))


def test_hosts_do_not_wait_for_one_another() -> None:
    other = Faultd()
    other.host = "127.0.0.3"
    with Faultd() as site, other:
        began = time.monotonic()
        fetch_all(look_at(site, other, pace=5), [site.url(), other.url()], at_once=True)
        assert time.monotonic() - began < 4


def test_waiting_for_ones_turn_does_not_count_as_slowness() -> None:
    with Faultd() as site:
        answers = fetch_all(look_at(site, pace=0.4, deadline=0.3), [site.url()] * 3, at_once=True)
        assert all(isinstance(answer, Snapshot) for answer in answers)


def test_a_crawl_delay_is_kept_where_it_is_longer_than_the_pace() -> None:
    with Faultd(robots="User-agent: *\nCrawl-delay: 0.3") as site:
        fetch_all(look_at(site, robots=True, pace=0.01), [site.url()] * 2, at_once=True)
        assert [round(b.at - a.at, 1) >= 0.3 for a, b in pairwise(site.hits)] == [True, True]


def test_a_crawl_delay_of_hours_is_cut_to_half_a_minute() -> None:
    async def ask() -> str:
        return "User-agent: *\nCrawl-delay: 86400"

    assert asyncio.run(Robots("tracker/1").delay("o", "https://h/", "h/", ask)) == 30


def test_one_host_serves_only_a_few_of_us_at_a_time() -> None:
    with Faultd() as site:
        fetch_all(look_at(site, timeout=0.2), [site.url("/hang")] * 6, at_once=True)
        late = [hit.at - site.hits[0].at > 0.15 for hit in site.hits]
        assert late == [False] * 4 + [True] * 2

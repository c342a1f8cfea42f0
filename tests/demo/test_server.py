"""The market answers as a web server does, for the day that its clock says."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date

import httpx

from tracker.demo import pages
from tracker.demo.server import answer, feed, market

Talk = Callable[[httpx.AsyncClient, list[date]], Awaitable[None]]


def visit(talk: Talk, day: date) -> None:
    """Open the market on a day that `talk` can move, and talk to it."""
    clock = [day]

    async def main() -> None:
        async with market(lambda: clock[0]) as url, httpx.AsyncClient(base_url=url) as client:
            await talk(client, clock)

    asyncio.run(main())


def test_a_page_is_the_one_of_the_day_that_the_clock_says() -> None:
    async def talk(client: httpx.AsyncClient, clock: list[date]) -> None:
        for day in (date(2025, 6, 9), date(2025, 6, 10)):
            clock[0] = day
            got = await client.get("/openai/pricing")
            assert got.status_code == 200
            assert got.headers["content-type"] == "text/html; charset=utf-8"
            assert got.text == pages.page("openai", day)[1]

    visit(talk, date(2025, 6, 9))


def test_markdown_is_served_as_markdown() -> None:
    async def talk(client: httpx.AsyncClient, clock: list[date]) -> None:
        got = await client.get("/anthropic/pricing")
        assert got.headers["content-type"] == "text/markdown; charset=utf-8"
        assert "| Claude 3 Opus |" in got.text

    visit(talk, date(2025, 1, 29))


def test_an_unchanged_page_is_not_modified_and_a_changed_one_comes_whole() -> None:
    async def talk(client: httpx.AsyncClient, clock: list[date]) -> None:
        etag = (await client.get("/openai/pricing")).headers["etag"]
        again = await client.get("/openai/pricing", headers={"If-None-Match": etag})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
        clock[0] = date(2025, 6, 10)
        changed = await client.get("/openai/pricing", headers={"If-None-Match": etag})
        assert changed.status_code == 200
        assert changed.headers["etag"] != etag

    visit(talk, date(2025, 6, 9))


def test_what_is_not_there_is_not_found() -> None:
    async def talk(client: httpx.AsyncClient, clock: list[date]) -> None:
        for path in ("/", "/pricing", "/nobody/pricing", "/openai", "/openai/x/pricing", "/deepseek/pricing"):
            assert (await client.get(path)).status_code == 404, path
        assert (await client.post("/openai/pricing")).status_code == 405

    visit(talk, date(2024, 1, 1))  # deepseek opens in May


def test_robots_are_welcome() -> None:
    assert answer("/robots.txt", date(2024, 1, 1)).body == b"User-agent: *\nAllow: /\n"


def test_the_article_is_in_the_feed_from_its_day_on() -> None:
    assert "<item>" not in feed(date(2025, 1, 28))
    assert "https://www.wheresyoured.at/deep-impact/" in feed(date(2025, 1, 29))


def test_the_feed_is_one_that_our_reader_reads() -> None:
    from scrapers.feeds.wheresyoured import SOURCE
    from scrapers.page import Page

    found = SOURCE.reader(Page("http://127.0.0.1/feed", feed(date(2025, 2, 1)), "application/rss+xml"))
    (article,) = found.articles
    assert (article.title, article.url) == ("Deep Impact", "https://www.wheresyoured.at/deep-impact/")
    assert article.published_at is not None
    assert article.published_at.date() == date(2025, 1, 29)


def test_a_connection_left_open_does_not_keep_the_market_from_closing() -> None:
    async def main() -> None:
        async with market(lambda: date(2025, 1, 1)) as url:
            host, port = url.removeprefix("http://").split(":")
            _, writer = await asyncio.open_connection(host, int(port))
            writer.write(b"GET /openai/pri")
            await writer.drain()
        writer.close()

    asyncio.run(asyncio.wait_for(main(), 5))

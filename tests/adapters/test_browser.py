"""A page whose prices only its scripts fetch is read as Chromium renders it; it reaches nothing by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from scrapers.generic import generic
from scrapers.page import Page, ReadError
from tests.loopback.pages import Pages
from tests.loopback.victimd import Victimd
from tracker.adapters import browser, chromium
from tracker.adapters.browser import render
from tracker.adapters.fetch import Fetcher
from tracker.domain.errors import FetchError
from tracker.domain.model import Snapshot
from tracker.domain.settings import Look

pytestmark = pytest.mark.browser

SHELL = """<!doctype html><html><head><title>Pricing</title></head><body><div id="root"></div>
<script src="/app.js"></script></body></html>"""
APP = """
fetch("/prices.json").then(r => r.json()).then(rows => {
  document.getElementById("root").innerHTML = "<table><tr><th>Model" +
    "<th>Input / 1M tokens<th>Output / 1M tokens" +
    rows.map(r => `<tr><td>${r[0]}<td>$${r[1]}<td>$${r[2]}`).join("") + "</table>"
})
"""


@pytest.fixture
def pages() -> Iterator[Pages]:
    with Pages() as server:
        server.put("/pricing", SHELL)
        server.put("/app.js", APP, "text/javascript")
        server.put("/prices.json", '[["alpha-1", "3", "15"]]', "application/json")
        yield server


def rendered(pages: Pages, seconds: float = 20, most_bytes: int = 1 << 20) -> Snapshot:
    look = Look(pace=timedelta(0), allow_private=frozenset({pages.address}), robots=False)

    async def run() -> Snapshot:
        fetcher = Fetcher(look, now=lambda: datetime.now(UTC))
        try:
            page = await fetcher.get(pages.url("/pricing"))
            assert isinstance(page, Snapshot)
            return await render(fetcher, page, hosts=(), seconds=seconds, most_bytes=most_bytes)
        finally:
            await fetcher.aclose()

    return asyncio.run(run())


def shown(page: Snapshot) -> Snapshot:
    """A page that was fetched, as a browser shows it with no file beside."""

    async def run() -> Snapshot:
        fetcher = Fetcher(Look(), now=lambda: datetime.now(UTC))
        return await render(fetcher, page, hosts=(), seconds=20, most_bytes=1 << 20)

    return asyncio.run(run())


def test_prices_that_only_scripts_fetch_are_read(pages: Pages) -> None:
    with pytest.raises(ReadError) as shell:
        generic(Page(pages.url("/pricing"), SHELL))
    assert shell.value.kind == "no_table"
    found = rendered(pages)
    reading = generic(Page(found.url, found.body.decode(found.charset), found.media_type))
    assert [(o.model, o.meter, str(o.price)) for o in reading.offers] == [
        ("alpha-1", "input_mtok", "3"),
        ("alpha-1", "output_mtok", "15"),
    ]
    assert found.notes[-1] == "rendered by a browser with 2 files of its site"
    assert [path for path, _ in pages.asked] == ["/pricing", "/app.js", "/prices.json"]


def test_a_hostile_page_reaches_no_other_host_by_any_way(pages: Pages) -> None:
    with Victimd() as victim:
        there = victim.url("/")
        socket = there.replace("http", "ws", 1)
        pages.put(
            "/app.js",
            f"""fetch("{there}fetch", {{mode: "no-cors"}}).catch(() => 0)
            new Image().src = "{there}image"
            try {{ new WebSocket("{socket}socket") }} catch (e) {{}}
            navigator.sendBeacon("{there}beacon", "x")
            const frame = document.createElement("iframe"); frame.src = "{there}frame"
            document.body.append(frame)
            const link = document.createElement("link"); link.rel = "preconnect"; link.href = "{there}"
            document.head.append(link)
            const ice = [{{urls: "stun:127.0.0.2:{victim.port}"}}]
            try {{ new RTCPeerConnection({{iceServers: ice}}).createDataChannel("x") }} catch (e) {{}}
            window.open("{there}window")
            setTimeout(() => location.href = "{there}away", 50)""",
            "text/javascript",
        )
        try:
            rendered(pages)
        except FetchError as refused:
            assert refused.kind in ("browser", "deadline")
        assert victim.connections == 0


@pytest.mark.parametrize("end", ["/a{b}|c", "/a/../b", "?q={1}"])
def test_a_page_is_fetched_once_however_a_browser_spells_its_address(pages: Pages, end: str) -> None:
    assert b"hello" in shown(Snapshot(pages.url(end), datetime.now(UTC), 200, "text/html", "", b"hello")).body


def test_a_browser_that_gives_up_names_no_key(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser._Files, "answer", lambda files, route: route.abort())
    page = Snapshot(pages.url("/pricing?key=CANARY"), datetime.now(UTC), 200, "text/html", "", b"hello")
    with pytest.raises(FetchError, match="gave up") as error:
        shown(page)
    assert "CANARY" not in error.value.words


def test_a_page_that_never_rests_ends_at_its_deadline(pages: Pages) -> None:
    pages.put("/app.js", "while (true) {}", "text/javascript")
    with pytest.raises(FetchError) as late:
        rendered(pages, seconds=4)
    assert late.value.kind == "deadline"


def test_a_page_that_grows_without_end_is_refused(pages: Pages) -> None:
    pages.put("/app.js", 'document.body.append("x".repeat(3000000))', "text/javascript")
    with pytest.raises(FetchError) as large:
        rendered(pages)
    assert large.value.kind == "too_large"


@pytest.mark.parametrize(
    ("place", "name", "value"),
    [(browser, "async_playwright", None), (chromium, "PROGRAMS", ("no-such-browser",))],
)
def test_without_the_extra_or_a_browser_it_says_what_to_install(
    pages: Pages, monkeypatch: pytest.MonkeyPatch, place: object, name: str, value: object
) -> None:
    monkeypatch.setattr(place, name, value)
    with pytest.raises(FetchError, match="install") as missing:
        rendered(pages)
    assert missing.value.kind == "browser"


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("docs.acme.example", "acme.example"),
        ("www.acme.co.uk", "acme.co.uk"),
        ("acme.github.io", "acme.github.io"),
        ("docs.x.ai", "x.ai"),
        ("127.0.0.1", "127.0.0.1"),
        ("localhost", "localhost"),
    ],
)
def test_a_site_is_what_its_owner_owns(host: str, site: str) -> None:
    assert browser.site_of(host) == site

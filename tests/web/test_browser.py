"""The pages in a real Chromium: nothing runs, nothing leaves, nothing bursts, everything can be read."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from scrapers.page import Article, Terms
from tests.web import stock, week
from tests.web.asking import HOSTILE, ON_SQLITE, app_over, served
from tests.web.stock import HOUR, add_moves, add_sources, keep_page, move, set_health, source
from tests.web.whole import kinds_of
from tracker.adapters.store import events
from tracker.adapters.store.engine import writing
from tracker.domain.events import Event, EventRow, Kind
from tracker.domain.model import Series, Status
from tracker.web.registry import ROUTES

pytestmark = [pytest.mark.browser, ON_SQLITE]

NOT_FROM_NAMES = {"/verdicts/{claims}/{prediction}"}  # nothing is judged in that store
# Pictures and scripts, which the pages load; /healthz says 503 where there is trouble.
NOT_OPENED = ("/moves/{id}/chart", "/charts", "/static", "/scripts", "/healthz")
NO_ICON = "status of 404 (Not Found)"  # Chromium asks for one beside what is no page
SHOWN = {route.path for route in ROUTES}
CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
)
WIDTHS = (390, 820, 1440)
LEAST_CONTRAST = 4.5  # WCAG 2.2 AA, text of any size

# Every text node whose colour against what lies behind it is too weak.
WEAK_TEXT = """(least) => {
  const rgba = (c) => { const n = c.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n }
  const linear = (v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4
  const light = (c) => .2126 * linear(c[0] / 255) + .7152 * linear(c[1] / 255) + .0722 * linear(c[2] / 255)
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const c = rgba(getComputedStyle(e).backgroundColor)
      if (c[3] === 1) return c
    }
    return [255, 255, 255]
  }
  const weak = []
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement
    if (!walk.currentNode.data.trim() || !e.getClientRects().length) continue
    const [a, b] = [light(rgba(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x)
    const ratio = (a + .05) / (b + .05)
    if (ratio < least) weak.push([walk.currentNode.data.trim().slice(0, 40), ratio.toFixed(2)])
  }
  return weak
}"""
SIDEWAYS = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip("no Chromium at /usr/bin/chromium")
    with playwright.sync_playwright() as p:
        browser = p.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS.split())
        yield browser
        browser.close()


class Watch:
    """A page of the browser, and everything suspicious that happened in it."""

    def __init__(
        self,
        browser: Any,
        port: int,
        width: int = 1440,
        scheme: str = "light",
        init: str = "",
        java_script_enabled: bool = True,
    ) -> None:
        self.home = f"http://127.0.0.1:{port}"
        self.complaints: list[str] = []
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=java_script_enabled,
        )
        self.page = context.new_page()
        self.page.on("console", lambda message: self.complaints.append(f"console: {message.text}"))
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))
        self.page.on("request", self._requested)
        self.page.add_init_script(
            "addEventListener('securitypolicyviolation', e => console.error('csp', e.violatedDirective))"
        )
        if init:
            self.page.add_init_script(init)  # of the test's own: no policy of the page holds it

    def _requested(self, request: Any) -> None:
        if not request.url.startswith(self.home + "/"):
            self.complaints.append(f"request: {request.url}")

    def open(self, path: str) -> Any:
        answer = self.page.goto(self.home + path)
        assert answer is not None and answer.ok, path
        return self.page

    def close(self) -> None:
        self.page.context.close()


@pytest.fixture
def port(engine: Engine) -> Iterator[int]:
    with served(app_over(engine, week.a_busy_week(engine))) as port:
        yield port


def test_the_page_is_whole_without_script_and_for_a_screen_reader(chromium: Any, port: int) -> None:
    watch = Watch(chromium, port, width=390)
    page = watch.open("/")
    assert page.evaluate("document.scripts.length") == 0
    assert page.evaluate("getComputedStyle(document.body).fontVariantNumeric") == "tabular-nums"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    # Cards are laid out of tables: who listens to the page must go on to find tables in them.
    spoken = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    roles = [
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in spoken
        if not node["ignored"]
    ]
    assert [role for role, _ in roles].count("table") == 4
    assert ("heading", "11 of 15 sources are well.") in roles
    assert ("rowheader", "Mistral providers/mistral") in roles
    assert ("columnheader", "Before → after") in roles
    assert ("cell", "$10 to $2") in roles and ("cell", "cut, −80 %") in roles
    assert page.get_by_role("link", name="snapshot that shows OpenAI o3").count() == 1
    assert watch.complaints == []
    watch.close()


def test_paper_is_white_and_has_every_row(chromium: Any, port: int) -> None:
    watch = Watch(chromium, port, width=760, scheme="dark")
    page = watch.open("/")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.get_by_role("columnheader", name="The last look came to").is_visible()
    assert page.evaluate(WEAK_TEXT, LEAST_CONTRAST) == []
    watch.close()


def test_names_from_a_page_run_nothing_and_fit_on_any_page_and_feed(chromium: Any, engine: Engine) -> None:
    sources = stock.by_id(
        source("evil", url="javascript:window.__pwned=1", provider=HOSTILE[0]), source("feed", "feeds")
    )
    add_sources(engine, sources)
    page_id = keep_page(engine, "evil", b"<script>window.__pwned=1</script><img src=x onerror=alert(1)>")
    done = Status.confirmed
    moves = [
        move("evil", n, "2", "1", provider=n[:60].casefold(), seen=k * HOUR, status=done, reason=n)
        for k, n in enumerate(HOSTILE, 1)
    ]
    add_moves(engine, moves, page_id)
    stock.add_articles(engine, "feed", [Article(n[:99], f"javascript:{n}", n) for n in HOSTILE])
    for name in HOSTILE:
        stock.add_alert(engine, name, name[:60], error=name)
    set_health(engine, "evil", "blind", outcome="no_table", words="".join(HOSTILE))
    day = stock.NOW.date()
    with writing(engine) as connection:
        for n in HOSTILE:
            line = Series(n[:60].casefold(), n.casefold()[:200], "input_mtok", Terms(), "USD")
            row = EventRow(line, Decimal(2), Decimal(1), n, n[:99], "evil", n, 1, page_id)
            found = Event(
                Kind.list_cut, n[:60], day, day, day, n[:60], (row,), "evil", stock.NOW, done, n[:300]
            )
            events.put(connection, [found])
    app = app_over(engine, sources, lambda: HOSTILE[1])
    with served(app) as port:
        kinds = kinds_of(app, port, each=len(HOSTILE))
        assert {path for path, found in kinds.items() if not found} <= NOT_FROM_NAMES
        shown = {kind: found for kind, found in kinds.items() if not kind.startswith(NOT_OPENED)}
        for width in (390, 1440):
            watch = Watch(chromium, port, width)
            for kind, found in shown.items():
                for address in found if width == 390 and kind in SHOWN else found[:1]:
                    page = watch.open(address)
                    assert page.evaluate("window.__pwned") is None
                    fits = kind not in SHOWN or page.evaluate(SIDEWAYS) <= 0
                    assert fits, f"{address} scrolls sideways at {width} px"
            assert [c for c in watch.complaints if not c.endswith(NO_ICON)] == []
            watch.close()

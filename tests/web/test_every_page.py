"""Every kind of page, found from the routes, in a real Chromium: quiet, light, open to everybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from sqlalchemy import Engine

from scrapers.source import Source
from tests.web.asking import app_over, served
from tests.web.test_browser import LEAST_CONTRAST, SIDEWAYS, WEAK_TEXT, WIDTHS, Watch, chromium
from tests.web.whole import LATER, a_whole_store, kinds_of
from tracker.adapters.store.engine import open_store
from tracker.adapters.store.migrate import migrate
from tracker.web.registry import ROUTES

pytestmark = pytest.mark.browser
__all__ = ["chromium"]  # a fixture

REFUSED = {"/nothing-here": 404, "/models/nobody/nothing": 404, "/snapshots/999999/shown": 404}
REFUSED |= {"/moves/x": 404, "/prices?at=someday": 400, "/moves?since=1&status=odd": 400}
MOST_BYTES = 300_000  # of a page on the wire, all that it loads, without the one large script
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
BARRED = ((390, "dark"), (1440, "light"))
# What each violation of the rules is, and where.
BARRIERS = """async (rules) => {
  const found = await axe.run({ runOnly: rules, resultTypes: ["violations"] })
  return found.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target} ${n.failureSummary}`))
}"""
PICTURES = "[...document.querySelectorAll('figure.chart img')].map((i) => i.naturalWidth)"
# Whatever the Tab key must reach, and a note of what it has reached without anything to see.
CONTROLS = """() => {
  const open = (e) => e.checkVisibility() && !e.closest("details:not([open]) > :not(summary)")
  const all = [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")]
  window.reached = new Set(); window.unseen = []
  addEventListener("focusin", ({ target }) => {
    reached.add(target)
    const box = target.getBoundingClientRect(), style = getComputedStyle(target)
    const shows = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
    if (!shows || box.bottom <= 0 || box.top >= innerHeight) unseen.push(target.outerHTML.slice(0, 99))
  })
  window.controls = all.filter(open)
  return controls.length
}"""
MISSED = "[controls.filter((e) => !reached.has(e)).map((e) => e.outerHTML.slice(0, 99)), unseen]"


@dataclass(frozen=True)
class Site:
    """A running application, and the addresses of its pages by their route."""

    port: int
    kinds: dict[str, list[str]]

    @property
    def pages(self) -> list[str]:
        """The addresses of the pages of the registry."""
        return [address for route in ROUTES for address in self.kinds[route.path]]


Store = tuple[Engine, Mapping[str, Source]]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    engine, sources = a_whole_store(tmp_path_factory.mktemp("whole"))
    yield engine, sources
    engine.dispose()


@pytest.fixture(scope="module")
def site(store: Store) -> Iterator[Site]:
    app = app_over(*store)
    with served(app) as port:
        yield Site(port, kinds_of(app, port))


@pytest.fixture(scope="module")
def later(store: Store) -> Iterator[Site]:
    """As it is once the bundled history is known, weeks after anybody looked: full charts, stale sources."""
    app = app_over(*store, now=LATER)
    with served(app) as port:
        kinds = kinds_of(app, port, each=1)
        yield Site(port, {kind: found[:1] for kind, found in kinds.items()})


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """As it is before the first look, and without any network."""
    engine = open_store(f"sqlite:///{tmp_path_factory.mktemp('fresh')}/tracker.db")
    migrate(engine)
    app = app_over(engine, trouble=lambda: "No source could be reached: is there a network?")
    with served(app) as port:
        yield Site(port, kinds_of(app, port))
    engine.dispose()


def strained(page: Any, at: str) -> list[str]:
    """What bursts, fades or bars the way, at each width, in light and dark."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if page.evaluate(SIDEWAYS) > 0:
                found.append(f"{at} scrolls sideways at {width} px")
            weak = page.evaluate(WEAK_TEXT, LEAST_CONTRAST) if (width, scheme) not in BARRED else []
            found += [f"{at}, {scheme}, {width} px: weak {words}" for words in weak]
            if (width, scheme) in BARRED:  # which look at contrast, too
                found += [f"{at}, {scheme}, {width} px: {b}" for b in page.evaluate(BARRIERS, RULES)]
    page.emulate_media(media="print", color_scheme="light")
    if page.evaluate("[...document.querySelectorAll('nav')].some((e) => e.checkVisibility())"):
        found.append(f"{at} is printed with its navigation")
    page.emulate_media(media="screen")
    return found


def test_links_lead_to_every_kind_of_page(site: Site) -> None:
    assert {path: found for path, found in site.kinds.items() if not found} == {}


@pytest.mark.parametrize("when", ["site", "later"])
def test_every_page_is_quiet_light_and_without_a_barrier(
    chromium: Any, when: str, request: pytest.FixtureRequest
) -> None:
    site: Site = request.getfixturevalue(when)
    found = []
    watch = Watch(chromium, site.port, init=AXE_SCRIPT)
    loaded = bytes_of(watch.page)
    for address in site.pages:
        loaded.clear()
        page = watch.open(address)
        if when == "later" and not page.locator("figure.chart, table.grid").count():
            continue  # what history adds to
        for figure in page.locator("figure.chart").all():
            figure.scroll_into_view_if_needed()
            figure.locator("canvas").wait_for(timeout=20_000)
        size = sum(size for url, size in loaded.values() if "/scripts/vega.js" not in url)
        if size > MOST_BYTES:
            found.append(f"{address} takes {size} bytes")
        found += strained(page, address)
    found += watch.complaints
    watch.close()
    assert found == []


def bytes_of(page: Any) -> dict[str, list[Any]]:
    """The address and size on the wire of whatever the page loads from here on; nothing comes of a cache."""
    loaded: dict[str, list[Any]] = {}
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    wire.on("Network.responseReceived", lambda e: loaded.update({e["requestId"]: [e["response"]["url"], 0]}))

    def ended(event: Any) -> None:
        loaded.setdefault(event["requestId"], ["", 0])[1] = event["encodedDataLength"]

    wire.on("Network.loadingFinished", ended)
    return loaded


@pytest.mark.parametrize("path", REFUSED)
def test_a_refusal_is_a_page_like_the_others(chromium: Any, site: Site, path: str) -> None:
    watch = Watch(chromium, site.port, init=AXE_SCRIPT)
    answer = watch.page.goto(watch.home + path)
    assert answer is not None and answer.status == REFUSED[path]
    assert strained(watch.page, path) == []
    assert [c for c in watch.complaints if "Failed to load resource" not in c] == []  # Chromium's own word
    watch.close()


def test_a_fresh_store_without_a_network_has_pages_like_the_others(chromium: Any, fresh: Site) -> None:
    watch = Watch(chromium, fresh.port, init=AXE_SCRIPT)
    found = []
    for address in fresh.pages:
        found += strained(watch.open(address), address)
    assert found + watch.complaints == []
    watch.close()


def test_without_scripts_every_chart_is_a_picture(chromium: Any, site: Site) -> None:
    watch = Watch(chromium, site.port, 390, java_script_enabled=False)
    drawn = 0
    for address in site.pages:
        page = watch.open(address)
        for figure in page.locator("figure.chart").all():
            picture = figure.locator("img")
            picture.scroll_into_view_if_needed()
            assert picture.get_attribute("alt"), address
        widths = page.evaluate(PICTURES)
        assert all(widths), f"{address}: a chart without script is empty"
        drawn += len(widths)
    assert drawn > 5
    watch.close()


@pytest.mark.parametrize("kind", [route.path for route in ROUTES])
def test_the_tab_key_reaches_every_control_and_shows_where_it_is(
    chromium: Any, site: Site, kind: str
) -> None:
    watch = Watch(chromium, site.port, 820)
    page = watch.open(min(site.kinds[kind], key=len))
    press = partial(page.keyboard.press, "Tab")
    for _ in range(min(page.evaluate(CONTROLS), 400) + 1):
        press()
    missed, unseen = page.evaluate(MISSED)
    assert len(missed) == max(0, page.evaluate("controls.length") - 400), missed[:9]
    assert unseen == []
    watch.close()

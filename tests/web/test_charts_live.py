"""Charts in a real Chromium: alive under the policy of the pages, legible, and still without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.web.asking import ON_SQLITE, app_over, served
from tests.web.stock import NOW
from tests.web.test_browser import LEAST_CONTRAST, SIDEWAYS, WEAK_TEXT, Watch, chromium
from tests.web.test_chart_pages import a_model
from tracker.adapters.store import bundled
from tracker.adapters.store.engine import writing

pytestmark = [pytest.mark.browser, ON_SQLITE]
__all__ = ["chromium"]  # a fixture

PAGES = ("/models/openai/o3", "/verdicts", "/verdicts/deep-impact/P1", "/index")


@pytest.fixture
def port(engine: Engine) -> Iterator[int]:
    with writing(engine) as connection:
        bundled.load(connection, NOW)
    a_model(engine)
    with served(app_over(engine)) as port:
        yield port


def test_charts_come_alive_with_nothing_to_complain_of(chromium: Any, port: int) -> None:
    for width, scheme in ((1440, "light"), (390, "dark")):
        watch = Watch(chromium, port, width, scheme)
        for path in PAGES:
            page = watch.open(path)
            for figure in page.locator("figure.chart").all():
                figure.scroll_into_view_if_needed()
                figure.locator("canvas").wait_for(timeout=20_000)
            assert page.locator("figure.chart:not(.is-live)").count() == 0
            assert page.evaluate(SIDEWAYS) <= 0, f"{path} scrolls sideways at {width} px"
            assert page.evaluate(WEAK_TEXT, LEAST_CONTRAST) == []
        assert watch.complaints == []
        watch.close()


def test_who_points_at_a_chart_is_told_the_price_and_its_source(chromium: Any, port: int) -> None:
    watch = Watch(chromium, port)
    page = watch.open(PAGES[0])
    canvas = page.locator("#prices-chart canvas")
    canvas.wait_for(timeout=20_000)
    canvas.hover()
    tip = page.locator("#vg-tooltip-element.visible")
    tip.wait_for(timeout=5_000)
    assert "source" in tip.inner_text() and "from" in tip.inner_text()
    assert watch.complaints == []
    watch.close()


def test_without_scripts_every_chart_is_a_picture_with_words(chromium: Any, port: int) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    for path in PAGES:
        page.goto(f"http://127.0.0.1:{port}{path}")
        for picture in page.locator("figure.chart img").all():
            picture.scroll_into_view_if_needed()
            assert picture.get_attribute("alt").startswith("Chart: ")
            assert picture.is_visible()
    context.close()

"""The site of files in a real Chromium, as any plain host serves it: alive, whole, and by itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.web import site_of
from tests.web.asking import ON_SQLITE
from tests.web.test_browser import LEAST_CONTRAST, SIDEWAYS, WEAK_TEXT, Watch, chromium
from tests.web.week import a_busy_week
from tracker.web.site import links

pytestmark = [pytest.mark.browser, ON_SQLITE]
__all__ = ["chromium"]  # a fixture

BELOW = "/of-others/prices"  # the path of the host that the site lies at
PAGES = (
    "/index.html",
    "/prices.html",
    "/moves.html",
    "/models/openai/o3.html",
    "/moves/1.html",
    "/snapshots/1/shown/move=1.html",
    "/sources/openai.html",
    "/verdicts.html",
    "/articles.html",
    "/sources.html",
    "/404.html",
)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *words: object) -> None:
        pass


@pytest.fixture
def site(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, int]]:
    """The folder, and the port of a host that serves what lies above it."""
    monkeypatch.setattr(links, "MOST_DRAWN", 1)
    served = tmp_path / "www"
    folder = served / BELOW[1:]
    site_of.made(engine, a_busy_week(engine), folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=served))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield folder, server.server_address[1]
    server.shutdown()


def test_the_site_is_alive_below_a_path_and_from_the_disk_and_whole_without_scripts(
    chromium: Any, site: tuple[Path, int]
) -> None:
    folder, port = site
    served = f"http://127.0.0.1:{port}{BELOW}"
    for home, width, scheme in (
        (served, 1440, "light"),
        (served, 390, "dark"),
        (folder.as_uri(), 1440, "light"),
    ):
        watch = Watch(chromium, port, width, scheme)
        watch.home = home
        for path in PAGES:
            page = watch.page
            page.goto(home + path)
            for figure in page.locator("figure.chart").all():
                figure.scroll_into_view_if_needed()
                figure.locator("canvas").wait_for(timeout=20_000)
            assert page.evaluate(SIDEWAYS) <= 0, f"{path} scrolls sideways at {width} px"
            assert page.evaluate(WEAK_TEXT, LEAST_CONTRAST) == []
        assert watch.complaints == []
        watch.close()
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served}/index.html")
    page.get_by_role("link", name="$2", exact=True).first.click()
    picture = page.locator("figure.chart img")
    picture.scroll_into_view_if_needed()
    assert picture.evaluate("(img) => img.decode().then(() => img.naturalWidth)") > 300
    page.get_by_role("link", name="as first seen").click()
    assert "o3 $2.00" in " ".join(page.locator("pre.kept").inner_text().split())
    context.close()

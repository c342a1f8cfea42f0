"""A page as a browser renders it, for sites whose prices no document, twin or payload states."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from tracker.adapters import chromium
from tracker.adapters.fetch import Fetcher
from tracker.domain.errors import FetchError
from tracker.domain.model import Snapshot

try:
    from playwright.async_api import Error, async_playwright
except ImportError:  # the extra is not installed
    async_playwright, Error = None, Exception  # type: ignore[assignment]

KINDS = ("script", "stylesheet", "xhr", "fetch", "document")  # no picture or film states a price
MOST_FILES, MOST_BYTES = 300, 64 * 1024 * 1024
SHARED = ("github.io", "netlify.app", "pages.dev", "vercel.app", "web.app", "cloudfront.net")
SECOND = (["ac"], ["co"], ["com"], ["edu"], ["gov"], ["net"], ["org"])  # below a country's two letters
QUIET_S = 5.0  # how long a page may go on asking after it was loaded
FLAGS = (
    "--host-resolver-rules=MAP * ~NOTFOUND",  # whatever slips past the route finds nobody
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
)


async def render(
    fetcher: Fetcher, snapshot: Snapshot, *, hosts: Sequence[str], seconds: float, most_bytes: int
) -> Snapshot:
    """What a fetched page becomes once its scripts have run; raises FetchError.

    The browser itself reaches nothing: every file that the page asks for is fetched by our own fetcher,
    through its guard and within its bounds, and only from the page's own site or from `hosts`.
    """
    program = chromium.program()
    if async_playwright is None or program is None:
        raise FetchError("browser", chromium.WANTED)
    files = _Files(fetcher, snapshot, tuple(hosts))
    try:
        async with asyncio.timeout(seconds), _tab(program) as page:
            await page.route("**/*", lambda route: files.answer(route))  # playwright marks what it is given
            await page.goto(snapshot.url, wait_until="load")
            await _until_quiet(page)
            body = (await page.content()).encode("utf-8", "replace")
    except TimeoutError:
        raise FetchError("deadline", f"took longer than {seconds:g} s to render") from None
    except Error as e:
        words = re.sub(r"\w+://\S+", "its address", str(e).partition("\n")[0])  # there may be a key in it
        raise FetchError("browser", f"the browser gave up: {words[:120]}") from None
    if len(body) > most_bytes:
        raise FetchError("too_large", f"the rendered page is larger than {most_bytes:,} bytes")
    return replace(
        snapshot,
        body=body,
        media_type="text/html",
        charset="utf-8",
        etag="",
        last_modified="",
        notes=(*snapshot.notes, f"rendered by a browser with {files.count} files of its site"),
    )


def site_of(host: str) -> str:
    """What the owner of a host owns: its last two labels, three where strangers share them."""
    labels = host.split(".")
    if ":" in host or host.replace(".", "").isdigit():
        return host
    shared = ".".join(labels[-2:]) in SHARED or (len(labels[-1]) == 2 and labels[-2:-1] in SECOND)
    return ".".join(labels[-3 if shared else -2 :])


@asynccontextmanager
async def _tab(program: str) -> AsyncIterator[Any]:
    flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=flags)
        try:
            context = await browser.new_context(service_workers="block", accept_downloads=False)
            page = await context.new_page()
            await page.route_web_socket("**/*", lambda socket: socket.close())
            yield page
        finally:
            with contextlib.suppress(TimeoutError, Error):  # its driver ends it with its own end
                async with asyncio.timeout(QUIET_S):
                    await browser.close()


async def _until_quiet(page: Any) -> None:
    try:
        await page.wait_for_load_state("networkidle", timeout=QUIET_S * 1000)
    except Error:
        return  # a page that never rests is read as it stands


@dataclass(slots=True)
class _Files:
    """What the page may have: its own document, then files of its site, bounded in number and size."""

    fetcher: Fetcher
    document: Snapshot
    hosts: tuple[str, ...]
    count: int = 0
    size: int = 0
    is_served: bool = False
    _slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(4))

    async def answer(self, route: Any) -> None:
        request = route.request
        if request.is_navigation_request() and not self.is_served:  # the browser may spell its address anew
            self.is_served = True
            await route.fulfill(body=self.document.body, content_type=self._content_type(self.document))
        elif not self._may_have(request):
            await route.abort()
        else:
            self.count += 1
            await self._fetch(route, request)

    def _may_have(self, request: Any) -> bool:
        known = request.method == "GET" and request.resource_type in KINDS
        return known and self.count < MOST_FILES and self._is_near(request.url)

    def _is_near(self, url: str) -> bool:
        """Of the page's own site, whatever its subdomain, or of a host that the settings name."""
        host = (urlsplit(url).hostname or "").lower()
        site = site_of((urlsplit(self.document.url).hostname or "").lower())
        return host == site or host.endswith(f".{site}") or host in self.hosts

    async def _fetch(self, route: Any, request: Any) -> None:
        try:
            async with self._slots:
                found = await self.fetcher.part(request.url, request.headers.get("accept", "*/*"))
        except FetchError:
            await route.abort()
            return
        self.size += len(found.body)
        if self.size > MOST_BYTES:
            await route.abort()
        else:
            await route.fulfill(body=found.body, content_type=self._content_type(found))

    @staticmethod
    def _content_type(found: Snapshot) -> str:
        return f"{found.media_type}; charset={found.charset}" if found.charset else found.media_type

"""The demo's market on a loopback port: pricing pages and a feed, of the day that its clock says."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import format_datetime
from html import escape
from http import HTTPStatus

from tracker.demo.market import providers
from tracker.demo.pages import page

ARTICLE = ("Deep Impact", "https://www.wheresyoured.at/deep-impact/", datetime(2025, 1, 29, tzinfo=UTC))
ROBOTS = "User-agent: *\nAllow: /\n"
IDLE = 30.0  # seconds that a connection may wait for its next request


@dataclass(frozen=True, slots=True)
class _Answer:
    status: HTTPStatus
    media_type: str = "text/plain"
    body: bytes = b""

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:20]}"'


@asynccontextmanager
async def market(today: Callable[[], date], seed: int = 0) -> AsyncIterator[str]:
    """Serve the market on a free port of 127.0.0.1; gives its address, without a slash at the end.

    /<provider>/pricing is that provider's page of `today()`, /feed an RSS of the articles up to then.
    """
    open_now: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        open_now.add(task)
        try:
            await _converse(reader, writer, lambda path: answer(path, today(), seed))
        except asyncio.CancelledError:
            pass  # the market closes: asyncio reports a connection that ends any other way
        finally:
            open_now.discard(task)
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in open_now:
            task.cancel()
        await asyncio.gather(*open_now, return_exceptions=True)
        await server.wait_closed()


def answer(path: str, day: date, seed: int = 0) -> _Answer:
    """What the market says to a GET of `path` on a day."""
    if path == "/robots.txt":
        return _Answer(HTTPStatus.OK, "text/plain", ROBOTS.encode())
    if path == "/feed":
        return _Answer(HTTPStatus.OK, "application/rss+xml", feed(day).encode())
    provider = path.removeprefix("/").removesuffix("/pricing")
    if path != f"/{provider}/pricing" or provider not in providers():
        return _Answer(HTTPStatus.NOT_FOUND)
    try:
        media_type, text = page(provider, day, seed)
    except LookupError:  # the provider has no page yet
        return _Answer(HTTPStatus.NOT_FOUND)
    return _Answer(HTTPStatus.OK, media_type, text.encode())


def feed(day: date) -> str:
    """An RSS document of the articles published up to a day: titles and links."""
    title, link, published = ARTICLE
    item = ""
    if day >= published.date():
        item = (
            f"<item><title>{escape(title)}</title><link>{link}</link><guid>{link}</guid>"
            f"<pubDate>{format_datetime(published, usegmt=True)}</pubDate></item>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>The demo\'s feed</title>'
        f"<link>{link}</link><description>Articles with predictions about prices.</description>{item}"
        "</channel></rss>\n"
    )


async def _converse(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, reply: Callable[[str], _Answer]
) -> None:
    """Answer the requests of one connection until it ends."""
    while True:
        try:
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), IDLE)
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            return
        writer.write(_respond(head.decode("latin-1"), reply))
        try:
            await writer.drain()
        except ConnectionError:
            return


def _respond(head: str, reply: Callable[[str], _Answer]) -> bytes:
    """The bytes that answer one request."""
    request, *lines = head.split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (ln.partition(":") for ln in lines)}
    method, _, rest = request.partition(" ")
    path = rest.partition(" ")[0].partition("?")[0]
    if method not in ("GET", "HEAD"):
        return _bytes(_Answer(HTTPStatus.METHOD_NOT_ALLOWED), whole=True)
    found = reply(path)
    if found.status is HTTPStatus.OK and headers.get("if-none-match") == found.etag:
        return _bytes(found, whole=False, status=HTTPStatus.NOT_MODIFIED)
    return _bytes(found, whole=method == "GET")


def _bytes(found: _Answer, *, whole: bool, status: HTTPStatus | None = None) -> bytes:
    status = status or found.status
    lines = [f"HTTP/1.1 {status.value} {status.phrase}"]
    if status is not HTTPStatus.NOT_MODIFIED:
        lines += [f"Content-Type: {found.media_type}; charset=utf-8", f"Content-Length: {len(found.body)}"]
    if found.status is HTTPStatus.OK:
        lines.append(f"ETag: {found.etag}")
    return "\r\n".join([*lines, "", ""]).encode() + (found.body if whole else b"")

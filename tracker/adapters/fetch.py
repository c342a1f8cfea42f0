"""One look at a page: guarded, bounded in time and size, polite; the only module that knows httpx."""

from __future__ import annotations

import logging
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from functools import cache, partial
from pathlib import Path

import httpcore
import httpx
import structlog

from tracker.adapters.addresses import Resolver, system_resolver
from tracker.adapters.decode import Body, declared_length, refusal, snapshot_of, too_large, validator
from tracker.adapters.guard import Guard, Stale, Wire
from tracker.adapters.hops import (
    PERMANENT,
    REDIRECTS,
    REDIRECTS_MAX,
    Ask,
    Budget,
    Moved,
    as_reached,
    target_of,
)
from tracker.adapters.robots import ROBOTS_MAX, Robots, Turns
from tracker.adapters.urls import BadUrl, Url, basic, url_of
from tracker.domain.errors import FetchError
from tracker.domain.model import NotModified, Snapshot
from tracker.domain.settings import Look

FRAMING_MAX = 256 * 1024  # headers and chunk sizes, on top of the body
IDLE_MAX = 16  # connections kept for another request, over all hosts; httpcore looks through them each time
IDLE_S = 15.0

log = structlog.get_logger()

# Both name whole addresses in their records, with the passwords and keys in them.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class Fetcher:
    """Fetches pages for as long as the process runs; belongs to one event loop."""

    def __init__(
        self, look: Look, *, now: Callable[[], datetime], resolve: Resolver = system_resolver
    ) -> None:
        self._look = look
        self._now = now
        self._seconds = look.timeout.total_seconds()
        self._guard = Guard(look.allow_private, resolve, look.max_bytes + FRAMING_MAX)
        self._pools: dict[tuple[str, Path | None], _Transport] = {}
        self._robots = Robots(look.user_agent)
        self._turns = Turns()

    async def get(
        self,
        url: str,
        *,
        accept: str = "text/html",
        etag: str = "",
        last_modified: str = "",
        headers: Sequence[tuple[str, str]] = (),
        ca_file: Path | None = None,
    ) -> Snapshot | NotModified:
        """The page, or that it has not changed since `etag` and `last_modified`; raises FetchError only.

        `headers` are credentials: they stay with the origin of `url`. A page reached by a redirect comes
        without validators, because they are not those of `url`.
        """
        try:
            start, user = url_of(url), basic(url)
        except BadUrl as error:
            raise FetchError("unreachable", f"the source's url {error}") from None
        secrets = (user, *headers) if user else tuple(headers)
        ask = Ask(accept, validator(etag), validator(last_modified), secrets, ca_file)
        return await self._follow(start, ask, Budget(self._look.deadline.total_seconds()))

    async def part(self, url: str, accept: str) -> Snapshot:
        """A file that a page asks for while a browser renders it: guarded and bounded as pages are.

        It is part of the look at its page, so it waits for no turn of its own, and is sent no credentials.
        Raises FetchError only.
        """
        try:
            at = url_of(url)
        except BadUrl as error:
            raise FetchError("unreachable", f"a file of the page: its url {error}") from None
        ask = Ask(accept)
        for _ in range(REDIRECTS_MAX + 1):
            try:
                async with Budget(self._seconds).spend():
                    answer = await self._request(at, ask)
            except TimeoutError:
                raise FetchError("deadline", f"took longer than {self._seconds:g} s: {at.place}") from None
            if isinstance(answer, Snapshot):
                return answer
            assert isinstance(answer, Moved)  # nothing conditional was asked
            at = target_of(at, answer, ask)
        raise FetchError("redirects", f"{at.place} redirects more than {REDIRECTS_MAX} times")

    async def aclose(self) -> None:
        """Close every connection."""
        pools, self._pools = self._pools, {}
        for transport in pools.values():
            await transport.aclose()

    async def _follow(self, start: Url, ask: Ask, budget: Budget) -> Snapshot | NotModified:
        url, permanent, moved = start, True, ""
        for _ in range(REDIRECTS_MAX + 1):
            answer = await self._step(url, ask, budget)
            if isinstance(answer, NotModified):
                return answer
            if isinstance(answer, Snapshot):
                return answer if url == start else as_reached(answer, moved)
            target = target_of(url, answer, ask)
            log.debug("fetch.redirected", status=answer.status, at=url.place, to=target.place)
            permanent = permanent and answer.status in PERMANENT
            if permanent:
                moved = "" if target.host == start.host else target.host
            url, ask = target, replace(ask, etag="", last_modified="")
        raise FetchError("redirects", f"{start.place} redirects more than {REDIRECTS_MAX} times")

    async def _step(self, url: Url, ask: Ask, budget: Budget) -> Snapshot | NotModified | Moved:
        """One request, when the site allows it and it is our turn."""
        gap = self._look.pace.total_seconds()
        if self._look.robots and not ask.for_robots:
            fetch = partial(self._read_robots, url, ask, budget)
            gap = max(gap, await self._robots.delay((*url.origin, ask.ca_file), str(url), url.place, fetch))
        # Waiting for one's turn is politeness, not slowness of the page: the budget is not spent on it.
        async with self._turns.turn(url.host, gap):
            try:
                async with budget.spend():
                    return await self._request(url, ask)
            except TimeoutError:
                words = f"took longer than {budget.total:g} s in all: {url.place}"
                raise FetchError("deadline", words) from None

    async def _read_robots(self, url: Url, ask: Ask, budget: Budget) -> str:
        """The robots.txt for a page, in at most half of what time the page has left."""
        mine = Budget(min(self._seconds, budget.left / 2))
        about = Ask("text/plain", ca_file=ask.ca_file, for_robots=True)
        try:
            found = await self._follow(replace(url, target="/robots.txt"), about, mine)
        finally:
            budget.left -= mine.total - mine.left
        return found.body.decode("utf-8", "replace") if isinstance(found, Snapshot) else ""

    async def _request(self, url: Url, ask: Ask) -> Snapshot | NotModified | Moved:
        try:
            return await self._exchange(url, ask)
        except Stale:
            self._guard.forget(url.host, url.port)
        try:
            return await self._exchange(url, ask)
        except Stale:
            raise FetchError("unreachable", f"{url.netloc} keeps closing its connections") from None

    async def _exchange(self, url: Url, ask: Ask) -> Snapshot | NotModified | Moved:
        request = _request(url, ask.lines(self._look.user_agent), self._seconds)
        async with _answer(self._transport(url, ask.ca_file), request, url, self._seconds) as response:
            wire = response.extensions["network_stream"]
            assert isinstance(wire, Wire)
            status, headers = response.status_code, response.headers
            # Made of bytes left over from the answer before, or said of a connection that idled too long.
            if not wire.received or (status == 408 and wire.exchanges > 1):
                raise Stale
            if status != 200:
                await _drain(response, wire)
            if status == 304 and (ask.etag or ask.last_modified):
                return NotModified(self._now())
            if status in REDIRECTS:
                return Moved(status, tuple(headers.get_list("location")))
            if status != 200:
                raise refusal(url.place, status, headers.get("retry-after", ""), self._now())
            cap = min(self._look.max_bytes, ROBOTS_MAX) if ask.for_robots else self._look.max_bytes
            body = await _body(response, wire, url.place, cap, self._seconds)
            return snapshot_of(str(url), headers, body, self._now())

    def _transport(self, url: Url, ca_file: Path | None) -> _Transport:
        key = url.scheme, ca_file
        if key not in self._pools:
            tls = _tls(ca_file) if url.scheme == "https" else None
            self._pools[key] = _Transport(tls, self._guard)
        return self._pools[key]


class _Transport(httpx.AsyncHTTPTransport):
    """httpx's transport over a pool that connects through the guard, and never through a proxy."""

    def __init__(self, tls: ssl.SSLContext | None, guard: Guard) -> None:
        # Without super().__init__(), which offers no place for a backend and would build a pool of its own.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=None,
            max_keepalive_connections=IDLE_MAX,
            keepalive_expiry=IDLE_S,
            network_backend=guard,
        )


@cache
def _system_tls() -> ssl.SSLContext:
    context = httpx.create_ssl_context(trust_env=False)
    context.load_default_certs()  # what this machine's owner trusts besides
    return context


def _tls(ca_file: Path | None) -> ssl.SSLContext:
    if ca_file is None:
        return _system_tls()
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:  # ssl.SSLError among them
        reason = error.strerror or "not a certificate file"
        raise FetchError("tls", f"the source's ca_file {ca_file} cannot be used: {reason}") from None


def _request(url: Url, headers: list[tuple[str, str]], seconds: float) -> httpx.Request:
    timeouts = {"connect": seconds, "read": seconds, "write": seconds, "pool": None}
    try:
        to = httpx.URL(scheme=url.scheme, host=url.host, port=url.port, raw_path=url.target.encode())
        return httpx.Request("GET", to, headers=headers, extensions={"timeout": timeouts})
    except httpx.InvalidURL:
        raise FetchError("unreachable", f"{url.place} is not an address that can be asked") from None
    except ValueError:
        raise _unsendable(url) from None


@asynccontextmanager
async def _answer(
    transport: _Transport, request: httpx.Request, url: Url, seconds: float
) -> AsyncIterator[httpx.Response]:
    try:
        response = await transport.handle_async_request(request)
    except httpx.TimeoutException:
        words = f"timed out after {seconds:g} s waiting for the first byte from {url.netloc}"
        raise FetchError("timeout", words) from None
    except httpx.LocalProtocolError:
        raise _unsendable(url) from None
    except httpx.ProtocolError:
        raise FetchError("protocol", f"{url.place} does not answer in proper HTTP") from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
        raise FetchError("unreachable", f"no answer from {url.netloc}") from None
    try:
        yield response
    finally:
        await response.aclose()


async def _drain(response: httpx.Response, wire: Wire) -> None:
    """Take a body that nobody wants and that has come already, so that the connection serves once more."""
    if wire.body == (0 if response.status_code == 304 else declared_length(response.headers)):
        async for _ in response.aiter_raw():
            pass


async def _body(response: httpx.Response, wire: Wire, place: str, cap: int, seconds: float) -> Body:
    body = Body(response.headers.get("content-encoding", ""), cap, place)
    declared = declared_length(response.headers)
    if declared is not None and declared > cap:
        raise too_large(place, cap)
    try:
        async for chunk in response.aiter_raw():
            body.feed(chunk)
    except httpx.TimeoutException:
        words = f"timed out after {seconds:g} s waiting for the rest of {place}"
        raise FetchError("timeout", words) from None
    except (httpx.HTTPError, OSError) as error:
        if isinstance(error, httpx.ProtocolError) and not wire.ended:
            raise FetchError("protocol", f"{place} does not answer in proper HTTP") from None
        raise FetchError("truncated", f"{place} breaks off before its end") from None
    if declared is not None and wire.body > declared:
        body.trailing = wire.spoiled = True
    return body


def _unsendable(url: Url) -> FetchError:
    words = (
        f"a header of the source at {url.place} cannot be sent; look for line breaks and odd letters in it"
    )
    return FetchError("protocol", words)

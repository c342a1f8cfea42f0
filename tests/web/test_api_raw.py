"""The API over a real server: tricks get a short refusal, a crowd gets no queue, nothing is written."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Mapping

import httpx
from sqlalchemy import Engine

from scrapers.source import Source
from tests.web import week
from tests.web.asking import ON_SQLITE, app_over, served
from tests.web.stock import NOW
from tests.web.test_hostile import raw
from tracker.web.app import make_app
from tracker.web.aside import MOST_WAITING

ROOT = b"GET /api/v1"
TRICKS = {
    "dot segments": (ROOT + b"/../../../etc/passwd", b"", 404),
    "encoded dots": (ROOT + b"/%2e%2e/%2e%2e/etc/passwd", b"", 404),
    "double encoded dots": (ROOT + b"/snapshots/%252e%252e%252f1", b"", 404),
    "backslashes": (ROOT + b"/snapshots/..\\..\\1", b"", 404),
    "overlong dots": (ROOT + b"/snapshots/%c0%ae%c0%ae", b"", 404),
    "a foreign path": (ROOT + b"//evil.example/x", b"", 404),
    "a foreign Host": (ROOT + b"/moves?limit=1", b"Host: evil.example", 200),
    "a Host with a path": (ROOT + b"/moves", b"Host: evil.example/?#", 400),
    "SQL in a filter": (ROOT + b"/prices?model=x%27%20OR%201=1;DROP%20TABLE%20prices--", b"", 200),
    "a pattern without end": (ROOT + b"/prices?model=" + b"*a" * 140, b"", 200),
    "a limit": (ROOT + b"/moves?limit=1e9", b"", 400),
    "an offset": (ROOT + b"/moves?offset=-1", b"", 400),
    "a NUL": (ROOT + b"/moves?model=%00", b"", 400),
    "a broken escape": (ROOT + b"/moves?model=%ff%zz", b"", 200),
    "a name that is not text": (ROOT + b"/moves?%00=1", b"", 400),
    "a token that is no text": (ROOT + b"/moves", b"Authorization: Bearer \xff\xfe", 200),
    "a tag without end": (ROOT + b"/moves", b"If-None-Match: " + b'"x",' * 5000, 200),
    "an Accept without sense": (ROOT + b"/moves", b"Accept: ;;q=nan,,/;q=", 406),
    "a long query": (ROOT + b"/moves?model=" + b"x" * 100_000, b"", 400),
    "a big body": (ROOT + b"/moves", b"Content-Length: 10485760", 413),
    "a cross-site post": (b"POST /api/v1/moves", b"Origin: http://evil.example", 405),
    "a preflight": (b"OPTIONS /api/v1/moves", b"Access-Control-Request-Method: PUT", 405),
    "many ranges": (ROOT + b"/moves", b"Range: bytes=" + b",".join(b"0-%d" % n for n in range(5000)), 200),
    "a feed of a long ago": (b"GET /feeds/moves.atom?since=0001-01-01", b"", 400),
    "a feed of nobody": (b"GET /feeds/..%2f..%2fetc.atom", b"", 404),
}


@ON_SQLITE
def test_tricks_with_the_api_get_a_short_refusal_and_write_nothing(engine: Engine) -> None:
    app = app_over(engine, week.a_busy_week(engine))
    with engine.connect() as connection:
        before = list(connection.connection.iterdump())  # type: ignore[attr-defined]
    with served(app) as port:
        for name, (target, header, status) in TRICKS.items():
            host = b"" if header.startswith(b"Host:") else b"Host: a\r\n"
            lines = target + b" HTTP/1.1\r\n" + host + header + (b"\r\n" if header else b"")
            answer = raw(port, lines + b"Connection: close\r\n\r\n")
            head, _, body = answer.partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 %d " % status), (name, head[:60])
            assert b"evil" not in answer and b"Traceback" not in answer, name
            assert b"location:" not in head.lower() and b"access-control" not in head.lower(), name
            if status >= 400:
                assert json.loads(body)["error"] and len(body) < 400, name
    with engine.connect() as connection:
        assert list(connection.connection.iterdump()) == before  # type: ignore[attr-defined]


@ON_SQLITE
def test_a_crowd_is_told_to_come_again_and_pages_do_not_wait_for_it(engine: Engine) -> None:
    go = threading.Event()
    slow = False

    def sources() -> Mapping[str, Source]:
        if slow:
            go.wait(10)
        return {}

    app = make_app(engine, sources, now=lambda: NOW, trouble=lambda: "")

    async def run() -> list[httpx.Response]:
        nonlocal slow
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as client:
            slow = True
            crowd = [asyncio.create_task(client.get("/api/v1/sources")) for _ in range(MOST_WAITING + 18)]
            await asyncio.sleep(0.2)
            slow = False
            assert (await client.get("/")).status_code == 200  # while the crowd still waits
            go.set()
            return [await task for task in crowd]

    answers = asyncio.run(run())
    assert sorted(a.status_code for a in answers) == [200] * MOST_WAITING + [503] * 18
    told = next(a for a in answers if a.status_code == 503)
    assert told.json() == {"error": "too many ask at once"} and told.headers["retry-after"] == "2"

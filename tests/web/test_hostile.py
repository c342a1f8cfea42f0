"""What comes from pages stays inert, and what no page of ours needs is refused in a few words."""

from __future__ import annotations

import socket
from contextlib import suppress

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import Engine

from scrapers.page import Article
from tests.web import stock
from tests.web.asking import HOSTILE, OF_ONE, ON_SQLITE, PAGES, app_over, ask, get, served, words_of
from tests.web.stock import HOUR, add_moves, add_sources, by_id, keep_page, move, set_health, source
from tracker.adapters.store import silences
from tracker.adapters.store.engine import writing
from tracker.domain.model import Status
from tracker.web import pages

# The script of the charts, and what it reads, which no browser runs.
NOT_OURS = ':not([src^="/static/chart.js?"]):not([type="application/json"])'


def test_names_from_a_page_stay_inert_on_every_page(engine: Engine) -> None:
    sources = by_id(source("evil", url="javascript:alert(1)"), source("feed", "feeds"))
    add_sources(engine, sources)
    page = keep_page(engine, "evil", b"x")
    found = [
        move(
            "evil",
            name,
            "2",
            "1",
            provider=name[:100].casefold(),
            currency="USD",
            status=status,
            reason=name,
            seen=n * HOUR,
        )
        for n, name in enumerate(HOSTILE, 1)
        for status in (Status.confirmed, Status.held)
        if status is Status.confirmed or n % 2
    ]
    add_moves(engine, found, page)
    articles = [Article(f"g{n}", f"javascript:alert({n})", name) for n, name in enumerate(HOSTILE)]
    stock.add_articles(engine, "feed", articles)
    for name in HOSTILE:
        stock.add_alert(engine, name, name[:100], error=name)
    with writing(engine) as connection:
        for name in HOSTILE:
            filters = {"provider": name[:100], "model": name, "rule": name, "why": name}
            silences.put(connection, until=stock.NOW + HOUR, now=stock.NOW - HOUR, **filters)
    for name in HOSTILE:
        set_health(engine, "evil", "blind", outcome="no_table", words=name)
        assert_inert(get(app_over(engine, sources, lambda name=name: name), "/"))  # type: ignore[misc]
    for answer in ask(app_over(engine, sources), *PAGES, *OF_ONE, "/sources/evil"):
        assert_inert(answer)
    links = {
        a.attributes["href"] or ""
        for a in LexborHTMLParser(get(app_over(engine, sources), "/moves").text).css("main a")
    }
    for answer in ask(app_over(engine, sources), *(link for link in links if link.startswith("/"))):
        assert answer.status_code == 200, answer.url


@ON_SQLITE
def test_without_escaping_the_test_above_would_fail(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = by_id(source("evil"))
    add_sources(engine, sources)
    set_health(engine, "evil", "blind", outcome="no_table", words=HOSTILE[1])
    escaping = pages.environment
    monkeypatch.setattr(
        "tracker.web.app.environment",
        lambda static, routes: escaping(static, routes).overlay(autoescape=False),
    )
    with pytest.raises(AssertionError):
        assert_inert(get(app_over(engine, sources), "/"))


FORMS = [(path, "get") for path in PAGES]


def assert_inert(answer: httpx.Response) -> None:
    assert answer.status_code == 200
    assert len(answer.text) < 100_000, "a huge name makes a huge page"
    assert "\u202e" not in answer.text and "\u2066" not in answer.text
    tree = LexborHTMLParser(answer.text)
    assert not tree.css(f"script{NOT_OURS}, iframe, object, embed, style, svg, base")
    pictures = ("/static/", "/charts/")
    assert all((img.attributes["src"] or "").startswith(pictures) for img in tree.css("img"))
    assert all((f.attributes["action"], f.attributes["method"]) in FORMS for f in tree.css("form"))
    for node in tree.css("*"):
        for name, value in node.attributes.items():
            assert not name.startswith("on") and name != "style", node.html
            if name in ("href", "src"):
                assert (value or "").startswith(("/", "#", "https://", "http://")), node.html
    assert "49" not in words_of(answer.text).replace("2026", "")


def test_a_snapshot_is_served_as_text_that_no_browser_runs(engine: Engine) -> None:
    add_sources(engine, by_id(source("openai")))
    body = "<script>alert(1)</script>é".encode() + b"\xff\x00"
    id = keep_page(engine, "openai", body)
    answer = get(app_over(engine), f"/snapshots/{id}")
    assert answer.content == body
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["content-disposition"] == f'inline; filename="snapshot-{id}.txt"'


def test_a_snapshot_that_is_not_kept_is_not_found(engine: Engine) -> None:
    names = ("0", "2", "-1", "1e9", "999999999", "99999999999999999999", "x", "%00", "١", "1%2F..", "1;--")
    for answer in ask(app_over(engine), *(f"/snapshots/{name}" for name in names)):
        assert answer.status_code == 404
        assert len(answer.content) < 100


@ON_SQLITE
def test_every_answer_has_the_safe_headers_and_head_works(engine: Engine) -> None:
    app, others = (
        app_over(engine),
        ("/snapshots/1", "/healthz", "/readyz", "/metrics", "/static/style.css", "/no"),
    )
    for path in (*PAGES, *others):
        answer, head = get(app, path), ask(app, path, method="HEAD")[0]
        for headers in (answer.headers, head.headers):
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "no-referrer"
            assert headers["content-security-policy"].startswith("default-src 'none'")
            assert "unsafe" not in headers["content-security-policy"]
            forms = "form-action 'self'" if path in PAGES else ""
            assert forms in headers["content-security-policy"]
        assert head.status_code == answer.status_code


@ON_SQLITE
def test_no_page_takes_anything_but_reading(engine: Engine) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"):
        for answer in ask(app_over(engine), "/", "/moves", "/metrics", "/no", method=method):
            assert answer.status_code == 405
            assert answer.headers["allow"] == "GET, HEAD"
            assert answer.headers["x-content-type-options"] == "nosniff"


@ON_SQLITE
def test_what_is_not_there_is_not_found_in_a_few_words(engine: Engine) -> None:
    app = app_over(engine)
    for path in ("/no", "/docs", "/redoc", "/openapi.json", "/moves/", "/static/", "/static/app.py"):
        answer = get(app, path)
        assert (answer.status_code, answer.json()) == (404, {"error": "There is no page at this address."})
        shown = get(app, path, accept="text/html")
        assert shown.status_code == 404 and "Nothing is here" in words_of(shown.text)


def test_templates_escape_what_they_print_and_hold_no_script_or_style() -> None:
    static = pages.static_files()
    env = pages.environment(static)
    assert env.autoescape is True
    folder = pages.HERE / "templates"
    assert {file.suffix for file in folder.iterdir()} == {".html"}
    for file in folder.iterdir():
        source = file.read_text()
        for forbidden in ("|safe", "| safe", "autoescape", "<script", "style=", "Markup", "//cdn"):
            assert forbidden not in source, f"{file.name} has {forbidden}"
    assert set(static) == {"icon.svg", "style.css", "chart.js", "charts.css"}


def raw(port: int, request: bytes) -> bytes:
    """What a server answers to these very bytes."""
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        chunks = []
        with suppress(ConnectionError):
            connection.sendall(request)
        with suppress(ConnectionError):
            while chunk := connection.recv(65536):
                chunks.append(chunk)
        return b"".join(chunks)


TRICKS = {
    "dot segments": (b"GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n", 404),
    "encoded dots": (b"GET /static/%2e%2e%2fapp.py HTTP/1.1\r\nHost: a\r\n", 404),
    "double encoded dots": (b"GET /static/%252e%252e%252fapp.py HTTP/1.1\r\nHost: a\r\n", 404),
    "backslashes": (b"GET /static/..\\..\\app.py HTTP/1.1\r\nHost: a\r\n", 404),
    "overlong dots": (b"GET /static/%c0%ae%c0%ae/app.py HTTP/1.1\r\nHost: a\r\n", 404),
    "a foreign path": (b"GET //evil.example/x HTTP/1.1\r\nHost: a\r\n", 404),
    "a NUL": (b"GET /moves%00 HTTP/1.1\r\nHost: a\r\n", 404),
    "a Host with a path": (b"GET / HTTP/1.1\r\nHost: evil.example/?#\r\n", 400),
    "a Host with markup": (b'GET / HTTP/1.1\r\nHost: "><script>\r\n', 400),
    "a foreign Host": (b"GET / HTTP/1.1\r\nHost: evil.example\r\n", 200),
    "a long query": (b"GET /?q=" + b"x" * 1_000_000 + b" HTTP/1.1\r\nHost: a\r\n", 400),
    "a longish query": (b"GET /?q=" + b"x" * 4000 + b" HTTP/1.1\r\nHost: a\r\n", 400),
    "a limit": (b"GET /moves?limit=1e9&offset=-1 HTTP/1.1\r\nHost: a\r\n", 200),
    "a big body": (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 10485760\r\n", 413),
    "a cross-site post": (b"POST / HTTP/1.1\r\nHost: a\r\nOrigin: http://evil.example\r\n", 405),
    "many ranges": (
        b"GET /static/style.css HTTP/1.1\r\nHost: a\r\nRange: bytes=%s\r\n"
        % b",".join(b"0-%d" % n for n in range(5000)),
        200,
    ),
}


@ON_SQLITE
def test_tricks_over_a_raw_socket_get_a_short_refusal(engine: Engine) -> None:
    with served(app_over(engine)) as port:
        for name, (request, status) in TRICKS.items():
            answer = raw(port, request + b"Connection: close\r\n\r\n")
            head, _, body = answer.partition(b"\r\n\r\n")
            assert head.split(b" ", 2)[1] == str(status).encode(), (name, head[:200])
            assert (
                b"evil" not in answer and b"Traceback" not in answer and b"\r\nlocation:" not in head.lower()
            ), name
            assert status == 200 or len(body) < 200, name

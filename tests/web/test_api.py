"""The API: every route's shape, paging, forms, tags, refusals and the token."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine

from scrapers.page import Article
from tests.web import stock, week
from tests.web.asking import HOSTILE, ON_SQLITE, app_over, ask, get
from tests.web.stock import HOUR, NOW, add_articles, add_moves, add_sources, by_id, keep_page, move, source
from tracker.adapters.claims import registered
from tracker.adapters.store import bundled, verdicts
from tracker.adapters.store.engine import writing
from tracker.web.api import cursors
from tracker.web.api.cursors import Cursor
from tracker.web.api.resources import RESOURCES, ROOT

KNOWN = "known_at=2027-01-01"  # the bundled facts were gathered after the busy week
NEEDED = {
    "/history": f"?model=*&{KNOWN}",
    "/events": f"?{KNOWN}",
    "/prices": f"?{KNOWN}",
    "/moves": "?documented=true",
    "/cost": "?model=openai/gpt-4o&monthly=input_mtok=400,output_mtok=80&at=2024-09-01&known_at=2027-01-01",
}
IDS = {"/moves/{id}": "1", "/events/{id}": "1", "/verdicts/{id}": "P1"}
LISTS = [r.path for r in RESOURCES if r.listed]


def address(path: str) -> str:
    return ROOT + path.replace("{id}", IDS.get(path, "")) + NEEDED.get(path, "")


@pytest.fixture
def app(engine: Engine) -> FastAPI:
    sources = week.a_busy_week(engine)
    with writing(engine) as connection:
        bundled.load(connection, NOW)
        for prediction in ("P1", "P2"):
            body = {"rollup": {"H90": "open"}}
            claims = registered()
            verdicts.put(connection, claims, prediction, body, as_of=NOW.date(), why="a cut", at=NOW)
    said = "OpenAI cut GPT-4o to $2.50 per million input tokens."
    found = [
        Article(str(n), f"https://wheresyoured.example/{n}", f"Words {n}", NOW, text=said) for n in range(3)
    ]
    add_articles(engine, "wheresyoured", found)
    stock.add_announced(engine, "openai", "o3", "2", "1.5")
    stock.add_announced(engine, "openai", "o3", "8", "6", meter="output_mtok")
    return app_over(engine, sources)


def problems(
    value: Any, schema: Mapping[str, Any], document: Mapping[str, Any], at: str = ""
) -> Iterator[str]:
    """What of a value is not as its schema says: as much of JSON Schema as the document uses."""
    if ref := schema.get("$ref"):
        schema = document["components"]["schemas"][ref.rpartition("/")[2]]
    if "anyOf" in schema:
        if all(list(problems(value, one, document, at)) for one in schema["anyOf"]):
            yield f"{at}: {value!r} is none of what it may be"
        return
    kinds = schema.get("type", [])
    known = {"string": str, "integer": int, "number": (int, float), "object": dict, "array": list}
    known |= {"null": type(None), "boolean": bool}
    allowed = [kinds] if isinstance(kinds, str) else kinds
    if allowed and not any(isinstance(value, known[kind]) for kind in allowed):  # type: ignore[arg-type]
        yield f"{at}: {value!r} is no {kinds}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is not one of those listed"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{at}: {value!r} is not of the pattern"
    if schema.get("format") == "date-time":
        datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    for i, item in enumerate(value if isinstance(value, list) else ()):
        yield from problems(item, schema.get("items", {}), document, f"{at}[{i}]")
    if isinstance(value, dict):
        own, other = schema.get("properties", {}), schema.get("additionalProperties", {})
        yield from (f"{at}: {name} is missing" for name in schema.get("required", ()) if name not in value)
        for name, inner in value.items():
            if name not in own and other is False:
                yield f"{at}: {name} is not in the document"
                continue
            yield from problems(inner, own.get(name, other or {}), document, f"{at}.{name}")


def test_every_address_answers_as_the_document_says(app: FastAPI) -> None:
    document = get(app, f"{ROOT}/openapi.json").json()
    assert document["openapi"].startswith("3.1") and "LLM price tracker" in document["info"]["title"]
    assert len(document["paths"]) == len(RESOURCES) + 2
    filled = 0
    for resource in RESOURCES:
        operation = document["paths"][ROOT + resource.path]["get"]
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        answer = get(app, address(resource.path))
        assert answer.status_code == 200, (resource.path, answer.text)
        assert list(problems(answer.json(), schema, document)) == [], resource.path
        filled += bool(answer.json().get("items", True))
        assert answer.headers["content-type"] == "application/json"
        assert "access-control-allow-origin" not in answer.headers
    assert filled == len(RESOURCES)


def test_the_pages_of_a_list_are_the_whole_of_it(app: FastAPI) -> None:
    for path in LISTS:
        begin = address(path) + ("&" if "?" in address(path) else "?")
        whole = get(app, f"{begin}limit=1000").json()
        rows, cursor, size = [], "", max(1, len(whole["items"]) // 5)
        while cursor is not None:
            page = get(app, f"{begin}limit={size}&cursor={cursor}").json()
            assert len(page["items"]) <= size
            rows += page["items"]
            cursor = page["next"] if len(rows) < 1000 else None
        assert rows[:1000] == whole["items"], path


@ON_SQLITE
def test_a_page_goes_on_where_it_ended_whatever_was_recorded_since(engine: Engine, app: FastAPI) -> None:
    before = get(app, f"{ROOT}/moves?limit=1000").json()["items"]
    first = get(app, f"{ROOT}/moves?limit=3").json()
    add_moves(
        engine, [move("openai", "new", "2", "1", seen=HOUR / 60)], keep_page(engine, "openai", b"another")
    )
    rest = get(app, f"{ROOT}/moves?limit=1000&cursor={first['next']}").json()["items"]
    assert first["items"] + rest == before
    assert get(app, f"{ROOT}/moves?limit=1").json()["items"][0]["model"] == "new"


@ON_SQLITE
def test_csv_and_ndjson_say_what_json_says(app: FastAPI) -> None:
    for begin in [address(resource.path) for resource in RESOURCES]:
        table = get(app, begin, accept="text/csv")
        lines = get(app, f"{begin}{'&' if '?' in begin else '?'}format=ndjson")
        assert table.headers["content-type"] == "text/csv; charset=utf-8"
        assert lines.headers["content-type"] == "application/x-ndjson"
        rows = [json.loads(line) for line in lines.text.splitlines()]
        assert rows == get(app, begin).json().get("items", rows)
        header, *cells = csv.reader(io.StringIO(table.text))
        assert rows, begin
        for row, line in zip(rows, cells, strict=True):
            assert [in_csv(row[name]) for name in header] == [words.lstrip("'") for words in line]


def in_csv(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return "" if value is None else str(value)


@ON_SQLITE
def test_what_a_spreadsheet_would_run_is_text_in_csv(engine: Engine) -> None:
    add_sources(engine, by_id(source("openai")))
    kept = keep_page(engine, "openai", b"x")
    add_moves(engine, [move("openai", name[:190], "2", "1") for name in HOSTILE], kept)
    app = app_over(engine, by_id(source("openai")))
    for path in ("/moves", "/prices"):
        _, *rows = csv.reader(io.StringIO(get(app, f"{ROOT}{path}?format=csv").text))
        models = [row[4 if path == "/moves" else 1] for row in rows]
        assert "'=cmd|' /C calc'!A0" in models
        assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)


@ON_SQLITE
def test_who_has_an_answer_is_told_so_without_it(engine: Engine, app: FastAPI) -> None:
    for resource in RESOURCES:
        tag = get(app, address(resource.path)).headers["etag"]
        for said in (tag, f'"other", {tag}', "*"):
            again = get(app, address(resource.path), **{"if-none-match": said})
            assert (again.status_code, again.content) == (304, b""), resource.path
            assert again.headers["etag"] == tag
        assert get(app, address(resource.path), accept="text/csv").headers["etag"] != tag
    tag = get(app, f"{ROOT}/moves").headers["etag"]
    add_moves(engine, [move("openai", "new", "2", "1")], keep_page(engine, "openai", b"another"))
    assert get(app, f"{ROOT}/moves", **{"if-none-match": tag}).status_code == 200


@ON_SQLITE
def test_a_kept_page_is_text_that_no_browser_runs(engine: Engine) -> None:
    add_sources(engine, by_id(source("openai")))
    body = b"<script>window.__pwned=1</script>\xff"
    id = keep_page(engine, "openai", body)
    answer = get(app_over(engine), f"{ROOT}/snapshots/{id}")
    assert answer.content == body and answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    again = get(app_over(engine), f"{ROOT}/snapshots/{id}", **{"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


def forged(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


OF_LONG_AGO = cursors.write(
    Cursor(datetime(1, 1, 1, tzinfo=UTC), (1, 1)), cursors.question(f"{ROOT}/prices", ())
)
BAD = [
    ("/moves?limit=1000000000", 400, "1 to 1000"),
    ("/moves?limit=0", 400, "1 to 1000"),
    ("/moves?limit=-1", 400, "1 to 1000"),
    ("/moves?limit=%D9%A3", 400, "1 to 1000"),
    ("/moves?offset=-1", 400, "allowed are provider, model, meter, source, event, status"),
    ("/moves?provider=a&provider=b", 400, "twice"),
    ("/moves?status=maybe", 400, "held, provisional, confirmed, withdrawn"),
    ("/moves?event=cut", 400, "list_cut"),
    ("/moves?since=yesterday", 400, "2026-08-21T14:00Z"),
    ("/moves?since=0001-01-01", 400, "1970"),
    ("/moves?since=9999-12-31T23:59-23:59", 400, "1970"),
    ("/prices?at=0001-01-01", 400, "1970"),
    ("/moves?cursor=AAAA", 400, "begin without one"),
    ("/moves?cursor=W10", 400, "begin without one"),
    ("/moves?cursor=" + "W1" * 400, 400, "begin without one"),
    (
        "/moves?cursor=" + forged('["", "2026-01-01", {"t": "0001-01-01T00:00+14:00"}, 1]'),
        400,
        "begin without one",
    ),
    ("/prices?cursor=" + OF_LONG_AGO, 400, "begin without one"),
    ("/moves?format=xml", 400, "json, csv, ndjson"),
    ("/moves?model=a%00b", 400, "does not print"),
    ("/moves?model=" + "x" * 301, 400, "300"),
    ("/history", 400, "model is needed"),
    ("/moves/0", 404, "no move"),
    ("/moves/99999999999999999999", 404, "whole number"),
    ("/moves/-1", 404, "whole number"),
    ("/events/x", 404, "whole number"),
    ("/verdicts/P999", 404, "P1"),
    ("/snapshots/1e3", 404, "whole number"),
    ("/snapshots/..%2f..%2fetc", 404, "openapi.json"),
    ("/snapshots/%2e%2e", 404, "whole number"),
    ("/nothing", 404, "openapi.json"),
    ("/", 404, "openapi.json"),
    ("//evil.example/x", 404, "openapi.json"),
    ("/openapi.json?x=1", 400, "allowed are none"),
]


@ON_SQLITE
def test_a_bad_request_is_told_what_is_allowed(engine: Engine) -> None:
    app = app_over(engine)
    for (path, status, words), answer in zip(BAD, ask(app, *(ROOT + row[0] for row in BAD)), strict=True):
        assert answer.status_code == status, (path, answer.text)
        assert list(answer.json()) == ["error"] and words in answer.json()["error"], path
        assert "Traceback" not in answer.text and "evil" not in answer.text


@ON_SQLITE
def test_a_cursor_goes_on_with_its_own_question_only(app: FastAPI) -> None:
    cursor = get(app, f"{ROOT}/moves?limit=2&since=90d").json()["next"]
    assert get(app, f"{ROOT}/moves?limit=5&since=90d&cursor={cursor}").status_code == 200
    for path in ("/moves?since=80d", "/moves?since=90d&model=a", "/prices?since=90d", "/prices?"):
        assert get(app, f"{ROOT}{path}&cursor={cursor}").status_code == 400


@ON_SQLITE
def test_only_reading_is_possible_and_head_reads_like_get(app: FastAPI) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        (answer,) = ask(app, f"{ROOT}/moves", method=method)
        assert answer.status_code == 405 and answer.json()["error"]
    (head,) = ask(app, f"{ROOT}/moves", method="HEAD")
    assert head.status_code == 200 and head.headers["etag"] == get(app, f"{ROOT}/moves").headers["etag"]
    answer = get(app, f"{ROOT}/moves", accept="image/png")
    assert answer.status_code == 406 and "text/csv" in answer.json()["error"]


@ON_SQLITE
def test_with_a_token_set_every_request_of_the_api_needs_it(engine: Engine) -> None:
    token = "0123456789abcdef-secret"
    app = app_over(engine, token=lambda: token)
    for path in ("/moves", "/openapi.json", "/nothing", "/snapshots/1"):
        for said in ("", "Bearer ", "Bearer wrong", f"Basic {token}", token, f"Bearer {token}x"):
            answer = get(app, ROOT + path, authorization=said)
            assert answer.status_code == 401 and answer.headers["www-authenticate"] == "Bearer"
            assert token not in answer.text
        assert get(app, ROOT + path, authorization=f"Bearer {token}").status_code in (200, 404)
    document = get(app, f"{ROOT}/openapi.json", authorization=f"bearer {token}").json()
    assert document["security"] == [{"token": []}]
    assert get(app, "/").status_code == 200

"""The routes of the API: the token, the parameters, the form, the ETag."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from scrapers.source import Source
from tracker.adapters.store import Engine, snapshots, status
from tracker.adapters.store.engine import asking
from tracker.web.api import cursors, forms, openapi, parameters
from tracker.web.api.answers import Asked
from tracker.web.api.cursors import Cursor
from tracker.web.api.refused import Refused
from tracker.web.api.resources import RESOURCES, ROOT, Resource, columns_of
from tracker.web.aside import Aside, Crowded
from tracker.web.inert import INERT
from tracker.web.own import Own
from tracker.web.requested import READING, is_known, number, tag_of, tagged

NOWHERE = f"nothing is at this address; {openapi.ADDRESS} says what there is"
SECRET = "a token is needed: Authorization: Bearer …"  # noqa: S105 (a sentence)


@dataclass(frozen=True, slots=True)
class Api:
    """What the API is made over; `token` opens it where it is not empty."""

    engine: Engine
    sources: Callable[[], Mapping[str, Source]]
    now: Callable[[], datetime]
    token: Callable[[], str]
    own: Callable[[], Own] = Own


Answer = Callable[[Request], Response]


def add_to(app: FastAPI, api: Api) -> None:
    """Add every route of the API. They have threads of their own: no page waits for a program."""
    aside = Aside()

    def add(path: str, answer: Answer) -> None:
        async def shown(request: Request) -> Response:
            if not _may(request, api.token()):
                return _refusal(401, SECRET, {"www-authenticate": "Bearer"})
            try:
                return await aside.ask(answer, request)
            except Crowded:
                return _refusal(503, "too many ask at once", {"retry-after": "2"})
            except Refused as e:
                return _refusal(e.status, e.words)

        app.add_api_route(path, shown, methods=READING)

    add(openapi.ADDRESS, lambda request: _document(request, api))
    for resource in RESOURCES:
        add(f"{ROOT}{resource.path}", lambda request, r=resource: _answer(request, r, api))  # type: ignore[misc]
    add(openapi.BYTES, lambda request: _bytes(request, api))
    for rest in ("/api", "/api/{rest:path}"):
        add(rest, _nowhere)


def _may(request: Request, token: str) -> bool:
    """Whether who asks has the token; compared in a time that tells nothing of it."""
    if not token:
        return True
    scheme, _, said = request.headers.get("authorization", "").partition(" ")
    fits = hmac.compare_digest(said.strip().encode(), token.encode())
    return fits and scheme.lower() == "bearer"


def _refusal(code: int, words: str, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse({"error": words}, code, headers)


def _nowhere(request: Request) -> Response:
    raise Refused(404, NOWHERE)


def _document(request: Request, api: Api) -> Response:
    parameters.given((), request.query_params.multi_items(), api.now())
    body = forms.as_json(openapi.document(bool(api.token())))
    return tagged(request, tag_of(body), body, forms.MEDIA_TYPES["json"])


def _answer(request: Request, resource: Resource, api: Api) -> Response:
    asked = request.query_params.multi_items()
    question = cursors.question(request.url.path, asked)
    cursor = _cursor(asked, question, resource)
    began = cursor.began if cursor else api.now()
    given = parameters.given(resource.allowed, asked, began)
    form = given.get("format") or forms.form_of(request.headers.get("accept", ""))
    limit = given.get("limit", parameters.USUAL)
    with asking(api.engine) as connection:
        wanted = Asked(
            connection,
            api.sources(),
            given,
            began,
            cursor.key if cursor else None,
            limit + 1,
            request.path_params.get("id", ""),
            api.own(),
        )
        whole, rows, last = _found(resource, wanted, limit)
    onward = cursors.write(Cursor(began, last), question) if last else None
    if resource.listed:
        whole = {"items": rows, "next": onward}
    headers = {"vary": "accept"}
    if onward:
        pairs = [(k, v) for k, v in asked if k != "cursor"] + [("cursor", onward)]
        headers["link"] = f'<{request.url.path}?{urlencode(pairs)}>; rel="next"'
    tag = tag_of(form.encode(), forms.as_json(_lasting(whole, given) if not last else rows))
    return tagged(request, tag, _written(form, resource, whole, rows), forms.MEDIA_TYPES[form], headers)


def _cursor(asked: list[tuple[str, str]], question: str, resource: Resource) -> Cursor | None:
    words = dict(asked).get("cursor", "")
    return cursors.read(words, question, resource.key) if words and resource.listed else None


def _found(resource: Resource, asked: Asked, limit: int) -> tuple[Any, list[Any], cursors.Key | None]:
    """The object, its rows, and the key of the last row where more follow."""
    if resource.listed:
        keyed = resource.listed(asked)
        last = keyed[limit - 1][1] if len(keyed) > limit else None
        return None, [row for row, _ in keyed[:limit]], last
    if resource.one:
        row = resource.one(asked)
        return row, [row], None
    assert resource.whole
    whole, rows = resource.whole(asked)
    return whole, rows, None


def _lasting(whole: Any, given: Mapping[str, Any]) -> Any:
    """What an answer says beside the moment at which it was asked for."""
    return whole if "known_at" in given else {k: v for k, v in whole.items() if k != "known_at"}


def _written(form: str, resource: Resource, whole: Any, rows: list[Any]) -> bytes:
    if form == "csv":
        return forms.as_csv(rows, columns_of(resource, rows))
    return forms.as_ndjson(rows) if form == "ndjson" else forms.as_json(whole)


def _bytes(request: Request, api: Api) -> Response:
    parameters.given((), request.query_params.multi_items(), api.now())
    id = number(request.path_params["id"])
    if id is None:
        raise Refused(404, "an id is a whole number; /api/v1/snapshots shows them")
    with asking(api.engine) as connection:
        row = status.snapshot_row(connection, id)
        if row is None:
            raise Refused(404, "no snapshot has this id; /api/v1/snapshots lists them")
        tag = f'"{row.sha256}"'
        body = b"" if is_known(tag, request) else snapshots.body(connection, row.sha256)
    return tagged(request, tag, body, "text/plain; charset=utf-8", INERT)

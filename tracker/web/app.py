"""The web application: its routes, and what each answers when the store fails."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Hashable, Mapping
from datetime import datetime
from functools import partial
from typing import TypeVar

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from scrapers.source import Source
from tracker.adapters.store import Engine
from tracker.adapters.store.migrate import is_current
from tracker.domain.errors import TrackerError
from tracker.web import charts, drawings, feeds, metrics, scripts
from tracker.web.api import routes as api
from tracker.web.aside import Aside, Crowded
from tracker.web.inert import INERT
from tracker.web.own import Own
from tracker.web.pages import Pages, Refused, Rendering, Route, Static, environment, static_files
from tracker.web.registry import ROUTES
from tracker.web.requested import READING, number, tagged
from tracker.web.shield import SAFE_HEADERS, Shield
from tracker.web.still import Still

W = TypeVar("W", bound=Hashable)

MOST_DRAWN = 10  # charts that are asked for at once: each takes the interpreter for 60 ms
OLD_SCHEMA = "the store has the schema of another version: run tracker db upgrade"


def make_app(
    engine: Engine,
    sources: Callable[[], Mapping[str, Source]],
    *,
    now: Callable[[], datetime],
    trouble: Callable[[], str],
    token: Callable[[], str] = str,
    base_url: Callable[[], str] = str,
    own: Callable[[], Own] = Own,
    still: Still | None = None,
) -> FastAPI:
    """The application over one store, which it only reads; `sources` are the enabled ones by id.

    `trouble` says in one sentence what is wrong with the process, or nothing; it is called at every
    request and must not block. `token` opens the API where it is not empty; links in feeds begin with
    `base_url`. `own` are the user's workloads and claims files.
    `still` is there where the pages are made for a copy without a server.
    """
    static = static_files()
    pages = Pages(engine, sources, now, trouble, environment(static, ROUTES), own)
    if still is not None:
        still.settle(pages.env, ROUTES)
    app = FastAPI(
        title="LLM price tracker", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False
    )
    app.add_middleware(Shield)
    aside = Aside()
    _add_pages(app, pages, aside)
    _add_kept_bytes(app, pages, static, aside)
    _add_drawings(app, drawings.Drawings(engine, now))
    _add_scripts(app)
    _add_monitors(app, pages, Aside())  # of their own: who watches us is answered in a crowd, too
    api.add_to(app, api.Api(engine, sources, now, token, own))
    feeds.add_to(app, feeds.Feeds(engine, sources, now, base_url))
    _add_answers_to_errors(app, pages)
    return app


def _add_pages(app: FastAPI, pages: Pages, aside: Aside) -> None:
    def add(route: Route) -> None:
        async def shown(request: Request) -> HTMLResponse:
            path, query = tuple(request.path_params.items()), tuple(request.query_params.items())
            return HTMLResponse(await aside.share(Rendering(route, path, query, pages)))

        app.add_api_route(route.path, shown, methods=READING)

    for route in ROUTES:
        add(route)


def _add_kept_bytes(app: FastAPI, pages: Pages, static: Mapping[str, Static], aside: Aside) -> None:
    @app.api_route("/snapshots/{id}", methods=READING)
    async def snapshot(id: str) -> Response:
        """A kept page as text that no browser runs."""
        wanted = number(id)
        body = None if wanted is None else await aside.ask(pages.snapshot, wanted)
        if body is None:
            return PlainTextResponse("no snapshot of that number is kept\n", 404)
        named = {"content-disposition": f'inline; filename="snapshot-{wanted}.txt"'}
        return PlainTextResponse(body, headers=INERT | named)

    @app.api_route("/static/{name}", methods=READING)
    async def static_file(name: str) -> Response:
        file = static.get(name)
        if file is None:
            raise HTTPException(404)
        # The pages name a file with its hash, so it may be kept for long.
        return Response(file.body, headers={"cache-control": "max-age=604800"}, media_type=file.media_type)


def _add_drawings(app: FastAPI, drawn: drawings.Drawings) -> None:
    aside = Aside()  # of their own: no page waits for a drawing, and no more than two are made at a time
    waiting: set[Hashable] = set()

    async def answer(
        request: Request, wanted: W | None, draw: Callable[[W], bytes | None], media_type: str
    ) -> Response:
        if wanted is None:
            raise HTTPException(404)
        if len(waiting | {wanted}) > MOST_DRAWN:
            headers = {"retry-after": "2"}
            return JSONResponse({"error": "too many charts are being drawn"}, 503, headers)
        waiting.add(wanted)
        try:
            body = await aside.ask(draw, wanted)
        finally:
            waiting.discard(wanted)
        if body is None:
            raise HTTPException(404)
        headers = INERT | {"cache-control": f"max-age={drawings.FRESH.seconds}"}
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        return tagged(request, tag, body, media_type, headers)

    @app.api_route("/moves/{id}/chart.{media}", methods=READING)
    async def chart(
        request: Request, id: str, media: str, theme: str = "light", width: str = "390"
    ) -> Response:
        """The chart of a move as a picture."""
        wanted = drawings.asked(id, media, theme, width)
        return await answer(request, wanted, drawn.get, drawings.MEDIA_TYPES.get(media, ""))

    @app.api_route("/charts/{name}", methods=READING)
    async def picture(request: Request, name: str) -> Response:
        """A chart of a page that was shown lately, as a picture."""
        wanted = charts.wanted(name)
        return await answer(request, wanted, charts.PICTURES.get, drawings.MEDIA_TYPES["svg"])


def _add_scripts(app: FastAPI) -> None:
    made, aside = scripts.Scripts(), Aside()  # of its own: no page waits while it is made

    @app.api_route("/scripts/vega.js", methods=READING)
    async def vega(request: Request) -> Response:
        """The script that makes charts of their specifications; its address changes with its version."""
        body = await aside.share(made.vega)
        headers = {"cache-control": "max-age=604800", "vary": "accept-encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["content-encoding"] = "gzip"
        else:
            body = gzip.decompress(body)
        return Response(body, headers=headers, media_type=scripts.MEDIA_TYPE)


def _add_monitors(app: FastAPI, pages: Pages, aside: Aside) -> None:
    own = metrics.registry(pages.engine, pages.sources, pages.now)
    is_ready, scraped = partial(is_current, pages.engine), partial(metrics.scrape, own)

    @app.api_route("/healthz", methods=READING)
    async def healthz() -> JSONResponse:
        """Whether the process serves and knows of no trouble; asks no store, waits for nothing."""
        words = pages.trouble()
        return _said("error", words, 503) if words else _said("status", "ok")

    @app.api_route("/readyz", methods=READING)
    async def readyz() -> JSONResponse:
        """Whether the store answers and has the schema of this version."""
        try:
            current = await aside.share(is_ready)
        except TrackerError as e:
            return _said("error", str(e), 503)
        return _said("status", "ready") if current else _said("error", OLD_SCHEMA, 503)

    @app.api_route("/metrics", methods=READING)
    async def scrape() -> Response:
        try:
            return Response(await aside.share(scraped), media_type=metrics.MEDIA_TYPE)
        except TrackerError as e:
            return PlainTextResponse(f"{e}\n", 503)


def _said(key: str, words: str, status: int = 200) -> JSONResponse:
    return JSONResponse({key: words}, status)


def _add_answers_to_errors(app: FastAPI, pages: Pages) -> None:
    """One sentence each, as a page to who reads pages: never a traceback, never what was asked for."""

    def answer(request: Request, status: int, title: str, sentence: str) -> Response:
        if "text/html" in request.headers.get("accept", ""):
            return HTMLResponse(pages.sorry(title, sentence), status, SAFE_HEADERS)
        return JSONResponse({"error": sentence}, status, SAFE_HEADERS)

    @app.exception_handler(TrackerError)
    async def store_failed(request: Request, error: TrackerError) -> Response:
        return answer(request, 503, "The store does not answer", str(error))

    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> Response:
        return answer(request, error.status, error.title, error.sentence)

    @app.exception_handler(Crowded)
    async def crowded(request: Request, error: Crowded) -> Response:
        found = answer(request, 503, "Too many ask at once", "Ask again in a moment; the looks go on.")
        found.headers["retry-after"] = "2"
        return found

    @app.exception_handler(404)
    async def not_found(request: Request, error: HTTPException) -> Response:
        return answer(request, 404, "Nothing is here", "There is no page at this address.")

    @app.exception_handler(500)
    async def broke(request: Request, error: Exception) -> Response:
        return answer(request, 500, "This page broke", "The tracker's log says why; the looks go on.")

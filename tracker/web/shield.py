"""What stands before every page: the safe headers, and a refusal of what no page of ours needs."""

from __future__ import annotations

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LONGEST_TARGET = 3800  # bytes of path and query; a name of 200 characters may take 2,400
LARGEST_BODY = 64 * 1024  # bytes; no route reads one

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SAFE_HEADERS = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-cache",
}
_HOST = re.compile(r"[A-Za-z0-9._-]{0,255}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?")


class Shield:
    """Refuses by method, size and Host before any route runs; adds what an answer has not set itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_safe(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SAFE_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await (_refusal(scope) or self._app)(scope, receive, send_safe)


def _refusal(scope: Scope) -> Response | None:
    if scope["method"] not in ("GET", "HEAD"):
        return _short(405, "these pages are only read: GET and HEAD", {"allow": "GET, HEAD"})
    if len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"]) > LONGEST_TARGET:
        return _short(400, "the address is too long")
    headers = Headers(scope=scope)
    if not all(_HOST.fullmatch(host) for host in headers.getlist("host")):
        return _short(400, "the Host header is not a host")
    length = headers.get("content-length", "0")
    if not length.isascii() or not length.isdigit() or len(length) > 9 or int(length) > LARGEST_BODY:
        return _short(413, "no page here takes a body")
    return None


def _short(status: int, words: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": words}, status, headers)

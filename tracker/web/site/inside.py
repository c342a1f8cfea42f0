"""Asks the application within this process, as a browser would over a network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from fastapi import FastAPI
from starlette.types import Message


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one address."""

    status: int
    media_type: str
    body: bytes


async def ask(app: FastAPI, path: str, query: Mapping[str, str], accept: str = "application/json") -> Answer:
    """The answer to one GET; `accept` is how an error is told. What breaks in the application is raised."""
    said = urlencode(query).encode()
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": quote(path).encode(),
        "query_string": said,
        "root_path": "",
        "headers": [(b"host", b"localhost"), (b"accept", accept.encode())],
        "client": None,
        "server": None,
    }
    status, media_type, chunks = 0, "", []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status, media_type
        if message["type"] == "http.response.start":
            status = message["status"]
            media_type = dict(message["headers"]).get(b"content-type", b"").decode("latin-1")
        elif message["type"] == "http.response.body":
            chunks.append(message.get("body", b""))

    await app(scope, receive, send)
    return Answer(status, media_type, b"".join(chunks))

"""What pages, pictures, feeds and the API read of a request: an id, and what it knows already."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from fastapi import Request
from fastapi.responses import Response

READING = ["GET", "HEAD"]


def number(words: str) -> int | None:
    """An id of an address; None where the words could be none."""
    return int(words) if words.isascii() and words.isdigit() and len(words) <= 9 else None


def tag_of(*parts: bytes) -> str:
    """A weak ETag: the same for answers that say the same."""
    return f'W/"{hashlib.sha256(b"|".join(parts)).hexdigest()[:20]}"'


def is_known(tag: str, request: Request) -> bool:
    """Whether who asks has the answer with this tag."""
    said = request.headers.get("if-none-match", "")
    known = {words.strip().removeprefix("W/") for words in said.split(",")}
    return "*" in known or tag.removeprefix("W/") in known


def tagged(
    request: Request, tag: str, body: bytes, media_type: str, headers: Mapping[str, str] | None = None
) -> Response:
    """The answer, or 304 to who has it."""
    own = {**(headers or {}), "etag": tag}
    if is_known(tag, request):
        return Response(status_code=304, headers=own)
    return Response(body, headers=own, media_type=media_type)

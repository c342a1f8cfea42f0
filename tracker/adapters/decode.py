"""What came over the wire, made whole: the body within its bounds, and the headers that say what it is."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from tracker.domain.errors import FetchError
from tracker.domain.model import Snapshot

GZIP = b"\x1f\x8b"
_HINTS = {
    401: "; the source may need a key among its headers",
    404: "; look whether the source's url has moved",
    410: "; look whether the source's url has moved",
}
_SECONDS = re.compile("[0-9]+")
MEMBERS_MAX = 64  # a gzip file may be several in a row; a page is one, rarely a few


class Body:
    """Collects a body sent as it is or in exactly one layer of gzip; raises FetchError."""

    def __init__(self, encoding: str, cap: int, place: str) -> None:
        """`encoding`: the Content-Encoding header; `cap`: most bytes, raw and decoded alike."""
        layers = [e for e in re.split(r"[\s,]+", encoding.lower()) if e not in ("", "identity")]
        if layers not in ([], ["gzip"], ["x-gzip"]):
            raise FetchError("encoding", f"{place} is sent as {printable(encoding)}, which was not asked for")
        self.trailing = False  # bytes after the end of the gzip stream
        self._place = place
        self._cap = cap
        self._raw = 0
        self._whole = bytearray()
        self._zip = _unzip() if layers else None
        self._members = 1
        self._rest = b""  # what came after the end of a member and may be another's beginning

    def feed(self, chunk: bytes) -> None:
        self._raw += len(chunk)
        if self._raw > self._cap:
            raise too_large(self._place, self._cap)
        if self._zip is None:
            self._whole += chunk
            return
        while chunk and not self.trailing:
            chunk = self._inflate(chunk)

    def _inflate(self, chunk: bytes) -> bytes:
        """Decode what belongs to this gzip member; hand back what does not."""
        assert self._zip is not None
        if self._zip.eof:
            return self._next_member(self._rest + chunk)
        try:
            self._whole += self._zip.decompress(chunk, self._cap - len(self._whole) + 1)
        except zlib.error:
            raise FetchError("encoding", f"{self._place} says gzip, and is damaged or is none") from None
        if len(self._whole) > self._cap:
            raise too_large(self._place, self._cap)
        return self._zip.unused_data if self._zip.eof else self._zip.unconsumed_tail

    def _next_member(self, data: bytes) -> bytes:
        self._rest = b""
        if data.startswith(GZIP):
            self._zip = _unzip()
            self._members += 1
            if self._members > MEMBERS_MAX:
                raise FetchError("encoding", f"{self._place} is packed in too many pieces")
            return data
        if data == GZIP[:1]:
            self._rest = data
        else:
            self.trailing = True
        return b""

    def whole(self) -> bytes:
        """The decoded body, once the server has said that it was all."""
        if self._zip is not None and not self._zip.eof:
            raise FetchError("truncated", f"{self._place} breaks off inside its gzip stream")
        if self._whole.startswith(GZIP):
            raise FetchError("encoding", f"{self._place} is packed in gzip once more than it says")
        self.trailing = self.trailing or bool(self._rest)
        return bytes(self._whole)


def _unzip() -> zlib._Decompress:
    return zlib.decompressobj(wbits=31)  # gzip, with its header and its check sum


def too_large(place: str, cap: int) -> FetchError:
    return FetchError("too_large", f"{place} is larger than {cap} bytes (look.max_bytes)")


def declared_length(headers: Mapping[str, str]) -> int | None:
    """The length of the body on the wire, where the server says it."""
    length = headers.get("content-length")
    return None if length is None or "transfer-encoding" in headers else int(length)


def snapshot_of(url: str, headers: Mapping[str, str], body: Body, at: datetime) -> Snapshot:
    """The page in `body`; raises FetchError if it is not whole."""
    media_type, charset = media_type_of(headers.get("content-type", ""))
    return Snapshot(
        url=url,
        at=at,
        status=200,
        media_type=media_type,
        charset=charset,
        body=body.whole(),
        etag=validator(headers.get("etag", "")),
        last_modified=validator(headers.get("last-modified", "")),
        notes=("trailing data",) if body.trailing else (),
    )


def refusal(place: str, status: int, wait: str, now: datetime) -> FetchError:
    """The error for an answer that is no page; `wait` is its Retry-After."""
    if status == 304:
        return FetchError("protocol", f"{place} answers 304 to a question without a condition")
    try:
        words = f"{place} answered {status} {HTTPStatus(status).phrase}"
    except ValueError:
        words = f"{place} answered {status}"
    pause = retry_after(wait, now)
    if pause is not None:
        words += f" and asks to wait {pause.total_seconds():.0f} s"
    return FetchError("http_status", words + _HINTS.get(status, ""), status=status, retry_after=pause)


def media_type_of(content_type: str) -> tuple[str, str]:
    """The media type in lower case, and the charset as declared; both may be empty."""
    media_type, _, parameters = content_type.partition(";")
    charset = re.search(r"(?:^|;)\s*charset\s*=\s*[\"']?([^\s\"';,]+)", parameters, re.IGNORECASE)
    return printable(media_type.strip().lower()), printable(charset[1]) if charset else ""


def retry_after(value: str, now: datetime) -> timedelta | None:
    """A Retry-After header: seconds or an HTTP date; None for what is neither, or past."""
    value = value.strip()
    try:
        wait = timedelta(seconds=int(value)) if _SECONDS.fullmatch(value) else _date(value) - now
    except (ValueError, OverflowError):
        return None
    return wait if wait >= timedelta(0) else None


def _date(value: str) -> datetime:
    moment = parsedate_to_datetime(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def validator(value: str) -> str:
    """An ETag or Last-Modified that can be sent back as it came, else nothing."""
    return value if len(value) <= 1024 and value.isascii() and value.isprintable() else ""


def printable(text: str) -> str:
    """A server's words, short and without control characters."""
    return "".join(c if c.isascii() and c.isprintable() else "?" for c in text[:80])

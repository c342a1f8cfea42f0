"""Where a page ended: words that mean nothing to who passes them on."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from tracker.web.api.parameters import YEARS
from tracker.web.api.refused import Refused

LARGEST = 2**31 - 1  # of a row's number
_NOT_OURS = "cursor is none of this address and these parameters; begin without one"


Key = tuple[datetime | int | str, ...]


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row's key, and the moment at which the first page was asked for: all pages are of that."""

    began: datetime
    key: Key


def write(cursor: Cursor, of: str) -> str:
    """`of` is the question: a cursor goes on with no other."""
    key = [{"t": part.isoformat()} if isinstance(part, datetime) else part for part in cursor.key]
    body = json.dumps([_mark(of), cursor.began.isoformat(), *key], separators=(",", ":"))
    return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")


def read(words: str, of: str, kinds: tuple[type, ...]) -> Cursor:
    """A cursor of ours whose key has these kinds. Raises Refused."""
    try:
        body = json.loads(base64.b64decode(words + "=" * (-len(words) % 4), b"-_", validate=True))
        mark, began, *parts = body
        key = tuple(_moment(part["t"]) if isinstance(part, dict) else part for part in parts)
        cursor = Cursor(_moment(began), key)
        fine = mark == _mark(of) and len(key) == len(kinds) and YEARS[0] <= cursor.began.year < YEARS[1]
        if not fine or not all(map(_is, key, kinds)):
            raise Refused(400, _NOT_OURS)
        return cursor
    except (binascii.Error, ValueError, OverflowError, TypeError, KeyError, RecursionError) as e:
        raise Refused(400, _NOT_OURS) from e


def question(path: str, asked: Iterable[tuple[str, str]]) -> str:
    """What is asked, in the words of the request, without where to go on and how much of it."""
    rest = sorted(pair for pair in asked if pair[0] not in ("cursor", "limit", "format") and pair[1])
    return json.dumps([path, rest])


def _mark(of: str) -> str:
    return hashlib.sha256(of.encode()).hexdigest()[:8]


def _moment(words: str) -> datetime:
    return datetime.fromisoformat(words).astimezone(UTC)


def _is(part: object, kind: type) -> bool:
    if isinstance(part, str):
        return kind is str and part.isprintable() and len(part) <= 300
    if type(part) is int:
        return kind is int and 0 <= part <= LARGEST
    return kind is datetime and isinstance(part, datetime)

"""What a plain form asks in the query of an address: read strictly where it must be, and written again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode

from tracker.ask.times import NotAMoment, moment
from tracker.domain.wording import harmless
from tracker.web.pages import Asked, Refused

LONGEST = 200  # characters of one filter
DEEPEST = 10_000  # rows that are paged through: who looks for more narrows it down
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
HOW_DAYS_ARE_WRITTEN = "A day is written 2026-08-21, a moment 2026-08-21T14:00Z, and 30d is thirty days ago."


def text(asked: Asked, name: str) -> str:
    """What was written into a field, on one line and not endless."""
    return harmless(asked.query.get(name, ""), LONGEST)


def choice(asked: Asked, name: str, known: Collection[str], otherwise: str = "") -> str:
    """One of the words that are known; whatever else was asked for is `otherwise`."""
    said = asked.query.get(name, "")
    return said if said in known else otherwise


def given(asked: Asked, names: Collection[str], choices: Mapping[str, Collection[str]]) -> dict[str, str]:
    """The fields as they were filled in, without what could be no answer."""
    texts = {name: text(asked, name) for name in names}
    return texts | {name: choice(asked, name, known) for name, known in choices.items()}


def day(asked: Asked, name: str, *, end: bool = False) -> datetime | None:
    """A moment as a person writes it, of a day its start or end; None: nothing is said. Raises Refused."""
    said = text(asked, name)
    try:
        found = moment(said, asked.now, end=end)
    except (NotAMoment, OverflowError):
        raise Refused(400, "That is no day", HOW_DAYS_ARE_WRITTEN) from None
    return None if found is None else min(max(found, EARLIEST), LATEST)


def place(asked: Asked, rows: int) -> int:
    """Which page of so many rows is asked for, from 1."""
    said = asked.query.get("page", "")
    number = int(said) if said.isascii() and said.isdigit() and len(said) <= 6 else 1
    return min(max(number, 1), DEEPEST // rows)


def address(path: str, given: Mapping[str, str], **changed: str) -> str:
    """A page with what was asked of it, some of it changed; what is empty is left out."""
    query = {name: words for name, words in (dict(given) | changed).items() if words}
    return f"{path}?{urlencode(query)}" if query else path

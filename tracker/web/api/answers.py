"""What each address of the API answers: the rows of the verbs, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scrapers.source import Source
from tracker.adapters.store import Connection, announced_rows, articles, questions, verdicts
from tracker.adapters.store.filters import Filters
from tracker.adapters.store.found_events import find as find_events
from tracker.adapters.store.moves import steps_of
from tracker.ask import articles as asked_articles
from tracker.ask import events as asked_events
from tracker.ask import moves as asked_moves
from tracker.ask import sources as asked_sources
from tracker.ask import verdict as asked_verdict
from tracker.web.api.cursors import Key
from tracker.web.api.refused import Refused
from tracker.web.own import Own
from tracker.web.requested import number

Row = Mapping[str, Any]
Keyed = Sequence[tuple[Row, Key]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: its parameters by name, the page it goes on from, and `most` rows, one more than it shows.

    `began` is when the first page was asked for.
    """

    connection: Connection
    sources: Mapping[str, Source]
    given: Mapping[str, Any]
    began: datetime
    after: Key | None
    most: int
    id: str = ""
    own: Own = Own()  # noqa: RUF009 (frozen)

    def words(self, name: str) -> str:
        return str(self.given.get(name, ""))

    def filters(self) -> Filters:
        return Filters(
            provider=self.words("provider"),
            model=self.words("model"),
            meter=self.words("meter"),
            source=self.words("source"),
            event=self.words("event"),
            status=self.words("status"),
            documented=bool(self.given.get("documented")),
            since=self.given.get("since"),
            until=self.given.get("until"),
        )

    @property
    def at(self) -> datetime:
        return self.given.get("at") or self.began

    @property
    def known_at(self) -> datetime:
        return self.given.get("known_at") or self.began

    def number(self) -> int:
        """The id in the address. Raises Refused."""
        id = number(self.id)
        if id is None:
            raise Refused(404, "an id is a whole number; the list shows them")
        return id


def sources(asked: Asked) -> Keyed:
    rows = asked_sources.rows(asked.connection, asked.sources, asked.began)
    wanted = asked.words("source")
    after = str(asked.after[0]) if asked.after else ""
    keyed = [(row, (row["id"],)) for row in rows if row["id"] > after and wanted in ("", row["id"])]
    return keyed[: asked.most]


def prices(asked: Asked) -> Keyed:
    rows = questions.prices_at(
        asked.connection,
        asked.at,
        asked.known_at,
        asked.filters(),
        after=asked.after,  # type: ignore[arg-type]  # the cursor's kinds are checked
        limit=asked.most,
    )
    return [(_without_place(row), (row["line"], row["row"])) for row in rows]


def history(asked: Asked) -> Keyed:
    rows = questions.history(
        asked.connection,
        asked.known_at,
        asked.filters(),
        after=asked.after,  # type: ignore[arg-type]  # the cursor's kinds are checked
        limit=asked.most,
    )
    return [(_without_place(row), (row["line"], row["valid_from"], row["row"])) for row in rows]


def moves(asked: Asked) -> Keyed:
    last = asked.after
    before = (last[0], last[1]) if last else None
    found = questions.find_moves(asked.connection, asked.filters(), asked.most, before)  # type: ignore[arg-type]
    return [(asked_moves.move_row(m), (m.at, m.id)) for m in found]


def move(asked: Asked) -> Row:
    found = steps_of(asked.connection, [asked.number()])
    if not found:
        raise Refused(404, "no move has this id; /api/v1/moves lists them")
    return asked_moves.move_row(found[0])


def events(asked: Asked) -> Keyed:
    rows = asked_events.rows(
        asked.connection,
        asked.known_at,
        asked.filters(),
        limit=asked.most,
        before=asked.after,  # type: ignore[arg-type]  # the cursor's kinds are checked
    )
    return [(row, (row["day"], row["id"])) for row in rows]


def event(asked: Asked) -> Row:
    found = find_events(asked.connection, None, ids=[asked.number()])
    if not found:
        raise Refused(404, "no event has this id; /api/v1/events lists them")
    return asked_events.event_row(found[0])


def recorded(asked: Asked) -> Keyed:
    rows = verdicts.recorded(asked.connection, asked.known_at, asked.words("prediction"))
    if claims := asked.words("claims"):
        rows = [row for row in rows if row["claims"] == claims]
    last = _int(asked.after)
    return [(row, (row["id"],)) for row in rows if last is None or row["id"] < last][: asked.most]


def claims_files(asked: Asked) -> Keyed:
    found = sorted(asked.own.registered(), key=lambda claims: claims.source.id)
    after = str(asked.after[0]) if asked.after else ""
    keyed = [(asked_verdict.file_row(c), (c.source.id,)) for c in found if c.source.id > after]
    return keyed[: asked.most]


def announced(asked: Asked) -> Keyed:
    found = announced_rows.rows(
        asked.connection, asked.known_at, asked.filters(), before=_int(asked.after), limit=asked.most
    )
    return [(row, (row["id"],)) for row in found]


def articles_said(asked: Asked) -> Keyed:
    since, until = asked.given.get("since"), asked.given.get("until")
    provider = asked.words("provider")
    found = articles.rows(asked.connection, None, since, until)
    keyed = [(row, (row["published_at"] or row["first_seen"], row["id"])) for row in found]
    if asked.after:
        keyed = [(row, key) for row, key in keyed if key < asked.after]
    if not provider:
        keyed = keyed[: asked.most]  # what they say is read for the rows of this page only
    told = asked_articles.said(asked.connection, [row for row, _ in keyed]).about(provider)
    kept = list(told.articles)[: asked.most]
    keys = {row["id"]: key for row, key in keyed}
    shown = asked_articles.rows(asked.connection, told.only(kept))
    return [(row, keys[about["id"]]) for row, about in zip(shown, kept, strict=True)]


def alerts(asked: Asked) -> Keyed:
    rows = questions.alert_rows(
        asked.connection,
        asked.words("state"),
        asked.most,
        channel=asked.words("channel"),
        rule=asked.words("rule"),
        event=asked.words("event"),
        after=str(asked.after[0]) if asked.after else "",
    )
    return [(row, (row["id"],)) for row in rows]


def snapshots(asked: Asked) -> Keyed:
    rows = questions.snapshot_rows(
        asked.connection, asked.words("source"), asked.most, before=_int(asked.after)
    )
    # What follows a "?" may be a key.
    return [(row | {"url": row["url"].partition("?")[0]}, (row["id"],)) for row in map(dict, rows)]


def _int(after: Key | None) -> int | None:
    return int(after[0]) if after and isinstance(after[0], int) else None


def _without_place(row: Row) -> Row:
    return {name: value for name, value in row.items() if name not in ("line", "row")}

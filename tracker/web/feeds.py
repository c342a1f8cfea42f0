"""What happened, as Atom feeds: moves, verdicts, and how the sources are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from scrapers.source import Source
from tracker.adapters.store import Connection, Engine, event_pages, moves, questions, verdicts
from tracker.adapters.store.engine import asking
from tracker.adapters.store.filters import Filters
from tracker.domain import wording
from tracker.domain.days import END_OF_TIME
from tracker.domain.events import Event
from tracker.domain.evidence import one_line
from tracker.domain.model import Move, State
from tracker.web import atom, words
from tracker.web.api import parameters as p
from tracker.web.api.refused import Refused
from tracker.web.aside import Aside
from tracker.web.atom import Entry, Feed
from tracker.web.requested import READING, tag_of, tagged
from tracker.web.watched import watched

STATE = p.one_of("state", "Only sources in this state.", State)
PARAMETERS = {
    "moves": (
        *(p.PROVIDER, p.MODEL, p.METER, p.SOURCE, p.EVENT, p.MOVE_STATUS, p.DOCUMENTED, p.SINCE, p.UNTIL),
        p.LIMIT,
    ),
    "verdicts": (p.CLAIMS, p.PREDICTION, p.LIMIT),
    "sources": (p.SOURCE, STATE, p.LIMIT),
    "events": (p.PROVIDER, p.MODEL, p.EVENT, p.SOURCE, p.EVENT_STATUS, p.SINCE, p.UNTIL, p.LIMIT),
}
Given = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Feeds:
    """What the feeds are made over; their links begin with `base_url`."""

    engine: Engine
    sources: Callable[[], Mapping[str, Source]]
    now: Callable[[], datetime]
    base_url: Callable[[], str]

    def shown(self, name: str, asked: list[tuple[str, str]]) -> bytes:
        """A feed as XML. Raises Refused, TrackerError."""
        given = p.given(PARAMETERS[name], asked, self.now())
        limit = given.pop("limit", p.USUAL)
        with asking(self.engine) as connection:
            make = {
                "moves": self._moves,
                "events": self._events,
                "verdicts": self._verdicts,
                "sources": self._sources,
            }[name]
            found = make(connection, given, limit)
        query = f"?{urlencode(sorted(asked))}" if asked else ""
        return atom.document(replace(found, own=f"/feeds/{name}.atom{query}"), self.base_url().rstrip("/"))

    def _moves(self, connection: Connection, given: Given, limit: int) -> Feed:
        found = questions.find_moves(connection, Filters(**given), limit)
        settled = moves.settled_at(connection, [m.id for m in found])
        entries = [_move(m, settled[m.id]) for m in found]
        return Feed("Prices that moved", "", "/moves", entries)

    def _events(self, connection: Connection, given: Given, limit: int) -> Feed:
        found = event_pages.newest(connection, Filters(**given), limit)
        settled = event_pages.settled_at(connection, found)
        return Feed("What moves mean", "", "/events", [_event(e, settled[e.id]) for e in found])

    def _verdicts(self, connection: Connection, given: Given, limit: int) -> Feed:
        rows = verdicts.recorded(connection, END_OF_TIME, given.get("prediction", ""))
        wanted = [row for row in rows if given.get("claims", row["claims"]) == row["claims"]]
        return Feed("Verdicts", "", "/verdicts", [_verdict(row) for row in wanted[:limit]])

    def _sources(self, connection: Connection, given: Given, limit: int) -> Feed:
        seen = watched(questions.source_rows(connection), self.sources(), self.now())
        found = [
            Entry(
                id=f"sources/{quote(w.id, safe='')}/{w.state.value}/{w.since:%Y%m%dT%H%M%SZ}",
                title=f"{wording.harmless(w.id)} is {words.STATE_WORDS[w.state]}",
                updated=w.since,
                published=w.since,
                link=f"/sources/{quote(w.id, safe='')}",
                text=wording.harmless(w.words, 500),
                category=w.state.value,
            )
            for w in seen
            if w.since and given.get("source", w.id) == w.id and given.get("state", w.state) == w.state
        ]
        return Feed("How the sources are", "", "/sources", sorted(found, key=_newest, reverse=True)[:limit])


def _newest(entry: Entry) -> tuple[datetime, str]:
    return entry.updated, entry.id


def _move(move: Move, settled: datetime) -> Entry:
    standing = words.standing(move)
    return Entry(
        id=f"moves/{move.id}",
        title=wording.head([move]),
        updated=settled,
        published=move.recorded_at,
        link=f"/moves/{move.id}",
        text=f"{move.status.value}{f': {standing}' if standing else ''}; as {move.source} says since "
        f"{words.day(move.at)}.",
        category=move.event,
    )


def _event(event: Event, settled: datetime) -> Entry:
    kind = event.kind.value.replace("_", " ")
    return Entry(
        id=f"events/{event.id}",
        title=wording.harmless(
            f"{wording.provider_name(event.provider)}, {kind}: {one_line(event.rows)}", 300
        ),
        updated=settled,
        published=event.recorded_at,
        link=f"/events/{event.id}",
        text=wording.harmless(f"{event.status.value}; {event.day}. {event.why}", 500),
        category=event.kind.value,
    )


def _verdict(row: Mapping[str, Any]) -> Entry:
    states = ", ".join(f"{horizon} {state}" for horizon, state in row["rollup"].items())
    claims, prediction = str(row["claims"]), str(row["prediction"])
    return Entry(
        id=f"verdicts/{row['id']}",
        title=wording.harmless(f"{prediction}: {states}", 300),
        updated=row["recorded_at"],
        published=row["recorded_at"],
        link=f"/verdicts/{quote(claims, safe='')}/{quote(prediction, safe='')}",
        text=wording.harmless(f"As of {row['as_of']}, {claims}: {row['why']}", 1000),
        category=prediction,
    )


def add_to(app: FastAPI, feeds: Feeds) -> None:
    """Add the routes of the feeds; they have threads of their own."""
    aside = Aside()

    @app.api_route("/feeds/{name}.atom", methods=READING)
    async def feed(request: Request, name: str) -> Response:
        if name not in PARAMETERS:
            return JSONResponse({"error": f"no feed is called so; there are {', '.join(PARAMETERS)}"}, 404)
        try:
            body = await aside.ask(feeds.shown, name, request.query_params.multi_items())
        except Refused as e:
            return JSONResponse({"error": e.words}, e.status)
        return tagged(request, tag_of(body), body, atom.MEDIA_TYPE)

"""How each enabled source is at this moment, for the pages and the metrics alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scrapers.source import Source
from tracker.adapters.store import Row
from tracker.domain.health import FLAPPING, seen_as
from tracker.domain.model import State

WORST_FIRST = (State.blind, State.failing, State.stale, State.never, State.well)


@dataclass(frozen=True, slots=True)
class Watched:
    """A source and what its last looks came to."""

    id: str
    kind: str
    provider: str
    url: str
    via: str  # what of the provider's is read: its page, a Markdown twin, an API, …
    state: State
    since: datetime | None = None
    last_look: datetime | None = None
    last_well: datetime | None = None
    prices: int = 0
    words: str = ""  # what the last look came to
    outcome_kind: str = ""  # well, or the kind of the error
    due: datetime | None = None  # the next look
    flaps: bool = False  # its moves go back before they are confirmed


def watched(rows: Mapping[str, Row[Any]], sources: Mapping[str, Source], now: datetime) -> list[Watched]:
    """The enabled sources, those in trouble first; `rows` are the store's, by id."""
    found = [_watched(id, source, rows.get(id), now) for id, source in sources.items()]
    return sorted(found, key=lambda w: (WORST_FIRST.index(w.state), w.provider.casefold(), w.id))


def _watched(id: str, source: Source, row: Row[Any] | None, now: datetime) -> Watched:
    provider = source.provider or id
    if row is None:
        return Watched(id, source.kind, provider, source.url, source.via, State.never)
    state = seen_as(State(row.state), row.last_well, source.every, now)
    since = row.last_well if state is State.stale else row.state_since
    return Watched(
        id=id,
        kind=source.kind,
        provider=provider,
        url=source.url,
        via=source.via,
        state=state,
        since=since,
        last_look=row.last_look,
        last_well=row.last_well,
        prices=row.offers,
        words=row.last_outcome,
        outcome_kind=row.outcome_kind,
        due=row.due,
        flaps=row.told == FLAPPING,
    )

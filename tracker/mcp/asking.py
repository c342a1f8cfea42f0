"""One call of a tool: what it was asked, and what every answer is made with."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scrapers.meters import METERS
from scrapers.source import Source
from tracker.adapters.config.wrong import unknown
from tracker.adapters.store import Connection, names
from tracker.adapters.store.filters import Filters
from tracker.mcp.arguments import USUAL, words_of
from tracker.web.api import cursors
from tracker.web.api import parameters as p
from tracker.web.api.answers import Asked, Keyed
from tracker.web.api.refused import Refused
from tracker.web.own import Own

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """What a tool is asked, of which store, and when; `base_url` is where the pages are."""

    connection: Connection
    sources: Mapping[str, Source]
    own: Own
    base_url: str
    now: datetime
    arguments: Mapping[str, Any]

    @property
    def links(self) -> dict[str, str]:
        """Where ids lead: {id} stands for one."""
        at = self.base_url.rstrip("/")
        return {"move": f"{at}/moves/{{id}}", "snapshot": f"{at}/snapshots/{{id}}/shown"}

    def asked(self, given: Mapping[str, Any], id: str = "") -> Asked:
        """The same as the API asks it."""
        return Asked(self.connection, self.sources, given, self.now, None, USUAL, id, self.own)


def page(
    call: Call,
    name: str,
    parameters: Sequence[p.Parameter],
    answer: Callable[[Asked], Keyed],
    key: tuple[type, ...],
) -> tuple[Answer, Keyed]:
    """A page of a list of the API, and the rows of it with their keys. Raises Refused."""
    words = words_of(call.arguments)
    question = cursors.question(name, words)
    at = dict(words).get("cursor", "")
    cursor = cursors.read(at, question, key) if at else None
    began = cursor.began if cursor else call.now
    given = p.given(parameters, words, began)
    limit = given.get("limit", USUAL)
    after = cursor.key if cursor else None
    keyed = answer(Asked(call.connection, call.sources, given, began, after, limit + 1, own=call.own))
    if not keyed and not cursor:
        known(call, given)
    more = len(keyed) > limit
    keyed = keyed[:limit]
    onward = cursors.write(cursors.Cursor(began, keyed[-1][1]), question) if more else None
    return {"items": [row for row, _ in keyed], "next": onward, "note": "", "links": call.links}, keyed


def known(call: Call, given: Mapping[str, Any]) -> None:
    """Raises Refused for a name that is none, with the nearest that is."""
    provider, model = given.get("provider", ""), given.get("model", "")
    if provider and provider.casefold() not in (there := names.providers(call.connection)):
        raise Refused(404, f"that {unknown(provider, there, 'a provider of whom a price is recorded')}")
    if (meter := given.get("meter", "")) and meter not in METERS:
        raise Refused(404, f"that {unknown(meter, METERS, 'a meter')}")
    if (source := given.get("source", "")) and source not in (ids := names.source_ids(call.connection)):
        raise Refused(404, f"that {unknown(source, ids, 'a source')}")
    if model and not any(c in model for c in "*?["):
        _known_model(call, model, provider)


def _known_model(call: Call, model: str, provider: str) -> None:
    if names.is_known(call.connection, Filters(provider, model)):
        return
    near = names.near(call.connection, model, provider, 3)
    meant = f"; did you mean {' or '.join(f'{m.provider}/{m.model}' for m in near)}?" if near else ""
    raise Refused(404, f"no price of that model is recorded{meant or '; find_models searches by name'}")

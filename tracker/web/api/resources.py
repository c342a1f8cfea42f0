"""Every address of the API: what it answers, which parameters it takes, what its rows are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tracker.web.api import answers, schemas, schemas_bills, wholes
from tracker.web.api import parameters as p

ROOT = "/api/v1"


@dataclass(frozen=True, slots=True)
class Resource:
    """One address below ROOT. It answers a list in pages, one row, or one object, by which of three is set.

    `key` are the kinds of what a cursor to its list holds; `columns` those of CSV where there is no row.
    """

    path: str
    says: str
    schema: schemas.Schema
    parameters: tuple[p.Parameter, ...] = ()
    listed: Callable[[answers.Asked], answers.Keyed] | None = None
    one: Callable[[answers.Asked], answers.Row] | None = None
    whole: Callable[[answers.Asked], wholes.Whole] | None = None
    key: tuple[type, ...] = (int,)
    columns: Sequence[str] = ()

    @property
    def allowed(self) -> tuple[p.Parameter, ...]:
        paging = (p.LIMIT, p.CURSOR) if self.listed else ()
        return (*self.parameters, *paging, p.FORMAT)

    @property
    def name(self) -> str:
        """Of what it answers, in the OpenAPI document."""
        words = self.path.replace("{id}", "one").strip("/").split("/")
        return "_".join(words)


_NAMED = (p.PROVIDER, p.MODEL, p.METER, p.SOURCE)
_DAYS = (p.SINCE, p.UNTIL)
_NEEDED = replace(p.MODEL, required=True, schema={**p.MODEL.schema, "minLength": 1})
_STATES = ("as_of", "known_at", "prediction", "definition", "horizon", "state")
_FIGURES = ("id", "verdict", "claimed", "recorded", "holds_for", "matches_instead", "quote")

RESOURCES = (
    Resource(
        "/sources",
        "Every enabled source: how it is, when it was looked at, when it will be.",
        schemas.SOURCE,
        (p.SOURCE,),
        listed=answers.sources,
        key=(str,),
    ),
    Resource(
        "/prices",
        "The prices that hold now or held at a moment, as known at one, line by line.",
        schemas.PRICE,
        (*_NAMED, p.AT, p.KNOWN_AT),
        listed=answers.prices,
        key=(int, int),
    ),
    Resource(
        "/history",
        "Every price that a model had, line by line, each from the oldest on.",
        schemas.PRICE,
        (_NEEDED, p.PROVIDER, p.METER, p.SOURCE, *_DAYS, p.KNOWN_AT),
        listed=answers.history,
        key=(int, datetime, int),
    ),
    Resource(
        "/moves",
        "Prices that moved, the newest first.",
        schemas.MOVE,
        (*_NAMED, p.EVENT, p.MOVE_STATUS, p.DOCUMENTED, *_DAYS),
        listed=answers.moves,
        key=(datetime, int),
    ),
    Resource("/moves/{id}", "One move.", schemas.MOVE, one=answers.move),
    Resource(
        "/events",
        "What moves mean, the newest first.",
        schemas.EVENT,
        (p.PROVIDER, p.MODEL, p.EVENT, p.SOURCE, p.EVENT_STATUS, *_DAYS, p.KNOWN_AT),
        listed=answers.events,
        key=(str, int),
    ),
    Resource("/events/{id}", "One event.", schemas.EVENT, one=answers.event),
    Resource(
        "/verdicts",
        "What the recorded prices say about each registered prediction; CSV and NDJSON have its states.",
        schemas.VERDICTS,
        (p.CLAIMS, p.AT, p.KNOWN_AT),
        whole=wholes.verdicts,
        columns=_STATES,
    ),
    Resource(
        "/verdicts/recorded",
        "The verdicts as they were recorded, the newest first, and why each changed.",
        schemas.RECORDED,
        (p.CLAIMS, p.PREDICTION, p.KNOWN_AT),
        listed=answers.recorded,
    ),
    Resource(
        "/verdicts/{id}",
        "The verdict on one prediction, of the registered claims or of `claims`.",
        schemas.VERDICTS,
        (p.CLAIMS, p.AT, p.KNOWN_AT),
        whole=wholes.verdicts,
        columns=_STATES,
    ),
    Resource(
        "/claims",
        "The article's own figures, held against the prices that were recorded for its day.",
        schemas.CLAIMS,
        (p.CLAIMS, p.KNOWN_AT),
        whole=wholes.claims,
        columns=_FIGURES,
    ),
    Resource(
        "/claims/files",
        "The registered claims file, and those of the settings.",
        schemas_bills.CLAIMS_FILE,
        listed=answers.claims_files,
        key=(str,),
    ),
    Resource(
        "/cost",
        "What a month of each workload costs, or of one that is described; CSV and NDJSON have the bills.",
        schemas_bills.COST,
        (p.WORKLOAD, p.OFFERED, p.MONTHLY, p.BILL_SINCE, p.AT, p.KNOWN_AT),
        whole=wholes.cost,
        columns=("workload", "provider", "model", "terms", "currency", "before", "after", "pct"),
    ),
    Resource(
        "/indexes",
        "How prices went since a day; CSV and NDJSON have the points of the series, or the rows of `kind`.",
        schemas.INDEXES,
        (p.INDEX_KIND, p.PROVIDER, p.BASE, *_DAYS, p.AT, p.KNOWN_AT),
        whole=wholes.indexes,
        columns=("index", "provider", "variant", "day", "value", "models"),
    ),
    Resource(
        "/announced",
        "Prices that pages stated for a later day, the newest first.",
        schemas_bills.ANNOUNCED,
        (*_NAMED, *_DAYS, p.KNOWN_AT),
        listed=answers.announced,
    ),
    Resource(
        "/articles",
        "Articles of the feeds, the newest first: the prices they state, and what moved on their days.",
        schemas.ARTICLE,
        (p.PROVIDER, *_DAYS),
        listed=answers.articles_said,
        key=(datetime, int),
    ),
    Resource(
        "/alerts",
        "Alerts and how far their deliveries are, the newest first; a channel by its name only.",
        schemas.ALERT,
        (p.STATE, p.CHANNEL, p.RULE, p.ALERT_EVENT),
        listed=answers.alerts,
        key=(str,),
    ),
    Resource(
        "/snapshots",
        "Pages as they were fetched, the newest first; /snapshots/{id} has the bytes.",
        schemas.SNAPSHOT,
        (p.SOURCE,),
        listed=answers.snapshots,
    ),
)


def columns_of(resource: Resource, rows: Sequence[Any]) -> Sequence[str]:
    """The names of CSV's first line: of a whole answer as its rows say, else as the schema does."""
    if resource.whole:
        return list(rows[0]) if rows else resource.columns
    return list(resource.schema["properties"])

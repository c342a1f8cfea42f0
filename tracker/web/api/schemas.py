"""What the rows of the API are made of, as JSON Schema."""

from __future__ import annotations

from typing import Any

from scrapers.meters import METERS
from tracker.domain.events import Kind
from tracker.domain.model import Basis, State, Status

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
WHEN: Schema = {"type": "string", "format": "date-time"}
DAY: Schema = {"type": "string", "format": "date"}
MONEY: Schema = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "description": "A decimal number."}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
TERMS: Schema = {"type": "object", "additionalProperties": TEXT}
METER: Schema = {"type": "string", "examples": list(METERS)[:3]}


def maybe(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def listed(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def one_of(words: Any) -> Schema:
    return {"type": "string", "enum": [str(word) for word in words]}


def an(optional: tuple[str, ...] = (), **properties: Schema) -> Schema:
    """An object of exactly these properties."""
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }


def by_name(schema: Schema) -> Schema:
    return {"type": "object", "additionalProperties": schema}


ERROR = an(error=TEXT)
SOURCE = an(
    id=TEXT,
    kind=TEXT,
    url=TEXT,
    every=TEXT,
    state=one_of(State),
    last_look=maybe(WHEN),
    last_well=maybe(WHEN),
    last_outcome=TEXT,
    offers=WHOLE,
    next=maybe(WHEN),
    via=TEXT,
)
PRICE = an(
    provider=TEXT,
    model=TEXT,
    meter=METER,
    price=MONEY,
    currency=TEXT,
    terms=TERMS,
    valid_from=WHEN,
    valid_to=maybe(WHEN),
    recorded_at=WHEN,
    source=TEXT,
    basis=one_of(Basis),
)
MOVE = an(
    id=WHOLE,
    at=WHEN,
    recorded_at=WHEN,
    provider=TEXT,
    model=TEXT,
    meter=METER,
    terms=TERMS,
    before=MONEY,
    after=MONEY,
    pct=maybe(NUMBER),
    event=TEXT,
    status=one_of(Status),
    source=TEXT,
    evidence=an(
        snapshot=maybe(WHOLE),
        confirmed_by=maybe(WHOLE),
        not_before=maybe(WHEN),
        label=TEXT,
        currency=TEXT,
        reason=TEXT,
    ),
)
EVENT = an(
    id=WHOLE,
    kind=one_of(Kind),
    announcement=TEXT,
    provider=TEXT,
    day=DAY,
    lo=DAY,
    hi=DAY,
    status=one_of(Status),
    recorded_at=WHEN,
    source=TEXT,
    what=TEXT,
    why=TEXT,
    rows=listed(
        an(
            model=TEXT,
            predecessor=TEXT,
            component=TEXT,
            meter=METER,
            terms=TERMS,
            currency=TEXT,
            before=maybe(MONEY),
            after=maybe(MONEY),
            pct=maybe(NUMBER),
            source=TEXT,
            read_from=TEXT,
            move=maybe(WHOLE),
            snapshot=maybe(WHOLE),
        )
    ),
)
RECORDED = an(
    id=WHOLE,
    claims=TEXT,
    prediction=TEXT,
    as_of=DAY,
    recorded_at=WHEN,
    file_sha256=TEXT,
    rollup=by_name(TEXT),
    why=TEXT,
)
ARTICLE = an(
    source=TEXT,
    title=TEXT,
    url=TEXT,
    published_at=maybe(WHEN),
    first_seen=WHEN,
    providers=listed(TEXT),
    mentions=listed(
        an(
            quote=TEXT,
            provider=TEXT,
            model=TEXT,
            component=TEXT,
            price=maybe(MONEY),
            currency=TEXT,
            recorded=maybe(MONEY),
            verdict=TEXT,
            matches_instead=listed(TEXT),
        )
    ),
    moves=listed(WHOLE),
    events=listed(WHOLE),
)
ALERT = an(
    id=TEXT,
    created_at=WHEN,
    channel=TEXT,
    rule=TEXT,
    subject=TEXT,
    state=one_of(("waiting", "sent", "dead")),
    attempts=WHOLE,
    next_try=maybe(WHEN),
    last_error=TEXT,
    event=TEXT,
    part_of={"type": ["string", "null"]},
)
SNAPSHOT = an(
    id=WHOLE,
    source=TEXT,
    at=WHEN,
    url=TEXT,
    media_type=TEXT,
    notes=TEXT,
    sha256=TEXT,
    size=WHOLE,
    stored=WHOLE,
)
VERDICTS = an(
    as_of=DAY,
    known_at=TEXT,
    source=TEXT,
    file_sha256=TEXT,
    definitions=by_name(TEXT),
    record_begins=maybe(WHEN),
    predictions=by_name(
        {
            "type": "object",
            "properties": {"kind": TEXT, "rollup": by_name(TEXT)},
            "required": ["kind", "rollup"],
        }
    ),
)
CLAIMS = an(
    as_of=DAY,
    known_at=TEXT,
    source=TEXT,
    file_sha256=TEXT,
    price_claims=by_name(
        {
            "type": "object",
            "properties": {"claimed": {}, "verdict": TEXT, "quote": TEXT},
            "required": ["claimed", "verdict", "quote"],
        }
    ),
)
INDEXES = an(
    as_of=DAY,
    known_at=WHEN,
    base=DAY,
    series=listed(
        an(
            index=TEXT,
            provider=TEXT,
            variant=TEXT,
            points=listed(an(day=DAY, value=NUMBER, models=WHOLE)),
        )
    ),
    hosted=listed(
        an(
            model=TEXT,
            weights=TEXT,
            day=DAY,
            own=MONEY,
            window=TEXT,
            median=maybe(NUMBER),
            least=maybe(NUMBER),
            hosts=listed(TEXT),
        )
    ),
    premium=listed(an(line=TEXT, over=TEXT, day=DAY, ratio=NUMBER, price=MONEY, over_price=MONEY)),
)

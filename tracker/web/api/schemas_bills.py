"""What announced prices, claims files and bills of the API are made of, as JSON Schema."""

from __future__ import annotations

from tracker.domain.model import Basis
from tracker.web.api.schemas import (
    DAY,
    METER,
    MONEY,
    NUMBER,
    TERMS,
    TEXT,
    WHEN,
    WHOLE,
    an,
    listed,
    maybe,
    one_of,
)

ANNOUNCED = an(
    id=WHOLE,
    provider=TEXT,
    model=TEXT,
    meter=METER,
    terms=TERMS,
    currency=TEXT,
    before=maybe(MONEY),
    price=MONEY,
    day=DAY,
    announced_at=WHEN,
    source=TEXT,
    read_from=TEXT,
    snapshot=maybe(WHOLE),
)
CLAIMS_FILE = an(
    claims=TEXT,
    title=TEXT,
    author=TEXT,
    url=TEXT,
    published_at=DAY,
    file_sha256=TEXT,
    predictions=listed(TEXT),
)
_BILL = an(
    workload=TEXT,
    provider=TEXT,
    model=TEXT,
    terms=TERMS,
    currency=TEXT,
    before=maybe(MONEY),
    after=maybe(MONEY),
    pct=maybe(NUMBER),
    parts=listed(
        an(
            meter=METER,
            amount=maybe(MONEY),
            before=maybe(MONEY),
            after=maybe(MONEY),
            cost_before=maybe(MONEY),
            cost_after=maybe(MONEY),
        )
    ),
    missing=listed(TEXT),
    cheaper=listed(
        an(
            provider=TEXT,
            model=TEXT,
            terms=TERMS,
            currency=TEXT,
            total=maybe(MONEY),
            pct=maybe(NUMBER),
            basis=one_of(Basis),
            source=TEXT,
            missing=listed(TEXT),
        )
    ),
    notes=listed(TEXT),
)
COST = an(as_of=DAY, known_at=TEXT, since=maybe(TEXT), bills=listed(_BILL))

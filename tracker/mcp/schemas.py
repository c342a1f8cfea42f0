"""What the tools answer, as JSON Schema: rows of the API, with where each number is from beside it."""

from __future__ import annotations

from tracker.web.api import schemas as s
from tracker.web.api import schemas_bills

LINKS = s.an(move=s.TEXT, snapshot=s.TEXT)
LEFT_OUT = s.by_name(s.WHOLE)
EVIDENCE = s.an(snapshot=s.maybe(s.WHOLE), label=s.TEXT, page=s.TEXT)
_PRICE = s.PRICE["properties"] | {"evidence": EVIDENCE}
PRICE = s.an(**_PRICE)
NAMED = s.an(provider=s.TEXT, model=s.TEXT, meters=s.listed(s.METER))


def page(row: s.Schema) -> s.Schema:
    """An answer of rows: `next` goes on where more follow, `note` says what else is to be known."""
    return s.an(items=s.listed(row), next=s.maybe(s.TEXT), note=s.TEXT, links=LINKS)


FOUND = s.an(items=s.listed(NAMED), more={"type": "boolean"}, note=s.TEXT)
_PREDICTION = {
    "type": "object",
    "properties": {"kind": s.TEXT, "quote": s.TEXT, "rollup": s.by_name(s.TEXT)},
    "required": ["kind", "quote", "rollup"],
}
VERDICT = s.an(
    **{name: s.VERDICTS["properties"][name] for name in ("as_of", "known_at", "source", "file_sha256")},
    definitions=s.by_name(s.TEXT),
    record_begins=s.maybe(s.WHEN),
    predictions=s.by_name(_PREDICTION),
    links=LINKS,
    left_out=LEFT_OUT,
)
INDEX = s.an(**s.INDEXES["properties"], left_out=LEFT_OUT)
_BILL = schemas_bills.COST["properties"]["bills"]["items"]
COST = s.an(
    **schemas_bills.COST["properties"]
    | {
        "bills": s.listed(s.an(**_BILL["properties"], prices=s.listed(PRICE))),
        "links": LINKS,
        "left_out": LEFT_OUT,
    }
)

"""The tools about predictions and the index: the verdict with its evidence, and how prices went."""

from __future__ import annotations

from typing import Any

from tracker.domain.index import ALL
from tracker.mcp.arguments import read
from tracker.mcp.asking import Answer, Call, known
from tracker.mcp.inert import cut
from tracker.web.api import parameters as p
from tracker.web.api import wholes

VERDICT = (p.PREDICTION, p.CLAIMS, p.AT, p.KNOWN_AT)
INDEX = (p.INDEX_KIND, p.PROVIDER, p.BASE, p.SINCE, p.UNTIL, p.AT, p.KNOWN_AT)
USUAL_KIND = "jevons"
MOST_POINTS = 100
_IN_SHORT = ("kind", "quote", "provider", "subject", "rollup", "horizons")


def verdict(call: Call) -> Answer:
    """One prediction in full, or all of them in short."""
    given = read(VERDICT, call.arguments, call.now)
    id = str(given.get("prediction", ""))
    found, _ = wholes.verdicts(call.asked(given, id.upper()))
    if id:
        used = {name for row in found["predictions"].values() for name in row["by_definition"]}
        found["definitions"] = {name: says for name, says in found["definitions"].items() if name in used}
    else:
        found["definitions"] = {}
        found["predictions"] = {name: _in_short(row) for name, row in found["predictions"].items()}
    shown, left_out = cut(found)
    return {**shown, "links": call.links, "left_out": left_out}


def _in_short(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in _IN_SHORT if name in row}


def index(call: Call) -> Answer:
    given = {"kind": USUAL_KIND} | read(INDEX, call.arguments, call.now)
    known(call, given)
    found, _ = wholes.indexes(call.asked(given))
    if "provider" not in given:  # each maker's own would be many times as much to read
        found["series"] = [row for row in found["series"] if row["provider"] == ALL]
    shown, left_out = cut(found, MOST_POINTS)
    return {**shown, "left_out": left_out}

"""The tools about prices: as of a day, their history, their moves, and which models there are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from tracker.adapters.store import names
from tracker.adapters.store.said import said
from tracker.mcp.arguments import CURSOR, LIMIT, USUAL, needed, read
from tracker.mcp.asking import Answer, Call, known, page
from tracker.web.api import answers
from tracker.web.api import parameters as p
from tracker.web.api.refused import Refused

_PAGING = (LIMIT, CURSOR)
AS_OF = (p.PROVIDER, p.MODEL, p.METER, p.SOURCE, p.AT, p.KNOWN_AT, *_PAGING)
HISTORY = (needed(p.MODEL), p.PROVIDER, p.METER, p.SOURCE, p.SINCE, p.UNTIL, p.KNOWN_AT, *_PAGING)
MOVES = (
    needed(p.SINCE), p.UNTIL, p.PROVIDER, p.MODEL, p.METER, p.SOURCE, p.EVENT, p.MOVE_STATUS, p.DOCUMENTED,
    *_PAGING,
)  # fmt: skip
WORDS = p.Parameter(
    "words", "Part of a model's name, such as sonnet; case and punctuation do not count.", lambda w, now: w
)
FIND = (needed(WORDS), p.PROVIDER, LIMIT)
SOURCES = (p.SOURCE, *_PAGING)
NOT_SEEN = "no look saw such a move; documented=true also asks the record of the past, from before this watch"
NONE_HOLDS = "no such price is known to hold then; price_history has those that were recorded"
MOST_LIKE = "no name holds these words; these are most like them"


def as_of(call: Call) -> Answer:
    found, keyed = page(call, "prices_as_of", AS_OF, answers.prices, (int, int))
    return _with_evidence(call, found if keyed else found | {"note": NONE_HOLDS}, keyed)


def history(call: Call) -> Answer:
    return _with_evidence(call, *page(call, "price_history", HISTORY, answers.history, (int, datetime, int)))


def moves(call: Call) -> Answer:
    found, keyed = page(call, "moves_since", MOVES, answers.moves, (datetime, int))
    if not keyed and not call.arguments.get("documented"):
        found["note"] = NOT_SEEN
    return found


def sources(call: Call) -> Answer:
    return page(call, "sources", SOURCES, answers.sources, (str,))[0]


def find(call: Call) -> Answer:
    given = read(FIND, call.arguments, call.now)
    words, provider, limit = given["words"], given.get("provider", ""), given.get("limit", USUAL)
    found, note = names.models(call.connection, words, provider, limit + 1), ""
    if not found:
        known(call, {"provider": provider})
        found, note = names.like(call.connection, words, provider, 5), MOST_LIKE
    if not found:
        raise Refused(404, "no model's name holds these words or is like them")
    return {"items": [m._asdict() for m in found[:limit]], "more": len(found) > limit, "note": note}


def with_evidence(call: Call, rows: Sequence[dict[str, Any]], ids: Sequence[int]) -> list[dict[str, Any]]:
    """Prices, each with where it was read; `ids` are the numbers of their rows."""
    proofs = said(call.connection, ids)
    return [row | {"evidence": proofs[id]} for row, id in zip(rows, ids, strict=True)]


def _with_evidence(call: Call, found: Answer, keyed: answers.Keyed) -> Answer:
    ids = [int(str(key[-1])) for _, key in keyed]
    return found | {"items": with_evidence(call, found["items"], ids)}

"""Verdicts and the article's own figures, as `verdict --json` and `claims --json` print them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from tracker.adapters.store import Connection, verdicts
from tracker.ask.times import shown
from tracker.domain.claims import Claims


def verdict(connection: Connection, claims: Claims, *, as_of: date, known_at: datetime) -> dict[str, Any]:
    """Every prediction of a claims file as of the end of a day, as recorded by `known_at`."""
    found = verdicts.answers(connection, claims, as_of=as_of, known_at=known_at)
    return found | {"known_at": shown(known_at)}


def price_claims(connection: Connection, claims: Claims, *, known_at: datetime) -> dict[str, Any]:
    """The article's own figures against the prices that were recorded for its day."""
    return {
        "as_of": claims.source.published_at.isoformat(),
        "known_at": shown(known_at),
        "source": claims.source.id,
        "file_sha256": claims.sha256,
        "price_claims": verdicts.price_answers(connection, claims, known_at=known_at),
    }


def file_row(claims: Claims) -> dict[str, Any]:
    """A claims file: whose it is, its hash, and the ids of its predictions."""
    source = claims.source
    return {
        "claims": source.id,
        "title": source.title,
        "author": source.author,
        "url": source.url,
        "published_at": source.published_at.isoformat(),
        "file_sha256": claims.sha256,
        "predictions": [p.id for p in claims.predictions],
    }


def states(found: dict[str, Any]) -> list[dict[str, Any]]:
    """A row a prediction, definition and horizon."""
    return [
        {
            "as_of": found["as_of"],
            "known_at": found["known_at"],
            "prediction": id,
            "definition": name or "rollup",
            "horizon": horizon,
            "state": states[horizon],
        }
        for id, row in found["predictions"].items()
        for name, states in {"": row["rollup"], **row["by_definition"]}.items()
        for horizon in row["rollup"]
    ]


def price_claim_rows(found: dict[str, Any]) -> list[dict[str, Any]]:
    """A row a figure, of what `price_claims` answers."""
    return [_flat({"id": id, **row}) for id, row in found["price_claims"].items()]


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    recorded = row.get("actual", row.get("computed"))
    return {
        "id": row["id"],
        "verdict": row["verdict"],
        "claimed": row["claimed"],
        "recorded": recorded,
        "holds_for": ", ".join(row.get("holds_for", [])),
        "matches_instead": ", ".join(row.get("matches_instead", [])),
        "quote": row["quote"],
    }

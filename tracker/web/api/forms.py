"""An answer as JSON, CSV or NDJSON, and whether who asks has it already."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from tracker.ask.printed import cell, plain
from tracker.web.api.refused import Refused

Row = Mapping[str, Any]
MEDIA_TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "ndjson": "application/x-ndjson",
}
_ACCEPTED = {
    "application/json": "json",
    "text/csv": "csv",
    "application/x-ndjson": "ndjson",
    "application/ndjson": "ndjson",
    "application/*": "json",
    "text/*": "csv",
    "*/*": "json",
}


def form_of(accept: str) -> str:
    """What an Accept header likes best of what there is: json, csv or ndjson. Raises Refused."""
    best, liked = "", 0.0
    for part in accept.split(",") if accept.strip() else ["*/*"]:
        media, *others = (words.strip().lower() for words in part.split(";"))
        weight = _weight(others)
        if media in _ACCEPTED and weight > liked:
            best, liked = _ACCEPTED[media], weight
    if not best:
        raise Refused(406, "Accept names none of application/json, text/csv and application/x-ndjson")
    return best


def _weight(words: Sequence[str]) -> float:
    for word in words:
        if word.startswith("q="):
            try:
                return max(0.0, min(1.0, float(word[2:])))
            except ValueError:
                return 0.0
    return 1.0


def as_json(value: Any) -> bytes:
    return json.dumps(plain(value), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def as_ndjson(rows: Sequence[Row]) -> bytes:
    return b"".join(as_json(row) for row in rows)


def as_csv(rows: Sequence[Row], columns: Sequence[str]) -> bytes:
    """With a first line of names, also where there is no row; no cell is a formula."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\r\n")
    lines.writerow(columns)
    for row in rows:
        lines.writerow([cell(row.get(name)) for name in columns])
    return out.getvalue().encode()

"""The pages of verdicts: every prediction as of a day, and each with all that speaks for and against it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from tracker.adapters.store import verdicts as stored
from tracker.ask.verdict import price_claims
from tracker.domain import wording
from tracker.domain.claims import Claims
from tracker.domain.evidence import for_people
from tracker.web import verdict_figures
from tracker.web.as_of import AsOf, as_of
from tracker.web.pages import Asked, Route, Shown, not_there
from tracker.web.reckoned import reckoned
from tracker.web.verdict_figures import anchor
from tracker.web.words import address_of

Row = Mapping[str, Any]
MOST_RECORDED = 200  # verdicts of one prediction, the newest
MOST_READ = 3  # of what a figure is read from
LONGEST_WORDS = 300


def verdicts(asked: Asked) -> Shown:
    """Every prediction of the registered claims and of the user's own, and the figures that they state."""
    clocks, registered = as_of(asked), asked.own.registered()
    article, *others = (_file(asked, clocks, claims) for claims in registered)
    return "verdicts.html", clocks.shown() | article | {
        "model_page": address_of,
        "others": others,
        "unread": 1 + len(set(asked.own.claims)) - len(registered),
    }


def _file(asked: Asked, clocks: AsOf, claims: Claims) -> dict[str, Any]:
    """What became of one claims file."""
    found = _answers(asked, claims, clocks)
    figures = price_claims(asked.connection, claims, known_at=clocks.known_at)["price_claims"]
    rows = [_row(claims, id, row) for id, row in found["predictions"].items()]
    return {
        "source": claims.source,
        "found_at": found["known_at"],
        "sha256": claims.sha256,
        "tested": [row for row in rows if row["kind"] != "not_testable"],
        "untested": [row for row in rows if row["kind"] == "not_testable"],
        "horizons": _horizons(rows),
        "begins": _late_record(found, clocks),
        "claims": [_claim(id, row) for id, row in figures.items()],
    }


def verdict(asked: Asked) -> Shown:
    """One prediction; raises Refused where none is registered under that name."""
    clocks, claims = as_of(asked), asked.own.claims_of(asked.path["claims"])
    named = claims.predictions if claims else ()
    one = next((p for p in named if p.id == asked.path["prediction"]), None)
    if claims is None or one is None:
        raise not_there("No prediction of that name is registered.")
    alone = claims.model_copy(update={"predictions": (one,)})
    found = _answers(asked, alone, clocks)
    row = found["predictions"][one.id]
    recorded = [
        r
        for r in stored.recorded(asked.connection, clocks.known_at, one.id)
        if r["claims"] == claims.source.id
    ][:MOST_RECORDED]
    shown = _row(claims, one.id, row)
    return "verdict.html", clocks.shown() | {
        "source": claims.source,
        "found_at": found["known_at"],
        "model_page": address_of,
        "sha256": claims.sha256,
        "definitions": found["definitions"],
        "one": shown,
        "row": row,
        "findings": {name: _evidence(name, finding) for name, finding in row["by_definition"].items()},
        "against": _evidence("against", row.get("counter_evidence")),
        "evidence_chart": verdict_figures.evidence(claims, row, clocks),
        "rate_chart": verdict_figures.rate(claims, one, row),
        "rates": _rates(row["base_rate"]),
        "unseen": _unseen(row.get("uncovered")),
        "numbers": _numbers(row.get("market")),
        "recorded": recorded,
        "timeline_chart": verdict_figures.timeline(recorded, clocks.known_at),
        "begins": _late_record(found, clocks),
    }


def _answers(asked: Asked, claims: Claims, clocks: AsOf) -> dict[str, Any]:
    """The verdicts on these predictions."""
    key = ("verdicts", claims.sha256, *(p.id for p in claims.predictions), *clocks.key)
    how = partial(stored.answers, claims=claims, as_of=clocks.day, known_at=clocks.known_at)
    return reckoned(asked.connection, key, how)


def address(claims: str, prediction: str) -> str:
    """The address of a prediction's page."""
    return f"/verdicts/{quote(claims, safe='')}/{quote(prediction, safe='')}"


# --- what is printed ---


def _row(claims: Claims, id: str, row: Row) -> dict[str, Any]:
    subject = row["subject"]
    return {
        "id": id,
        "href": address(claims.source.id, id),
        "quote": wording.harmless(row["quote"], LONGEST_WORDS),
        "kind": row["kind"],
        "about": f"{wording.provider_name(subject['provider'])}, {subject['scope']}" if subject else "",
        "states": row["rollup"],
        "ends": row["horizons"],
    }


def _horizons(rows: Iterable[Row]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row["states"]))


def _late_record(found: Row, clocks: AsOf) -> str:
    """The day on which this store's record begins, where it is later than the one that is asked for."""
    begins = found["record_begins"]
    if begins is None:
        return "never"
    return "" if begins <= clocks.known_at else begins.date().isoformat()


def _evidence(name: str, finding: Row | None) -> list[dict[str, Any]]:
    """A row an announcement, with all that it was read from."""
    if not finding:
        return []
    return [
        {
            "anchor": anchor(name, number),
            "day": link["lo"] if link["lo"] == link["hi"] else f"{link['lo']} to {link['hi']}",
            "lines": [wording.harmless(for_people(line), LONGEST_WORDS) for line in lines],
            "read_from": [wording.harmless(words, LONGEST_WORDS) for words in link["read_from"][:4]],
            **{key: link[key] for key in ("status", "events", "moves", "sources", "snapshots")},
        }
        for number, (lines, link) in enumerate(zip(finding["evidence"], finding["links"], strict=True))
    ]


def _rates(rate: Row) -> dict[str, Any]:
    """How likely it was anyway, a row a definition and horizon; without rows where that is not known."""
    if not rate:
        return {}
    rows = [
        {"name": "any of them" if name == "any" else name, "n": of["n"], "horizon": horizon, **chance}
        for name, of in rate.items()
        if isinstance(of, Mapping)
        for horizon, chance in of.items()
        if horizon != "n"
    ]
    return {"window": rate["window"], "rows": rows}


def _unseen(uncovered: Any) -> list[tuple[str, str]]:
    """A horizon and the days, or in words what, was not looked at."""
    if isinstance(uncovered, Mapping):
        return [
            (horizon, a if a == b else f"{a} to {b}") for horizon, gaps in uncovered.items() for a, b in gaps
        ]
    return [("", wording.harmless(str(words), LONGEST_WORDS)) for words in uncovered or ()]


def _numbers(market: Row | None) -> list[tuple[str, str]]:
    """What a market's test measured, horizon by horizon."""
    if not market:
        return []
    return [(str(name), wording.harmless(_figure(value), 500)) for name, value in market["numbers"].items()]


def _figure(value: object) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_figure(inner)}" for name, inner in value.items()) or "nothing"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "not known" if value is None else str(value)


def _claim(id: str, row: Row) -> dict[str, Any]:
    return {
        "id": id,
        "quote": wording.harmless(row["quote"], LONGEST_WORDS),
        "verdict": row["verdict"],
        "claimed": _figure(row["claimed"]),
        "recorded": _figure(row.get("actual", row.get("computed"))),
        "instead": ", ".join(row.get("matches_instead") or ()),
        "note": row.get("note", ""),
        "evidence": list({price["label"]: price for price in row["evidence"]}.values())[:MOST_READ],
    }


ROUTES = (
    Route("/verdicts", verdicts, "Verdicts"),
    Route("/verdicts/{claims}/{prediction}", verdict, under="/verdicts"),
)

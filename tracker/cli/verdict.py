"""The verbs that say what became of the predictions: verdict, claims, judge."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from tracker.adapters import claims as claims_files
from tracker.adapters.store import verdicts
from tracker.ask import verdict as asked
from tracker.cli import common
from tracker.cli.options import At, Csv, Json, KnownAt, form_of
from tracker.cli.output import Form, emit, print_json
from tracker.domain.claims import Claims
from tracker.domain.verdict_words import tell
from tracker.judge import judge

app = typer.Typer(add_completion=False)
Id = Annotated[str, typer.Argument(metavar="[ID]", help="One prediction, such as P1; none means all.")]
ClaimsFile = Annotated[
    Path | None, typer.Option("--claims", help="A claims file of your own, in place of the registered one.")
]
Horizons = Annotated[
    list[int] | None,
    typer.Option("--horizon", min=1, max=36500, help="Days after the article, in place of those registered."),
]


@app.command()
def verdict(
    id: Id = "",
    at: At = "",
    known_at: KnownAt = "",
    claims: ClaimsFile = None,
    horizon: Horizons = None,
    log: Annotated[
        bool, typer.Option("--log", help="The verdicts as they were recorded, and why each changed.")
    ] = False,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """What the recorded prices say about each prediction, as of a day, as known on a day."""
    form = form_of(json, csv)
    known = common.until(known_at)
    if log:
        return _log(id, known, form)
    as_of = common.until(at).date()
    registered = _with_horizons(_claims(claims), horizon)
    with common.question() as connection:
        found = asked.verdict(connection, registered, as_of=as_of, known_at=known)
    if id:
        if id not in found["predictions"]:
            known_ids = ", ".join(found["predictions"])
            raise typer.BadParameter(f"no prediction is called {id}; there are {known_ids}")
        found["predictions"] = {id: found["predictions"][id]}
    if form is Form.json:
        print_json(found)
    elif form is Form.csv:
        emit(asked.states(found), form)
    else:
        sys.stdout.write(tell(found))


def _log(id: str, known: datetime, form: Form) -> None:
    with common.question() as connection:
        rows = verdicts.recorded(connection, known, id)
    columns = ("recorded_at", "claims", "prediction", "as_of", "rollup", "why")
    emit(rows, form, columns=columns, empty="no verdict is recorded yet; `tracker judge` records them")


def _claims(file: Path | None) -> Claims:
    return claims_files.load(file) if file else claims_files.registered()


def _with_horizons(claims: Claims, days: list[int] | None) -> Claims:
    """The same claims with other horizons; the file's hash stays that of the file."""
    if not days:
        return claims
    defaults = claims.defaults.model_copy(update={"undated_horizons": tuple(dict.fromkeys(days))})
    predictions = tuple(p.model_copy(update={"horizons": None}) for p in claims.predictions)
    return claims.model_copy(update={"defaults": defaults, "predictions": predictions})


@app.command()
def claims(
    known_at: KnownAt = "",
    file: ClaimsFile = None,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """The article's own figures, held against the prices that were recorded for its day."""
    form = form_of(json, csv)
    known = common.until(known_at)
    registered = _claims(file)
    with common.question() as connection:
        found = asked.price_claims(connection, registered, known_at=known)
    if form is Form.json:
        print_json(found)
        return
    shown = asked.price_claim_rows(found)
    columns = ("id", "verdict", "claimed", "recorded", "holds_for", "matches_instead", "quote")
    emit(shown, form, columns=columns, empty="the claims file states no price")


@app.command(name="judge")
def judge_verb(json: Json = False) -> None:
    """Judge the registered claims as of now, and record each verdict that is another than the last."""
    settings = common.settings()
    edges = common.edges(settings, common.store(settings))
    claims_files.all_claims(settings.claims)  # a bad one is refused before anything is judged
    changed = asyncio.run(judge(edges))
    rows = [
        {"claims": j.claims, "prediction": j.prediction, "rollup": j.rollup, "why": j.why} for j in changed
    ]
    emit(rows, Form.json if json else Form.table, empty="every verdict is what it was")

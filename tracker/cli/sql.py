"""The verb that answers a person's own SQL over the views."""

from __future__ import annotations

import math
import sys
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

import typer

from tracker.adapters.store import asked
from tracker.cli import common
from tracker.cli.options import Csv, Json, form_of
from tracker.cli.output import emit

app = typer.Typer(add_completion=False)


@app.command()
def sql(
    select: Annotated[str, typer.Argument(metavar="SELECT", help="One SELECT over the views.")],
    limit: Annotated[
        int, typer.Option(min=1, max=asked.MOST_ROWS, help="At most this many rows.")
    ] = asked.MOST_ROWS,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Answer one SELECT over current_prices, price_history, moves, events and the other views."""
    form = form_of(json, csv)
    settings = common.settings()
    engine = common.store(settings)
    found = asked.answer(engine, settings.database_url, select, limit)
    engine.dispose()
    rows = [dict(zip(found.columns, map(_value, row), strict=True)) for row in found.rows]
    emit(rows, form, columns=found.columns, empty="no row is like that")
    if found.cut:
        sys.stderr.write(f"only the first {found.cut} are shown: there is more\n")


def _value(value: Any) -> Any:
    """A value as every form can print it."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, (str, int, float, Decimal, datetime, dict, list, type(None))):
        return value
    if isinstance(value, date):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else str(value)

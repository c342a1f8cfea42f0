"""The verb that tells what a month costs: cost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer

from tracker.adapters.store import offers
from tracker.adapters.store.engine import asking
from tracker.ask.cost import as_rows
from tracker.ask.workloads import NotAWorkload, described, named
from tracker.cli import common
from tracker.cli.cost_shown import show
from tracker.cli.options import At, Csv, Json, KnownAt, form_of
from tracker.cli.output import Form, emit
from tracker.domain.errors import BadSettings
from tracker.domain.settings import Workload

app = typer.Typer(add_completion=False)

NONE_SET = (
    "no workload is set; add a [[workload]] with name, model and monthly to tracker.toml, or ask for one with"
    " --model openai/gpt-4o --monthly input_mtok=400,output_mtok=80"
)


@app.command()
def cost(
    workload: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this workload; may be said several times.")
    ] = None,
    model: Annotated[
        str, typer.Option(help="Instead of the workloads that are set: this model, as provider/name.")
    ] = "",
    monthly: Annotated[
        str, typer.Option(help="With --model: a month's use, such as input_mtok=400,output_mtok=80.")
    ] = "",
    since: Annotated[
        str, typer.Option(help="Also the bill as it was on this day (its start) or moment; 30d ago.")
    ] = "",
    at: At = "",
    known_at: KnownAt = "",
    json: Json = False,
    csv: Csv = False,
) -> None:
    """What a month of each workload costs, what it cost before, and who sells the same model for less."""
    form = form_of(json, csv)
    now = datetime.now(UTC)
    when, before = common.moment(at, end=True) or now, common.moment(since)
    if before and before > when:
        raise typer.BadParameter(f"--since {since} is later than the day of the bill")
    settings = common.settings()
    try:
        wanted = _wanted(settings.workloads, workload or [], model, monthly)
    except NotAWorkload as e:
        raise typer.BadParameter(_words(e)) from e
    engine = common.store(settings)
    with asking(engine) as connection:
        known = common.moment(known_at, end=True) or now
        billed = offers.bills(connection, wanted, when, known, before)
    engine.dispose()
    if form is Form.table:
        show(billed)
    else:
        emit(as_rows(billed), form)


def _wanted(workloads: Sequence[Workload], names: Sequence[str], model: str, monthly: str) -> list[Workload]:
    """Those of the settings, or the one that the command line describes. Raises NotAWorkload, BadSettings."""
    if model or monthly:
        return named([described(model, monthly)], names)
    if not workloads:
        raise BadSettings(NONE_SET)
    return named(workloads, names)


def _words(wrong: NotAWorkload) -> str:
    if not wrong.option:
        return f"--model and --monthly {wrong.words}"
    if wrong.option == "workload":
        return f"no workload is called {wrong.named}: it {wrong.words}"
    return f"--{wrong.option}: {wrong.named} {wrong.words}".replace(":  ", " ")

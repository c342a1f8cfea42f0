"""The verb that tells what a month costs: cost."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Annotated

import typer

from scrapers.meters import METERS
from tracker.adapters.config import values
from tracker.adapters.config.wrong import Wrong, nearest, unknown
from tracker.adapters.store import offers
from tracker.adapters.store.engine import asking
from tracker.ask.cost import as_rows
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
    wanted = _asked(model, monthly) if model or monthly else list(settings.workloads)
    if not wanted:
        raise BadSettings(NONE_SET)
    wanted = _named(wanted, workload or [])
    engine = common.store(settings)
    with asking(engine) as connection:
        known = common.moment(known_at, end=True) or now
        billed = offers.bills(connection, wanted, when, known, before)
    engine.dispose()
    if form is Form.table:
        show(billed)
    else:
        emit(as_rows(billed), form)


def _asked(model: str, monthly: str) -> list[Workload]:
    """The workload that the command line describes."""
    if not model or not monthly:
        raise typer.BadParameter("--model and --monthly belong together")
    try:
        named = values.offered(model)
    except Wrong as e:
        raise typer.BadParameter(f"--model {model} {e}") from e
    amounts: dict[str, Decimal] = {}
    for pair in filter(None, (words.strip() for words in monthly.split(","))):
        meter, _, amount = (words.strip() for words in pair.partition("="))
        if meter not in METERS:
            raise typer.BadParameter(f"--monthly: {meter} {unknown(meter, METERS, 'a meter')}")
        amounts[meter] = _quantity(meter, amount)
    if not amounts:
        raise typer.BadParameter("--monthly is empty; write it as input_mtok=400,output_mtok=80")
    return [Workload(named, named, MappingProxyType(amounts))]


def _quantity(meter: str, words: str) -> Decimal:
    try:
        return values.quantity(Decimal(words))
    except InvalidOperation as e:
        raise typer.BadParameter(f"--monthly: {meter} needs a number, as in {meter}=400") from e
    except Wrong as e:
        raise typer.BadParameter(f"--monthly: {meter} {e}") from e


def _named(workloads: list[Workload], names: list[str]) -> list[Workload]:
    known = [w.name for w in workloads]
    for name in names:
        if name not in known:
            raise typer.BadParameter(f'no workload is called {name}; the nearest is "{nearest(name, known)}"')
    return [w for w in workloads if not names or w.name in names]

"""The verb that fetches the past: bundled facts, histories of catalogues, captures of pages."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated

import typer

import scrapers.catalog
from scrapers.source import Source
from tracker.adapters import genai
from tracker.adapters.edges import Edges
from tracker.adapters.fetch import Fetcher
from tracker.adapters.pasts import CATALOGUES, FIRST_DAY, Past, has_past, past_of
from tracker.adapters.store import Connection, bundled
from tracker.adapters.store.backfilled import Reconciled, reconcile, register
from tracker.adapters.store.past_steps import put_steps
from tracker.backfill import Backfilled, OnCapture, backfill_all
from tracker.cli import common
from tracker.cli.options import Csv, Json, form_of
from tracker.cli.output import Form, emit, progress
from tracker.domain import facts
from tracker.domain.model import Basis

app = typer.Typer(add_completion=False)
GENAI = "https://github.com/pydantic/genai-prices"
COLUMNS = (
    "source", "captures", "fetched", "missing", "refused", "added", "withdrawn", "kept", "moves", "events",
)  # fmt: skip


class What(StrEnum):
    """What can be told of the past."""

    facts = "facts"
    genai_prices = "genai-prices"
    litellm = "litellm"
    modelsdev = "modelsdev"
    llm_prices = "llm-prices"
    openrouter = "openrouter"
    wayback = "wayback"
    all = "all"


@app.command(name="backfill")
def backfill_verb(
    what: Annotated[What, typer.Argument(metavar="WHAT", help=", ".join(What))],
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Of wayback: sources; none means all.")
    ] = None,
    since: Annotated[str, typer.Option(help="Captures from this day on.")] = FIRST_DAY.isoformat(),
    until: Annotated[str, typer.Option(help="Captures up to this day; else up to now.")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Fetch and write nothing; show what would be.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Ask once more for captures that were refused.")
    ] = False,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Fetch the past of prices, and record it as it was; nobody is alerted."""
    form, days = form_of(json, csv), (_day(since), _day(until) if until else datetime.now(UTC).date())
    if days[0] > days[1]:
        raise typer.BadParameter(f"{days[0]} is after {days[1]}: --since is the first day, --until the last")
    if names and what is not What.wayback:
        raise typer.BadParameter("sources can be named after wayback only")
    settings = common.settings()
    if settings.log_level == "info":
        common.log("warning")  # what came of it is told on standard output
    edges = common.edges(settings, common.store(settings))
    patient = Fetcher(settings.backfill.patient(settings.look), now=edges.clock.now)
    edges = replace(edges, fetcher=patient)
    pasts = list(_pasts(what, edges, names or []))
    done = list(_told_here(what, edges, write=not dry_run))
    with progress("fetching captures") as on_capture:
        done += asyncio.run(_all(edges, pasts, days, again, not dry_run, on_capture))
    emit([_row(one) for one in done], form, columns=COLUMNS, empty="nothing was asked for")
    for one in done:
        if one.trouble:
            sys.stderr.write(f"{one.id}: {one.trouble}\n")
    if dry_run and form is Form.table:
        sys.stderr.write("nothing was fetched or written\n")
    raise typer.Exit(int(any(one.trouble for one in done)))


def _pasts(what: What, edges: Edges, names: list[str]) -> Iterator[Past]:
    """Whose captures are asked for; a catalogue's own history takes the place of captures of its page."""
    shipped = scrapers.catalog.sources()
    for id in CATALOGUES:
        if what in (What.all, id):
            yield past_of(edges.sources.get(id) or shipped[id], catalogue=True)
    if what in (What.all, What.wayback):
        ids = common.named(dict(edges.sources), names)
        yield from map(past_of, _with_a_past((edges.sources[id] for id in ids), bool(names)))


def _with_a_past(found: Iterable[Source], are_named: bool) -> Iterator[Source]:
    for source in found:
        if has_past(source) and (are_named or source.id not in CATALOGUES):
            yield source
        elif are_named:
            raise typer.BadParameter(
                f"captures of {source.id} say nothing: a feed, or a page that scripts make"
            )


async def _all(
    edges: Edges, pasts: list[Past], days: tuple[date, date], again: bool, write: bool, on_capture: OnCapture
) -> list[Backfilled]:
    try:
        return await backfill_all(edges, pasts, *days, again=again, write=write, on_capture=on_capture)
    except asyncio.CancelledError:
        sys.stderr.write("stopped: what was fetched is kept, and the same command goes on from there\n")
        raise
    finally:
        await edges.fetcher.aclose()


def _told_here(what: What, edges: Edges, *, write: bool) -> Iterator[Backfilled]:
    """What comes with the tracker and needs no network."""
    for asked, id, tell in (
        (What.facts, facts.SOURCE, _facts),
        (What.genai_prices, genai.SOURCE, _genai),
    ):
        if what in (What.all, asked):
            run = edges.write if write else edges.try_out
            prices, events = asyncio.run(run(tell, edges.clock.now()))
            yield Backfilled(id, prices=prices, events=events)


def _facts(connection: Connection, at: datetime) -> tuple[Reconciled, int]:
    return Reconciled(bundled.load(connection, at), 0, 0), 0


def _genai(connection: Connection, at: datetime) -> tuple[Reconciled, int]:
    register(connection, genai.SOURCE, "histories", "genai-prices", GENAI, at)
    history = genai.history()
    prices = reconcile(connection, genai.SOURCE, history, basis=Basis.catalogue, at=at)
    return prices, put_steps(connection, genai.SOURCE, history, at)


def _row(one: Backfilled) -> dict[str, object]:
    return {
        "source": one.id,
        "captures": one.captures,
        "fetched": one.fetched,
        "missing": one.missing,
        "refused": one.refused,
        "added": one.prices.added,
        "withdrawn": one.prices.withdrawn,
        "closed": one.prices.closed,
        "kept": one.prices.kept,
        "moves": one.moves,
        "events": one.events,
        "trouble": one.trouble,
    }


def _day(words: str) -> date:
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise typer.BadParameter(f"{words!r} is no day; write 2025-01-29") from None

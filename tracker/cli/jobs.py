"""The verbs that work: up, check, deliver, demo."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

import structlog
import typer

from tracker.adapters import claims as claims_files
from tracker.adapters.edges import Edges
from tracker.adapters.listener import listen
from tracker.adapters.store import sources as states
from tracker.adapters.store.lock import sole
from tracker.ask.moves import move_row
from tracker.check import check
from tracker.cli import common
from tracker.cli.options import Csv, Json, form_of
from tracker.cli.output import Form, emit, print_json, progress
from tracker.daemon import Daemon
from tracker.deliver import Delivered, deliver, enrol
from tracker.domain.wording import grouped, tell
from tracker.record import Looked
from tracker.reread import Rereading, reread, reread_standing

app = typer.Typer(add_completion=False)
log = structlog.get_logger()
Names = Annotated[list[str] | None, typer.Argument(metavar="[SOURCE]...", help="Sources; none means all.")]


@app.command()
def up(
    once: Annotated[
        bool, typer.Option("--once", help="Look at every source once, deliver, and end.")
    ] = False,
) -> None:
    """Run on: look on schedule, deliver alerts, serve the page."""
    settings = common.settings()
    engine = common.store(settings)
    edges = common.edges(settings, engine)
    claims_files.all_claims(settings.claims)  # a bad one is refused now, not in the night
    with sole(engine, settings.database_url) as lock:
        if once:
            raise typer.Exit(asyncio.run(_check_and_deliver(edges, list(edges.sources), Form.table)))
        daemon = Daemon(edges, lock, reload=_reload)
        listener = listen(*settings.listen)
        sys.stderr.write(f"tracker: the page is at {settings.base_url}\n")
        asyncio.run(_serve(daemon, listener))


async def _serve(daemon: Daemon, listener: object) -> None:
    daemon.listen_to_signals()
    await daemon.run(listener)  # type: ignore[arg-type]


def _reload(old: Edges) -> Edges:
    """New settings on the same store; raises BadSettings."""
    settings = replace(common.settings(), database_url=old.settings.database_url)
    return replace(common.edges(settings, old.engine, old.clock), store=old.store)


@app.command(name="check")
def check_verb(names: Names = None, json: Json = False) -> None:
    """Look at sources now, whether due or not, confirm what must be confirmed, and deliver what waits."""
    settings = common.settings()
    edges = common.edges(settings, common.store(settings))
    ids = common.named(dict(edges.sources), names or [])
    form = Form.json if json else Form.table
    raise typer.Exit(asyncio.run(_check_and_deliver(edges, ids, form)))


async def _check_and_deliver(edges: Edges, ids: list[str], form: Form) -> int:
    """0 if every source is well and every message left, else 1."""
    if edges.settings.log_level == "info":
        common.log("warning")  # what happens is told on standard output, a line each
    await edges.write(states.register, [edges.sources[id] for id in ids], edges.clock.now())
    await enrol(edges)
    shown = _say if form is Form.table else lambda _: None
    try:
        await reread_standing(edges, ids)
        looked = await check(edges, ids, on_look=shown)
        delivered = await deliver(edges, owner="check")
    finally:
        await edges.fetcher.aclose()
    if form is Form.json:
        print_json([_row(one) for one in looked])
    elif delivered != Delivered():
        sys.stdout.write(f"alerts: {delivered.sent} sent, {delivered.failed} not sent\n")
    return int(delivered.failed > 0 or any(one.outcome != "well" for one in looked))


def _row(looked: Looked) -> dict[str, object]:
    return {
        "source": looked.source,
        "outcome": looked.outcome,
        "words": looked.words,
        "moves": [move_row(m) for m in looked.moves],
    }


def _say(looked: Looked) -> None:
    again = f"; a second look at {looked.again_at:%H:%M:%S} UTC" if looked.again_at else ""
    outcome = "" if looked.outcome == "well" else f"{looked.outcome}: "
    sys.stdout.write(f"{looked.source}: {outcome}{looked.words}{again}\n")
    for line in grouped(looked.moves):
        sys.stdout.write(f"  {tell(line)}\n")
    sys.stdout.flush()


@app.command(name="deliver")
def deliver_verb(json: Json = False) -> None:
    """Send what waits in the outbox, once."""
    settings = common.settings()
    edges = common.edges(settings, common.store(settings))
    done = asyncio.run(deliver(edges, owner="deliver"))
    row = {"sent": done.sent, "failed": done.failed}
    emit([row], Form.json if json else Form.table)
    raise typer.Exit(int(done.failed > 0))


@app.command(name="reread")
def reread_verb(
    names: Names = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Read kept pages again with the present readers; what they say otherwise is recorded as corrections."""
    settings, form = common.settings(), form_of(json, csv)
    edges = common.edges(settings, common.store(settings))
    ids = common.named(dict(edges.sources), names or [])
    if settings.log_level == "info":
        common.log("warning")  # what came of it is told on standard output
    with progress("reading kept pages") as on_page:
        done = asyncio.run(reread(edges, ids, write=not dry_run, on_page=on_page))
    rows = [row for one in done for row in _corrections(one)]
    columns = (
        "source",
        "what",
        "model",
        "meter",
        "terms",
        "was",
        "now",
        "valid_from",
        "valid_to",
        "snapshot",
    )
    pages, unread = sum(one.pages for one in done), sum(one.unread for one in done)
    emit(rows, form, columns=columns, empty=f"{pages} kept pages say what is recorded")
    if form is Form.table and rows:
        verb = "would be corrected" if dry_run else "corrected"
        sys.stderr.write(f"{len(rows)} {verb}; {pages} pages read, {unread} of them refused\n")


def _corrections(one: Rereading) -> Iterator[dict[str, object]]:
    for c in one.corrections:
        what = "added" if c.before is None else "withdrawn" if c.stated is None else "corrected"
        yield {
            "source": one.source,
            "what": what,
            "provider": c.series.provider,
            "model": c.stated.model if c.stated else c.series.model,
            "meter": c.series.meter,
            "terms": c.series.terms.as_dict(),
            "currency": c.series.currency,
            "was": c.before.price if c.before else None,
            "now": c.stated.price if c.stated else None,
            "valid_from": c.valid_from,
            "valid_to": c.valid_to,
            "snapshot": c.snapshot,
            "move": None,
        }
    for r in one.retracted:
        m = r.move
        yield {
            "source": one.source,
            "what": "move",
            "provider": m.series.provider,
            "model": m.model,
            "meter": m.series.meter,
            "terms": m.series.terms.as_dict(),
            "currency": m.series.currency,
            "was": m.after,
            "now": r.after if r.before != r.after else None,
            "valid_from": m.at,
            "valid_to": None,
            "snapshot": m.snapshot,
            "move": m.id,
        }

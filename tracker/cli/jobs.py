"""The verbs that work: up, check, deliver, demo."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from typing import Annotated

import structlog
import typer

from tracker.adapters.edges import Edges
from tracker.adapters.listener import listen
from tracker.adapters.store import sources as states
from tracker.adapters.store.lock import sole
from tracker.check import check
from tracker.cli import common
from tracker.cli.options import Json
from tracker.cli.output import Form, emit, move_row, print_json
from tracker.daemon import Daemon
from tracker.deliver import Delivered, deliver
from tracker.domain.wording import grouped, tell
from tracker.record import Looked

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
    return replace(common.edges(settings, old.engine, old.clock), writer=old.writer)


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
    shown = _say if form is Form.table else lambda _: None
    try:
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

"""The verb that serves agents: mcp."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import import_module

import typer

import tracker
from tracker.adapters.store.kept import open_kept
from tracker.cli import common
from tracker.domain.errors import Missing
from tracker.web.own import Own

app = typer.Typer(add_completion=False)


@app.command()
def mcp() -> None:
    """Answer agents over the Model Context Protocol, on standard input and output, until the first closes."""
    server = import_module("tracker.mcp.server")  # its SDK takes a second to import
    if not server.IS_INSTALLED:
        raise Missing("this needs the extra mcp: pip install 'llm-price-tracker[mcp]'")
    found = common.settings()
    engine = open_kept(found.database_url)
    over = server.Over(
        engine=engine,
        sources=common.sources(found),
        own=Own(found.workloads, found.claims),
        base_url=found.base_url,
        now=lambda: datetime.now(UTC),
        version=tracker.__version__,
    )
    server.serve(over)
    engine.dispose()

"""The verbs that help: read, alerts test, config, health, db."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta

import typer

from tracker.adapters import config
from tracker.adapters.store import questions
from tracker.adapters.store.engine import asking, open_store
from tracker.adapters.store.lock import running
from tracker.adapters.store.migrate import is_current, migrate
from tracker.cli import common, flags
from tracker.cli.options import Csv, Json, form_of
from tracker.cli.output import emit, print_json
from tracker.domain.errors import TrackerError

app = typer.Typer(add_completion=False)
ALIVE = timedelta(seconds=45)  # a daemon that has not beaten for so long hangs, or is gone


@app.command(name="config")
def config_verb(json: Json = False, csv: Csv = False) -> None:
    """Every setting, its value, and where it came from; secrets are masked."""
    rows = [
        {"key": s.key, "value": s.shown, "origin": s.origin} for s in config.explain(os.environ, flags=flags)
    ]
    common.sources(config.load(os.environ, flags=flags))  # a source that cannot be is told here
    emit(rows, form_of(json, csv))


@app.command()
def health(json: Json = False) -> None:
    """Whether a tracker runs on this store and is well: exit 0, else 1."""
    settings = common.settings()
    engine = open_store(settings.database_url)
    if not is_current(engine):
        raise TrackerError(
            "the store is not of this version's schema: start the tracker, or `tracker db upgrade`"
        )
    with asking(engine) as connection:
        row, rows = running(connection), questions.source_rows(connection)
    now = datetime.now(UTC)
    alive = row is not None and abs(now - row.beat_at) < ALIVE
    if json:
        daemon = {"pid": row.pid, "host": row.host, "beat_at": row.beat_at} if row else None
        sources = {
            r.id: {
                "state": r.state,
                "last_well": r.last_well,
                "error": None
                if r.outcome_kind in ("", "well")
                else {"kind": r.outcome_kind, "words": r.last_outcome},
            }
            for r in rows.values()
        }
        print_json({"status": "ok" if alive else "down", "daemon": daemon, "sources": sources})
    elif alive:
        well = sum(r.state == "well" for r in rows.values())
        sys.stdout.write(f"running as process {row.pid} on {row.host}; {well} of {len(rows)} sources well\n")
    else:
        sys.stdout.write("no tracker runs on this store: start it with `tracker up`\n")
    raise typer.Exit(int(not alive))


db_app = typer.Typer(help="The store's schema.")


@db_app.command()
def upgrade() -> None:
    """Bring the store to the schema of this version; the tracker does so by itself when it starts."""
    engine = open_store(common.settings().database_url)
    changed = migrate(engine)
    sys.stdout.write("the store was upgraded\n" if changed else "the store is up to date\n")


app.add_typer(db_app, name="db")

"""The command line: `tracker VERB`."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import tracker
from tracker.domain.errors import TrackerError

# Which module has which verbs: a verb imports what it needs, and no more.
VERBS = {
    "up": "jobs",
    "demo": "demo",
    "check": "jobs",
    "deliver": "jobs",
    "sources": "questions",
    "prices": "questions",
    "history": "questions",
    "moves": "questions",
    "articles": "questions",
    "alerts": "alerts",
    "snapshots": "questions",
    "read": "read",
    "config": "tools",
    "health": "tools",
    "db": "tools",
}


class Verbs(TyperGroup):
    """Finds a verb in its module."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in VERBS:
            return None
        found = typer.main.get_command(import_module(f"tracker.cli.{VERBS[cmd_name]}").app)
        return found.get_command(ctx, cmd_name) if isinstance(found, TyperGroup) else found


app = typer.Typer(
    cls=Verbs,
    help="Watches LLM price lists, keeps the evidence, and tells when a price really moved.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
flags: dict[str, str] = {}  # from the command line, by dotted key


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"tracker {tracker.__version__}\n")
        raise typer.Exit


@app.callback()
def root(
    config: Annotated[
        str, typer.Option(help="The settings file; else TRACKER_CONFIG, else ./tracker.toml.")
    ] = "",
    data_dir: Annotated[str, typer.Option(help="Where the store lies.")] = "",
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "",
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    given = {"config": config, "data_dir": data_dir, "log_level": log_level}
    flags.clear()
    flags.update({key: value for key, value in given.items() if value})


def main() -> None:
    """Run one command; every error is one sentence on standard error and an exit code of its own."""
    try:
        code = app(standalone_mode=False)
    except typer.Exit as e:
        code = e.exit_code
    except typer.TyperException as e:  # wrong usage
        show = getattr(e, "show", None)
        show() if show else sys.stderr.write(f"{e}\n")
        code = getattr(e, "exit_code", 2)
    except (typer.Abort, KeyboardInterrupt):
        code = 130
    except TrackerError as e:
        sys.stderr.write(f"{e}\n")
        code = e.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code or 0)

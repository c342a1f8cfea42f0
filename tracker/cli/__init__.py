"""The command line: `tracker VERB`."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from io import TextIOWrapper
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import tracker
from tracker.domain.errors import StoreTrouble, TrackerError

# Which module has which verbs: a verb imports what it needs, and no more.
VERBS = {
    "up": "jobs",
    "demo": "demo",
    "check": "jobs",
    "deliver": "jobs",
    "judge": "verdict",
    "reread": "jobs",
    "backfill": "backfill",
    "sources": "questions",
    "prices": "prices",
    "history": "history",
    "moves": "moves",
    "events": "events",
    "verdict": "verdict",
    "claims": "verdict",
    "index": "index",
    "cost": "cost",
    "articles": "articles",
    "alerts": "alerts",
    "sql": "sql",
    "watch": "watch",
    "export": "export",
    "mcp": "mcp",
    "snapshots": "questions",
    "read": "read",
    "source": "source",
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
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # the same bytes in every locale
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(_run())


def _run() -> int:
    try:
        code = app(prog_name="tracker", standalone_mode=False)
        sys.stdout.flush()  # here, where it can still be told that nobody took it
    except typer.Exit as e:
        return e.exit_code
    except typer.TyperException as e:
        return _wrong_usage(e)
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except TrackerError as e:
        sys.stderr.write(f"{e}\n")
        return e.exit_code
    except OSError as e:
        return _refused(e)
    except SystemExit as e:  # typer's own end where whoever reads the output has gone
        if not isinstance(e.__context__, BrokenPipeError):
            raise
        return _refused(e.__context__)
    return code or 0


def _wrong_usage(error: Any) -> int:
    words, context = error.format_message(), getattr(error, "ctx", None)
    if words:  # else the whole help was printed, because no verb was given
        verb = context.command_path if context else "tracker"
        sys.stderr.write(f"{words.rstrip('.')}; see `{verb} --help`\n")
    return int(error.exit_code)


def _refused(error: OSError) -> int:
    """The system takes no more output; what is still buffered goes nowhere, or Python would try again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(error, BrokenPipeError):  # `| head`: it has seen enough
        return 0
    sys.stderr.write(f"the system refuses: {error.strerror or error}\n")
    return StoreTrouble.exit_code

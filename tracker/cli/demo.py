"""The verb that shows the whole pipe at work, without a network."""

from __future__ import annotations

import asyncio
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from tracker.ask.moves import move_row
from tracker.cli import common
from tracker.cli.options import Json
from tracker.cli.output import print_json
from tracker.demo import Demo, Result
from tracker.domain.errors import TrackerError

app = typer.Typer(add_completion=False)
FIRST, LAST = date(2024, 1, 1), date(2026, 11, 22)


@app.command()
def demo(
    since: Annotated[str, typer.Option("--from", help="The first day.")] = FIRST.isoformat(),
    until: Annotated[str, typer.Option("--to", help="The last day.")] = LAST.isoformat(),
    speed: Annotated[float, typer.Option(min=0.01, help="Days a second, at most.")] = 30,
    seed: Annotated[int, typer.Option(help="For what changes on pages besides prices.")] = 0,
    keep: Annotated[Path | None, typer.Option(help="Keep the store in this folder.")] = None,
    json: Json = False,
) -> None:
    """Play the market of 2024 to 2026: the real daemon scrapes a loopback market with a fast clock."""
    first, last = _day(since), _day(until)
    if not FIRST <= first < last <= LAST:
        raise typer.BadParameter(f"the facts reach from {FIRST} to {LAST}: choose days within, in order")
    common.log("error")
    console = Console(stderr=json)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as progress:
        days = progress.add_task(f"{first}", total=(last - first) / timedelta(days=1))

        def on_day(day: date) -> None:
            progress.update(days, completed=(day - first).days, description=f"{day}")

        run = Demo(
            first,
            last,
            speed,
            seed,
            on_day=on_day,
            on_message=lambda day, text: _show(console, day, text),
            on_page=lambda url: console.print(f"the page of this demo: {url}"),
        )
        result = asyncio.run(run.run(keep))
    _tell(result, json)


def _day(words: str) -> date:
    moment = common.moment(words)
    if moment is None:
        raise typer.BadParameter("a day is needed, such as 2024-01-01")
    return moment.date()


def _show(console: Console, day: date, text: str) -> None:
    """A message as it came, without its last line: the links of a market that is gone when the demo ends."""
    first, *others = text.splitlines()[:-1] or [text]
    console.print(f"[dim]{day}[/dim]  {escape(first)}")
    for line in others:
        console.print(f"            {escape(line)}")


def _tell(result: Result, json: bool) -> None:
    held = [m for m in result.found if m.status == "held"]
    if json:
        print_json(
            {
                "looks": result.looks,
                "messages": result.messages,
                "moves": [move_row(m) for m in result.found],
                "missed": [str(e) for e in result.missed],
                "invented": [move_row(m) for m in result.invented],
            }
        )
    else:
        expected = len(result.found) + len(result.missed)
        sys.stdout.write(
            f"{result.looks:,} looks; {len(result.found)} of {expected} moves found, "
            f"{len(held)} of them held as implausible; {len(result.invented)} invented; "
            f"{result.messages} messages in the inbox\n"
        )
    if not result.is_right:
        raise TrackerError("the demo did not find exactly the moves that its facts hold")

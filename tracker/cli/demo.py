"""The verb that shows the whole pipe at work."""

import typer

app = typer.Typer()

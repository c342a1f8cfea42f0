"""The verb that shows what goes on: watch."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live

from tracker.adapters.config.durations import duration, shown_duration
from tracker.adapters.config.wrong import Wrong
from tracker.adapters.store.kept import open_kept
from tracker.cli import common
from tracker.cli.options import Model, Provider
from tracker.cli.watch_frame import frame, plain
from tracker.cli.watch_seen import Eyes, Seen
from tracker.domain.errors import TrackerError

try:
    import termios
    import tty
except ImportError:  # a terminal without them: keys are left alone, Ctrl-C ends
    termios = None  # type: ignore[assignment]

app = typer.Typer(add_completion=False)
TICK_S = 1.0  # how often what counts down is drawn anew
LEAST = timedelta(seconds=1)
QUIT = (b"q", b"Q", b"\x04")
IN_A_FILE = 250  # columns


@app.command()
def watch(
    every: Annotated[str, typer.Option(help="How often the store is read: 5s, 1m.")] = "5s",
    once: Annotated[bool, typer.Option("--once", help="One plain frame, as where no terminal is.")] = False,
    provider: Provider = "",
    model: Model = "",
) -> None:
    """What goes on, live: latest moves, sources in trouble, verdict, index, alerts; q or Ctrl-C ends."""
    apart = _apart(every)
    found = common.settings()
    engine = open_kept(found.database_url)
    is_plain = once or not sys.stdout.isatty() or os.environ.get("TERM") == "dumb"
    narrowed = common.filters(provider=provider, model=model)
    eyes = Eyes(engine, common.sources(found), narrowed, waits=is_plain)
    try:
        if is_plain:
            console = Console(color_system=None, width=None if sys.stdout.isatty() else IN_A_FILE)
            plain(eyes.look(datetime.now(UTC)), datetime.now(UTC), console)
        else:
            with suppress(KeyboardInterrupt):
                _live(eyes, apart)
    finally:
        engine.dispose()


def _apart(words: str) -> timedelta:
    try:
        found = duration(words)
    except Wrong as e:
        raise typer.BadParameter(f"--every {e}") from e
    if found < LEAST:
        raise typer.BadParameter(f"--every must be at least {shown_duration(LEAST)}")
    return found


def _live(eyes: Eyes, apart: timedelta) -> None:
    """Look, draw, wait; what the store refuses while it runs is shown, and asked again at the next turn."""
    seen, trouble = eyes.look(datetime.now(UTC)), ""
    foot = f"every {shown_duration(apart)}; q ends"
    console = Console()
    with _keys() as pressed, Live(console=console, screen=True, auto_refresh=False) as shown:
        while True:
            if _shown(shown, console, seen, foot, trouble, apart, pressed):
                return
            try:
                seen, trouble = eyes.look(datetime.now(UTC)), ""
            except TrackerError as e:
                trouble = f"as of {seen.at:%H:%M:%S}: {e}"


def _shown(
    shown: Live,
    console: Console,
    seen: Seen,
    foot: str,
    trouble: str,
    apart: timedelta,
    pressed: Callable[[float], bool],
) -> bool:
    """Draw what was seen, and its countdowns, until the next look is due; whether q was pressed."""
    until = time.monotonic() + apart.total_seconds()
    while (left := until - time.monotonic()) > 0:
        now = datetime.now(UTC)
        drawn = frame(seen, now, foot, trouble, console.width, console.height)
        shown.update(drawn, refresh=True)
        if pressed(min(TICK_S, left)):
            return True
    return False


@contextmanager
def _keys() -> Iterator[Callable[[float], bool]]:
    """Waits so many seconds, less where a key is pressed or the window changes; whether it was q.

    The terminal is as it was afterwards, also where the process is told to end.
    """
    woken, wake = os.pipe()
    os.set_blocking(wake, False)

    def resized(number: int, at: FrameType | None) -> None:
        with suppress(BlockingIOError):
            os.write(wake, b"w")

    def told_to_end(number: int, at: FrameType | None) -> None:
        sys.exit(128 + number)

    before = {
        number: signal.signal(number, how)
        for number, how in ((signal.SIGWINCH, resized), (signal.SIGTERM, told_to_end))
    }
    keyboard = sys.stdin.fileno() if termios is not None and sys.stdin.isatty() else None
    modes = None if keyboard is None else termios.tcgetattr(keyboard)
    if keyboard is not None:
        tty.setcbreak(keyboard)

    def pressed(seconds: float) -> bool:
        ready, _, _ = select.select([woken] if keyboard is None else [woken, keyboard], [], [], seconds)
        if woken in ready:
            os.read(woken, 4096)
        return keyboard in ready and os.read(keyboard, 1) in (*QUIT, b"")

    try:
        yield pressed
    finally:
        if keyboard is not None and modes is not None:
            termios.tcsetattr(keyboard, termios.TCSADRAIN, modes)
        for number, how in before.items():
            signal.signal(number, how)
        os.close(woken)
        os.close(wake)

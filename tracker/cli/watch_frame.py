"""The live view as lines of text that fit a screen, each name made harmless."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from textwrap import wrap

from rich.console import Console, Group, RenderableType
from rich.text import Text

from tracker.cli.sparks import can_print
from tracker.cli.watch_seen import Seen
from tracker.domain import wording
from tracker.domain.model import Move, State, Status
from tracker.domain.sparkline import YEAR, sparkline
from tracker.web.watched import WORST_FIRST, Watched
from tracker.web.words import STATE_WORDS, ago

STYLES = {Status.confirmed: "", Status.provisional: "yellow", Status.held: "yellow", Status.withdrawn: "dim"}
MOST_TROUBLES = 8
MARGIN = 8  # lines that are neither
WIDE, MIDDLE = 90, 70  # columns, from which on a move's source is shown, and when it was
GAP, LEAST_NAME, INDENT = 2, 8, 4


def frame(seen: Seen, now: datetime, foot: str, trouble: str, width: int, height: int) -> RenderableType:
    """All of it, no higher than `height` lines; `trouble` is what is wrong with the store at this moment."""
    head = [_head(seen, now), *_sentences(seen, width)]
    bad = [w for w in seen.sources if w.state not in (State.well, State.never)]
    free = height - len(head) - len(seen.moves) - MARGIN
    told = bad[: min(MOST_TROUBLES, max(1, height // 5, free))]
    health = [_health(seen)]
    if told:
        health += _troubles(told, now, width)
    if len(bad) > len(told):
        health.append(Text(f"and {len(bad) - len(told)} more in trouble: `tracker sources`", style="dim"))
    foots = [
        Text(_cut(words, width), style=style)
        for words, style in ((trouble, "bold red"), (foot, "dim"))
        if words
    ]
    used = len(head) + len(health) + len(foots) + 3  # blank lines, and the head of the moves
    moves = _moves(seen.moves[: max(1, height - used)], now, width)
    return Group(*(_fitted(line, width) for line in [*head, Text(), *health, Text(), *moves, *foots]))


def _fitted(line: Text, width: int) -> Text:
    line.truncate(max(1, width), overflow="ellipsis")
    return line


def _cut(words: str, width: int) -> str:
    return wording.harmless(words, max(2, width))


def _head(seen: Seen, now: datetime) -> Text:
    waiting, dead = seen.deliveries.get("waiting", 0), seen.deliveries.get("dead", 0)
    held = ", ".join(f"{many} {status}" for status, many in sorted(seen.pending.items()))
    said = [f"{now.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC", f"alerts: {waiting} waiting, {dead} dead"]
    said.append(f"moves: {held}" if held else "no move waits")
    return Text.assemble(("tracker", "bold"), "  ", "  ·  ".join(said))


def _sentences(seen: Seen, width: int) -> Iterator[Text]:
    for one in seen.judged:
        said = wording.harmless(f"{one.id}: {one.says}: {one.so_far}", 400)
        yield from map(Text, wrap(said, max(20, width), subsequent_indent=" " * INDENT)[:2])
    for name, points in seen.courses.items():
        if points:
            since = seen.at - YEAR
            blocks = f"{sparkline(points, since, seen.at)} " if can_print() else ""
            change = f"{points[-1][1] - 100:+.1f} %".replace("-", "−")
            yield Text(f"{name}: {blocks}{change} since the article's day")


def _health(seen: Seen) -> Text:
    many = Counter(w.state for w in seen.sources)
    said = [f"{many[state]} {STATE_WORDS[state]}" for state in reversed(WORST_FIRST) if many[state]]
    return Text.assemble(("sources", "bold"), f"  {', '.join(said) or 'none is enabled'}")


def _in_columns(rows: Sequence[list[Text]], yields: int, width: int) -> list[Text]:
    """Rows with their columns below each other; where there is no room, the column `yields` is cut first."""
    widths = [max(row[place].cell_len for row in rows) for place in range(len(rows[0]))]
    others = sum(widths) - widths[yields] + GAP * (len(widths) - 1)
    widths[yields] = max(LEAST_NAME, min(widths[yields], width - others))
    for row in rows:
        for cell, room in zip(row, widths, strict=True):
            cell.truncate(room, overflow="ellipsis", pad=True)
    return [_fitted(Text(" " * GAP).join(row), width) for row in rows]


def _troubles(bad: Sequence[Watched], now: datetime, width: int) -> list[Text]:
    rows = []
    for w in bad:
        due = "" if w.due is None else "next look is due" if w.due <= now else f"next look {ago(w.due, now)}"
        state = f"{STATE_WORDS[w.state]} since {ago(w.since, now)}" if w.since else STATE_WORDS[w.state]
        cells = (wording.harmless(w.id, 40), state, due, wording.harmless(w.words, 120))
        rows.append([Text(words, style="red" if words is state else "") for words in cells])
    return _in_columns(rows, 3, width)


def _moves(moves: Sequence[Move], now: datetime, width: int) -> list[Text]:
    if not moves:
        return [Text.assemble(("moves", "bold"), "  none was seen yet")]
    rows = []
    for move in moves:
        model, _, before, after, change = wording.row(move)
        arrow, style = ("▼", "green") if move.after < move.before else ("▲", "red")
        cells = [
            Text(", ".join(filter(None, (model, wording.meter_words(move.series.meter))))),
            Text(f"{before} → {after}"),
            Text(f"{arrow} {change}", style=style),
            Text(move.status.value, style=STYLES[move.status]),
            Text(ago(move.at, now), style="dim"),
            Text(wording.harmless(move.source, 40), style="dim"),
        ]
        rows.append(cells if width >= WIDE else cells[:5] if width >= MIDDLE else cells[:4])
    return [Text("moves", style="bold"), *_in_columns(rows, 0, width)]


def plain(seen: Seen, now: datetime, console: Console) -> None:
    """One frame, whole, however high the window is."""
    console.print(frame(seen, now, "", "", console.width, 10**6))

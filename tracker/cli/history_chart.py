"""A model's prices as steps on a terminal."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import plotext
from rich.console import Console
from rich.text import Text

from tracker.domain.chart import ARTICLE
from tracker.domain.chart_frame import WIDE_RANGE, ticks
from tracker.domain.days import start_of
from tracker.domain.wording import harmless, money, unit_words

Row = Mapping[str, Any]
COLOURS = (33, 208, 35, 169, 178, 68, 160, 108, 141)  # of the 256 that terminals have
LETTERS = "abcdefghi"  # in their place where there are no colours
HEIGHT, NARROWEST, WIDEST, IN_A_FILE = 18, 40, 160, 100  # rows and columns
ROOM = 1.15  # times, above and below on a logarithmic axis
LEAST = timedelta(days=30)  # what a chart reaches over


@dataclass(slots=True)
class Line:
    """One price list's line, and its prices with begin and end; an end of None is open."""

    name: str
    currency: str
    held: list[tuple[datetime, datetime | None, Decimal]] = field(default_factory=list)
    unit: str = ""


def draw(rows: Sequence[Row], *, until: datetime) -> None:
    """Print the chart to standard output: a line a meter, terms and source, the article's day marked."""
    console = Console()
    every = lines(rows)
    drawn = [line for line in every if _scale(line) == _scale(every[0])][: len(COLOURS)]
    has_palette = console.color_system in ("256", "truecolor")
    coloured = console.is_terminal and has_palette and not console.no_color
    width = min(max(console.width, NARROWEST), WIDEST) if console.is_terminal else IN_A_FILE
    sys.stdout.write(chart(drawn, until=until, width=width, coloured=coloured) + "\n")
    for place, line in enumerate(drawn):
        style = f"color({COLOURS[place]})" if coloured else ""
        told = Text.assemble((f"{'━━' if coloured else LETTERS[place]} ", style), line.name + _course(line))
        console.print(told, soft_wrap=not console.is_terminal)
    if _since(drawn, until) <= start_of(ARTICLE) <= until:
        sys.stdout.write(f"┊  the article's day, {ARTICLE}\n")
    if more := len(every) - len(drawn):
        sys.stdout.write(
            f"and {more} more in the table, in another currency or unit, or for which there is no room;"
            " --meter and --source narrow it\n"
        )
    sys.stdout.write("\n")


def lines(rows: Iterable[Row]) -> list[Line]:
    """The rows by what each is a line of, those with the most steps first."""
    found: dict[tuple[object, ...], Line] = {}
    for row in rows:
        terms = {name: value for name, value in row["terms"].items() if name != "promo_until"}
        key = (row["provider"], row["model"], row["meter"], row["currency"], row["source"], *terms.items())
        if key not in found:
            said = f" ({', '.join(map(str, terms.values()))})" if terms else ""
            name = f"{row['provider']}/{row['model']} {row['meter']}{said} by {row['source']}"
            found[key] = Line(harmless(name), row["currency"], unit=unit_words(row["meter"]))
        found[key].held.append((row["valid_from"], row["valid_to"], row["price"]))
    return sorted(found.values(), key=lambda line: -len(line.held))


def _scale(line: Line) -> tuple[str, str]:
    """What must be the same of lines on one axis."""
    return line.currency, line.unit


def _since(drawn: Sequence[Line], until: datetime) -> datetime:
    """Where the chart begins."""
    return min([begin for line in drawn for begin, _, _ in line.held] + [until - LEAST])


def chart(drawn: Sequence[Line], *, until: datetime, width: int, coloured: bool) -> str:
    """The canvas with its axes; colours are escape sequences, else each line is drawn in its letter."""
    figure = plotext.figure
    figure.clear()
    figure.theme("colorless")
    figure.plot_size(width, HEIGHT)
    since = _since(drawn, until)
    prices = [float(price) for line in drawn for _, _, price in line.held]
    is_log = _is_far(prices)
    _days(figure, since, until, width)
    _prices(figure, prices, is_log, drawn[0].currency)
    if since <= start_of(ARTICLE) <= until:
        figure.line(
            start_of(ARTICLE).timestamp(), "v", pixel=plotext.pixel("gray", "default"), style="dotted"
        )
    for place, line in enumerate(drawn):
        marker = plotext.marker("hd", COLOURS[place]) if coloured else LETTERS[place]
        _steps(figure, line, until, marker, is_log)
    return str(figure.build().string(colorless=not coloured)).rstrip("\n")


def _steps(figure: Any, line: Line, until: datetime, marker: Any, is_log: bool) -> None:
    """A price holds until it changes: never a slanted line, and none over what is not known."""
    xs: list[float] = []
    ys: list[float] = []
    broken = []
    ended: datetime | None = None
    for begin, end, price in sorted(line.held, key=lambda one: one[0]):
        if begin > until or (is_log and not price):
            continue  # what is to come, and zero, have no place there; the table has them
        if ended is not None and begin > ended:
            broken.append(len(xs))
        y = math.log10(float(price)) if is_log else float(price)
        ended = end or until
        xs += [begin.timestamp(), min(ended, until).timestamp()]
        ys += [y, y]
    if not xs:
        return
    signal = figure.signal(xs, ys, marker=marker)
    signal.lines()
    signal.density("full")
    for place in broken:
        signal.line(place, False)
    figure.draw(signal)


def _is_far(prices: Sequence[float]) -> bool:
    some = [price for price in prices if price > 0]
    return bool(some) and max(some) > WIDE_RANGE * min(some)


def _prices(figure: Any, prices: Sequence[float], is_log: bool, currency: str) -> None:
    ruler = figure.ruler("y")
    some = [price for price in prices if price > 0] or [1.0]
    if is_log:
        low, high = min(some) / ROOM, max(some) * ROOM
        marked = ticks(low, high)
        ruler.lim(math.log10(low), math.log10(high))
        places = [math.log10(value) for value in marked]
    else:
        high = max(some) * ROOM
        marked = [value for value in _round_steps(high) if value <= high]
        ruler.lim(0, high)
        places = marked
    ruler.ticks(places, [money(Decimal(f"{value:.9f}"), currency) for value in marked])


def _round_steps(high: float) -> list[float]:
    """From zero in steps of 1, 2 or 5 times a power of ten, about five of them."""
    power = 10.0 ** math.floor(math.log10(high / 5))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor * 5 >= high)
    return [round(step * place, 9) for place in range(6)]


def _days(figure: Any, since: datetime, until: datetime, width: int) -> None:
    ruler = figure.ruler("x")
    ruler.lim(since.timestamp(), until.timestamp())
    marked = days(since.date(), until.date(), max(2, width // 12))
    ruler.ticks([start_of(day).timestamp() for day in marked], [f"{day:%Y-%m}" for day in marked])


def days(since: date, until: date, most: int) -> list[date]:
    """The first days of months, a quarter, a year or more apart, so that no more than `most` are marked."""
    firsts = [
        date(month // 12, month % 12 + 1, 1)
        for month in range(since.year * 12 + since.month, until.year * 12 + until.month)
    ]
    for apart in (1, 3, 6, 12, 24, 60):
        found = [day for day in firsts if (day.year * 12 + day.month - 1) % apart == 0]
        if len(found) <= most:
            return found
    return found[:most]


def _course(line: Line) -> str:
    """The prices in words, for who sees no chart: ": $10 → $2"."""
    said = [money(price, line.currency) for _, _, price in line.held]
    kept = [price for place, price in enumerate(said) if place == 0 or price != said[place - 1]]
    return ": " + " → ".join(kept if len(kept) <= 6 else [*kept[:2], "…", *kept[-2:]])

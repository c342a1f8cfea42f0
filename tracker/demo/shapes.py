"""The shapes in which providers print their prices: HTML and Markdown from what a page lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html import escape

from scrapers.page import STANDARD, Terms
from tracker.demo.market import Listed

HTML, MARKDOWN = "text/html", "text/markdown"
NONE = "-"  # in the cell of a price that the page does not state
BATCH, LONG = Terms(tier="batch"), Terms(context=">200K")
BANNER = "Start-ups may apply for $500 in free credits this week."  # an amount that is no price

Key = tuple[str, Terms]
Row = tuple[str, dict[Key, Listed]]  # a model and its prices


@dataclass(frozen=True, slots=True)
class Look:
    """What changes about a page without a price changing; `shuffled` is an order of rows, 0 newest first."""

    banner: bool = False
    extra: bool = False  # one more column, or row
    shuffled: int = 0


PLAIN = Look()


def money(price: Decimal) -> str:
    """A price in dollars with at least two decimals."""
    text = f"{price.normalize():f}"
    whole, _, cents = text.partition(".")
    return f"${whole}.{cents.ljust(2, '0')}"


def by_model(listed: Iterable[Listed]) -> list[Row]:
    """One row a model, in the order of the list; a dated promotion and what follows it are two."""
    rows: dict[str, dict[Key, Listed]] = {}
    for x in listed:
        until, since = x.terms.promo_until, x.terms.effective_from
        dates = f" (through {_day(until)})" if until else f" (starting {_day(since)})" if since else ""
        terms = STANDARD if dates else x.terms
        rows.setdefault(x.model + dates, {})[x.meter, terms] = x
    return list(rows.items())


def _day(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day:%B} {day.day}, {day.year}"


def table(provider: str, listed: list[Listed], look: Look) -> tuple[str, str]:
    """A plain HTML page: a model a row, input, cached input and output."""
    extra = ("Context window", "128K") if look.extra else None
    text = "<p>All prices are in US dollars per 1M tokens.</p>" + _grid(
        "Model", _tokens(STANDARD), listed, extra
    )
    return HTML, _html(f"{provider} API pricing", look, text)


def openai(provider: str, listed: list[Listed], look: Look) -> tuple[str, str]:
    """HTML with one table a tier, all but the first pane hidden until their tab is chosen."""
    extra = ("Modality", "Text") if look.extra else None
    panes: list[str] = []
    for tier in (STANDARD, BATCH):
        if of_tier := [x for x in listed if x.terms.tier == tier.tier]:
            name = tier.tier or "standard"
            hidden = " hidden" if panes else ""
            panes.append(
                f'<div data-content-switcher-pane="true" data-value="{name}"{hidden}>'
                f"<div>{name.capitalize()}</div>{_grid('Model', _tokens(tier), of_tier, extra)}</div>"
            )
    text = "<h2>Text tokens</h2><p>Prices per 1M tokens.</p>" + "".join(panes)
    return HTML, _html("Pricing", look, text)


def _tokens(terms: Terms) -> dict[str, Key]:
    return {
        "Input": ("input_mtok", terms),
        "Cached input": ("cache_read_mtok", terms),
        "Output": ("output_mtok", terms),
    }


def _grid(first: str, keys: dict[str, Key], listed: list[Listed], extra: tuple[str, str] | None) -> str:
    """An HTML table: a model a row, a key a column; `extra` is the heading and content of one more column."""
    heads, fills = ([extra[0]], [extra[1]]) if extra else ([], [])
    body = [
        [escape(model), *fills, *(_cell(cells.get(key)) for key in keys.values())]
        for model, cells in by_model(listed)
    ]
    return _table([first, *heads, *keys], body)


def anthropic(provider: str, listed: list[Listed], look: Look) -> tuple[str, str]:
    """Markdown with pipe tables: standard prices, batch, and long context where some model has it."""
    rows = by_model(listed)
    parts = ["# Pricing", "Prices of every model, in US dollars per million tokens (MTok)."]
    if look.banner:
        parts.append(f"<Note>\n  {BANNER}\n</Note>")
    parts += ["## Model pricing", _pipes(*_standard(rows, look))]
    batch = [(m, c) for m, c in rows if ("input_mtok", BATCH) in c]
    if batch:
        body = [[m, *(_mtok(c.get((x, BATCH))) for x in ("input_mtok", "output_mtok"))] for m, c in batch]
        parts += ["### Batch processing", _pipes(["Model", "Batch input", "Batch output"], body)]
    long = [(m, c) for m, c in rows if ("input_mtok", LONG) in c]
    if long:
        head = ["Model", "≤ 200K input tokens", "> 200K input tokens"]
        parts += ["### Long context pricing", _pipes(head, _long(long))]
    return MARKDOWN, "\n\n".join(parts) + "\n"


def _standard(rows: Sequence[Row], look: Look) -> tuple[list[str], list[list[str]]]:
    meters = {
        "Base Input Tokens": "input_mtok",
        "5m Cache Writes": "cache_write_mtok",
        "1h Cache Writes": "cache_write_1h_mtok",
        "Cache Hits & Refreshes": "cache_read_mtok",
        "Output Tokens": "output_mtok",
    }
    extra = ["Context window"] if look.extra else []
    body = [
        [model, *("200K" for _ in extra), *(_mtok(cells.get((m, STANDARD))) for m in meters.values())]
        for model, cells in rows
        if any(terms == STANDARD for _, terms in cells)
    ]
    return ["Model", *extra, *meters], body


def _long(rows: Sequence[Row]) -> list[list[str]]:
    body = []
    for model, cells in rows:
        for name, word, meter in ((model, "Input", "input_mtok"), ("", "Output", "output_mtok")):
            prices = (cells.get((meter, terms)) for terms in (STANDARD, LONG))
            body.append([name, *(f"{word}: {_mtok(x)}" for x in prices)])
    return body


def deepseek(provider: str, listed: list[Listed], look: Look) -> tuple[str, str]:
    """HTML with a column a model and a row a meter, cells merged; a promotion shows its list price."""
    rows = by_model(listed)
    wide = len(rows)
    names = "".join(f"<td>{escape(model)}</td>" for model, _ in rows)
    lines = [
        f'<tr><td colspan="2">MODEL</td>{names}</tr>',
        f'<tr><td colspan="2">BASE URL</td><td colspan="{wide}">https://api.deepseek.com</td></tr>',
    ]
    if look.extra:
        lines.append(f'<tr><td colspan="2">MAX OUTPUT</td><td colspan="{wide}">MAXIMUM: 64K</td></tr>')
    meters = {
        "1M INPUT TOKENS (CACHE HIT)": "cache_read_mtok",
        "1M INPUT TOKENS (CACHE MISS)": "input_mtok",
        "1M OUTPUT TOKENS": "output_mtok",
    }
    for i, (words, meter) in enumerate(meters.items()):
        first = "" if i else f'<td rowspan="{len(meters)}">PRICING</td>'
        cells = "".join(f"<td>{_promoted(c.get((meter, STANDARD)))}</td>" for _, c in rows)
        lines.append(f"<tr>{first}<td>{words}</td>{cells}</tr>")
    text = f"<p>Prices are in units of 1M tokens.</p><table>{''.join(lines)}</table>"
    return HTML, _html("Models & Pricing", look, text)


def _promoted(listed: Listed | None) -> str:
    if listed is None or listed.struck is None:
        return _cell(listed)
    off = (1 - listed.price / listed.struck) * 100
    return f"{money(listed.price)} ({off:.0f}% off)<del>{money(listed.struck)}</del>"


def _cell(listed: Listed | None) -> str:
    if listed is None:
        return NONE
    struck = "" if listed.struck is None else f"<del>{money(listed.struck)}</del> "
    return struck + money(listed.price)


def _mtok(listed: Listed | None) -> str:
    return NONE if listed is None else f"{money(listed.price)} / MTok"


def _pipes(head: list[str], body: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _table(head: list[str], body: list[list[str]]) -> str:
    top = "".join(f"<th>{cell}</th>" for cell in head)
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>\n" for row in body)
    return f"<table><thead><tr>{top}</tr></thead><tbody>\n{rows}</tbody></table>"


def _html(title: str, look: Look, text: str) -> str:
    banner = f'<div class="banner">{BANNER}</div>' if look.banner else ""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title></head>'
        f"<body>{banner}<main><h1>{escape(title)}</h1>\n{text}</main></body></html>\n"
    )

"""What happens to pages: columns and rows that go, move or come apart, and noise that says nothing."""

from __future__ import annotations

import html
import json
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from tests.scrapers.in_place import Stated, changed
from tests.scrapers.tabular import Edit, Place, Table, edited, rewritten, tables_of

Rows = list[Any]

CHALLENGE = (
    "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><h1>Checking your browser</h1>"
    '<script src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1"></script></body></html>'
)
COLUMNS = ("input_mtok", "output_mtok")
NO_PRICES = ("Contact us", "—", "TBD", "N/A", "")
BANNER = "Limited time: GPT-5 for only $0.01 per 1M tokens! Input from $0.10 / MTok, output $0.50 / MTok."


def is_priced(table: Table) -> bool:
    return any(re.search(r"[$¥元]|\bmtok\b", cell.words) for cell in table.at.values())


def is_plain(table: Table) -> bool:
    return is_priced(table) and table.is_plain


def is_regular(table: Table) -> bool:
    """Whether every row says all of itself: none goes on with what stands above or before."""
    names, headings = [row[0].words for row in table.rows[table.head :]], table.rows[0]
    return is_plain(table) and all(names) and "model" not in names and all(c.words for c in headings)


# --- tables: columns ---


def columns_lost(text: str) -> Iterator[tuple[str, str]]:
    """(heading, page) for each heading of the price tables: its column is gone from all of them."""
    tables = [t for t in tables_of(text) if is_priced(t)]
    for heading in dict.fromkeys(c.words for t in tables for c in t.rows[t.head - 1] if c.words):
        yield heading, rewritten(text, is_priced, lambda t, h=heading: _column(t, h))  # type: ignore[misc]


def _column(table: Table, heading: str) -> Iterator[Edit]:
    for x in {x for (y, x), c in table.at.items() if y < table.head and c.words == heading}:
        yield from ((c.start, c.end, "") for c in table.column(x) if c.wide == 1)


def a_heading_lost(text: str, dice: random.Random) -> str:
    """One heading of each table is gone and its cells are not: what follows stands under other headings."""

    def edits(table: Table) -> Iterator[Edit]:
        cell = dice.choice(table.rows[0][1:])
        yield cell.start, cell.end, ""
        if text[cell.start] == "|":  # Markdown wants as many dashes as headings
            dashes = text.index("\n", cell.end) + 1
            yield dashes, text.index("|", dashes + 1), ""

    return rewritten(text, is_plain, edits)


def columns_in_another_order(text: str, dice: random.Random) -> str:
    def edits(table: Table) -> Iterator[Edit]:
        order = dice.sample(range(1, table.width), table.width - 1)
        for row in table.rows:
            yield from _exchanged(text, row[1:], [row[x] for x in order])

    return rewritten(text, is_regular, edits)


def a_column_put_in(text: str, heading: str | None, cell: str, dice: random.Random) -> str:
    """Each table has a column more; without a heading only the cells have moved."""

    def edits(table: Table) -> Iterator[Edit]:
        x = dice.randrange(1, table.width)
        for y, row in enumerate(table.rows):
            words, at = (heading if y < table.head else cell), row[x].start
            if words is None:
                continue
            tag = "th" if y < table.head else "td"
            yield at, at, f"| {words} " if text[at] == "|" else f"<{tag}>{words}</{tag}>"
            if y == 0 and text[at] == "|":
                dashes = text.index("\n", row[-1].end) + 1
                yield dashes, dashes, "| --- "

    return rewritten(text, is_regular, edits)


# --- tables: rows ---


def half_of_the_rows(text: str, dice: random.Random) -> str:
    """Rows that share a name go together."""

    def edits(table: Table) -> Iterator[Edit]:
        names = list(dict.fromkeys(table.at[y, 0] for y in table.body if (y, 0) in table.at))
        gone = dice.sample(names, (len(names) + 1) // 2)
        yield from (table.ends[y] for y in table.body if table.at.get((y, 0)) in gone)

    return rewritten(text, is_priced, edits)


def rows_in_another_order(text: str, dice: random.Random) -> str:
    def edits(table: Table) -> Iterator[Edit]:
        body = [Place(a, b, (a, b), "") for a, b, _ in table.ends[table.head :]]
        yield from _exchanged(text, body, dice.sample(body, len(body)))

    return rewritten(text, is_regular, edits)


def without_tables(text: str) -> str:
    return rewritten(text, is_priced, lambda t: [(t.start, t.end, "")])


def _exchanged(text: str, places: Sequence[Place], by: Sequence[Place]) -> Iterator[Edit]:
    for place, other in zip(places, by, strict=True):
        if place != other:
            yield place.start, place.end, text[other.start : other.end]


# --- cards, objects, and rows of values in scripts ---


def cards(text: str) -> list[tuple[int, int]]:
    """The extents of the headings with what follows them, as far as amounts stand there."""
    at = [m.start() for m in re.finditer(r"<h3\b", text)]
    return [(a, b) for a, b in pairwise(at) if "$" in text[a:b]]


def half_of_the_cards(text: str, dice: random.Random) -> str:
    """The headings and amounts of half of the cards are gone; their markup stays."""
    found = cards(text)
    gone = dice.sample(found, (len(found) + 1) // 2)
    return edited(text, [(a, b, re.sub(r">[^<]+<", "><", text[a:b])) for a, b in gone])


def cards_in_another_order(text: str, dice: random.Random) -> str:
    places = [Place(a, b, (a, b), "") for a, b in whole_cards(text)]
    return edited(text, _exchanged(text, places, dice.sample(places, len(places))))


def whole_cards(text: str) -> list[tuple[int, int]]:
    """The extents of the models' cards with their markup: each stands in a line of its own."""
    return [m.span() for m in re.finditer(r"^<div[^\n]*<h3\b[^\n]*/ MTok[^\n]*</div>$", text, re.M)]


def objects(text: str, change: Callable[[Rows], Rows]) -> str:
    """A JSON answer with its list changed."""
    answer = json.loads(text)
    if isinstance(answer, list):
        return json.dumps(change(answer))
    here = answer if isinstance(answer.get("data"), list) else next(v for v in answer.values() if "data" in v)
    here["data"] = change(here["data"])
    return json.dumps(answer)


def values(text: str, change: Callable[[Rows], Rows]) -> str:
    """A page with the rows of values changed that its scripts hold: in islands' props, or in MDX."""

    def walk(value: Any) -> None:
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(inner)
        if isinstance(value, dict) and isinstance(value.get("rows"), list):
            value["rows"][1] = [[1, row] for row in change([row[1] for row in value["rows"][1]])]

    def props(found: re.Match[str]) -> str:
        held = json.loads(html.unescape(found[1]))
        walk(held)
        return f'props="{html.escape(json.dumps(held))}"'

    def literal(found: re.Match[str]) -> str:
        return "".join(json.dumps(row) + "," for row in change([json.loads(found[1])]))

    text = re.sub(r'props="([^"]*)"', props, text)
    return re.sub(r'(\["[^"\[\]]+",[^\[\]]*\]),', literal, text)


def rows_of(text: str) -> Rows:
    """The rows of values as `values` finds them."""
    found: Rows = []
    values(text, lambda rows: found.extend(rows) or rows)
    return found


# --- anywhere: by the places of the prices ---


def struck(text: str, those: Stated, beside: str = "") -> str:
    """The amount is struck through, with its sign; what stands beside it may be another."""
    edits = []
    for a, b in those.spots:
        start = _sign(text, a)
        opens, closes = ("~~", "~~") if _is_markdown(text, a) else ("<del>", "</del>")
        new = f" {text[start:a]}{changed(text[a:b], beside)}" if beside else ""
        edits += [(start, start, opens), (b, b, closes + new)]
    return edited(text, edits)


def put_in_its_place(text: str, those: Stated, words: str) -> str:
    return edited(text, [(_sign(text, a), b, words) for a, b in those.spots])


def _sign(text: str, at: int) -> int:
    """Where an amount begins: at its dollar, which Markdown may escape."""
    return at - len(text[max(at - 2, 0) : at]) + len(re.sub(r"\\?\$$", "", text[max(at - 2, 0) : at]))


def _is_markdown(text: str, at: int) -> bool:
    return text[text.rfind("\n", 0, at) + 1 :].lstrip().startswith("|")


def shifted(text: str, lines: Sequence[Stated]) -> str:
    """Names and prices off by one: in each list of a meter the prices have moved on by a row."""
    columns: dict[object, list[Stated]] = defaultdict(list)
    for line in lines:
        columns[line.offers[0].meter, line.offers[0].terms].append(line)
    return edited(text, [e for column in columns.values() for e in _moved_on(text, column)])


def swapped(text: str, lines: Sequence[Stated], one: str, other: str) -> str:
    """The cells of two columns exchanged, the headings left."""
    rows: dict[object, dict[str, Stated]] = defaultdict(dict)
    for line in lines:
        rows[tuple(o.model for o in line.offers), line.offers[0].terms][line.offers[0].meter] = line
    pairs = [[row[one], row[other]] for row in rows.values() if one in row and other in row]
    return edited(text, [e for pair in pairs for e in _moved_on(text, pair)])


def _moved_on(text: str, lines: Sequence[Stated]) -> Iterator[Edit]:
    numbers = [text[slice(*line.spots[0])] for line in lines]
    for line, number in zip(lines, [*numbers[1:], numbers[0]], strict=True):
        yield from ((a, b, number) for a, b in line.spots)


def noise(text: str, dice: random.Random) -> str:
    """What a new build of a site changes: classes, attributes, entities, spaces, comments."""
    if text.lstrip().startswith(("{", "[")):
        return json.dumps(json.loads(text), indent=dice.choice((1, 4)), ensure_ascii=dice.random() < 0.5)
    text = re.sub(r"<td\b", lambda _: f'<td class="x{dice.randrange(99)}" data-n="$9.99"', text)
    text = re.sub(
        r"<tr\b", lambda _: dice.choice(("<tr", "<!-- row --><tr", '\n\t<tr style="height:1px"')), text
    )
    text = re.sub(r">\$(?=\d)", lambda _: dice.choice((">$", ">&#36;", ">&dollar;", "> $")), text)
    text = re.sub(
        r"\| \$(?=\d)", lambda _: dice.choice(("| $", "|$", "|   $", "| \u2009$", "|\u00a0$")), text
    )
    text = re.sub(
        r"(?<=\d) / (?=MTok)", lambda _: dice.choice((" / ", "/", "\u00a0/\u00a0", "\u2009/ ")), text
    )
    return re.sub(
        r"(?<=\d)</td>", lambda _: dice.choice(("</td>", " </td>", "&nbsp;</td>", "\u2009</td>")), text
    )


def with_banner(text: str) -> str:
    """Prices in prose, above and below."""
    if text.lstrip().startswith(("{", "[")):
        return objects(text, lambda rows: [row | {"description": BANNER} for row in rows])
    if not re.search(r"<body\b[^>]*>", text):
        return f"{BANNER}\n\n{text}\n\n{BANNER}\n" if "<table" not in text else f"<p>{BANNER}</p>{text}"
    text = re.sub(r"(<body\b[^>]*>)", lambda m: f"{m[1]}<aside><b>{BANNER}</b></aside>", text, count=1)
    return text.replace("</body>", f"<footer><p>{BANNER}</p></footer></body>")


def cut(text: str, share: float) -> str:
    return text[: int(len(text) * share)]

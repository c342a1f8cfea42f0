"""Where the price tables of OpenAI's page stand: in its HTML, its islands' props, its Markdown or its MDX."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.grid import Grid
from scrapers.html_page import html_tree
from scrapers.html_tables import cell_text, grids_in
from scrapers.markdown_tables import markdown_tables
from scrapers.page import Page, ReadError
from scrapers.payload import Json, astro_props, js_value, loads, objects
from scrapers.tables import is_html

LONGEST = 2_000_000  # characters of Markdown
MOST_LITERALS = 500  # of one MDX page

MODALITIES = ("audio", "text", "image", "video")
TIERS = "standard|batch|flex|priority|ultrafast|fast"
_TIER = re.compile(rf"\b({TIERS})\b", re.I)
_LABEL = re.compile(rf"(?:{TIERS})(?: mode| processing)?", re.I)
_LABELS = re.compile(rf"(?:{_LABEL.pattern}\s*)+", re.I)
_CAPTION = re.compile(r"(?P<tier>(?!grouped)\w+ )?(?:grouped )?pricing(?: table)? data", re.I)
_NOTE = re.compile(r"prices (?:are )?per [^<\n]*", re.I)

_FOUR = ("input", "cached input", "cache writes", "output")
NUMBERS = {  # what a row of numbers without headings holds, by its length
    4: ("Model", "Input", "Cached input", "Output"),
    5: ("Model", "Input", "Cached input", "Cache writes", "Output"),
    9: (
        "Model",
        *(f"{size} context {what}" for size in ("Short", "Long") for what in _FOUR),
    ),
}
_BY_MODALITY = ("Model", "Modality", "Input", "Cached input", "Output")


@dataclass(frozen=True, slots=True)
class Part:
    """One table: its cells as text, the title above it, the tier it is for, what a note says of its unit."""

    headings: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    title: str = ""
    tier: str = ""
    note: str = ""
    is_shown: bool = True  # not in scripts only


def tier_in(text: str) -> str:
    """The tier that a label or heading names; "" for standard and for none."""
    found = _TIER.search(text)
    return "" if found is None else found[1].lower().replace("standard", "")


def _stated_tier(value: str) -> str:
    """The tier that the page states as such: also one that is new to us is never taken for standard."""
    return tier_in(value) if _TIER.search(value) else value.strip().lower()


def parts_of(page: Page) -> list[Part]:
    """Every table of the page in its order. Raises ReadError as the tables' readers do."""
    found = list(_in_html(page.text) if is_html(page) else _Markdown(page.text).parts())
    if not found:
        raise ReadError("no_table", f"no price table on {page.url}")
    return found


# --- HTML ---


def _in_html(text: str) -> Iterator[Part]:
    tree = html_tree(text)
    grids = grids_in(tree)
    here = Part()
    for node in tree.css("h1, h2, h3, h4, h5, h6, small, p, table, astro-island[props]"):
        if node.tag == "table":
            yield _from_grid(next(grids), replace(here, tier=_tier_around(node, here.title)))
        elif node.tag == "astro-island":
            hidden = replace(here, tier=_tier_around(node, here.title), is_shown=False)
            yield from _from_props(node.attributes.get("props") or "", hidden)
        elif node.tag in ("small", "p"):
            note = _NOTE.match(node.text(strip=True))
            here = replace(here, note=note[0]) if note else here
        else:
            here = Part(title=cell_text(node)[0], note=here.note)


def _tier_around(node: LexborNode, title: str) -> str:
    """The tier of the nearest tab pane around a table; panes not chosen are hidden, but in the page."""
    around = node.parent
    while around is not None:
        says = around.attributes
        if "data-content-switcher-pane" in says and (pane := says.get("data-value")):
            return _stated_tier(pane)
        for name in ("data-value", "aria-label", "aria-labelledby", "id"):
            if _TIER.search((said := says.get(name) or "").replace("-", " ")):
                return tier_in(said.replace("-", " "))
        around = around.parent
    return tier_in(title)


def _from_grid(grid: Grid, here: Part) -> Part:
    rows = tuple(tuple(cell.text for cell in row) for row in grid.body)
    return replace(here, headings=grid.headings, rows=rows)


def _from_props(text: str, here: Part) -> Iterator[Part]:
    if not re.search(r'"(?:rows|groups)"', text):
        return
    props = astro_props(loads(text))
    if isinstance(tier := props.get("tier"), str):
        here = replace(here, tier=_stated_tier(tier))
    headings = tuple(_words(h) for h in props.get("headings") or ())
    if isinstance(rows := props.get("rows"), list):
        yield from _from_rows(rows, replace(here, headings=headings))
    for group in objects(props.get("groups"), "model", "rows"):
        rows = [[group["model"], *row] for row in group["rows"] or () if isinstance(row, list)]
        yield from _from_rows(rows, replace(here, headings=headings))


def _from_rows(rows: list[Json], here: Part) -> Iterator[Part]:
    """Rows of values; those without headings are told by their length."""
    for row in rows:
        if isinstance(row, list):
            headings = here.headings or NUMBERS.get(len(row), ())
            yield replace(here, headings=headings, rows=(tuple(_words(cell) for cell in row),))


def _words(value: Json) -> str:
    """What a value of the page's JSON shows as: its prices are bare numbers of dollars."""
    if isinstance(value, Decimal):
        return f"${value:f}"
    if isinstance(value, dict):
        inner = value.get("__pricingHtml") or value.get("__pricingTooltipHeading") or value.get("label") or ""
        return _words(inner)
    if not isinstance(value, str) or not re.search(r"<[a-z/]", value, re.I):
        return value if isinstance(value, str) else ""
    body = LexborHTMLParser(value).body
    return cell_text(body)[0] if body is not None else ""


# --- Markdown, and the MDX that it was made of ---

_PANE = re.compile(r"data-content-switcher-pane[^>]{0,200}data-value=[\"'](\w+)|^\s*tier=[\"'](\w+)")
_HEADINGS = re.compile(r"\bheadings=\{(?=\[)")
_ROWS = re.compile(r"\brows(?:=\{|:\s*)(?=\[)")
_GROUP = re.compile(r"^\W*model:\s*[\"']([^\"']+)[\"']")
_MARKED_UP = re.compile(r"pricingHtml\(\s*(\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`[^`]*`)\s*,?\s*\)")


@dataclass(slots=True)
class _Markdown:
    """A walk down the lines of a Markdown page."""

    text: str
    here: Part = field(default_factory=Part)
    group: str = ""
    literals: int = 0

    def parts(self) -> Iterator[Part]:
        if len(self.text) > LONGEST:
            raise ReadError("too_large", f"more than {LONGEST} characters of Markdown")
        self.text = _MARKED_UP.sub(r"\1", self.text)
        table: list[str] = []
        at, above = 0, ""
        lines = self.text.split("\n")
        for number, line in enumerate([*lines, ""]):
            if line.lstrip().startswith("|"):
                table.append(line.strip())
            else:
                if table:
                    yield from self._table(table)
                    table = []
                below = lines[number + 1].strip() if number + 1 < len(lines) else ""
                yield from self._line(line, at, is_alone=not above and not below)
            above = line.strip()
            at += len(line) + 1

    def _table(self, lines: list[str]) -> Iterator[Part]:
        for grid in markdown_tables("\n".join(lines)):
            yield _from_grid(grid, self.here)

    def _line(self, line: str, at: int, is_alone: bool) -> Iterator[Part]:
        said = line.strip().strip("*_").strip()
        if pane := _PANE.search(line):
            self.here = replace(self.here, tier=_stated_tier(pane[1] or pane[2]), headings=())
        elif heading := re.fullmatch(r"#{1,6}\s*(.*)", said):
            self._heading(heading[1])
        elif note := _NOTE.match(re.sub(r"<[^>]*>", "", said)):
            self.here = replace(self.here, tier="", note=note[0], headings=())
        elif _LABEL.fullmatch(said):
            self.here = replace(self.here, tier=tier_in(said))
        elif is_alone and re.fullmatch(r"[A-Z][\w ,&-]{2,60}", said) and not _LABELS.fullmatch(said):
            self.here = Part(title=said, note=self.here.note)
        elif re.match(r"<(?:Grouped)?PricingTable|<TextTokenPricingTables", said):
            self.here, self.group = replace(self.here, headings=()), ""
        yield from self._literals(line, at)

    def _heading(self, words: str) -> None:
        caption = _CAPTION.fullmatch(words)
        if caption is None:
            self.here = Part(title=words, tier=tier_in(words), note=self.here.note)
        elif caption["tier"]:
            self.here = replace(self.here, tier=_stated_tier(caption["tier"]))

    def _literals(self, line: str, at: int) -> Iterator[Part]:
        if group := _GROUP.search(line):
            self.group = group[1]
        if headings := _HEADINGS.search(line):
            self.here = replace(
                self.here, headings=tuple(_words(h) for h in self._value(at + headings.end()))
            )
        if rows := _ROWS.search(line):
            for row in self._value(at + rows.end()):
                yield from self._row(row)

    def _value(self, at: int) -> list[Json]:
        self.literals += 1
        if self.literals > MOST_LITERALS:
            raise ReadError("too_large", f"more than {MOST_LITERALS} literals")
        value = js_value(self.text[at:])
        return value if isinstance(value, list) else []

    def _row(self, row: Json) -> Iterator[Part]:
        """A row of a group; where the headings were lost with the rest, its cells tell what they are."""
        if not isinstance(row, list) or not row:
            return
        if str(row[0]).lower() in MODALITIES:
            yield from _from_rows(
                [[self.group, *row]], replace(self.here, headings=self.here.headings or _BY_MODALITY)
            )
        elif self.here.headings and self.group and len(row) + 1 == len(self.here.headings):
            yield from _from_rows([[self.group, *row]], self.here)
        else:
            yield from _from_rows([row], self.here)

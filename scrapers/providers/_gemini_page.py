"""Where the price tables of Google's Gemini API page stand: one a tier, under a heading a model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from scrapers.grid import Grid
from scrapers.html_page import html_tree
from scrapers.html_tables import cell_text, grids_in
from scrapers.lines import one_line
from scrapers.markdown_inline import LINK
from scrapers.markdown_tables import markdown_tables
from scrapers.page import Page
from scrapers.tables import is_html
from scrapers.terms import terms_in

_STANDARD = re.compile(r"standard(?: (?:tier|pricing|inference|mode|api))?", re.I)
_TABS = re.compile(r"\[([^\]\[]{2,30})\]\([^()]*\)")
_CODE = re.compile(r"`([^`\s]+)`")
_ID = re.compile(r"(?=.*-)[a-z][a-z0-9.-]+")
_INLINE = ("em", "i", "a", "span", "strong", "b")
_BESIDE_IDS = re.compile(r"[\s,.;*_&]|\band\b", re.I)


@dataclass(frozen=True, slots=True)
class Part:
    """One table: the models that it is for, its tier ("" for standard, None where nothing names it)."""

    models: tuple[str, ...]
    tier: str | None
    grid: Grid


@dataclass(slots=True)
class _Section:
    """A heading of a model and all below it up to the next."""

    heading: str = ""
    ids: list[str] = field(default_factory=list)
    tabs: list[str] = field(default_factory=list)
    tier: str | None = None
    level: int = 0
    tables: list[tuple[str | None, Grid]] = field(default_factory=list)

    def parts(self) -> Iterator[Part]:
        models = tuple(self.ids) or (_name(self.heading),)
        for tier, (_, grid) in zip(self._tiers(), self.tables, strict=True):
            yield Part(models, tier, grid)

    def _tiers(self) -> list[str | None]:
        """Each table's tier: by its heading, or by the tabs in their order; the first is standard."""
        named = [tier for tier, _ in self.tables]
        if len(self.tabs) == len(named) and not any(tier is not None for tier in named):
            return [*self.tabs]
        if named[:1] == [None] and not self.tabs and None not in named[1:] and "" not in named[1:]:
            return ["", *named[1:]]
        return named


def tier_of(label: str) -> str | None:
    """The tier that a tab or heading names, "" for standard; None where it names none."""
    said = label.strip()
    if _STANDARD.fullmatch(said):
        return ""
    found = terms_in(said).tier
    return found if found and len(said) <= 30 else None


def parts_of(page: Page) -> list[Part]:
    """Every table of the page in its order, also two that are alike; raises ReadError as the tables do."""
    sections = _in_html(page.text) if is_html(page) else _in_markdown(page.text)
    return [part for section in sections for part in section.parts()]


def _name(heading: str) -> str:
    """A heading without the pictures in it."""
    return one_line(re.sub(r"[^\w\s().,/&+:'-]", "", heading))


def _hears_heading(sections: list[_Section], words: str, level: int) -> None:
    """A heading begins a model, or names a tier of the one above."""
    here = sections[-1]
    tier = tier_of(words)
    if here.heading and level > here.level and (tier is not None or (here.ids and " " not in words.strip())):
        here.tier = words.strip().casefold() if tier is None else tier
    elif tier is None:
        inner = here.ids and level > here.level
        sections.append(_Section(f"{here.heading} {words}" if inner else words, level=level))
    else:
        here.tier = tier


# --- HTML ---


def _in_html(text: str) -> list[_Section]:
    tree = html_tree(text)
    grids = grids_in(tree)
    sections = [_Section()]
    for node in tree.css("h1, h2, h3, h4, h5, h6, code, table"):
        here = sections[-1]
        if node.tag == "table":
            here.tables.append((here.tier, next(grids)))
        elif node.tag == "code":
            if not here.tables and here.tier is None and _ID.fullmatch(said := node.text(strip=True)):
                here.ids += [said] if said not in here.ids and _stands_alone(node) else []
        elif words := one_line(cell_text(node)[0]):
            _hears_heading(sections, words, int(str(node.tag)[1]))
    return sections


def _stands_alone(node: LexborNode) -> bool:
    """Whether an id stands in a line of ids, not in a sentence or a cell."""
    inner = node
    around = node.parent
    while around is not None and around.tag in _INLINE:
        inner, around = around, around.parent
    if around is None or around.tag in ("td", "th"):
        return False
    line = around if around.tag in ("p", "li") or inner is node else inner
    said = line.text()
    for code in line.css("code"):
        said = said.replace(code.text(), " ", 1)
    return not _BESIDE_IDS.sub("", said)


# --- Markdown: Google's own twin, and what converters make of the page ---


def _in_markdown(text: str) -> list[_Section]:
    markdown_tables(text)  # raises where the page is cut off
    sections = [_Section()]
    table: list[str] = []
    for line in [*text.split("\n"), ""]:
        if line.lstrip().startswith("|"):
            table.append(line.strip())
            continue
        if table:
            here = sections[-1]
            here.tables += [(here.tier, grid) for grid in markdown_tables("\n".join(table))]
            table = []
        _hears_line(sections, line.strip())
    return sections


def _hears_line(sections: list[_Section], line: str) -> None:
    here = sections[-1]
    if heading := re.fullmatch(r"(#{1,6})\s+(.*?)\s*#*", line):
        words = re.sub(r"\s*\{#[^{}]*\}\s*$", "", LINK.sub(r"\1", heading[2])).strip("*_ ")
        _hears_heading(sections, words, len(heading[1]))
        return
    if not here.tables and (tabs := [tier_of(m[1]) for m in _TABS.finditer(line)]) and "" in tabs:
        here.tabs = [tier if tier is not None else "" for tier in tabs]
        if None in tabs:
            here.tabs = []  # a tier that is new to us
        return
    said = LINK.sub(r"\1", line)
    ids = [code for code in _CODE.findall(said) if _ID.fullmatch(code)]
    if ids and not here.tables and not _BESIDE_IDS.sub("", _CODE.sub(" ", said)):
        here.ids += [name for name in ids if name not in here.ids]

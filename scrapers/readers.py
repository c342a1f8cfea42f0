"""What a source declares: `table()`, `cards()` for prices under headings, `first_of()` one or the other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from scrapers.cards import cards
from scrapers.columns import NAME
from scrapers.meters import Unit
from scrapers.names import model_name
from scrapers.page import Offer, Page, ReadError, Reading, Refused
from scrapers.priced import Layout, PricedGrid, priced
from scrapers.read_parts import leaves_scripts_alone
from scrapers.settled import CONFLICT, settled
from scrapers.source import Reader
from scrapers.tables import Document, document, is_html
from scrapers.wrong_page import refuse_wrong_page

__all__ = ["cards", "first_of", "table"]

# Tables of these have an input price and no output.
_INPUT_ONLY = re.compile(
    r"embed|rerank|moderation|transcri|speech|tts|whisper|fine-?tun|training|customi[sz]|image|ocr|voice",
    re.I,
)


def _nothing(page: Page) -> tuple[()]:
    return ()


def table(
    *,
    needs: tuple[str, ...] = ("input_mtok", "output_mtok"),
    name: str = "",
    leave_out: str = "",
    unit: Unit | None = None,
    currency: str = "",
    named: Callable[[str], str] = model_name,
    carries_names: bool = False,
    loose: bool = False,
    tables: Callable[[Page], Document] = document,
    also: Callable[[Page], Iterable[Offer | Refused]] = _nothing,
) -> Reader:
    """A reader of every price table of a page, HTML or Markdown, models as rows or as columns.

    `needs`: meters that the page must state. `name`: how the heading of the names' column reads. `leave_out`:
    headings above tables that are left out on purpose. `unit`, `currency`: what holds where none is said.
    `carries_names`: in Markdown, which has no rowspan, a blank name goes on with the row above. `loose`: the
    names may stand in a column whose heading says something else. `tables`: where the page holds its tables,
    if not in its text; `also` reads what else the source wants.
    """
    heading = re.compile(name, re.I) if name else NAME
    left_out = re.compile(leave_out, re.I) if leave_out else None

    def read(page: Page) -> Reading:
        refuse_wrong_page(page)
        shown = tables(page)
        layout = Layout(heading, unit, currency, named, loose, carries_names and not is_html(page))
        kept = [g for g in shown.grids if not (left_out and left_out.search(g.words))]
        lists = [found for g in kept if (found := priced(g, shown, layout))]
        if not lists:
            raise ReadError("no_table", f"no price table on {page.url}")
        refuse_gaps(lists, needs, page.url)
        reading = settled(*lists, also(page))
        if not reading.offers:
            kind = "conflict" if any(r.reason == CONFLICT for r in reading.refused) else "parse_error"
            raise ReadError(kind, f"the tables on {page.url} state no price that can be read exactly")
        return reading

    return leaves_scripts_alone(read) if tables is document and also is _nothing else read


def refuse_gaps(lists: list[PricedGrid], needs: tuple[str, ...], url: str) -> None:
    """A list with input and no output, or the reverse, lost a column; so did one without a needed meter."""
    meters = [one.meters for one in lists]
    missing = [meter for meter in needs if meter not in set().union(*meters)]
    if missing:
        raise ReadError("missing_column", f"no column for {', '.join(missing)} on {url}")
    for one, found in zip(lists, meters, strict=True):
        halves = {"input_mtok", "output_mtok"} & found if one.columns.kind_at < 0 else set()
        if len(halves) == 1 and not _INPUT_ONLY.search(one.words) and _states(one, halves):
            raise ReadError("missing_column", f"a table on {url} states only {halves.pop()}")


def _states(one: PricedGrid, meters: set[str]) -> bool:
    """Whether a list prices one of the meters, by the token: "Input price" may be that of a request."""
    return any(isinstance(found, Offer) and found.meter in meters for found in one)


def first_of(*readers: Reader) -> Reader:
    """A reader of a page that is built now in one way, now in another: the first that finds what it reads."""

    def read(page: Page) -> Reading:
        for reader in readers[:-1]:
            try:
                return reader(page)
            except ReadError as fault:
                if fault.kind != "no_table":
                    raise
        return readers[-1](page)

    return read

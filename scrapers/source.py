"""A source: where its page is, how it is read, how often, and what it must contain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from scrapers.page import Page, ReadError, Reading

Reader = Callable[[Page], Reading]


@dataclass(frozen=True, slots=True)
class Source:
    """A page and its reader. `id` and `kind` are the names of its file and folder, set by the catalog."""

    url: str
    reader: Reader
    provider: str = ""  # whose prices these are; the id where empty
    every: timedelta = timedelta(hours=1)
    accept: str = "text/html"  # the Accept header: some pages answer differently by it
    anchors: tuple[str, ...] = ()  # models of which at least one must be read
    least: int = 1  # fewest offers (or articles) of a page that is well
    id: str = ""
    kind: str = ""  # providers, plans, hosts, catalogs, feeds

    @property
    def shown_url(self) -> str:
        """The address as it may be shown: what follows a "?" may be a key."""
        return self.url.partition("?")[0]

    def read(self, page: Page) -> Reading:
        """Read a page and hold it to what the source declares; raises ReadError."""
        reading = self.reader(page)
        found = len(reading.articles) if self.kind == "feeds" else len(reading.offers)
        if found < self.least:
            raise ReadError("too_few", f"{found} read from {page.url}, at least {self.least} expected")
        if self.anchors and not {o.model.casefold() for o in reading.offers} & {
            a.casefold() for a in self.anchors
        }:
            raise ReadError("missing_anchor", f"none of {', '.join(self.anchors)} is on {page.url}")
        return reading

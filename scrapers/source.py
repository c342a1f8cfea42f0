"""A source: where its page is, how it is read, how often, and what it must contain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from scrapers.page import Page, ReadError, Reading

Reader = Callable[[Page], Reading]
VIAS = ("page", "markdown", "payload", "api", "feed", "browser")


@dataclass(frozen=True, slots=True)
class Source:
    """A page and its reader. `id` and `kind` are the names of its file and folder, set by the catalog.

    `via` is what of the provider's is read: the page as it is, its Markdown twin, the JSON in its scripts, a
    public API, a feed, or the page as a browser renders it.
    """

    url: str
    reader: Reader
    provider: str = ""  # whose prices these are; the id where empty
    every: timedelta = timedelta(hours=1)
    accept: str = "text/html"  # the Accept header: some pages answer differently by it
    anchors: tuple[str, ...] = ()  # models of which at least one must be read
    least: int = 1  # fewest offers (or articles) of a page that is well
    via: str = "page"  # page, markdown, payload, api, feed, browser
    quiet: bool = False  # new articles are kept, and told only where a rule names them
    ancestry: str = ""  # sources of one ancestry are one witness; the id where empty
    id: str = ""
    kind: str = ""  # providers, plans, hosts, catalogs, feeds

    def __post_init__(self) -> None:
        if self.via not in VIAS:
            raise ValueError(f"via is {self.via!r}; {', '.join(VIAS)} are allowed")

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

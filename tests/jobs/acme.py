"""A provider of our own: a page with a line a price, and everything that a job touches around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from sqlalchemy import Engine

from scrapers.page import Article, Offer, Page, ReadError, Reading, Terms
from scrapers.source import Source
from tests.loopback.pages import Pages
from tracker.adapters.edges import Edges
from tracker.adapters.fetch import Fetcher
from tracker.domain.settings import Channel, Look, Settings


def lines(page: Page) -> Reading:
    """Reads "model meter price" lines; a fourth word is the day from which the price holds."""
    if page.text.startswith("trip"):
        raise KeyError("whatever a reader trips over")
    rows = [line.split() for line in page.text.splitlines()]
    offers = tuple(
        Offer(m, meter, Decimal(p), "USD", Terms(effective_from="".join(day)), f"{m} {p}")
        for m, meter, p, *day in rows
    )
    if not offers:
        raise ReadError("no_table", "the page has no line with a price")
    return Reading(offers)


def feed(page: Page) -> Reading:
    return Reading(articles=tuple(Article(t, f"https://acme.example/{t}", t) for t in page.text.split()))


def text(prices: Mapping[str, str]) -> str:
    return "".join(
        f"{model} {meter} {p}\n" for model, p in prices.items() for meter in ("input_mtok", "output_mtok")
    )


@dataclass
class Clock:
    """A clock that a test moves; waiting moves it too."""

    at: datetime = datetime(2026, 8, 1, 12, tzinfo=UTC)
    waited: list[datetime] = field(default_factory=list)

    def now(self) -> datetime:
        return self.at

    async def sleep_until(self, moment: datetime) -> None:
        self.waited.append(moment)
        self.at = max(self.at, moment)

    def idle(self, until: datetime | None) -> None:
        pass

    def later(self, **span: int) -> None:
        self.at += timedelta(**span)


def source(pages: Pages, id: str = "acme", kind: str = "providers") -> Source:
    return Source(pages.url(f"/{id}"), feed if kind == "feeds" else lines, id=id, kind=kind)


def edges(
    engine: Engine,
    pages: Pages,
    *,
    ids: tuple[str, ...] = ("acme",),
    channels: tuple[Channel, ...] = (Channel("team", "json://127.0.0.1:9/"),),
    clock: Clock | None = None,
    confirm_after: timedelta = timedelta(minutes=2),
) -> Edges:
    look = Look(
        pace=timedelta(0),
        confirm_after=confirm_after,
        allow_private=frozenset({pages.address}),
        timeout=timedelta(seconds=2),
        robots=False,
    )
    settings = Settings("", Path(), channels=channels, look=look, base_url="http://127.0.0.1:8321")
    clock = clock or Clock()
    known = {id: source(pages, id, "feeds" if id == "feed" else "providers") for id in ids}
    return Edges(settings, known, engine, clock, Fetcher(look, now=clock.now), readers="1")

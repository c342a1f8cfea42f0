"""Saved pages of every source, and a watch that looks at what becomes of them as `check` does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from scrapers.catalog import sources
from scrapers.page import Offer, Page, ReadError, Reading
from tests.accept import MEDIA_TYPES, answer_file, pages
from tracker.domain.model import Move, Status, series_of
from tracker.domain.moves import step
from tracker.domain.observe import Known, hold_to_the_known, observe

CAPTURES = Path(__file__).parents[3] / "shared" / "captures" / "files"
WATCHED = ("anthropic", "claude", "deepseek", "openai", "openrouter")
# Captures beside the project: one of each shape; other days of the same shape would prove the same.
FOREIGN = {
    "anthropic/2025-11-05__docs-pricing.md": "anthropic",
    "anthropic/2026-04-17__platform-pricing.md": "anthropic",
    "anthropic/2026-08-21__platform-pricing.md": "anthropic",
    "anthropic/2026-05-08__claude-com-pricing.html": "claude",
    "deepseek/2026-05-08__pricing-en.html": "deepseek",
    "deepseek/2026-08-26__pricing-en-part.html": "deepseek",
    "openai/2026-06-26__developers-api-docs-pricing.md": "openai",
    "openai/2026-08-21__api-docs-pricing.html": "openai",
    "openrouter/2026-07-21__api-v1-models.json": "openrouter",
}
AFTER = timedelta(minutes=2)


@dataclass(frozen=True)
class Saved:
    """A page that is read well, with the day on which it is looked at."""

    source: str
    file: Path

    @property
    def text(self) -> str:
        return self.file.read_text("utf-8")

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.file.suffix]

    @property
    def is_large(self) -> bool:
        return self.file.stat().st_size > 100_000

    def read(self, text: str) -> Reading:
        source = sources()[self.source]
        return source.read(Page(source.url, text, self.media_type))

    def __str__(self) -> str:
        return f"{self.source}/{self.file.name}"


def saved(*ids: str, ending: str = "") -> list[Saved]:
    """Our own pages that are no refusals, then the captures that lie beside the project."""
    own = [
        Saved(p.parent.name, p)
        for p in pages()
        if p.parent.name in WATCHED and isinstance(json.loads(answer_file(p).read_text("utf-8")), list)
    ]
    foreign = [Saved(source, CAPTURES / name) for name, source in FOREIGN.items()]
    return [
        page
        for page in [*own, *(page for page in foreign if page.file.exists())]
        if (not ids or page.source in ids) and page.file.name.endswith(ending)
    ]


@dataclass
class Watch:
    """What the store would hold of one page; every look is two minutes or more after the one before."""

    page: Saved
    at: datetime = field(init=False)
    before: Reading = field(init=False)
    known: dict[str, Known] = field(init=False)

    def __post_init__(self) -> None:
        day = date.fromisoformat(self.page.file.name[:10])
        self.at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        self.before = self.page.read(self.page.text)
        seen = observe(self.before, self._provider, self.at.date(), {})
        self.known = {k: Known(1, o.series, o.price, self.at, o.promo_until) for k, o in seen.prices.items()}

    @property
    def _provider(self) -> str:
        return sources()[self.page.source].provider or self.page.source

    def key(self, offer: Offer) -> str:
        return series_of(offer, self._provider).key

    def sees(self, text: str) -> list[Move] | str:
        """The moves that two looks at a changed page come to, or the kind of its refusal; nothing is kept."""
        try:
            reading = self.page.read(text)
            first = self._step(reading, {}, self.at + AFTER)
            pending = {m.series.key: m for m in first}
            second = self._step(reading, pending, self.at + 2 * AFTER)
        except ReadError as refusal:
            return refusal.kind
        confirmed = {m.series.key: m for m in second if m.status is Status.confirmed}
        return [confirmed.get(m.series.key, replace(m, reason=m.reason or "waits")) for m in first]

    def _step(self, reading: Reading, pending: dict[str, Move], at: datetime) -> list[Move]:
        seen = observe(reading, self._provider, at.date(), self.known)
        hold_to_the_known(seen, self.known)
        changes = step(
            self.known,
            pending,
            seen,
            source=self.page.source,
            at=at,
            last_well=self.at,
            confirm_after=AFTER,
        )
        return [*changes.opened, *changes.confirmed, *changes.withdrawn]


def confirmed(moves: list[Move] | str) -> Iterator[Move]:
    return (m for m in ([] if isinstance(moves, str) else moves) if m.status is Status.confirmed)


def told(moves: list[Move] | str) -> str:
    """For a failing test: what a look came to, in a line a move."""
    if isinstance(moves, str):
        return f"refused: {moves}"
    return "\n".join(
        f"  {m.status} {m.series.model} {m.series.meter} {m.series.terms.as_dict()}"
        f" {m.before} → {m.after} {m.reason}"
        for m in moves
    )

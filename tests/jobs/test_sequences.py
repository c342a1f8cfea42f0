"""Captures of one page, day after day, played through `check`: every move of the table, and no other."""

from __future__ import annotations

import asyncio
import csv
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Engine

from scrapers.catalog import sources
from tests.jobs.acme import Clock, edges
from tests.jobs.test_check import moves
from tests.loopback.pages import Pages
from tracker.adapters.edges import Edges
from tracker.adapters.fetch import Fetcher
from tracker.adapters.saved import MEDIA_TYPES
from tracker.adapters.store import sources as states
from tracker.check import Looked, check
from tracker.domain.model import Status

CAPTURES = Path(__file__).parents[3] / "shared" / "captures"
TABLE = CAPTURES / "sequences.csv"
# The table follows these makers' models only, and no batch or free variants.
FOLLOWED = ("anthropic/", "deepseek/", "moonshotai/", "openai/", "qwen/", "z-ai/")

pytestmark = [
    pytest.mark.skipif(not TABLE.exists(), reason="no captures beside the project"),
    pytest.mark.parametrize("database", ["sqlite"]),
]


def play(engine: Engine, source_id: str, files: list[Path]) -> list[Looked]:
    """One `check` a capture, at noon of its day."""
    clock = Clock()
    with Pages() as pages:
        one = edges(engine, pages, clock=clock)
        source = replace(sources()[source_id], url=pages.url("/page"))
        looked = []
        for file in files:
            clock.at = datetime.fromisoformat(file.name[:10]).replace(hour=12, tzinfo=UTC)
            pages.put("/page", file.read_text("utf-8"), MEDIA_TYPES[file.suffix])
            looked += asyncio.run(_check(replace(one, sources={source_id: source})))
    return looked


async def _check(one: Edges) -> list[Looked]:
    one = replace(one, fetcher=Fetcher(one.settings.look, now=one.clock.now))  # a loop of its own
    try:
        await one.write(states.register, one.sources.values(), one.clock.now())
        return await check(one, list(one.sources))
    finally:
        await one.fetcher.aclose()


def table() -> dict[str, set[tuple[str, str, Decimal, Decimal]]]:
    """The price moves of the table by the day of the capture that shows them."""
    found = defaultdict(set)
    for row in csv.DictReader(TABLE.open(encoding="utf-8")):
        if row["event"] == "price move":
            day = Path(row["after"]).name[:10]
            meter = f"{row['component']}_mtok"
            found[day].add((row["model"], meter, Decimal(row["old"]), Decimal(row["new"])))
    return found


def test_every_move_of_openrouters_days_is_found_and_no_other_confirmed(engine: Engine) -> None:
    files = sorted((CAPTURES / "files/openrouter").glob("*__api-v1-models.json"))
    looked = play(engine, "openrouter", files)
    assert {one.outcome for one in looked} == {"well"}
    found = defaultdict(set)
    for m in (m for m in moves(engine) if m.status is not Status.withdrawn):
        followed = m.series.model.startswith(FOLLOWED) and ":" not in m.series.model
        if followed and m.series.meter in ("input_mtok", "output_mtok"):
            day = f"{m.recorded_at:%Y-%m-%d}"
            found[day].add((m.series.model, m.series.meter, m.before, m.after))
    said = table()
    neighbours = {after for _, after in pairwise(sorted(f.name[:10] for f in files))} & set(said)
    assert len(neighbours) > 4
    assert {day: found[day] for day in neighbours} == {day: said[day] for day in neighbours}


@pytest.mark.parametrize("ending", [("anthropic", "*-pricing.md", 26)])
def test_forty_versions_of_anthropics_page_hold_no_move(engine: Engine, ending: tuple[str, str, int]) -> None:
    source, names, many = ending
    files = sorted((CAPTURES / "files" / source).glob(names))
    assert len(files) >= many
    assert {one.outcome for one in play(engine, source, files)} == {"well"}
    assert moves(engine) == []

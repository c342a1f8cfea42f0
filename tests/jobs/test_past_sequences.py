"""Real captures of one page, day after day, as an archive would give them: what they tell of the past."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from scrapers.catalog import sources
from scrapers.page import Page
from tests.jobs.test_sequences import CAPTURES, FOLLOWED, TABLE, table
from tracker.adapters.saved import MEDIA_TYPES
from tracker.domain.captures import Told, tell
from tracker.domain.model import Basis
from tracker.domain.runs import Capture

pytestmark = pytest.mark.skipif(not TABLE.exists(), reason="no captures beside the project")
Said = tuple[str, str, str, Decimal, Decimal]


def told(id: str, names: str) -> Told:
    source = sources()[id]
    found = []
    for number, file in enumerate(sorted((CAPTURES / "files" / id).glob(names)), 1):
        at = datetime.fromisoformat(file.name[:10]).replace(hour=12, tzinfo=UTC)
        reading = source.read(Page(source.url, file.read_text("utf-8"), MEDIA_TYPES[file.suffix]))
        found.append(Capture(at, reading, number))
    assert len(found) > 7
    return tell(found, source.provider or id, source=f"wayback-{id}", basis=Basis.observed)


def test_openrouters_days_tell_every_move_of_the_table_but_those_that_the_next_capture_took_back() -> None:
    said: set[Said] = {(day, *move) for day, moves in table().items() for move in moves}
    taken_back = {
        one
        for one in said
        for other in said
        if one[1:3] == other[1:3] and one[3:] == other[:2:-1]
        if abs(date.fromisoformat(one[0]) - date.fromisoformat(other[0])) == timedelta(days=1)
    }
    found = {
        (f"{m.recorded_at:%Y-%m-%d}", m.series.model, m.series.meter, m.before, m.after)
        for m in told("openrouter", "*__api-v1-models.json").moves("")
        if m.series.model.startswith(FOLLOWED) and ":" not in m.series.model
        if m.series.meter in ("input_mtok", "output_mtok")
    }
    compared = {day for day, *_ in said}  # the table skips a day
    assert len(said - taken_back) > 40
    assert {move for move in found if move[0] in compared} == said - taken_back


def test_forty_versions_of_anthropics_page_tell_no_move() -> None:
    found = told("anthropic", "*-pricing.md")
    assert found.moves("") == []
    assert (found.doubtful, dict(found.refused)) == ((), {})
    assert len({s.series.model for s in found.spans}) > 10

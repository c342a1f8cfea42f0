"""Every channel ends with exactly the messages that its rules say, whatever became of it on the way."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest

from tests.demo import week
from tests.demo.inboxes import Arrived, Line, lines_of
from tests.demo.wanted import RULES
from tests.demo.week import Played
from tracker.adapters.store.engine import asking, open_store
from tracker.preview import explain, preview

DAYS = (date(2026, 8, 10), date(2026, 8, 23))


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return week.play(*DAYS, Path(tmp_path_factory.mktemp("week")))


def test_every_inbox_holds_what_the_rules_say_in_order_and_no_unmarked_repeat(played: Played) -> None:
    """Down for two days, 429, dropped on the way; creep, digests on weekdays and Mondays, quiet hours."""
    assert week.problems(played) == []
    counts = {name: len(posts) for name, posts in played.expected.items()}
    assert min(counts.values()) >= 2, counts
    assert {post.rule for posts in played.expected.values() for post in posts} == {r.name for r in RULES}
    assert any(a.is_marked for a in played.inboxes["second"].arrived)
    assert played.inboxes["program"].tried > len(played.inboxes["program"].arrived)  # the 429s
    assert played.inboxes["program"].too_soon == []


def test_json_says_the_same_as_its_text(played: Played) -> None:
    for arrived in played.inboxes["program"].arrived:
        said = {(f"${line.before.normalize():f}", f"${line.after.normalize():f}") for line in of(arrived)}
        assert {(_plain(m["before"]), _plain(m["after"])) for m in arrived.moves} == said


def of(arrived: Arrived) -> list[Line]:
    return lines_of(arrived.text)


def _plain(price: str) -> str:
    return f"${Decimal(price.lstrip('$').replace(',', '')).normalize():f}"


def test_preview_and_explain_of_these_days_say_what_the_inboxes_got(played: Played) -> None:
    engine = open_store(played.settings.database_url)
    with asking(engine) as connection:
        begin = datetime.combine(DAYS[0], time(), UTC)
        rows = preview(connection, played.settings, begin, played.end)
        fires = {
            (m.id, row.rule, row.channel)
            for m in played.recorded
            for row in explain(connection, played.settings, m.id)[1]
            if row.fires
        }
    engine.dispose()
    of_moves = [r for r in rows if r.moves and r.due < played.end]
    for name, posts in played.expected.items():
        must = {(p.rule, p.due, len(p.lines)) for p in posts}
        lines: dict[tuple[str, datetime], set[object]] = {}
        by_id = {m.id: m.series.key for m in played.recorded}
        for row in of_moves:
            if row.channel == name:
                lines.setdefault((row.rule, row.due), set()).update(by_id[id] for id in row.moves)
        assert {(rule, due, len(keys)) for (rule, due), keys in lines.items()} == must, name
    assert fires == {(id, r.rule, r.channel) for r in rows for id in r.moves}

"""What a step of a catalogue is, on steps that were labelled by hand."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from scrapers.page import STANDARD
from tests.domain.annotated import Row, record, rows_of, ruled
from tracker.domain import steps
from tracker.domain.histories import ruled as ruled_history
from tracker.domain.model import Basis, Series
from tracker.domain.recorded import Label
from tracker.domain.spans import Span

OURS = Path(__file__).with_name("recorded_steps.csv")
ANNOTATED = Path(__file__).parents[3] / "shared" / "facts" / "steps_annotated.csv"
REAL = {
    Label.promo: "real",
    Label.end_of_promo: "real",
}  # by hand a promotion that really came counts as real


@pytest.mark.parametrize("row", rows_of(OURS), ids=str)
def test_a_recorded_step_is_what_it_was_found_to_be_by_hand(row: Row) -> None:
    ruling = ruled(row, record(OURS))
    assert ruling.label.value == row.label, ruling.why
    assert ruling.why
    if row.effective:
        assert (ruling.day, ruling.lo <= ruling.day <= ruling.hi) == (row.effective, True)


@pytest.mark.parametrize("rule", steps.RULES, ids=lambda rule: rule.__name__)
def test_without_one_of_the_rules_a_step_is_taken_for_another(
    rule: steps.Rule, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = labels()
    for name in ("RULES", "BY_ITSELF", "BY_BETTER_SOURCES"):
        monkeypatch.setattr(steps, name, tuple(r for r in getattr(steps, name) if r is not rule))
    assert labels() != before


def labels() -> list[Label]:
    return [steps.classify(s, record(OURS)).label for row in rows_of(OURS) for s in row.steps]


prices = some.integers(0, 10_000).map(lambda cents: Decimal(cents) / 1000)


@given(some.lists(some.tuples(some.integers(0, 400), prices), min_size=2, max_size=8), some.booleans())
def test_by_the_word_of_catalogues_alone_no_price_moved(moves: list[tuple[int, Decimal]], two: bool) -> None:
    series = Series("acme", "model-x", "input_mtok", STANDARD, "USD")
    at = [(datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=d), p) for d, p in sorted(dict(moves).items())]
    history = [
        Span(series, price, day, end, source=source, basis=Basis.catalogue)
        for source in ("history-one", "history-two")[: 1 + two]
        for (day, price), (end, _) in zip(at, [*at[1:], (None, None)], strict=True)
    ]
    found = ruled_history(history, [], history)
    assert {one.ruling.label for one in found} <= {Label.unknown, Label.correction}


@pytest.mark.skipif(not ANNOTATED.exists(), reason="the annotated steps are not there")
def test_no_annotated_step_is_labelled_wrongly_with_confidence() -> None:
    rulings = [(row, ruled(row, record(ANNOTATED))) for row in rows_of(ANNOTATED)]
    decided = [(row, r) for row, r in rulings if r.label is not Label.unknown]
    wrong = [f"{row}: {r.label}, {r.why}" for row, r in decided if REAL.get(r.label, r.label) != row.label]
    assert not wrong
    late = [
        f"{row}: {r.day}, not {row.effective}" for row, r in decided if row.effective not in (None, r.day)
    ]
    assert not late
    assert Counter(row.label for row, _ in decided) == {"correction": 31, "real": 29, "alias_swap": 14}
    assert len(rulings) - len(decided) == 14, "what the bundled facts say nothing of stays unknown"

"""Spans as the store tells them: by name, as known on a day, and without reading the rest of the store."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import Connection, Engine, event

from scrapers.page import Terms
from tracker.adapters.store.engine import asking, writing
from tracker.adapters.store.series import series_ids
from tracker.adapters.store.spans import spans_of
from tracker.adapters.store.tables import prices, sources
from tracker.domain.model import Series

JAN, FEB, MAR, APR = (datetime(2025, m, 1, tzinfo=UTC) for m in (1, 2, 3, 4))
LATER = datetime(2026, 1, 1, tzinfo=UTC)
ROW = {"basis": "observed", "model": "", "label": "", "promo_until": "", "missing": 0}
STATE = {
    "kind": "providers", "provider": "acme", "url": "", "state": "never", "state_since": JAN, "due": JAN,
    "last_outcome": "", "outcome_kind": "", "fails": 0, "told": "", "offers": 0, "readers": "",
    "dated": False, "etag": "", "last_modified": "",
}  # fmt: skip


def line(model: str, provider: str = "acme", meter: str = "input_mtok", **terms: str) -> Series:
    return Series(provider, model, meter, Terms(**terms), "USD")


def put(connection: Connection, series: Series, price: str, **moments: datetime) -> None:
    if not connection.execute(sources.select()).first():
        connection.execute(sources.insert().values(id="acme", **STATE))
    id = series_ids(connection, [series])[series.key]
    values = ROW | {"source": "acme", "series": id, "price": Decimal(price), "recorded_at": JAN} | moments
    connection.execute(prices.insert().values(**values))


def test_a_model_is_found_by_any_spelling_with_or_without_its_provider(engine: Engine) -> None:
    with writing(engine) as connection:
        put(connection, line("one-1.5"), "3", valid_from=JAN)
        put(connection, line("one-1.5", "other"), "4", valid_from=JAN)
        put(connection, line("two"), "5", valid_from=JAN)
    with asking(engine) as connection:

        def found(**asked: object) -> list[str]:
            return [str(s.price) for s in spans_of(connection, LATER, **asked)]  # type: ignore[arg-type]

        assert found(models=["ONE 1.5"]) == ["3", "4"]
        assert found(models=["acme/one_15"]) == ["3"]
        assert found(models=["other/one-1.5", "two"]) == ["5", "4"]
        assert found(providers=["Acme"]) == ["3", "5"]
        assert found() == ["3", "5", "4"]


def test_standard_leaves_out_batch_and_long_contexts_and_meters_narrow(engine: Engine) -> None:
    with writing(engine) as connection:
        put(connection, line("one"), "3", valid_from=JAN)
        put(connection, line("one", tier="batch"), "1.5", valid_from=JAN)
        put(connection, line("one", context=">200K"), "6", valid_from=JAN)
        put(connection, line("one", meter="output_mtok"), "9", valid_from=JAN)
    with asking(engine) as connection:
        standard = spans_of(connection, LATER, standard=True, meters=["input_mtok"])
        assert [s.price for s in standard] == [Decimal(3)]


def test_a_span_ends_only_where_its_end_was_known(engine: Engine) -> None:
    with writing(engine) as connection:
        put(connection, line("one"), "3", valid_from=JAN, valid_to=FEB, closed_at=MAR)
        put(connection, line("one"), "2", valid_from=FEB, recorded_at=MAR)
        put(connection, line("two"), "7", valid_from=JAN, withdrawn_at=MAR)
    with asking(engine) as connection:
        before = {(s.price, s.valid_to) for s in spans_of(connection, FEB)}
        assert before == {(Decimal(3), None), (Decimal(7), None)}
        after = {(s.price, s.valid_to) for s in spans_of(connection, APR)}
        assert after == {(Decimal(3), FEB), (Decimal(2), None)}


def test_since_leaves_out_what_had_ended_and_was_known_to(engine: Engine) -> None:
    with writing(engine) as connection:
        put(connection, line("one"), "3", valid_from=JAN, valid_to=FEB, closed_at=MAR)
        put(connection, line("one"), "2", valid_from=FEB, recorded_at=MAR)
    with asking(engine) as connection:
        assert [s.price for s in spans_of(connection, APR, since=FEB)] == [Decimal(2)]
        assert [s.price for s in spans_of(connection, FEB, since=FEB)] == [Decimal(3)]


@pytest.mark.parametrize("database", ["sqlite"])  # PostgreSQL chooses by its statistics
@pytest.mark.parametrize("asked", [{"models": ["acme/one", "two"]}, {"providers": ["acme"]}])
def test_asking_for_a_model_reads_only_its_prices(engine: Engine, asked: dict[str, list[str]]) -> None:
    plans: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def _explain(connection: Connection, cursor: object, sql: str, values: object, *_: object) -> None:
        if sql.startswith("SELECT"):
            raw = connection.connection.cursor()
            plans.extend(row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall())  # type: ignore[arg-type]

    with asking(engine) as connection:
        spans_of(connection, LATER, **asked)
    assert any("USING INDEX ix_prices_series_prices_valid_from" in p for p in plans), plans
    assert not any(p.startswith("SCAN") for p in plans), plans

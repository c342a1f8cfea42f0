from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, select

from tracker.adapters.store.engine import writing
from tracker.adapters.store.tables import prices, series, sources
from tracker.domain.errors import RowRefused

NOW = datetime(2026, 11, 23, 14, 2, 3, 456789, UTC)
NAIVE = NOW.replace(tzinfo=None)
SOURCE = {
    "id": "acme",
    "kind": "providers",
    "provider": "acme",
    "url": "https://acme.example/",
    "state": "never",
    "state_since": NOW,
    "due": NOW,
    "last_outcome": "",
    "outcome_kind": "",
    "fails": 0,
    "told": "",
    "offers": 0,
    "readers": "",
    "dated": False,
    "etag": "",
    "last_modified": "",
}
SERIES = {
    "id": 1,
    "key": "k",
    "provider": "acme",
    "model": "m",
    "model_folded": "m",
    "meter": "input_mtok",
    "tier": "",
    "context": "",
    "window": "",
    "region": "",
    "billing": "",
    "currency": "USD",
}
PRICE = {
    "source": "acme",
    "series": 1,
    "basis": "observed",
    "model": "M",
    "label": "",
    "promo_until": "",
    "recorded_at": NOW,
    "closed_at": NOW,
    "missing": 0,
}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    price=st.decimals(min_value=0, max_value=10**8, places=10),
    at=st.datetimes(min_value=NAIVE.replace(year=1990), max_value=NAIVE.replace(year=2200)),
    hours=st.integers(-12, 14),
)
def test_money_and_moments_come_back_exactly(
    engine: Engine, price: Decimal, at: datetime, hours: int
) -> None:
    moment = at.replace(tzinfo=timezone(timedelta(hours=hours)))
    with writing(engine) as connection:
        connection.execute(prices.delete())
        connection.execute(series.delete())
        connection.execute(sources.delete())
        connection.execute(insert(sources).values(**SOURCE))
        connection.execute(insert(series).values(**SERIES))
        values = PRICE | {"price": price, "valid_from": moment, "valid_to": moment}
        connection.execute(insert(prices).values(**values))
        row = connection.execute(select(prices)).one()
    assert row.price == price
    assert row.valid_from == moment
    assert row.valid_from.tzinfo is UTC


@pytest.mark.parametrize("price", [Decimal("0.00000000001"), Decimal("1e19"), Decimal("NaN")])
def test_money_that_cannot_be_kept_exactly_is_an_error(engine: Engine, price: Decimal) -> None:
    with (
        pytest.raises(RowRefused, match="refuses"),
        writing(engine) as c,
    ):
        c.execute(insert(prices).values(**PRICE, price=price, valid_from=NOW))


def test_a_moment_without_a_zone_is_an_error(engine: Engine) -> None:
    with pytest.raises(RowRefused, match="refuses"), writing(engine) as c:
        c.execute(insert(sources).values(**SOURCE | {"due": NAIVE}))

"""Two column types, because SQLite keeps `Numeric` as a float and drops time zones."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, String
from sqlalchemy.types import TypeDecorator, TypeEngine

SCALE = 10  # decimal places; the largest amount is 922 million


class Money(TypeDecorator[Decimal]):
    """A Decimal as a whole number of 1e-10: exact on every database, or an error."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        scaled = value.scaleb(SCALE)
        if not scaled.is_finite() or scaled != scaled.to_integral_value() or abs(scaled) >= 2**63:
            raise ValueError(f"{value} cannot be kept exactly ({SCALE} decimal places)")
        return int(scaled)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else _amount(value)


@lru_cache(maxsize=8192)
def _amount(scaled: int) -> Decimal:
    return plain(Decimal(scaled).scaleb(-SCALE))


class Utc(TypeDecorator[datetime]):
    """A moment: timestamptz on PostgreSQL, sortable ISO text with a Z on SQLite; naive times are refused."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(String(27))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value.astimezone(UTC) if dialect.name == "postgresql" else _written(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None or isinstance(value, datetime):
            return None if value is None else value.astimezone(UTC)
        return _moment(value)


# Most rows of one transaction hold the same moment.
@lru_cache(maxsize=256)
def _written(value: datetime) -> str:
    return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


@lru_cache(maxsize=4096)
def _moment(written: str) -> datetime:
    return datetime.fromisoformat(written)


def plain(amount: Decimal) -> Decimal:
    """The same number without trailing zeros and without an exponent in its text."""
    amount = amount.normalize()
    return amount.quantize(Decimal(1)) if amount.as_tuple().exponent > 0 else amount  # type: ignore[operator]

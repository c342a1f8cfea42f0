"""Writes rows as Parquet, where the extra `parquet` is installed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO

from tracker.adapters.export_kinds import kind_of
from tracker.domain.errors import Missing

try:
    import pyarrow
    from pyarrow import parquet as arrow_parquet
except ImportError:
    pyarrow = None

_AT_ONCE = 10_000  # rows of a group


def needed() -> None:
    """Raises Missing where the extra is not installed."""
    if pyarrow is None:
        raise Missing("Parquet needs the extra parquet: pip install 'llm-price-tracker[parquet]'")


def write(out: BinaryIO, view: str, columns: Sequence[str], rows: Iterator[tuple[Any, ...]]) -> int:
    """Write the rows, a group after another; how many there were."""
    schema = pyarrow.schema([(name, _type(kind_of(view, name))) for name in columns])
    count = 0
    with arrow_parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        while some := list(islice(rows, _AT_ONCE)):
            found = [dict(zip(columns, row, strict=True)) for row in some]
            writer.write_table(pyarrow.Table.from_pylist(found, schema=schema))
            count += len(some)
    return count


def _type(kind: str) -> Any:
    """Moments and money stay text, as `sql` has them: the same query reads both."""
    return {"integer": pyarrow.int64(), "number": pyarrow.float64()}.get(kind, pyarrow.string())

"""What readers say of saved pages, and where the answers lie; `./run source accept SOURCE DAY` mends them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from scrapers.catalog import sources
from scrapers.generic import generic
from scrapers.source import Source
from tracker.adapters import saved
from tracker.adapters.saved import MEDIA_TYPES, Checkout, answer_file, as_lines

__all__ = ["FIXTURES", "MEDIA_TYPES", "answer_file", "as_lines", "pages", "read"]
FIXTURES = Path(__file__).parent / "fixtures"


def pages() -> list[Path]:
    """Every saved page."""
    return Checkout(FIXTURES.parents[1]).pages()


def read(source_id: str, page: Path) -> Any:
    """The offers or articles of a saved page as `tracker read --json` prints them, or {"error": kind}."""
    return saved.answer(_source(source_id), page)


def _source(source_id: str) -> Source:
    if source_id == "generic":
        return Source("https://acme.example/pricing", generic, id="generic", kind="providers")
    return sources()[source_id]


if __name__ == "__main__":
    for file in Checkout(FIXTURES.parents[1]).accept(_source(sys.argv[1]), [*sys.argv, ""][2]):
        print(f"{file} rewritten: read its difference before you keep it")

"""What docs/sources.md says of the sources: `python -m tests.sources_page` writes its tables anew."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from scrapers.catalog import KINDS, sources

PAGE = Path(__file__).parents[1] / "docs/sources.md"
HEADINGS = {
    "providers": "Makers",
    "hosts": "Hosts of open-weight models",
    "plans": "Plans",
    "catalogs": "Catalogues",
    "feeds": "Feeds",
}
_TABLE = re.compile(r"(?<=\n)\| id \|.*?\n(?!\|)", re.S)


def table(kind: str) -> str:
    """The sources of a kind, a row each."""
    rows = ["| id | prices of | read as | page |", "|---|---|---|---|"]
    for id, source in sources().items():
        if source.kind == kind:
            page = f"[{urlsplit(source.url).netloc}]({source.shown_url})"
            rows.append(f"| `{id}` | {source.provider or id} | {source.via} | {page} |")
    return "\n".join(rows) + "\n"


def written(text: str) -> str:
    """The page with the tables of today's catalog."""
    for kind in KINDS:
        before, heading, after = text.partition(f"## {HEADINGS[kind]}\n")
        assert heading, kind
        text = before + heading + _TABLE.sub(lambda _, kind=kind: table(kind), after, count=1)  # type: ignore[misc]
    return text


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")

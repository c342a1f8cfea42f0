"""The file of a new source, written from what the generic reader found on its page."""

from __future__ import annotations

from collections import Counter

from scrapers.page import Reading

NEEDED = ("input_mtok", "cache_read_mtok", "output_mtok", "seat_month")
MOST_ANCHORS = 3


def skeleton(id: str, url: str, accept: str, reading: Reading) -> str:
    """A source's file: what most of its models state is needed, the first models are anchors."""
    models = list(dict.fromkeys(o.model for o in reading.offers))
    stated = Counter(o.meter for o in reading.offers)
    needs = [meter for meter in NEEDED if stated[meter] * 2 > len(models) > 0]
    table = f"table(needs={_tuple(needs)}, carries_names=True)" if needs else "table()"
    lines = [
        f'"""{_title(id)}\'s page of prices."""',
        "",
        "from scrapers.readers import table",
        "from scrapers.source import Source",
        "",
        "SOURCE = Source(",
        f"    url={_quoted(url)},",
        f"    reader={table},",
        *([f"    accept={_quoted(accept)},"] if accept != "text/html" else []),
        *(['    via="markdown",'] if "markdown" in accept else []),
        f"    anchors={_tuple(models[:MOST_ANCHORS])},",
        f"    least={max(1, len(reading.offers) // 2)},",
        ")",
    ]
    return "\n".join(lines) + "\n"


def _title(id: str) -> str:
    return id.replace("-", " ").title()


def _tuple(words: list[str]) -> str:
    return f"({', '.join(map(_quoted, words))}{',' if len(words) == 1 else ''})"


def _quoted(words: str) -> str:
    """A string as Python's source has it; whatever a page calls its models stays a string."""
    said = repr(words)
    return f'"{said[1:-1]}"' if said[0] == "'" and '"' not in words else said

"""Real pages of other days, where the folder of captures lies beside the project; nothing is copied."""

from __future__ import annotations

import csv
import importlib.util
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest

from scrapers.catalog import sources
from scrapers.page import Offer, Page, ReadError
from tests.accept import MEDIA_TYPES

SHARED = Path(__file__).parents[3] / "shared"
CAPTURES, SCORER = SHARED / "captures", SHARED / "tools" / "score_captures.py"

# The lists call these complete, but the page states more than they hold.
NOT_COMPLETE = {
    "openai/2026-08-21__api-docs-pricing.html": "most older models in the islands' props are not listed",
    "mistral/2026-05-08__pricing.html": "Codestral, Mistral Moderation and the Voxtrals are not listed",
}
# The lists leave out what the page states beside the listed price: long prompts in some tiers, other regions.
NOT_EVERY_TERM = {"google/2026-05-08__vertex-agent-platform-pricing.html"}
# A modality is a note in the lists and a part of the meter here.
MODALITIES = {
    "Audio": {
        "input": "input_audio_mtok",
        "output": "output_audio_mtok",
        "cached_input": "cache_audio_read_mtok",
    },
    "Image": {
        "input": "input_image_mtok",
        "output": "output_image_mtok",
        "cached_input": "cache_image_read_mtok",
    },
}
# Captures of the pages that the sources read, by the source; those named in an expected file come on top.
OTHERS = {"anthropic": "*-pricing.md", "openrouter": "*.json", "openai": "*docs-pricing*"}
CURIOUS = (
    "anthropic",
    "deepseek",
    "moonshotai",
    "openai",
    "qwen",
    "z-ai",
)  # makers whose moves the table lists

Line = tuple[str, str, Decimal, str, str]


@cache
def scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_captures", SCORER)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def table(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((CAPTURES / name).open(encoding="utf-8"))) if CAPTURES.exists() else []


def expected() -> list[tuple[str, str, bool]]:
    """(capture, source, whether its list holds every price) for the sources of the house."""
    rows = [(r["capture"], r["source"], r["complete"] == "yes") for r in table("sources.csv")]
    return [(c, s, whole and c not in NOT_COMPLETE) for c, s, whole in rows if s in sources()]


def others() -> list[tuple[str, str]]:
    listed = {capture for capture, _, _ in expected()}
    found = [
        (f"{s}/{f.name}", s)
        for s, names in OTHERS.items()
        for f in sorted((CAPTURES / "files" / s).glob(names))
    ]
    return [(capture, source) for capture, source in found if capture not in listed]


@cache
def offers(source_id: str, capture: str) -> tuple[Offer, ...]:
    source, file = sources()[source_id], CAPTURES / "files" / capture
    return source.read(Page(source.url, file.read_text("utf-8"), MEDIA_TYPES[file.suffix])).offers


def wanted(capture: str) -> Iterator[Line]:
    """The lines of an expected file as the scorer makes them, but with the modality as part of the meter."""
    for row in table(f"expected/{capture}.csv"):
        for column, meter in scorer().METERS.items():
            price, per = scorer().number(row.get(column) or ""), row["unit"].lower()
            seat = "month" in per or "seat" in per
            if price is None or not (seat or "token" in per):
                continue
            meter = "seat_month" if seat else MODALITIES.get(row["note"], {}).get(column, meter)
            tier = "standard" if seat else scorer().tier(row["tier"])
            yield scorer().plain(row["model"]), meter, price, row["currency"], tier


def found(capture: str, source: str, is_plain: bool = False) -> set[Line]:
    """The lines of a reading; `is_plain`: only those of short prompts and of no region of their own."""
    rows = [
        {
            "model": o.model,
            "meter": o.meter,
            "price": o.price,
            "currency": o.currency,
            "terms": o.terms.as_dict(),
        }
        for o in offers(source, capture)
        if not (is_plain and (o.terms.context or o.terms.region))
    ]
    return set(scorer().found(rows))


@pytest.mark.parametrize(
    ("capture", "source", "whole"), expected(), ids=lambda v: v if isinstance(v, str) else ""
)
def test_every_expected_price_of_a_capture_is_read_and_no_other(
    capture: str, source: str, whole: bool
) -> None:
    want = set(wanted(capture))
    if not want:
        with pytest.raises(ReadError):
            offers(source, capture)
        return
    lines, meters = {(model, meter, tier) for model, meter, _, _, tier in want}, {line[1] for line in want}
    read = {x for x in found(capture, source) if x[1] in meters and (whole or (x[0], x[1], x[4]) in lines)}
    if capture in NOT_EVERY_TERM:
        read -= (read - want) - found(capture, source, is_plain=True)
    assert read == want, f"missed {sorted(map(str, want - read))}, extra {sorted(map(str, read - want))}"


@pytest.mark.parametrize(("capture", "source"), others())
def test_every_other_capture_of_a_page_reads_to_plausible_prices(capture: str, source: str) -> None:
    read = offers(source, capture)
    assert len({o.model for o in read}) >= 5
    by_price = {(o.model, o.meter, o.terms): o.price for o in read}
    assert len(by_price) == len(read), "two prices for one thing"
    for (model, meter, terms), output in by_price.items():
        if meter == "output_mtok" and (entry := by_price.get((model, "input_mtok", terms))):
            assert entry / 10 <= output <= entry * 100, (model, entry, output)


def moves(before: str, after: str, source: str) -> set[tuple[str, str, Decimal, Decimal]]:
    """Input and output prices of one model that differ between two captures."""
    old, new = ({(o.model, o.meter, o.terms): o.price for o in offers(source, c)} for c in (before, after))
    moved = {k for k in old.keys() & new.keys() if old[k] != new[k] and k[1] in ("input_mtok", "output_mtok")}
    return {
        (model, meter, old[model, meter, terms], new[model, meter, terms]) for model, meter, terms in moved
    }


def compared(page: str) -> list[tuple[str, str]]:
    """The captures of a page that the table compares, in pairs."""
    rows = (r for r in table("sequences.csv") if r["page"] == page)
    return list(dict.fromkeys((r["before"], r["after"]) for r in rows))


def neighbours(folder: str, names: str) -> list[tuple[str, str]]:
    return list(pairwise(f"{folder}/{f.name}" for f in sorted((CAPTURES / "files" / folder).glob(names))))


@pytest.mark.parametrize(("before", "after"), compared("openrouter api/v1/models"))
def test_two_days_of_openrouter_differ_as_the_table_says(before: str, after: str) -> None:
    said = {
        (r["model"], f"{r['component']}_mtok", Decimal(r["old"]), Decimal(r["new"]))
        for r in table("sequences.csv")
        if (r["before"], r["after"], r["event"]) == (before, after, "price move")
    }
    seen = {m for m in moves(before, after, "openrouter") if m[0].startswith(CURIOUS) and ":" not in m[0]}
    assert seen == said


@pytest.mark.parametrize(
    ("before", "after"), neighbours("anthropic", "*.md") if "anthropic" in sources() else []
)
def test_no_price_of_anthropic_moved_between_two_captures(before: str, after: str) -> None:
    assert moves(before, after, "anthropic") == set()
    added = {
        scorer().plain(r["model"])
        for r in table("sequences.csv")
        if (r["before"], r["after"]) == (before, after)
    }
    old, new = ({scorer().plain(o.model) for o in offers("anthropic", c)} for c in (before, after))
    assert added <= new - old

"""What the ready questions must come to, from announcements and bundled facts, without a store."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "tracker/data"
GATHERED = "2026-11-23"  # what is dated later had not happened
RE_POINTED = ("openai", "gpt-4o")  # its name went over to a cheaper version: no cut
OWN_PRICE = {
    "list_cut",
    "list_rise",
    "promo",
    "end_of_promo",
    "subscription_cut",
}  # `old` is the price before

# Announced on 2026-08-20 at 15:00, to hold from 2026-09-05 on; the second on the day before it.
ANNOUNCED = ((date(2026, 9, 5), "0.56", date(2026, 8, 20)), (date(2026, 10, 1), "0.27", date(2026, 9, 30)))

# By the prices that their providers printed: input and output per million tokens on 2024-09-01.
PRINTED = {
    ("openai", "gpt-4o"): (5, 15),
    ("openai", "gpt-4o-mini"): (0.15, 0.6),
    ("openai", "gpt-4-turbo"): (10, 30),
    ("anthropic", "claude-3-5-sonnet"): (3, 15),
    ("anthropic", "claude-3-haiku"): (0.25, 1.25),
    ("anthropic", "claude-3-opus"): (15, 75),
    ("google", "gemini-1.5-flash"): (0.075, 0.3),
    ("google", "gemini-1.5-pro"): (3.5, 10.5),
    ("deepseek", "deepseek-chat"): (0.14, 0.28),
    ("mistral", "mistral-large-2407"): (3, 9),
}


def facts() -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for name in ("moves.csv", "listings.csv"):
        with (FOLDER / name).open(newline="", encoding="utf-8") as lines:
            found += [row for row in csv.DictReader(lines) if row["date"] <= GATHERED]
    return found


def baskets() -> list[tuple[Any, ...]]:
    """Of some of those that the answer has."""
    found = [(*whose, "facts", round(400 * a + 80 * b, 2)) for whose, (a, b) in PRINTED.items()]
    return sorted(found, key=lambda row: row[3])


def cheapest_hosts() -> list[tuple[Any, ...]]:
    """DeepSeek V3: Fireworks had it at 0.9 when Azure asked 4.56 and Together 1.25; DeepInfra went below."""
    fireworks = ["2025-02-11", "2025-03-21", "2025-08-13"]
    deepinfra = ["2025-08-30", "2026-08-20"]
    return [(day, "fireworks", "0.9") for day in fireworks] + [
        (day, "deepinfra", "0.89") for day in deepinfra
    ]


def list_cuts() -> list[tuple[str, str]]:
    rows = (f for f in facts() if f["kind"] == "list_cut")
    return sorted({(f["date"], f["provider"]) for f in rows if (f["provider"], f["model"]) != RE_POINTED})


def followers() -> list[tuple[Any, ...]]:
    return [
        (first, cut, follower, followed)
        for cut, first in list_cuts()
        for followed, follower in list_cuts()
        if first != follower and 1 <= (date.fromisoformat(followed) - date.fromisoformat(cut)).days <= 14
    ]


def cuts() -> list[tuple[Any, ...]]:
    """The two providers that cut a list price between 2026-08-27 and the day of the facts."""
    return [
        ("2026-10-07", "anthropic", "claude-sonnet-5-5", "cache_read_mtok", "0.2", "0.1"),
        ("2026-10-29", "mistral", "mistral-large-4", "input_mtok", "1.36", "0.7"),
        ("2026-10-29", "mistral", "mistral-large-4", "output_mtok", "4.18", "2.1"),
    ]


def waits() -> list[tuple[Any, ...]]:
    whose = ("deepseek", "deepseek-chat", "input_mtok", "0.27")
    return [(*whose, "0.56", "2026-09-05", 16), (*whose, "0.27", "2026-10-01", 1)]


def months(seen: Counter[tuple[str, bool]]) -> list[tuple[Any, ...]]:
    """Cuts and rises a month: those of the facts, and those that looks saw, by month and whether down."""
    told = Counter(
        (f["date"][:7], float(f["new"]) < float(f["old"]))
        for f in facts()
        if f["kind"] in OWN_PRICE and f["old"] and float(f["old"]) != float(f["new"])
    )
    every = told + seen
    return [(month, every[month, True], every[month, False]) for month in sorted({m for m, _ in every})]

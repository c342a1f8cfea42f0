"""Steps that were labelled by hand, from a CSV file, and the bundled facts beside them."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from scrapers.catalogs._shared import provider_of
from scrapers.page import STANDARD
from tracker.adapters import facts
from tracker.domain import announced
from tracker.domain.model import Series
from tracker.domain.recorded import Label, Record, Ruling, Step
from tracker.domain.steps import classify
from tracker.domain.successors import Blend

BEGAN = {"tokencost": date(2024, 1, 1), "modelsdev": date(2025, 6, 10)}  # the first day of each record


@dataclass(frozen=True)
class Row:
    """One model's steps of one day, and what they were found to be by hand."""

    steps: tuple[Step, ...]
    label: str
    effective: date | None

    def __str__(self) -> str:
        first = self.steps[0]
        return f"{first.recorder} {first.day} {first.series.model}"


@cache
def rows_of(path: Path) -> tuple[Row, ...]:
    with path.open(encoding="utf-8") as file:
        return tuple(map(_row, csv.DictReader(file)))


def _row(row: dict[str, str]) -> Row:
    steps = []
    for change in row["change"].split(";"):
        component, _, prices = change.partition(":")
        before, _, after = prices.partition("->")
        provider = provider_of(row["provider"])
        series = Series(provider, row["model"], f"{component}_mtok", STANDARD, "USD")
        day = date.fromisoformat(row["recorded"])
        since = BEGAN.get(row["recorder"])
        steps.append(Step(row["recorder"], day, series, Decimal(before), Decimal(after), since=since))
    return Row(tuple(steps), row["label"], date.fromisoformat(row["effective"]) if row["effective"] else None)


@cache
def record(path: Path) -> Record:
    """The bundled facts, and the steps of the file."""
    spans = announced.spans_of([*facts.moves(), *facts.listings()])
    steps = [step for row in rows_of(path) for step in row.steps]
    return Record(announced.events_of(facts.moves(), Blend()), spans, steps)


def ruled(row: Row, beside: Record) -> Ruling:
    """What a row is: what most of its steps are that a rule decides."""
    rulings = [classify(step, beside) for step in row.steps]
    decided = [r for r in rulings if r.label is not Label.unknown] or rulings
    most, _ = Counter(r.label for r in decided).most_common(1)[0]
    return next(r for r in decided if r.label is most)

"""Verdicts in words, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tracker.domain.evidence import for_people
from tracker.domain.wording import harmless

Row = Mapping[str, Any]
_INDENT = "    "


def tell(found: Row) -> str:
    """All predictions of an answer, each with its evidence and what stands beside it."""
    head = f"As of {found['as_of']}, as recorded by {found['known_at']}; claims {found['file_sha256'][:12]}\n"
    begins = found["record_begins"]
    if begins is None or begins.date().isoformat() > str(found["known_at"])[:10]:
        since = f"this store's record begins on {begins.date()}" if begins else "this store has no record yet"
        head += f"Nothing was recorded by then: {since}.\n"
    said = {name: says for name, says in found["definitions"].items() if says}
    used = {name for row in found["predictions"].values() for name in row["by_definition"]}
    head += "".join(f"{name}: {harmless(said[name], 200)}\n" for name in said if name in used)
    parts = [head] + ["\n".join(_prediction(id, row)) for id, row in found["predictions"].items()]
    return "\n".join(parts) + "\n"


def _prediction(id: str, row: Row) -> Iterator[str]:
    ends = row["horizons"]
    states = ", ".join(
        f"{horizon} {state} (until {ends[horizon]})" if horizon in ends else f"{horizon} {state}"
        for horizon, state in row["rollup"].items()
    )
    about = f" ({row['subject']['provider']}, {row['subject']['scope']})" if row["subject"] else ""
    yield f"{id}{about}: {states}"
    yield f"{_INDENT}“{harmless(row['quote'], 300)}”"
    if row["coverage"]:
        yield f"{_INDENT}plans of the baseline cut: {row['coverage'][0]} of {row['coverage'][1]}"
    for name, finding in row["by_definition"].items():
        yield from _finding(name, finding, row["rollup"])
    yield from _market(row.get("market"))
    yield from _beside(row)
    if row.get("note"):
        yield f"{_INDENT}{harmless(row['note'], 500)}"


def _market(found: Row | None) -> Iterator[str]:
    if not found:
        return
    if found["first"]:
        yield f"{_INDENT}first on {found['first']}"
    for horizon, numbers in found["numbers"].items():
        if isinstance(numbers, Mapping):
            told = ", ".join(f"{name} {_figure(value)}" for name, value in numbers.items())
            yield f"{_INDENT}{harmless(str(horizon))}: {harmless(told, 500)}"
    if found["note"]:
        yield f"{_INDENT}{harmless(found['note'], 500)}"


def _figure(value: object) -> str:
    if isinstance(value, Mapping):
        return f"({', '.join(f'{name} {_figure(inner)}' for name, inner in value.items())})"
    return "not known" if value is None else str(value)


def _finding(name: str, finding: Row, rollup: Row) -> Iterator[str]:
    states = ", ".join(f"{horizon} {finding[horizon]}" for horizon in rollup)
    many = "announcement" if finding["n"] == 1 else "announcements"
    yield f"{_INDENT}{name}: {states}; {finding['n']} {many}"
    for words, link in zip(finding["evidence"], finding["links"], strict=True):
        day = link["lo"] if link["lo"] == link["hi"] else f"{link['lo']}…{link['hi']}"
        unsure = " (provisional)" if link["status"] == "provisional" else ""
        ids = " ".join(map(str, link["events"]))
        for number, line in enumerate(words):
            head = f"▼ {day}" if number == 0 else " " * (len(day) + 2)
            tail = f"{unsure} [event {ids}]" if number == len(words) - 1 else ""
            yield f"{_INDENT * 2}{head} {harmless(for_people(line), 300)}{tail}"


def _beside(row: Row) -> Iterator[str]:
    against = row.get("counter_evidence")
    if against:
        many = "announcement" if against["n"] == 1 else "announcements"
        yield f"{_INDENT}against it: {against['n']} {many} of rises and dearer successors"
        for words, link in zip(against["evidence"], against["links"], strict=True):
            for line in words:
                yield f"{_INDENT * 2}▲ {link['lo']} {harmless(for_people(line), 300)}"
    yield from _rates(row["base_rate"])
    for line, level in (row.get("level") or {}).items():
        parts = [f"{h} {level[h]['pct']:+} %" for h in row["rollup"] if level.get(h)]
        trend = level["trend_before"]
        before = f"; before it {trend['yearly_pct']:+} % a year" if trend else ""
        levels = ", ".join(parts) or "not reached"
        yield f"{_INDENT}level of {line} against the article's day: {levels}{before}"
    uncovered = row.get("uncovered")
    if isinstance(uncovered, Mapping):
        for horizon, spans in uncovered.items():
            days = ", ".join(a if a == b else f"{a}…{b}" for a, b in spans)
            yield f"{_INDENT}not looked at within {horizon}: {days}"
    else:
        for words in uncovered or ():
            yield f"{_INDENT}not covered: {harmless(str(words), 300)}"
    if row.get("caution"):
        yield f"{_INDENT}{row['caution']}"


def _rates(rate: Row) -> Iterator[str]:
    if not rate:
        return
    if "any" not in rate:
        window = "…".join(rate["window"])
        yield f"{_INDENT}how likely it was anyway: not known, {window} was not looked at"
        return
    any_of = rate["any"]
    for horizon, chance in any_of.items():
        if horizon != "n":
            placebo = chance["placebo"]
            share = f"; followed {placebo['followed']} of {placebo['days']} placebo days"
            yield (
                f"{_INDENT}how likely it was anyway within {horizon}: {chance['p']:.0%} "
                f"({chance['lo']:.0%}–{chance['hi']:.0%}), from {any_of['n']} announcements in "
                f"{rate['window'][0]}…{rate['window'][1]}{share if placebo['days'] else ''}"
            )

"""The first line on several moves: how many models or prices, which way, and how far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from tracker.domain import wording
from tracker.domain.model import Move


def subject(moves: Sequence[Move], lines: Sequence[Sequence[Move]]) -> str:
    """The line itself for one, else how many moved and how far."""
    if len(lines) == 1:
        return wording.harmless(wording.head(lines[0]), wording.LONGEST_SUBJECT)
    models = by_model(moves)
    if len(models) == 1:
        return wording.harmless(
            f"{next(iter(models))}: {len(moves):,} prices moved {tally(moves)}", wording.LONGEST_SUBJECT
        )
    who = list(dict.fromkeys(wording.provider_name(m.series.provider) for m in moves))
    named = ", ".join(who) if len(who) <= 3 else f"{len(who):,} providers"
    return wording.harmless(f"{named}: {len(models):,} models moved {tally(moves)}", wording.LONGEST_SUBJECT)


def by_model(moves: Iterable[Move]) -> dict[str, list[Move]]:
    models: dict[str, list[Move]] = {}
    for move in moves:
        models.setdefault(wording.model_name(move), []).append(move)
    return models


def tally(moves: Sequence[Move]) -> str:
    """ "(2 cuts, 1 rise), up to −80 %": models where there are several, else prices.

    A promotion, its end and a name that points elsewhere are none of the two.
    """
    models = by_model(moves)
    groups = list(models.values()) if len(models) > 1 else [[m] for m in moves]
    counts = Counter(map(_what, groups))
    order = ("cut", "rise", "mixed", *wording.NO_STEP.values())
    parts = [_counted(counts[what], what) for what in order if counts[what]]
    measured = [m for m in moves if m.before]
    far = max(measured, key=wording.size, default=None)
    return f"({', '.join(parts)})" + (f", up to {wording.percent(far.before, far.after)}" if far else "")


def _what(group: Sequence[Move]) -> str:
    events = {m.event for m in group}
    if len(events) == 1 and (what := wording.NO_STEP.get(next(iter(events)))):
        return what
    cuts = [m.is_cut for m in group if m.event not in wording.NO_STEP]
    return "mixed" if any(cuts) and not all(cuts) else "cut" if any(cuts) else "rise"


def _counted(number: int, what: str) -> str:
    if number == 1 or what == "mixed":
        return f"{number:,} {what}"
    many = {
        "end of a promotion": "ends of promotions",
        "name that points elsewhere": "names that point elsewhere",
    }
    return f"{number:,} {many.get(what, what + 's')}"

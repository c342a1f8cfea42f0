"""Which moves of one look cannot be believed before a person or a second witness has looked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from tracker.domain.model import Move, Series
from tracker.domain.observe import Known, Seen

FACTOR = 10  # a price that moved by this much is implausible until somebody says so
UNIT_SLIPS = {Decimal(10) ** n: f"{10**n:,} times" for n in (2, 3, 6)} | {
    Decimal(10) ** -n: f"a {10**n:,}th of" for n in (2, 3, 6)
}
# Where cells come apart all prices that move stood elsewhere; on a long list half of them did by chance.
APART_SHARE = Decimal("0.75")
HALF_PAGE_MODELS = 5  # with fewer models, half a page moves whenever a provider moves
HALF_PAGE_SHARE = 3  # one in so many of the page's prices; fewer are some prices of many models


def doubts(moves: Sequence[Move], known: Mapping[str, Known], seen: Seen) -> list[str]:
    """Why each of the moves that one look found is not to be believed yet; "" where it is.

    Ten times either way; half of the page at once; prices that other lines of the page left at the same
    look, as when cells and headings, or names and rows, come apart.
    """
    wide = _half_a_page(moves, known)
    misplaced = {} if wide else _misplaced(moves, known, seen)
    return [wide or misplaced.get(m.series.key, "") or far(m) for m in moves]


def far(move: Move) -> str:
    """That a move is ten times or more, or from or to zero, in words; "" where it is not."""
    low, high = sorted((move.before, move.after))
    if not low:
        return "from or to zero"
    return f"{(high / low).quantize(Decimal('0.1'))} times" if high >= FACTOR * low else ""


def _half_a_page(moves: Sequence[Move], known: Mapping[str, Known]) -> str:
    moved = {m.series.model for m in moves}
    models = {k.series.model for k in known.values()}
    many = len(moved) >= HALF_PAGE_MODELS and len(moved) * 2 > len(models)
    wide = many and len(moves) * HALF_PAGE_SHARE > len(known)
    if not wide:
        return ""
    factors = Counter(m.after / m.before for m in moves if m.before)
    factor, often = factors.most_common(1)[0] if factors else (Decimal(1), 0)
    if often * 2 > len(moves) and (unit := UNIT_SLIPS.get(factor)):
        return f"{often:,} prices at once are {unit} what they were: a unit slipped"
    return f"{len(moved)} of {len(models)} models moved at once"


def _misplaced(moves: Sequence[Move], known: Mapping[str, Known], seen: Seen) -> dict[str, str]:
    """Moves whose new price is the one that a line beside theirs no longer has, by series key.

    One such is chance, unless that line is gone or came to nonsense; where APART_SHARE of a look's moves that
    are not doubtful by themselves are such, all are.
    """
    moved = {m.series.key: m for m in moves}
    left = [k for key, k in known.items() if key in moved or (key not in seen.prices and not k.missing)]
    lost = {k.series for k in left if (m := moved.get(k.series.key)) is None or far(m)}
    before = _by_place(left, _row), _by_place(left, _column), _by_place(left, _model)
    from_row, from_column, from_model = (
        [places[place(m.series), m.after] - {m.series} for m in moves]
        for places, place in zip(before, (_row, _column, _model), strict=True)
    )
    near = [not far(m) for m in moves]
    many = sum(bool(is_near and (a or b)) for is_near, a, b in zip(near, from_row, from_column, strict=True))
    if many > 1 and many >= APART_SHARE * sum(near):
        reason = f"{many} of {len(moves)} prices that moved stood in other rows or columns before"
        return dict.fromkeys(moved, reason)
    alone = [m.series.key for m, givers in zip(moves, from_model, strict=True) if givers & lost]
    reason = "it stood under another heading before, which is gone"
    return dict.fromkeys(alone, reason) | _from_a_row_that_is_gone(moves, from_column, seen)


def _by_place(
    left: Sequence[Known], place: Callable[[Series], object]
) -> dict[tuple[object, Decimal], set[Series]]:
    found: dict[tuple[object, Decimal], set[Series]] = defaultdict(set)
    for k in left:
        found[place(k.series), k.price].add(k.series)
    return found


def _row(series: Series) -> object:
    """What is the same for all prices of a row, whatever their headings say."""
    return series.model, replace(series.terms, context="")


def _column(series: Series) -> object:
    """What is the same for all prices of a column, whatever their rows say."""
    return series.meter, series.currency, series.terms


def _model(series: Series) -> object:
    return series.model


def _from_a_row_that_is_gone(
    moves: Sequence[Move], givers: Sequence[set[Series]], seen: Seen
) -> dict[str, str]:
    """Moves of a model that took several prices of another one, which is gone."""
    listed = {o.series.model for o in seen.prices.values()}
    those: dict[str, list[Move]] = defaultdict(list)
    gone: dict[str, list[set[str]]] = defaultdict(list)
    for m, series in zip(moves, givers, strict=True):
        those[m.series.model].append(m)
        gone[m.series.model].append({s.model for s in series} - listed)
    return {
        m.series.key: "its prices are those of a model that is gone"
        for model, others in gone.items()
        if len(others) > 1 and set.intersection(*others)
        for m in those[model]
    }

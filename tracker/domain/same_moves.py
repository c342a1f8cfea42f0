"""Which known move a recorded step can be, and which models a name can mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from tracker.domain.aliases import Pointed, points_at
from tracker.domain.model_names import bare, born, plain, words
from tracker.domain.recorded import Known, Record, Step, is_same_place

NEAR = Decimal("0.05")  # another figure for the same move: 0.57 where 0.56 was announced


def known_of(step: Step, record: Record) -> Iterator[Known]:
    """The known moves that a step can be, the nearest in time first.

    They are of the model under any of its names, or of one that it varies: then in two prices at least.
    Another figure by a little is the same move where a price recorded with it has the figure announced.
    """
    row = record.row_of(step)
    near = sorted(record.moves[step.series.provider], key=lambda k: abs(step.day - k.day))
    for known in near:
        if not is_same_place(known.series, step.series) or (known.after < known.before) != step.is_cut:
            continue
        named = is_named(known, step, record)
        if not named and not _varies(step, plain(known.series.model)):
            continue
        if (known.before, known.after) == (step.before, step.after):
            if named or sum(_is_told(s, known, record) for s in row) > 1:
                yield known
        elif (
            named
            and _is_near(step.before, known.before)
            and _is_near(step.after, known.after)
            and any(_is_told(s, known, record) for s in row)
        ):
            yield known


def _is_told(step: Step, beside: Known, record: Record) -> bool:
    """Whether a step is, figure by figure, a move of the same model and day as a known one."""
    return any(
        k.series.model == beside.series.model
        and k.day == beside.day
        and is_same_place(k.series, step.series)
        and k.after == step.after
        and (k.before == step.before or _is_near(step.before, k.before))
        for k in record.moves[step.series.provider]
    )


def is_named(known: Known, step: Step, record: Record) -> bool:
    born_on = born(step.series.model)
    if born_on is not None and born_on > known.hi:
        return False
    return plain(known.series.model) in record.of_names(step.series, step.day)


def _varies(step: Step, model: str) -> bool:
    """Whether a step's model is a variant of another: its name goes on where the other's ends."""
    own, other = words(step.series.model), words(model)
    return len(own) > len(other) and own[: len(other)] == other


def models_like(step: Step, record: Record) -> list[str]:
    """The other models of the provider whose names have all the words of the step's."""
    stem = set(stem_of(step))
    names = record.models[step.series.provider] - {plain(step.series.model)}
    return sorted(n for n in names if stem <= set(words(n)))


def stem_of(step: Step) -> tuple[str, ...]:
    return tuple(w for w in words(step.series.model) if w != "latest")


def is_alias_of(step: Step, model: str) -> bool:
    """By its name: `…-latest`, a name without any number, or the model's name without its day."""
    alias = plain(step.series.model)
    return points_at(alias, model) or not any(c.isdigit() for c in bare(alias))


def _is_near(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= NEAR * max(one, other)


def is_contradicted(step: Step, record: Record) -> bool:
    """Whether of a price recorded with it better sources say another: theirs is of another time or model."""
    said = [(record.priced(s.series, step.day), s.after) for s in record.row_of(step)]
    return any(spans and after not in {s.price for s in spans} for spans, after in said)


def costs(row: Mapping[str, Decimal], one: Pointed) -> bool:
    """Whether a row's prices, by meter, are what a re-pointed name costs, as far as it has them."""
    wanted = {"input_mtok": one.input_mtok, "output_mtok": one.output_mtok}
    stated = {m: p for m, p in row.items() if m in wanted}
    return bool(stated) and all(p == wanted[m] for m, p in stated.items())

"""A provider's pricing page on a day, in the shape in which the provider prints it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from random import Random

from tracker.demo import shapes
from tracker.demo.market import Listed, days_of_change, prices_of
from tracker.demo.shapes import PLAIN, Look

SHAPES: dict[str, Callable[[str, list[Listed], Look], tuple[str, str]]] = {
    "anthropic": shapes.anthropic,
    "deepseek": shapes.deepseek,
    "openai": shapes.openai,
}
SPELL = 9  # days for which a page keeps its looks
LOOKS = (
    PLAIN,
    PLAIN,
    Look(banner=True),
    Look(extra=True),
    Look(shuffled=1),
    Look(shuffled=2, banner=True),
)


def page(provider: str, day: date, seed: int = 0) -> tuple[str, str]:
    """The media type and the text of a provider's page; raises LookupError where it has none that day.

    Now and then the looks change and no price does: a banner, one more column, another order of rows.
    Which, depends on `seed` and the day alone.
    """
    state = bisect_right(days_of_change(provider), day)
    if not state:
        raise LookupError(f"{provider} has no page on {day}")
    return _rendered(provider, days_of_change(provider)[state - 1], look_on(provider, day, seed))


def look_on(provider: str, day: date, seed: int = 0) -> Look:
    """What the page looks like, prices apart."""
    return Random(f"{seed} {provider} {day.toordinal() // SPELL}").choice(LOOKS)  # noqa: S311


@lru_cache(maxsize=512)
def _rendered(provider: str, since: date, look: Look) -> tuple[str, str]:
    """A page as it is from `since` until its next price change."""
    listed = prices_of(provider, since)
    if look.shuffled:
        models = list(dict.fromkeys(x.model for x in listed))
        Random(look.shuffled).shuffle(models)  # noqa: S311
        listed = sorted(listed, key=lambda x: models.index(x.model))
    return SHAPES.get(provider, shapes.table)(provider, listed, look)

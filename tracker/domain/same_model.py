"""Which lines of price lists are of one model, whoever sells it: never a successor, never a sibling."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase

from scrapers.page import STANDARD
from tracker.domain.aliases import RE_POINTED
from tracker.domain.figures import place_of, split_name
from tracker.domain.hosted import NOT_HOSTS, PREFIXES, spellings
from tracker.domain.makers import maker_of
from tracker.domain.market_tests import Weights
from tracker.domain.model import Series
from tracker.domain.model_names import plain
from tracker.domain.witnesses import BRANDS, SPELLINGS, fold

Place = tuple[str, str]  # a provider, and its model's name folded
SEAT = "seat_month"


@dataclass(frozen=True, slots=True)
class SameModel:
    """One model, by whom it is sold under which names."""

    places: frozenset[Place]  # as it was asked about, where that points, and its maker's own
    names: frozenset[str]  # folded, under which others may list it
    makers: frozenset[str] = frozenset()  # of reviewed weights: they sell several under one name, day by day
    maker: str = ""  # empty where hosts' names were reviewed by hand

    @property
    def listed_as(self) -> frozenset[str]:
        """Every folded name to look for."""
        return self.names | {model for _, model in self.places}

    def has(self, series: Series) -> bool:
        """Whether a line of a price list is of this model. Resellers repeat others' lists: they have none."""
        place = series.provider, fold(series.model)
        if place in self.places:
            return True
        if series.provider in self.makers or series.meter == SEAT or is_reseller(series.provider):
            return False
        return place[1] in self.names and self.maker in ("", maker_of(series))


def same_model(provider: str, model: str, weights: Iterable[Weights], day: date) -> SameModel:
    """What a provider sold under a name on a day.

    Open weights go by the reviewed table of what hosts call them; every other model by its maker and its
    whole name, with or without the maker or brand in front.
    """
    reviewed = list(weights)
    asked = provider.casefold(), fold(model)
    own = asked if _those(asked, reviewed, day) else _pointed(asked, day)
    those = _those(own, reviewed, day)
    if not those and own not in {place_of(w.own) for w in reviewed}:
        return _by_name(asked, own, model)
    sold = {place_of(w.own) for w in those if _sold(w, day)}
    return SameModel(
        places=frozenset({asked, own} | sold),
        names=frozenset(spellings(those)),
        makers=frozenset(split_name(w.own)[0] for w in those),
    )


def _those(place: Place, reviewed: Iterable[Weights], day: date) -> list[Weights]:
    """The weights that a maker sold under a name on a day, or that a host calls by it."""
    own = [w for w in reviewed if place_of(w.own) == place]
    if own:
        return [w for w in own if _sold(w, day)]
    return [w for w in reviewed if place[0] != place_of(w.own)[0] and place[1] in spellings([w])]


def is_reseller(provider: str) -> bool:
    """Whether a provider sells on what others host, or is a maker under another name."""
    return any(fnmatchcase(provider, glob) for glob in NOT_HOSTS)


def _by_name(asked: Place, own: Place, printed: str) -> SameModel:
    provider, model = own[0], printed if own == asked else own[1]
    maker = maker_of(Series(provider, model.casefold(), "", STANDARD, ""))
    called = _called(model, maker)
    before = {*PREFIXES, f"{provider}/"}
    for spelled in (maker, *SPELLINGS.get(maker, ())):
        before |= {f"{front}{spelled}{end}/" for front in ("", "@cf/") for end in ("", "-ai", "-org")}
    brands = {"", BRANDS.get(maker, "")}
    return SameModel(
        places=frozenset({asked, own}),
        names=frozenset(fold(front) + brand + called for front in before for brand in brands),
        maker=maker,
    )


def _called(model: str, maker: str) -> str:
    """A model's name without what stands in front of it, folded: "claude-sonnet-4-5" is "sonnet45"."""
    name = fold(plain(model))
    return name.removeprefix(BRANDS.get(maker, "")) or name


def _pointed(place: Place, day: date) -> Place:
    """Where a name pointed on a day, by the reviewed table of names that were re-pointed."""
    since = date.min
    for _ in RE_POINTED:  # no chain is longer
        last = [
            p
            for p in RE_POINTED
            if (p.provider, fold(p.alias)) == place and since <= p.day <= day and fold(p.model) != place[1]
        ]
        if not last:
            return place
        newest = max(last, key=lambda p: p.day)
        place, since = (place[0], fold(newest.model)), newest.day
    return place


def _sold(weights: Weights, day: date) -> bool:
    return weights.since <= day and (weights.until is None or day < weights.until)

"""Names of providers that no source has and that look like one that a source has: slips of the pen."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator

from tracker.domain.makers import MAKERS
from tracker.domain.settings import Settings

CLOSE = 0.75  # how much of two names is alike, for one to be taken for a slip of the other
_GLOB = frozenset("*?[")


def misspelt(settings: Settings, known: Collection[str]) -> Iterator[str]:
    """A line a slip. `known` are the ids of sources and their providers; other names may be a catalogue's."""
    names = sorted({name.casefold() for name in known} | MAKERS)
    for rule in settings.rules:
        for key, words in (("provider", rule.provider), ("maker", rule.maker)):
            for name in words:
                yield from _slip(f"{rule.place}.{key}", name, names)
    for glob in settings.watch:
        yield from _slip("watch", glob.partition("/")[0], names)
    for workload in settings.workloads:
        yield from _slip(f"{workload.place}.model", workload.model.partition("/")[0], names)


def _slip(place: str, name: str, known: list[str]) -> Iterator[str]:
    name = name.casefold()
    if name in known or _GLOB & set(name):
        return
    for meant in difflib.get_close_matches(name, known, 1, CLOSE):
        yield f'{place}: {name} is the provider of no source; did you mean "{meant}"?'

"""Every source, found by walking the folders that lie next to this file."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from scrapers.source import Source

KINDS = ("providers", "plans", "hosts", "catalogs", "feeds")

# What importing a mistyped file raises; a reader's own faults show when it reads.
_MISTAKES = (ImportError, SyntaxError, NameError, AttributeError, TypeError, ValueError, LookupError)


class BrokenSource(Exception):
    """A source file that cannot be used; the message names the file and says why."""


@cache
def sources() -> dict[str, Source]:
    """Every source of this house by its id, in the order of kinds and names; raises BrokenSource.

    The id is the name of its file, with "-" for "_".
    """
    return find("scrapers")


def find(room: str) -> dict[str, Source]:
    """The sources in the folders of a package, by id; raises BrokenSource."""
    found: dict[str, Source] = {}
    for source in _walk(room):
        if source.id in found:
            raise BrokenSource(
                f"{room}/{source.kind}/{source.id}.py: {found[source.id].kind} has that id too"
            )
        found[source.id] = source
    return found


def _walk(room: str) -> Iterator[Source]:
    for kind in KINDS:
        folder = importlib.import_module(f"{room}.{kind}")
        for file in sorted(pkgutil.iter_modules(folder.__path__), key=lambda f: f.name):
            if not file.name.startswith("_"):
                yield _load(room, kind, file.name)


def _load(room: str, kind: str, name: str) -> Source:
    file = f"{room}/{kind}/{name}.py"
    try:
        source = getattr(importlib.import_module(f"{room}.{kind}.{name}"), "SOURCE", None)
    except _MISTAKES as mistake:
        raise BrokenSource(f"{file}: {type(mistake).__name__}: {mistake}") from mistake
    if not isinstance(source, Source):
        raise BrokenSource(f"{file}: it declares no SOURCE = Source(…)")
    return replace(source, id=name.replace("_", "-"), kind=kind)

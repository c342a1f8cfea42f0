"""What was read, where each of it was written, and all that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from tracker.adapters.config.toml_file import KeyPath, TomlFile
from tracker.adapters.config.values import Read
from tracker.adapters.config.wrong import Wrong, kind_of, plain, unknown
from tracker.domain.errors import BadSettings
from tracker.domain.settings import Setting

T = TypeVar("T")
HIDDEN = "•••"


def hidden(value: object) -> str:
    """A secret, as it is shown."""
    return HIDDEN


def listed(values: tuple[str, ...] | frozenset[str]) -> str:
    return ", ".join(sorted(values) if isinstance(values, frozenset) else values)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value was written: how a problem's line starts, how `explain` names it, where paths start."""

    problem: str
    origin: str
    base: Path
    line: int = 0


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A value that can be used, and where it was written."""

    value: T
    place: Place


@dataclass(slots=True)
class Ledger:
    """Collects problems and settings, so that all are told at once."""

    settings: list[Setting] = field(default_factory=list)
    variables: set[str] = field(default_factory=set)  # those that the file names: not unknown ones
    _in_file: list[tuple[int, str]] = field(default_factory=list)
    _elsewhere: list[str] = field(default_factory=list)

    def wrong(self, place: Place, *words: str) -> None:
        lines = [f"{place.problem}: {sentence}" for sentence in words]
        if place.line:
            self._in_file += [(place.line, line) for line in lines]
        else:
            self._elsewhere += lines

    def read(self, place: Place, value: object, read: Read[T]) -> Found[T] | None:
        """The value, or None and a problem in the ledger."""
        try:
            return Found(read(value), place)
        except Wrong as wrong:
            self.wrong(place, *wrong.args)
            return None

    def settle(self) -> None:
        """Raise BadSettings with every problem: the file's by line, then the rest."""
        lines = [line for _, line in sorted(self._in_file, key=lambda problem: problem[0])]
        if lines or self._elsewhere:
            raise BadSettings("\n".join(dict.fromkeys(lines + self._elsewhere)))


class Table:
    """One table of the file, taken key by key; what nobody took is unknown."""

    def __init__(self, file: TomlFile, ledger: Ledger, path: KeyPath, label: str, data: object) -> None:
        self.file, self.ledger, self.path, self.label = file, ledger, path, label
        self._known: list[str] = []
        self.data: dict[str, object] = data if isinstance(data, dict) else {}
        self._is_table = isinstance(data, dict)
        if not self._is_table:
            ledger.wrong(self.place(), f"is {kind_of(data)}; a table is allowed")

    def place(self, key: str = "") -> Place:
        """Where a key of this table is written; without one, the table itself."""
        line = self.file.line((*self.path, key) if key else self.path)
        origin = f"{self.file.name}:{line}" if line else self.file.name
        dotted = ".".join(filter(None, (self.label, plain(key) if key else "")))
        return Place(f"{origin}: {dotted}" if dotted else origin, origin, self.file.folder, line)

    @property
    def is_empty(self) -> bool:
        """Whether it is a table, and nothing is in it."""
        return self._is_table and not self.data

    def has(self, key: str) -> bool:
        return key in self.data

    def find(self, key: str, read: Read[T]) -> Found[T] | None:
        """The value of a key, where it is there and well."""
        self._known.append(key)
        return self.ledger.read(self.place(key), self.data[key], read) if key in self.data else None

    def take(self, key: str, read: Read[T], shown: Callable[[T], str]) -> T | None:
        """As `find`, and kept for `explain`."""
        found = self.find(key, read)
        if found is None:
            return None
        self.ledger.settings.append(Setting(f"{self.label}.{key}", shown(found.value), found.place.origin))
        return found.value

    def wrong(self, key: str, *words: str) -> None:
        self.ledger.wrong(self.place(key), *words)

    def inner(self, key: str, label: str) -> Table | None:
        """A table in this one."""
        self._known.append(key)
        if key not in self.data:
            return None
        return Table(self.file, self.ledger, (*self.path, key), label, self.data[key])

    def inner_list(self, key: str) -> list[Table]:
        """The tables of a [[key]]."""
        self._known.append(key)
        tables = self.data.get(key, [])
        if not isinstance(tables, list):
            self.wrong(key, f"is {kind_of(tables)}; write [[{key}]], once for each")
            return []
        path = (*self.path, key)
        found = [
            Table(self.file, self.ledger, (*path, i), f"{key}[{i + 1}]", table)
            for i, table in enumerate(tables)
        ]
        return [table for table, data in zip(found, tables, strict=True) if isinstance(data, dict)]

    def end(self) -> None:
        """Everything that may be in this table was asked for: the rest is unknown."""
        for key in self.data:
            if key not in self._known:
                self.wrong(key, unknown(key, self._known))

"""A TOML file, and on which line each of its keys stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from tracker.adapters.config.files import read_bytes
from tracker.adapters.config.wrong import Wrong

KeyPath = tuple[str | int, ...]

_BARE_OR_QUOTED = r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'"""
_PART = re.compile(_BARE_OR_QUOTED)
_KEY = re.compile(rf"(?:{_BARE_OR_QUOTED})(?:[ \t]*\.[ \t]*(?:{_BARE_OR_QUOTED}))*")
_PIECE = re.compile(
    r'"{3}(?:[^\\]|\\.)*?"{3,5}' r"|'{3}.*?'{3,5}" r'|"(?:[^"\\\n]|\\.)*"' r"|'[^'\n]*'"
    r"""|\#[^\n]*|[\[\]{}]|\n|[^"'\#\[\]{}\n]+""",
    re.DOTALL,
)  # fmt: skip


class NotToml(Exception):
    """The file cannot be read as TOML: one sentence, and the line where there is one, else 0."""

    def __init__(self, words: str, line: int = 0) -> None:
        super().__init__(words)
        self.words = words
        self.line = line


@dataclass(frozen=True, slots=True)
class TomlFile:
    """What a file says. `name` is the user's, made printable; relative paths start at `folder`."""

    name: str = ""
    folder: Path = field(default_factory=Path)
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)
    lines: Mapping[KeyPath, int] = field(default_factory=dict, repr=False)

    def line(self, path: KeyPath) -> int:
        """The line of a key, or of the nearest thing around it; 0 where there is none."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 0)


def read_toml(path: Path, name: str) -> TomlFile:
    """Read a file; numbers with a point become Decimal. Raises NotToml."""
    try:
        text = _decoded(read_bytes(path)).replace("\r\n", "\n")
    except Wrong as wrong:
        raise NotToml(str(wrong)) from None
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(str(error), text) from None
    except RecursionError:
        raise NotToml("is nested too deeply; tables and lists within a few levels are allowed") from None
    except (ValueError, ArithmeticError):
        raise NotToml("holds a number that is too long to be read; shorter ones are allowed") from None
    return TomlFile(name, path.parent, data, lines_of(text))


def _decoded(body: bytes) -> str:
    if body.startswith(b"\xef\xbb\xbf"):
        raise NotToml("starts with a byte order mark; save it as UTF-8 without one", 1)
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise NotToml("is not UTF-8; save it as UTF-8", line) from None


def _not_toml(said: str, text: str) -> NotToml:
    """What the parser said, without its quotes of the file: they could be a part of a secret."""
    said, _, position = said.rpartition(" (at ")
    said = re.sub(r"""\(.*\)|(?<= key )['"].*['"]|(['"]).{13,}\1""", "(one of yours)", said)
    line = re.search(r"line (\d+)", position)
    at = int(line[1]) if line else text.rstrip("\n").count("\n") + 1
    return NotToml(f"is not TOML: {said[:1].lower()}{said[1:]}; see https://toml.io", at)


def lines_of(text: str) -> dict[KeyPath, int]:
    """The line of every table header and of every key that starts a statement, in text that is valid TOML."""
    found: dict[KeyPath, int] = {}
    lists: dict[KeyPath, int] = {}  # how many tables of each [[list]] were seen
    table: KeyPath = ()
    for line, statement in _statements(text):
        key = _KEY.match(statement.lstrip("[ \t"))
        if not key:
            continue
        parts = [_unquoted(part) for part in _PART.findall(key[0])]
        if statement.startswith("[["):
            *outer, last = parts
            path = (*_resolved((), outer, lists), last)
            lists[path] = lists.get(path, -1) + 1
        if statement.startswith("["):
            table = path = _resolved((), parts, lists)
        else:
            path = _resolved(table, parts, lists)
        for end in range(1, len(path) + 1):
            found.setdefault(path[:end], line)
    return found


def _statements(text: str) -> list[tuple[int, str]]:
    """Each statement's first line and its text up to there; strings and brackets may span lines."""
    found: list[tuple[int, str]] = []
    line, depth, starts = 1, 0, True
    for match in _PIECE.finditer(text):
        piece = match[0]
        if starts and piece.strip(" \t\n") and not piece.startswith("#"):
            begin = match.start() + len(piece) - len(piece.lstrip(" \t"))
            end = text.find("\n", begin)
            found.append((line, text[begin : end if end >= 0 else None]))
            starts = False
        depth += (piece in ("[", "{")) - (piece in ("]", "}"))
        line += piece.count("\n")
        starts = starts or (piece == "\n" and depth == 0)
    return found


def _resolved(path: KeyPath, parts: list[str], lists: Mapping[KeyPath, int]) -> KeyPath:
    """The path with the index of the latest table wherever it goes through a [[list]]."""
    for part in parts:
        path = (*path, part)
        if path in lists:
            path = (*path, lists[path])
    return path


def _unquoted(part: str) -> str:
    if part.startswith('"'):
        return str(tomllib.loads(f"x = {part}")["x"])
    return part[1:-1] if part.startswith("'") else part

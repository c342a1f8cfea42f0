"""A kept page as text that a person can read, with the words marked that a price was read from."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import NamedTuple

AROUND = 3_000  # characters on either side of what is marked
WHOLE = 24_000  # characters that are shown without a cut
LONGEST = 8_000_000  # characters that are looked through
NEAR = 5_000  # characters of text in which the parts of one label stand
TRIES = 200  # places that a label may begin at
_TAG = re.compile(r"<[^<>]*>")
_BLANKS = re.compile(r"[ \t\r\f\v\xa0]+")
_EMPTY_LINES = re.compile(r"\s*\n\s*")
_BLOCK = re.compile(r"</?(?:p|div|li|ul|ol|tr|h[1-6]|section|article|table|br|dl|dt|dd|header|footer)\b")


class Piece(NamedTuple):
    """Some text, in the order of the page."""

    text: str
    is_marked: bool = False


class Shown(NamedTuple):
    """What is shown of a page; `before` and `after` are the characters that are left out."""

    pieces: tuple[Piece, ...]
    before: int = 0
    after: int = 0
    is_found: bool = False
    is_source: bool = False  # the page's source, and not its text


def shown(text: str, media_type: str, label: str) -> Shown:
    """The page around the label, whose parts " | " joins; its beginning where the label is not in it."""
    text = text[:LONGEST]
    is_markup = "html" in media_type or "xml" in media_type
    readable = read(text) if is_markup else text
    marks = places(readable, label)
    if marks or not is_markup:
        return _cut(readable, marks, is_source=not is_markup)
    marks = places(text, label)
    return _cut(text, marks, is_source=True) if marks else _cut(readable, [], is_source=False)


def read(markup: str) -> str:
    """What markup says, a block a line, the cells of a row beside each other."""
    for name in ("script", "style", "svg", "noscript"):
        markup = _without(markup, name)
    lines = _TAG.sub(lambda tag: "\n" if _BLOCK.match(tag[0].lower()) else " \t", markup)
    return _EMPTY_LINES.sub("\n", _BLANKS.sub(" ", html.unescape(lines))).strip()


def _without(markup: str, name: str) -> str:
    """Markup without the elements of a name; one that is never closed stays."""
    kept, place, lower = [], 0, markup.lower()
    while (begin := lower.find(f"<{name}", place)) >= 0:
        end = lower.find(f"</{name}", begin)
        if end < 0:
            break
        kept.append(markup[place:begin])
        place = end
    return "".join([*kept, markup[place:]])


def places(text: str, label: str) -> list[tuple[int, int]]:
    """Where the parts of a label stand: its first and last as near to each other as they do; else nothing."""
    parts = [_pattern(part) for part in label.split(" | ") if part.strip()]
    if not parts:
        return []
    best: list[tuple[int, int]] = []
    for number, first in enumerate(parts[0].finditer(text)):
        if number == TRIES:
            break
        found = _after(text, first.span(), parts[1:])
        if found and (not best or found[-1][1] - found[0][0] < best[-1][1] - best[0][0]):
            best = found
    return best


def _after(text: str, first: tuple[int, int], rest: Sequence[re.Pattern[str]]) -> list[tuple[int, int]]:
    """The parts that follow the first one; those between may be missing, the last may not."""
    found = [first]
    for part in rest:
        begin = found[-1][1]
        match = part.search(text, begin, min(len(text), begin + NEAR))
        if match is not None:
            found.append(match.span())
        elif part is rest[-1]:
            return []
    return found


def _pattern(part: str) -> re.Pattern[str]:
    """A part of a label, its words any blanks apart, and not within a longer word or number."""
    words = r"\s+".join(re.escape(word) for word in part.split()[:60])
    begins = r"(?<!\w)" if part.strip()[0].isalnum() else ""
    ends = r"(?!\w|[.,]\d)" if part.strip()[-1].isalnum() else ""
    return re.compile(begins + words + ends)


def _cut(text: str, marks: Sequence[tuple[int, int]], *, is_source: bool) -> Shown:
    begin, end = 0, len(text)
    if end > WHOLE:
        begin = max(0, marks[0][0] - AROUND) if marks else 0
        end = min(end, marks[-1][1] + AROUND if marks else WHOLE)
    pieces, place = [], begin
    for first, last in marks:
        pieces += [Piece(_plain(text[place:first])), Piece(_plain(text[first:last]), True)]
        place = last
    pieces.append(Piece(_plain(text[place:end])))
    return Shown(
        tuple(piece for piece in pieces if piece.text), begin, len(text) - end, bool(marks), is_source
    )


def _plain(text: str) -> str:
    """Without what turns or hides text: lines stay lines."""
    return "".join(c if c.isprintable() or c in "\n\t" else " " if c.isspace() else "" for c in text)

"""A kept page as text that a person can read, with the words marked that a price was read from."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

AROUND = 3_000  # characters on either side of what is marked
WHOLE = 24_000  # characters that are shown without a cut
LONGEST = 8_000_000  # characters that are looked through
NEAR = 5_000  # characters of text in which the parts of one label stand
TRIES = 200  # places that a label may begin at
SHORTEST = 3  # letters of a word that a page is searched for
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_NOTE = re.compile(r"\([^()]*\)|[¹²³⁴⁵⁶⁷⁸⁹⁰↗↳]")
_WORDS = re.compile(r"[\w.:/@-]+")
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
    is_near: bool = False  # marked are the name and the figure that stand nearest to each other


def shown(text: str, media_type: str, label: str) -> Shown:
    """The page around the label, whose parts " | " joins; its beginning where the label is not in it."""
    text = text[:LONGEST]
    is_markup = "html" in media_type or "xml" in media_type
    readable = read(text) if is_markup else text
    found, in_source = places(readable, label), Found()
    if is_markup and (found.is_near or not found.marks):
        in_source = places(text, label)
    better = in_source.marks and (not found.marks or not in_source.is_near)
    if better:
        return _cut(text, in_source, is_source=True)
    return _cut(readable, found, is_source=not is_markup)


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


class Found(NamedTuple):
    """Where the parts of a label stand; `is_near` where only a name and a number near it were looked for."""

    marks: tuple[tuple[int, int], ...] = ()
    is_near: bool = False


def places(text: str, label: str) -> Found:
    """Where a label stands: its parts as they are, else its name and its figure nearest to each other."""
    parts = [part for part in label.split(" | ") if part.strip()]
    marks = _nearest(text, [_pattern(part) for part in parts])
    if marks:
        return Found(marks)
    for looser in _looser(parts):
        marks = _nearest(text, looser)
        if marks:
            return Found(marks, is_near=True)
    return Found()


def _looser(parts: Sequence[str]) -> Iterator[list[re.Pattern[str]]]:
    """A label without what a page sets apart: notes, signs and headings; at last by its longest word."""
    if len(parts) == 1 and len(words := parts[0].split()) >= 3:  # a name, a path of keys, a figure
        keys = [re.compile(rf'"{re.escape(key)}"') for key in words[-2].split(".")]
        yield [_pattern(words[0]), keys[-1], _figure(words[-1])]
        yield [_pattern(words[0]), keys[-1]]
        yield [_pattern(words[0].rpartition("/")[2]), keys[-1]]
    elif len(parts) > 1 and (figures := _FIGURE.findall(parts[-1])):
        name, figure = _NOTE.sub(" ", parts[0]), _figure(figures[0])
        if name.strip():
            yield [_pattern(name), figure]
        longest = max(_WORDS.findall(name), key=len, default="")
        if len(longest) >= SHORTEST:
            yield [_pattern(longest), figure]
        if len(parts) > 2:
            yield [_pattern(parts[-2]), figure]


def _nearest(text: str, parts: Sequence[re.Pattern[str]]) -> tuple[tuple[int, int], ...]:
    """Where the first and the last part stand nearest to each other, in this order; else nothing."""
    best: tuple[tuple[int, int], ...] = ()
    if not parts:
        return best
    for number, first in enumerate(parts[0].finditer(text)):
        if number == TRIES:
            break
        found = _after(text, first.span(), parts[1:])
        if found and (not best or found[-1][1] - found[0][0] < best[-1][1] - best[0][0]):
            best = tuple(found)
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


def _figure(said: str) -> re.Pattern[str]:
    """A number, not within a longer one."""
    return re.compile(rf"(?<![\d.,]){re.escape(said)}(?!\d|[.,]\d)")


def _cut(text: str, found: Found, *, is_source: bool) -> Shown:
    marks = found.marks
    begin, end = 0, len(text)
    if end > WHOLE:
        begin = max(0, marks[0][0] - AROUND) if marks else 0
        end = min(end, marks[-1][1] + AROUND if marks else WHOLE)
    pieces, place = [], begin
    for first, last in marks:
        pieces += [Piece(_plain(text[place:first])), Piece(_plain(text[first:last]), True)]
        place = last
    pieces.append(Piece(_plain(text[place:end])))
    kept = tuple(piece for piece in pieces if piece.text)
    return Shown(kept, begin, len(text) - end, bool(marks), is_source, found.is_near)


def _plain(text: str) -> str:
    """Without what turns or hides text: lines stay lines."""
    return "".join(c if c.isprintable() or c in "\n\t" else " " if c.isspace() else "" for c in text)

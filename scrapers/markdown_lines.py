"""A Markdown page as lines of text, in order, with its headings told from the rest; its tables left out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scrapers.lines import Line, one_line
from scrapers.markdown_inline import LINK

_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*")
_ITEM = re.compile(r"(?P<indent>\s*)(?:[*+-]|\d{1,3}[.)])\s+(?P<text>.*)")
_BOLD_ONLY = re.compile(r"(?:\*\*|__)(?P<text>[^*_]+?)(?:\*\*|__)\s*[:：]?")
_BOLD_FIRST = re.compile(
    r"(?:\*\*|__)(?P<text>[^*_$€¥£]+?)[:：]?(?:\*\*|__)\s*(?:[:：–—-]\s*)?(?P<rest>\S.*)"
)
_IMAGE = re.compile(r"!\[[^\]]*\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)")
_CODE = re.compile(r"(?<=\S)\s*`([\w./:@-]+)`\s*$")
_STRUCK = re.compile(r"~~[^~]*~~|<(?:s|del|strike)\b[^>]*>.*?</(?:s|del|strike)>", re.I)
_LAST_NUMBER = re.compile(r"\d[\d.,]*\Z")
_TAG = re.compile(r"</?[a-z][^<>]*>", re.I)
BOLD = 7  # the level of a line in bold, and of an item that holds other items


def markdown_lines(text: str) -> list[Line]:
    """What a Markdown page says outside its tables and its code."""
    lines = [line for line in _sources(text) if line.strip()]
    out: list[Line] = []
    empty = 0  # the level of a heading without words: the next line holds them
    for at, source in enumerate(lines):
        level, said = _read(source, lines[at + 1] if at + 1 < len(lines) else "")
        shown = _shown(said)
        if empty and not level:
            level, empty = empty, 0
        if level and not shown:
            empty = level
        if level == BOLD and (both := _BOLD_FIRST.fullmatch(said)):
            out += [Line(_shown(both["text"]), level), Line(_shown(both["rest"]))]
        elif shown:
            out.append(Line(shown, level))
            empty = 0 if level else empty
    return out


def _sources(text: str) -> Iterator[str]:
    for line in without_fences(text).split("\n"):
        if not line.lstrip().startswith("|"):
            yield re.sub(r"^\s*(?:>\s+|>$)+", "", line)


def without_fences(text: str) -> str:
    """A Markdown page without its blocks of code."""
    kept: list[str] = []
    fence = ""
    for line in text.split("\n"):
        mark = line.strip()[:3]
        if mark in ("```", "~~~") and (not fence or mark == fence):
            fence = "" if fence else mark
        elif not fence:
            kept.append(line)
    return "\n".join(kept)


def _read(source: str, below: str) -> tuple[int, str]:
    """(level, text) of a line: of headings, of bold lines, of items that hold others; 0 of the rest."""
    if heading := _HEADING.fullmatch(source):
        return len(heading[1]), heading[2]
    item = _ITEM.fullmatch(source)
    said = (item["text"] if item else source).strip()
    if _BOLD_ONLY.fullmatch(said) or (item and _BOLD_FIRST.fullmatch(said)):
        return BOLD, said
    inner = _ITEM.fullmatch(below) if item else None
    if item and inner and len(inner["indent"]) > len(item["indent"]):
        return BOLD, said
    return 0, said


def _shown(source: str) -> str:
    said = LINK.sub(r"\1", LINK.sub(r"\1", _IMAGE.sub(" ", _STRUCK.sub(" ", source))))
    said = _CODE.sub(r"\n\1", said)  # an id behind a name stands in a line of its own
    said = re.sub(r"[*_]{2,}|[`\u200b]|\\(?=\W)", "", _TAG.sub(" ", said))
    return "\n".join(line for part in said.split("\n") if (line := one_line(part).strip("_*")))

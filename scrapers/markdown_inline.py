"""Inline Markdown as the lines of text that it shows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from scrapers.lines import AS_RAISED, as_lines
from scrapers.names import ID
from scrapers.page import ReadError

LINK = re.compile(r"\[([^\[\]]*)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)")
_BREAK = re.compile(r"<(?:br|hr|/?p|/?div|/?li|/?ul)\b[^>]*>", re.I)
_STRUCK_TAG = re.compile(r"<(/?)(?:s|del|strike)\b[^>]*>", re.I)
_RAISED_TAG = re.compile(r"<(/?)(?:sup|sub)\b[^>]*>", re.I)
_MARK = re.compile(r"[\\*_`~<&!\[\]]")
_MOST_MARKS = 200  # of one cell; the inline parser's time grows faster than their number
_INLINE = MarkdownIt("commonmark").enable("strikethrough")


def inline_text(source: str) -> tuple[str, str]:
    """What inline Markdown says as lines, and what in it was struck through."""
    marks = len(_MARK.findall(source))
    if not marks:
        return as_lines([source]), ""
    if marks > _MOST_MARKS:
        raise ReadError("too_large", f"a cell with more than {_MOST_MARKS} marks")
    said = _Said()
    for token in _flat(_INLINE.parseInline(source)):
        said.take(token)
    return as_lines(said.shown), as_lines(said.struck)


@dataclass(slots=True)
class _Said:
    """What the tokens of a cell said so far, and what is open among them."""

    shown: list[str] = field(default_factory=list)
    struck: list[str] = field(default_factory=list)
    strikes: int = 0
    raised: bool = False
    linked: bool = False  # a link ended just before

    def take(self, token: Token) -> None:
        if token.type in ("s_open", "s_close"):
            self._strike(token.type == "s_open")
        elif token.type == "html_inline":
            self._tag(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            self._say("\n")
        elif token.type in ("text", "text_special", "code_inline"):
            is_id = token.type == "code_inline" and bool(ID.fullmatch(token.content))
            if (self.linked and token.content[:1].isalnum()) or (is_id and "".join(self.shown).strip()):
                self._say("\n")  # a badge or an id that stood in a line of its own
            self._say(token.content.translate(AS_RAISED) if self.raised else token.content)
        self.linked = token.type == "link_close"

    def _tag(self, tag: str) -> None:
        if strike := _STRUCK_TAG.fullmatch(tag):
            self._strike(not strike[1])
        elif raised := _RAISED_TAG.fullmatch(tag):
            self.raised = not raised[1]
        elif _BREAK.fullmatch(tag):
            self._say("\n")

    def _strike(self, opens: bool) -> None:
        self.strikes = max(self.strikes + (1 if opens else -1), 0)
        self.struck.append(" ")

    def _say(self, words: str) -> None:
        (self.struck if self.strikes else self.shown).append(words)


def _flat(tokens: Sequence[Token]) -> list[Token]:
    return [
        inner
        for token in tokens
        for inner in (_flat(token.children) if token.children and token.type != "image" else [token])
    ]

"""A message as a channel's text: escaped for where it is shown, and split where it is too long."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Sequence
from html import escape

from tracker.domain.alerts import Message

_GAP = "\u200b"  # of no width: breaks what a chat would take for a mention or a link
_MENTION = re.compile(r"(?<!\w)@(?=\w)|<(?=[!@#/:])|\](?=\()")


def inert(text: str) -> str:
    """Text that pings nobody and links nowhere, wherever it is shown: "@everyone", "<!channel>", "[x](y)"."""
    return _MENTION.sub(lambda found: found[0] + _GAP, " ".join(text.split()))


def plain(message: Message, *, titled: bool, note: str = "") -> list[str]:
    """The lines for a channel that shows text as it is; the subject only where no title shows it."""
    lines = [inert(line) for line in _lines(message, titled)]
    return [*lines, *(f"{inert(name)}: {url}" for name, url in message.links), *([note] if note else [])]


def mrkdwn(message: Message, *, note: str = "") -> list[str]:
    """The lines in Slack's markup: &, < and > escaped, links as <address|words>."""
    lines = [escape(inert(line), quote=False) for line in _lines(message, titled=False)]
    links = [f"<{escape(url, quote=False)}|{_link_words(name)}>" for name, url in message.links]
    return [*lines, *([" · ".join(links)] if len(links) <= 5 else links), *([note] if note else [])]


def _link_words(name: str) -> str:
    return escape(inert(name).replace("|", "¦"), quote=False)


def _lines(message: Message, titled: bool) -> list[str]:
    told = message.lines and message.lines[0].startswith(message.subject.removesuffix("…"))
    return list(message.lines) if titled or told else [message.subject, *message.lines]


def html(message: Message, *, note: str = "") -> str:
    """The message as a page for mail: its lines, its table, its links; everything in it escaped."""
    parts = [f"<p>{escape(line)}</p>" for line in message.lines]
    if message.table:
        head, *rows = message.table
        cells = "".join(f"<th align='left'>{escape(cell)}</th>" for cell in head)
        body = "".join(f"<tr>{''.join(f'<td>{escape(c)}</td>' for c in row)}</tr>" for row in rows)
        parts.append(f"<table border='1' cellpadding='4' cellspacing='0'><tr>{cells}</tr>{body}</table>")
    links = [f"{escape(name)}: <a href='{escape(url)}'>{escape(url)}</a>" for name, url in message.links]
    parts += [f"<p>{'<br>'.join(links)}</p>"] if links else []
    return "\n".join(parts + ([f"<p>{escape(note)}</p>"] if note else []))


def split(lines: Sequence[str], longest: int, cost: Callable[[str], int] = len) -> list[str]:
    """Lines joined into as few texts as fit; `cost` says how long a line is once it is converted.

    A line is broken at a space only where it alone is too long. Nothing is left out.
    """
    parts: list[list[str]] = []
    room = 0
    for line in lines:
        for piece in [line] if cost(line) <= longest else _broken(line, longest, cost):
            if not parts or cost(piece) + 1 > room:
                parts.append([])
                room = longest + 1
            parts[-1].append(piece)
            room -= cost(piece) + 1
    return ["\n".join(part) for part in parts]


def _broken(line: str, longest: int, cost: Callable[[str], int]) -> list[str]:
    width = max(10, longest * len(line) // cost(line) * 3 // 4)
    return textwrap.wrap(line, width, break_on_hyphens=False)

"""A message as a service's text: escaped for where it is shown, and split where it is too long."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape, unescape

from tracker.domain.alerts import Message
from tracker.domain.wording import harmless

_GAP = "\u200b"  # of no width: breaks what a chat would take for a mention or a link
_MENTION = re.compile(r"(?<!\w)@(?=\w)|<(?=[!@#/:])|\](?=\()|:(?=//)")
_DISCORD_MARKS = re.compile(r"([\\*_~`|<>\[\]]|^(?:#+|-|\d+\.)(?= ))")


def inert(text: str) -> str:
    """Text that pings nobody and links nowhere, wherever it is shown: "@everyone", "[x](y)", "https://x"."""
    return _MENTION.sub(lambda found: found[0] + _GAP, clean(text))


def clean(text: str) -> str:
    """Text on one line, whole, without control, bidi and invisible characters."""
    return harmless(text, max(1, len(text)))


@dataclass(frozen=True, slots=True)
class Voice:
    """How a service takes text: its markup, how long one text may be, and in what that is counted."""

    line: Callable[[str], str]  # a plain line in the service's markup
    link: Callable[[str, str], str]  # (words, address)
    longest: int
    size: Callable[[str], int] = len  # of text in the service's markup
    joined: str = " · "  # between links on one line; a line each where it is empty


def texts(message: Message, voice: Voice, *, titled: bool, note: str = "") -> list[str]:
    """The message in as few texts as hold it: lines, notes, links. Nothing is left out.

    The subject is a line only where no title shows it (`titled`). A line is broken only where it alone is
    too long, at a space if it can; a link only if its address alone is.
    """
    links = [voice.link(name, url) for name, url in web_links(message)]
    row = voice.joined.join(links) if voice.joined and len(links) <= 6 else ""
    rows = [row] if row and voice.size(row) <= voice.longest else links
    said = list(spoken(message, titled))
    pieces = [piece for line in said for piece in _fitting(line, voice)]
    pieces += [link for link in rows if voice.size(link) <= voice.longest]
    return _joined([*pieces, *([voice.line(note)] if note else [])], voice)


def spoken(message: Message, titled: bool) -> Iterator[str]:
    """The lines and notes, headed by the subject where neither a title nor the first line says it."""
    told = message.lines and message.lines[0].startswith(message.subject.removesuffix("…"))
    if not titled and not told:
        yield message.subject
    yield from message.lines
    yield from message.notes


def web_links(message: Message) -> list[tuple[str, str]]:
    return [(name, url) for name, url in message.links if url.startswith(("https://", "http://"))]


def _fitting(line: str, voice: Voice) -> list[str]:
    shown = voice.line(line)
    if voice.size(shown) <= voice.longest:
        return [shown]
    width = max(1, voice.longest * len(line) // voice.size(shown) * 3 // 4)
    pieces = textwrap.wrap(line, min(width, len(line) - 1), break_on_hyphens=False)
    return [fit for piece in pieces for fit in _fitting(piece, voice)]


def _joined(pieces: Sequence[str], voice: Voice) -> list[str]:
    parts: list[list[str]] = []
    room = 0
    for piece in pieces:
        size = voice.size(piece) + 1
        if not parts or size > room:
            parts.append([])
            room = voice.longest + 1
        parts[-1].append(piece)
        room -= size
    return ["\n".join(part) for part in parts]


# --- counting ---


def utf16(text: str) -> int:
    """How long Telegram and Discord find a text: a character beyond the first 65,536 counts twice."""
    return len(text.encode("utf-16-le", "replace")) // 2


def utf8(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


# --- markups ---


def plain_link(name: str, url: str) -> str:
    return f"{inert(name)}: {url}"


def _escaped_line(line: str) -> str:
    return escape(inert(line), quote=False)


def _slack_link(name: str, url: str) -> str:
    words = _escaped_line(name).replace("|", "¦")
    return f"<{escape(url, quote=False)}|{words}>"


def _telegram_link(name: str, url: str) -> str:
    return f'<a href="{escape(url)}">{_escaped_line(name)}</a>'


def _telegram_size(markup: str) -> int:
    """Telegram counts what is left "after entities parsing": the words, not the tags."""
    return utf16(unescape(re.sub(r"<[^<>]*>", "", markup)))


def _discord_line(line: str) -> str:
    return _DISCORD_MARKS.sub(lambda found: "\\" + found[0], inert(line))


def _discord_link(name: str, url: str) -> str:
    return f"[{_discord_line(name)}](<{url}>)"


# Slack recommends at most 4,000 characters a message: https://docs.slack.dev/reference/methods/chat.postMessage
SLACK = Voice(_escaped_line, _slack_link, 3900)
# 2,000 characters of content: https://docs.discord.com/developers/resources/webhook#execute-webhook
DISCORD = Voice(_discord_line, _discord_link, 2000, utf16)
# 1 to 4,096 characters after entities parsing: https://core.telegram.org/bots/api#sendmessage
TELEGRAM = Voice(_escaped_line, _telegram_link, 4096, _telegram_size)
# 4,096 bytes; what is longer becomes a file: https://docs.ntfy.sh/publish/#limitations
NTFY = Voice(inert, plain_link, 4096, utf8, joined="")

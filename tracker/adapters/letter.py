"""A message on its way to one channel, and the parts that it takes there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tracker.adapters import chat
from tracker.domain.alerts import Message
from tracker.domain.wording import moment


@dataclass(frozen=True, slots=True)
class Part:
    """One request, or one that a picture may go with."""

    send: Callable[[bytes | None], bool]
    show: Callable[[bytes], object] | None = None  # the picture by itself, once the text has arrived
    first: bool = False  # of its recipient: the picture goes with it


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be said to a channel: the message, and how this try of it is known."""

    message: Message
    delivery_id: str
    note: str = ""

    @property
    def subject(self) -> str:
        return chat.clean(self.message.subject)

    def texts(self, voice: chat.Voice, *, titled: bool = False) -> list[str]:
        return chat.texts(self.message, voice, titled=titled, note=self.note)


def titled(title: str, longest: int, place: int, count: int) -> str:
    """A title within its limit, with which part of how many it heads."""
    which = f" ({place + 1}/{count})" if count > 1 else ""
    room = longest - len(which)
    return (title if len(title) <= room else title[: room - 1] + "…") + which


def marks(delivery_id: str, repeat: bool, late: datetime | None) -> str:
    """What stands below a message that may have arrived before, or that was written long ago."""
    written = f"Written {moment(late)}, sent late." if late else ""
    again = f"This may be a repeat: delivery {delivery_id}." if repeat else ""
    return f"({' '.join(filter(None, (written, again)))})" if written or again else ""

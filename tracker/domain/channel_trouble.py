"""A channel that delivers nothing: when that is told on the others, and in which words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tracker.domain import wording
from tracker.domain.alerts import Message, safe
from tracker.domain.notices import Notice

TELL_AFTER = timedelta(hours=1)  # of failed tries and none that got through


@dataclass(frozen=True, slots=True)
class Standing:
    """How a channel is: since when no try got through, and what was told of that and is not over."""

    failing_since: datetime | None = None
    told: str = ""


def well(before: Standing) -> tuple[Standing, bool]:
    """How a channel is after a message got through, and whether that is told."""
    return Standing(), bool(before.told)


def failed(before: Standing, words: str, at: datetime, *, is_dead: bool) -> tuple[Standing, bool]:
    """How a channel is after a try that failed, and whether that is told.

    It is told once: when a message is given up, or when nothing got through for longer than TELL_AFTER.
    """
    since = before.failing_since or at
    tell = not before.told and (is_dead or at - since > TELL_AFTER)
    return replace(before, failing_since=since, told=words if tell else before.told), tell


def down_notice(channel: str, words: str, since: datetime, base_url: str) -> Notice:
    """What the other channels are told of one that nothing gets through; `words` are the last try's."""
    name = wording.harmless(channel)
    why = wording.harmless(words.removeprefix(f"channel {channel}: "), 300)
    message = Message(
        subject=f"Channel {name} does not deliver",
        lines=(
            f"Channel {name} does not deliver since {wording.moment(since)}: {why}.",
            "What waits for it is kept for 7 days. `tracker alerts --state dead` lists what was given up; "
            "once the channel is mended, `tracker alerts retry` sends that again.",
        ),
        links=safe([("status", f"{base_url}/sources")]),
    )
    return Notice("channel", "", message)


def up_notice(channel: str, base_url: str) -> Notice:
    """What the other channels are told once it delivers again."""
    name = wording.harmless(channel)
    message = Message(
        subject=f"Channel {name} delivers again",
        lines=(f"Channel {name} delivers again.",),
        links=safe([("status", f"{base_url}/sources")]),
    )
    return Notice("channel", "", message)

"""Durations such as "1h30m" and sizes such as "8MiB": read, and written the same way."""

from __future__ import annotations

import re
from datetime import timedelta

from tracker.adapters.config.wrong import Wrong

A_DURATION = 'write a duration such as "30s", "2m", "6h", "1d" or "1h30m"'
A_SIZE = 'write a size such as "512KiB" or "8MiB"'
LONGEST = timedelta(days=365)

_UNITS = {
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
}
_SPAN = re.compile("".join(rf"(?:([1-9][0-9]{{0,8}}){unit})?" for unit in ("d", "h", "m(?!s)", "s", "ms")))
_SIZES = {"GiB": 1 << 30, "MiB": 1 << 20, "KiB": 1 << 10, "B": 1}
_SIZE = re.compile(r"([1-9][0-9]{0,11})(B|KiB|MiB|GiB)")


def duration(text: str) -> timedelta:
    """Days, hours, minutes, seconds and milliseconds in falling order; nothing is "0s". Raises Wrong."""
    if text == "0s":
        return timedelta(0)
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        raise Wrong(f"has no unit; {A_DURATION}")
    match = _SPAN.fullmatch(text)
    if not text or not match:
        raise Wrong(f"is not a duration; {A_DURATION}")
    counts = [int(count or 0) for count in match.groups()]
    if counts[0] > LONGEST.days:
        raise Wrong("is too long; at most 365d is allowed")
    return sum((n * unit for n, unit in zip(counts, _UNITS.values(), strict=True)), timedelta())


def shown_duration(span: timedelta) -> str:
    """The shortest text that `duration` reads as `span`, to the millisecond."""
    left, words = span, ""
    for name, unit in _UNITS.items():
        count, left = divmod(left, unit)
        words += f"{count}{name}" if count else ""
    return words or "0s"


def size(text: str) -> int:
    """Bytes. Raises Wrong."""
    match = _SIZE.fullmatch(text)
    if not match:
        raise Wrong(f"is not a size; {A_SIZE}")
    return int(match[1]) * _SIZES[match[2]]


def shown_size(count: int) -> str:
    """The shortest text that `size` reads as `count` bytes."""
    unit = next(name for name, many in _SIZES.items() if count % many == 0)
    return f"{count // _SIZES[unit]}{unit}"

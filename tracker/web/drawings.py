"""Charts of moves as pictures, each drawn once for a while."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from tracker.adapters import charts
from tracker.adapters.store import Engine, charted
from tracker.adapters.store.engine import asking
from tracker.domain.chart_frame import Theme
from tracker.domain.move_chart import WIDTHS, move_chart
from tracker.web.requested import number

KEPT = 40  # drawings, of 50 KB each
FRESH = timedelta(minutes=5)  # how long a drawing is shown again
MEDIA_TYPES = {"png": "image/png", "svg": "image/svg+xml"}


class Asked(NamedTuple):
    """Which picture; whoever made up the words of the request."""

    move: int
    media: str  # png, svg
    theme: Theme
    width: int


def asked(id: str, media: str, theme: str, width: str) -> Asked | None:
    """What a request asks for; None where there can be no such picture. An unknown theme or width is none."""
    move, size = number(id), next((w for w in WIDTHS if str(w) == width), None)
    if move is None or media not in MEDIA_TYPES or theme not in list(Theme) or size is None:
        return None
    return Asked(move, media, Theme(theme), size)


@dataclass(slots=True)
class Drawings:
    """What was drawn lately. `get` blocks for as long as a drawing takes, about 60 ms."""

    engine: Engine
    now: Callable[[], datetime]
    _kept: OrderedDict[Asked, tuple[datetime, bytes]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, wanted: Asked) -> bytes | None:
        """The picture; None where there is no such move. Raises TrackerError."""
        now = self.now()
        with self._lock:
            at, drawn = self._kept.get(wanted, (None, b""))
            if at is not None and abs(now - at) < FRESH:
                self._kept.move_to_end(wanted)
                return drawn
        made = self._draw(wanted, now)
        if made is not None:
            with self._lock:
                self._kept[wanted] = now, made
                self._kept.move_to_end(wanted)
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
        return made

    def _draw(self, wanted: Asked, now: datetime) -> bytes | None:
        with asking(self.engine) as connection:
            found = charted.of_move(connection, wanted.move, now)
        if found is None:
            return None
        spec = move_chart(found.moves, found.spans, until=now, theme=wanted.theme, width=wanted.width)
        return charts.svg(spec).encode() if wanted.media == "svg" else charts.png(spec)

"""The one large script: Vega, made from the installed renderer, so that no other host is asked for it."""

from __future__ import annotations

import gzip
import threading
from dataclasses import dataclass, field

from tracker.adapters import vega

ADDRESS = f"/scripts/vega.js?{vega.VERSION}"
MEDIA_TYPE = "text/javascript; charset=utf-8"


@dataclass(slots=True)
class Scripts:
    """Makes the script at the first request, once a process: 900 KB, packed 300 KB."""

    _packed: bytes = b""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def vega(self) -> bytes:
        """The script, packed by gzip. Blocks for two seconds at first; raises TrackerError."""
        with self._lock:
            if not self._packed:
                self._packed = gzip.compress(vega.made(), 6, mtime=0)
            return self._packed

"""The one large script: Vega, made from the installed renderer, so that no other host is asked for it."""

from __future__ import annotations

import gzip
import importlib.metadata
import subprocess
import sys
import threading
from dataclasses import dataclass, field

from tracker.domain.errors import TrackerError

VERSION = importlib.metadata.version("vl-convert-python")
ADDRESS = f"/scripts/vega.js?{VERSION}"
MEDIA_TYPE = "text/javascript; charset=utf-8"
LEAST = 100_000  # bytes; whatever is shorter is not the script
PATIENCE = 60  # seconds; it takes two
_MAKE = "import sys, vl_convert; sys.stdout.buffer.write(vl_convert.javascript_bundle().encode())"


@dataclass(slots=True)
class Scripts:
    """Makes the script at the first request, once a process: 900 KB, packed 300 KB."""

    _packed: bytes = b""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def vega(self) -> bytes:
        """The script, packed by gzip. Blocks for two seconds at first; raises TrackerError.

        A process of its own makes it: in this one it would hold up every look for a second.
        """
        with self._lock:
            if not self._packed:
                self._packed = gzip.compress(_made(), 6, mtime=0)
            return self._packed


def _made() -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 (our own interpreter, and nothing that anybody wrote)
            [sys.executable, "-I", "-c", _MAKE], capture_output=True, timeout=PATIENCE, check=True
        )
    except (OSError, subprocess.SubprocessError) as e:
        raise TrackerError(f"the script of the charts could not be made: {type(e).__name__}") from e
    if len(done.stdout) < LEAST:
        raise TrackerError("the script of the charts could not be made: it came out empty")
    return done.stdout

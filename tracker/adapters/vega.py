"""Vega as one script, made by the installed renderer: no other host is asked for it."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys

from tracker.domain.errors import TrackerError

VERSION = importlib.metadata.version("vl-convert-python")
LEAST = 100_000  # bytes; whatever is shorter is not the script
PATIENCE = 60  # seconds; it takes two
_MAKE = "import sys, vl_convert; sys.stdout.buffer.write(vl_convert.javascript_bundle().encode())"


def made() -> bytes:
    """The script, 900 KB. Blocks for two seconds; raises TrackerError.

    A process of its own makes it: in this one it would hold up every look for a second.
    """
    try:
        done = subprocess.run(  # noqa: S603 (our own interpreter, and nothing that anybody wrote)
            [sys.executable, "-I", "-c", _MAKE], capture_output=True, timeout=PATIENCE, check=True
        )
    except (OSError, subprocess.SubprocessError) as e:
        raise TrackerError(f"the script of the charts could not be made: {type(e).__name__}") from e
    if len(done.stdout) < LEAST:
        raise TrackerError("the script of the charts could not be made: it came out empty")
    return done.stdout

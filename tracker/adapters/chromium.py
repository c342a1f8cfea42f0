"""Whether this machine can render pages, asked without loading anything."""

from __future__ import annotations

import shutil
from importlib.util import find_spec

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
WANTED = f"needs a browser: install the extra llm-price-tracker[browser], and one of {', '.join(PROGRAMS)}"


def program() -> str | None:
    """The path of the browser; None where there is none."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


def is_there() -> bool:
    """Whether a page can be rendered here."""
    return find_spec("playwright") is not None and program() is not None

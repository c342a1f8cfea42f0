"""The pages of sources."""

from __future__ import annotations

from tracker.web import words
from tracker.web.pages import Asked, Route, Shown


def sources(asked: Asked) -> Shown:
    """How each source is, those in trouble first."""
    seen = asked.seen()
    headline, follows = words.headline(seen)
    return "sources.html", {"seen": seen, "headline": headline, "follows": follows}


ROUTES = (Route("/sources", sources, "Sources"),)

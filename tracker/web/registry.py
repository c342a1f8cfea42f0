"""Every page, in the order of the navigation: a module of pages adds itself here and nowhere else."""

from __future__ import annotations

from tracker.web import (
    pages_articles,
    pages_events,
    pages_index,
    pages_model,
    pages_moves,
    pages_now,
    pages_prices,
    pages_snapshots,
    pages_sources,
    pages_verdicts,
)
from tracker.web.pages import Route

ROUTES: tuple[Route, ...] = (
    *pages_now.ROUTES,
    *pages_prices.ROUTES,
    *pages_moves.ROUTES,
    *pages_events.ROUTES,
    *pages_verdicts.ROUTES,
    *pages_index.ROUTES,
    *pages_articles.ROUTES,
    *pages_sources.ROUTES,
    *pages_snapshots.ROUTES,
    *pages_model.ROUTES,
)

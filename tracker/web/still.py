"""What a page says and does otherwise where no server stands behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from jinja2 import Environment

from tracker.web.pages import Route
from tracker.web.shield import CSP

# A page says its own policy where its host sends no headers; there it cannot say who may frame it.
POLICY = CSP.replace("form-action 'self'; frame-ancestors 'none'", "form-action 'none'")
# The pages that have a meaning without a server, by the first word of their address.
FIRST_WORDS = (
    "",
    "prices",
    "moves",
    "events",
    "verdicts",
    "index",
    "articles",
    "sources",
    "snapshots",
    "models",
)
VIEWS = {
    "/": ("current_prices", "moves", "events"),
    "/prices": ("current_prices", "price_history"),
    "/moves": ("moves",),
    "/events": ("events", "event_prices"),
    "/verdicts": ("verdicts", "event_prices"),
    "/index": ("price_history",),
    "/articles": ("articles",),
    "/sources": ("sources",),
}


@dataclass(frozen=True, slots=True)
class Still:
    """A copy that was made at a moment; `views` are the views of the store that lie beside it as files."""

    at: datetime
    views: tuple[str, ...]

    policy = POLICY

    def settle(self, env: Environment, routes: Sequence[Route]) -> None:
        """Have templates know of it, and the navigation lead to what is in it."""
        nav = [(r.path, r.label) for r in routes if r.label and r.path.split("/")[1] in FIRST_WORDS]
        env.globals.update(still=self, nav=nav)

    def behind(self, here: str) -> list[str]:
        """The views that a page is made of."""
        return [name for name in VIEWS.get(here, ()) if name in self.views]


def rows_file(view: str, form: str) -> str:
    """The file of the rows of a view: "csv" or "jsonl"."""
    return f"data/{form}/{view}.{form}"

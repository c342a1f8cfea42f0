"""The page of articles."""

from __future__ import annotations

from tracker.adapters.store import articles as store_articles
from tracker.web.pages import Asked, Route, Shown

MOST = 500  # articles


def articles(asked: Asked) -> Shown:
    """The latest articles of the feeds."""
    return "articles.html", {"articles": store_articles.rows(asked.connection, MOST)}


ROUTES = (Route("/articles", articles, "Articles"),)

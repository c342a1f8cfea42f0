"""Articles as `articles --json` prints them, and the prices that they state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tracker.adapters.store import Connection, linked, mentions
from tracker.domain.days import END_OF_TIME
from tracker.domain.mentioned import Checked


@dataclass(frozen=True, slots=True)
class Said:
    """What some articles say, and what moved on their days; by the articles' ids."""

    articles: Sequence[Mapping[str, Any]]
    mentions: Mapping[int, Sequence[Checked]]
    named: Mapping[int, set[str]]
    published: Mapping[int, datetime]

    def about(self, provider: str) -> Said:
        """Only the articles that name a provider; all, where it is empty."""
        kept = [row for row in self.articles if not provider or provider.casefold() in self.named[row["id"]]]
        return self.only(kept)

    def only(self, articles: Sequence[Mapping[str, Any]]) -> Said:
        """The same of some of the articles."""
        return Said(articles, self.mentions, self.named, self.published)


def said(connection: Connection, found: Sequence[Mapping[str, Any]]) -> Said:
    """What these rows of the store say."""
    published = {row["id"]: row["published_at"] or row["first_seen"] for row in found}
    says = mentions.of_articles(connection, published, END_OF_TIME)
    named = {row["id"]: _named(row, says.get(row["id"], [])) for row in found}
    return Said(found, says, named, published)


def rows(connection: Connection, told: Said) -> list[dict[str, Any]]:
    """A row an article, with the moves and events of its days."""
    published = {row["id"]: told.published[row["id"]] for row in told.articles}
    named = {id: told.named[id] for id in published}
    moves = linked.moves_of(connection, published, named)
    events = linked.events_of(connection, published, named)
    return [
        {name: row[name] for name in ("source", "title", "url", "published_at", "first_seen")}
        | {
            "providers": sorted(named[row["id"]]),
            "mentions": [_mention(one) for one in _priced(told.mentions.get(row["id"], []))],
            "moves": moves.get(row["id"], []),
            "events": events.get(row["id"], []),
        }
        for row in told.articles
    ]


def price_rows(told: Said) -> list[dict[str, Any]]:
    """A row for each price that an article states."""
    return [price for row in told.articles for price in _prices(row, told.mentions.get(row["id"], []))]


def _named(row: Mapping[str, Any], said: Sequence[Checked]) -> set[str]:
    """The providers that an article names; one in a provider's own feed is about that provider."""
    own = {row["provider"]} - {row["source"]}  # a feed of nobody's has its own name there
    return mentions.named_in(said) | own


def _priced(said: Sequence[Checked]) -> list[Checked]:
    return [one for one in said if one.mention.price is not None]


def _prices(row: Mapping[str, Any], said: Sequence[Checked]) -> list[dict[str, Any]]:
    about = {name: row[name] for name in ("published_at", "source", "title")}
    return [about | _mention(one) for one in _priced(said)]


def _mention(one: Checked) -> dict[str, Any]:
    return {
        "quote": one.mention.quote,
        "provider": one.mention.provider,
        "model": one.mention.model,
        "component": one.component,
        "price": one.mention.price,
        "currency": one.mention.currency,
        "recorded": one.compared.actual,
        "verdict": one.compared.verdict.value,
        "matches_instead": list(one.compared.matches_instead),
    }

"""The verb that asks for articles: what they say of prices, and which prices moved on their days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from tracker.adapters.store import articles as store_articles
from tracker.adapters.store import linked, mentions
from tracker.cli import common
from tracker.cli.options import Csv, Json, Provider, Since, Until, form_of
from tracker.cli.output import Form, emit
from tracker.domain.mentioned import Checked

app = typer.Typer(add_completion=False)
_MENTION = ("quote", "provider", "model", "component", "price", "currency", "recorded", "verdict")
END_OF_TIME = datetime.max.replace(tzinfo=UTC)
CHECKED = ("published_at", "source", *_MENTION, "matches_instead")
Check = Annotated[bool, typer.Option("--check", help="A row for each price that an article states.")]


@app.command()
def articles(
    provider: Provider = "",
    since: Since = "",
    until: Until = "",
    check: Check = False,
    json: Json = False,
    csv: Csv = False,
) -> None:
    """Articles of the feeds, the newest first: the prices they state, and what moved on their days."""
    form = form_of(json, csv)
    begin, end = common.moment(since), common.moment(until, end=True)
    with common.question() as connection:
        rows = store_articles.rows(connection, since=begin, until=end)
        published = {row["id"]: row["published_at"] or row["first_seen"] for row in rows}
        said = mentions.of_articles(connection, published, END_OF_TIME)
        named = {row["id"]: _named(row, said.get(row["id"], [])) for row in rows}
        moves = linked.moves_of(connection, published, named)
        events = linked.events_of(connection, published, named)
    found = [row for row in rows if not provider or provider.casefold() in named[row["id"]]]
    if check:
        prices = [price for row in found for price in _prices(row, said.get(row["id"], []))]
        if form is Form.table:
            prices = [row | {"matches_instead": ", ".join(row["matches_instead"])} for row in prices]
        emit(prices, form, columns=CHECKED, empty="no article states a price")
        return
    shown = [
        {name: row[name] for name in ("source", "title", "url", "published_at", "first_seen")}
        | {
            "providers": sorted(named[row["id"]]),
            "mentions": [_mention(one) for one in _priced(said.get(row["id"], []))],
            "moves": moves.get(row["id"], []),
            "events": events.get(row["id"], []),
        }
        for row in found
    ]
    emit(shown, form, columns=("published_at", "source", "title", "url"), empty="no article is recorded yet")


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

"""The verb that asks for articles: what they say of prices, and which prices moved on their days."""

from __future__ import annotations

from typing import Annotated

import typer

from tracker.adapters.store import articles as store_articles
from tracker.ask import articles as articles_asked
from tracker.cli import common
from tracker.cli.options import Csv, Json, Provider, Since, Until, form_of
from tracker.cli.output import Form, emit

app = typer.Typer(add_completion=False)
_MENTION = ("quote", "provider", "model", "component", "price", "currency", "recorded", "verdict")
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
        found = store_articles.rows(connection, since=begin, until=end)
        told = articles_asked.said(connection, found).about(provider)
        shown = [] if check else articles_asked.rows(connection, told)
    if check:
        prices = articles_asked.price_rows(told)
        if form is Form.table:
            prices = [row | {"matches_instead": ", ".join(row["matches_instead"])} for row in prices]
        emit(prices, form, columns=CHECKED, empty="no article states a price")
        return
    emit(shown, form, columns=("published_at", "source", "title", "url"), empty="no article is recorded yet")

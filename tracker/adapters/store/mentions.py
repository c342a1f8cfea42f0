"""What articles say: the prices they state and the providers they name, each as its text had it then."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, or_, select, update

from scrapers.page import Article, Terms
from tracker.adapters.nicknames import nicknames
from tracker.adapters.store.chunks import chunks
from tracker.adapters.store.spans import spans_of
from tracker.adapters.store.tables import series
from tracker.adapters.store.tables_judged import mentions as table
from tracker.domain.mentioned import Checked, check
from tracker.domain.mentions import Mention, mentions
from tracker.domain.named import Names, Option
from tracker.domain.spans import Span
from tracker.domain.witnesses import fold

MOST_READ = 3_000_000  # characters at one look, while others wait to write: twenty long articles


def put(connection: Connection, said: Mapping[int, Article], at: datetime, provider: str = "") -> None:
    """Keep what the articles say, by their ids; `provider` is their feed's, where it has one.

    Of an edited article nothing is written where it says the same; else the rows of its old text are
    withdrawn and those of the new one added, numbered on: what stands is in the order of the text.
    """
    if not said:
        return
    standing = _standing(connection, list(said), at)
    places = _places(connection, list(said))
    names = Names(_known(connection), nicknames())
    rows: list[dict[str, Any]] = []
    unread = MOST_READ
    for id, article in said.items():
        unread -= len(article.text)
        if unread < 0:
            break  # of a feed as large as that the rest is kept, and not read
        day = (article.published_at or at).date()
        found = list(mentions(f"{article.title}\n{article.text}", names, day, provider))
        if found == standing.get(id, []):
            continue
        if id in standing:
            withdrawn = update(table).where(table.c.article == id, table.c.withdrawn_at.is_(None))
            connection.execute(withdrawn.values(withdrawn_at=at))
        rows += [_row(id, places.get(id, 0) + n, mention, at) for n, mention in enumerate(found)]
    if rows:
        connection.execute(table.insert(), rows)


def _known(connection: Connection) -> list[Option]:
    is_plan = series.c.meter == "seat_month"
    rows = connection.execute(select(series.c.provider, series.c.model, is_plan.label("is_plan")).distinct())
    return [Option(row.provider, row.model, bool(row.is_plan)) for row in rows]


def _places(connection: Connection, ids: Sequence[int]) -> dict[int, int]:
    """Where the numbers of each article go on."""
    found: dict[int, int] = {}
    for part in chunks(ids):
        last = select(table.c.article, func.max(table.c.place).label("last"))
        last = last.where(table.c.article.in_(part)).group_by(table.c.article)
        found.update({row.article: row.last + 1 for row in connection.execute(last)})
    return found


def _row(article: int, place: int, mention: Mention, at: datetime) -> dict[str, Any]:
    return {
        "article": article,
        "place": place,
        "quote": mention.quote,
        "provider": mention.provider,
        "model": mention.model,
        "meter": mention.meter,
        "terms": json.dumps(mention.terms.as_dict()),
        "price": mention.price,
        "currency": mention.currency,
        "recorded_at": at,
    }


def _standing(connection: Connection, ids: Sequence[int], known_at: datetime) -> dict[int, list[Mention]]:
    """What articles said as it was known then, in the order of the text."""
    found: dict[int, list[Mention]] = defaultdict(list)
    for part in chunks(ids):
        statement = (
            select(table)
            .where(
                table.c.article.in_(part),
                table.c.recorded_at <= known_at,
                or_(table.c.withdrawn_at.is_(None), table.c.withdrawn_at > known_at),
            )
            .order_by(table.c.article, table.c.place)
        )
        for row in connection.execute(statement):
            found[row.article].append(_mention(row))
    return dict(found)


def _mention(row: Any) -> Mention:
    terms = Terms(**json.loads(row.terms))
    return Mention(row.quote, row.provider, row.model, row.meter, terms, row.price, row.currency)


def of_articles(
    connection: Connection, published: Mapping[int, datetime], known_at: datetime
) -> dict[int, list[Checked]]:
    """What articles say, each price against what was recorded when it was published, as known then.

    `published`: when, by article. Providers that are named without a price are among them.
    """
    said = _standing(connection, list(published), known_at)
    models = sorted({f"{m.provider}/{m.model}" for of in said.values() for m in of if m.model})
    spans: list[Span] = []
    for part in chunks(models):
        spans += spans_of(connection, known_at, models=part)
    by_model: dict[tuple[str, str], list[Span]] = defaultdict(list)
    for span in spans:
        by_model[span.series.provider, fold(span.series.model)].append(span)
    return {
        id: [check(m, by_model.get((m.provider, fold(m.model)), ()), published[id]) for m in of]
        for id, of in said.items()
    }


def named_in(checked: Iterable[Checked]) -> set[str]:
    """The providers that an article names."""
    return {one.mention.provider for one in checked} - {""}

"""The page of articles: what each says of prices, whether it was so, and what moved on its days."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tracker.adapters.store import articles as store_articles
from tracker.adapters.store import linked
from tracker.ask.articles import Said, said
from tracker.domain.mentioned import Checked, tell
from tracker.domain.wording import harmless, money, provider_name
from tracker.web import forms
from tracker.web.pages import Asked, Route, Shown

ROWS = 50  # articles a page
MOST_SAID, MOST_MOVES = 6, 8  # prices and moves of one article; the rest is counted


def articles(asked: Asked) -> Shown:
    """Articles of the feeds, the newest first."""
    place = min(forms.place(asked, ROWS), 40)
    given = {name: forms.text(asked, name) for name in ("since", "until")}
    since, until = forms.day(asked, "since"), forms.day(asked, "until", end=True)
    found = store_articles.rows(asked.connection, place * ROWS + 1, since, until)
    shown = found[(place - 1) * ROWS : place * ROWS]
    return "articles.html", {
        "articles": _articles(asked, said(asked.connection, shown)),
        "given": given,
        "before": forms.address("/articles", given, page=str(place - 1)) if place > 1 else "",
        "after": forms.address("/articles", given, page=str(place + 1)) if len(found) > place * ROWS else "",
    }


def _articles(asked: Asked, told: Said) -> list[dict[str, Any]]:
    published = {row["id"]: told.published[row["id"]] for row in told.articles}
    moves = linked.moves_of(asked.connection, published, told.named)
    return [
        dict(row)
        | {
            "about": [provider_name(name) for name in sorted(told.named[row["id"]])],
            "says": (says := _says(told.mentions.get(row["id"], ())))[:MOST_SAID],
            "more": max(0, len(says) - MOST_SAID),
            "moves": moves.get(row["id"], [])[:MOST_MOVES],
            "moved": len(moves.get(row["id"], [])),
        }
        for row in told.articles
    ]


def _says(mentions: Sequence[Checked]) -> list[str]:
    """The prices that an article states, each once, those that were recorded first."""
    priced = [one for one in mentions if one.mention.price is not None]
    lines = sorted(priced, key=lambda one: not one.is_tracked)
    return list(dict.fromkeys(_line(one) for one in lines))


def _line(one: Checked) -> str:
    known = tell(one).removeprefix("mentions ")
    if known:
        return known
    stated = one.mention
    who = " ".join(filter(None, (provider_name(stated.provider) if stated.provider else "", stated.model)))
    price = money(stated.price, stated.currency) if stated.price is not None else ""
    return f"{harmless(f'{who} {price}'.strip())}: nothing recorded to compare"


ROUTES = (Route("/articles", articles, "Articles"),)

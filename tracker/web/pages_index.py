"""The page of indexes: how prices went since the article, of makers, of hosts, and over the open leader."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from tracker.adapters.store import indexes
from tracker.adapters.store.indexes import OPEN, Answer, Question
from tracker.ask.index import by_day, hosted_row, premiums
from tracker.domain import wording
from tracker.domain.chart import ARTICLE
from tracker.domain.figures import split_name
from tracker.domain.index import ALL, HUNDRED, JEVONS, Indexed
from tracker.domain.index_charts import hosted_chart, index_chart, premium_chart, standing
from tracker.domain.list_prices import Variant
from tracker.web import forms
from tracker.web.as_of import AsOf, as_of
from tracker.web.charts import figure
from tracker.web.pages import Asked, Route, Shown
from tracker.web.reckoned import reckoned
from tracker.web.words import address_of


def index(asked: Asked) -> Shown:
    """The indexes of all makers or of one, with the premium and what hosts ask."""
    clocks = as_of(asked)
    provider = forms.choice(asked, "provider", indexes.MAKERS)
    question = Question(as_of=clocks.day, known_at=clocks.known_at, base=ARTICLE, provider=provider)
    key = ("index", provider, *clocks.key)
    found, found_at = reckoned(asked.connection, key, lambda c: (indexes.answer(c, question), asked.now))
    own = [s for s in found.series if s.provider == (provider or ALL)]
    shown = clocks.shown()
    return "index.html", shown | {
        "found_at": found_at,
        "given": shown["given"] | {"provider": provider},
        "makers": {name: wording.provider_name(name) for name in indexes.MAKERS},
        "base": ARTICLE.isoformat(),
        "levels": [_level(s) for s in own],
        "tables": _tables(found, own, clocks),
        "by_maker": [] if provider else _by_maker(found),
    }


def name_of(series: Indexed) -> str:
    """Which index it is: "same models, cleaned"."""
    return f"Same models, {series.variant.value}" if series.index == JEVONS else "Product lines"


def _level(series: Indexed) -> dict[str, Any]:
    last = series.points[-1]
    return {
        "name": name_of(series),
        "value": round(last.value, 1),
        "pct": round(last.value - HUNDRED, 1),
        "day": last.day.isoformat(),
        "models": last.models,
        "is_naive": series.variant is Variant.naive,
    }


def _by_maker(found: Answer) -> list[dict[str, Any]]:
    """The same models' index of each maker, those that fell most first."""
    rows = [
        _level(s) | {"provider": s.provider}
        for s in found.series
        if s.provider != ALL and s.index == JEVONS and s.variant is not Variant.naive
    ]
    return sorted(rows, key=lambda row: row["value"])


def _tables(found: Answer, own: list[Indexed], clocks: AsOf) -> list[dict[str, Any]]:
    """Each chart with its numbers, where there is anything to draw."""
    until, provider = clocks.day, own[0].provider if own else ALL
    tables = []
    if own:
        chart = figure(
            lambda theme, width: index_chart(
                own, base=ARTICLE, until=until, provider=provider, theme=theme, width=width
            ),
            "index-chart",
        )
        columns = {name_of(s): [(p.day, p.value) for p in s.points] for s in own}
        tables.append(_table(chart, "index, a row a day of change", by_day(columns)))
    ratios = [r for r in found.premium if r.over == OPEN[0]]
    if ratios:
        chart = figure(
            lambda theme, width: premium_chart(ratios, until=until, theme=theme, width=width), "premium-chart"
        )
        tables.append(_table(chart, "times the open leader’s price", by_day(premiums(found))))
    hosted = standing(found.hosted, until)
    if hosted:
        chart = figure(
            lambda theme, width: hosted_chart(hosted, until=until, theme=theme, width=width), "hosted-chart"
        )
        rows = [_of_hosts(hosted_row(h)) for h in sorted(hosted, key=lambda h: (h.median or 0, h.weights))]
        tables.append(_table(chart, "times the maker’s price", rows[::-1]))
    return tables


def _of_hosts(row: dict[str, Any]) -> dict[str, Any]:
    numbers = {name: row[name] if row[name] is None else round(row[name], 2) for name in ("least", "median")}
    return {
        "model": row["model"],
        "weights": row["weights"],
        "since": row["day"],
        "maker’s price": wording.money(row["own"], "USD"),
        "cheapest": numbers["least"],
        "median": numbers["median"],
        "hosts": ", ".join(row["hosts"]),
        "href": address_of(*split_name(row["model"])),
    }


def _table(chart: Markup, caption: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """A chart with its numbers, the latest first."""
    columns = [name for name in rows[0] if name != "href"]
    return {"figure": chart, "caption": caption, "columns": columns, "rows": rows[::-1]}


ROUTES = (Route("/index", index, "Index"),)

"""A price that an article states, beside the one that was recorded for that instant, and in words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from tracker.domain import wording
from tracker.domain.events import component_of
from tracker.domain.mentions import Mention
from tracker.domain.model import Series
from tracker.domain.price_claims import Compared, Verdict, compare
from tracker.domain.spans import Span
from tracker.domain.witnesses import fold

TOLERANCE_PCT = Decimal(1)
SAME_DAYS = timedelta(days=3)  # a move and an article about it, either way
SHORTEST_NAMED = 2  # letters and digits of a model's name that an article is searched for: "o3"
SUMMARY = 1000  # characters in which an article that is about prices says so
_OF_PRICES = re.compile(
    r"\b(pric(e|es|ing)|cheaper|discounts?|costs? (less|more))\b|降价|价格|定价", re.IGNORECASE
)
_WORDS = re.compile(r"[a-z]+|[0-9]+")


@dataclass(frozen=True, slots=True)
class Checked:
    """A mention, and what was recorded when its article was published."""

    mention: Mention
    compared: Compared
    at: datetime

    @property
    def component(self) -> str:
        """What the price is of, in the names of facts and claims; empty where the article does not say."""
        m = self.mention
        return component_of(Series(m.provider, m.model, m.meter, m.terms, m.currency)) if m.meter else ""

    @property
    def is_tracked(self) -> bool:
        """Whether a price of that model and meter was recorded."""
        return self.compared.verdict is not Verdict.unknown


class Happened(NamedTuple):
    """A move, an event or an article of a provider."""

    id: int
    provider: str
    at: datetime


def check(mention: Mention, spans: Iterable[Span], at: datetime) -> Checked:
    """A stated price against the record of that instant, promotions included, give or take one per cent.

    `spans` are of any model; compared are those of the mentioned one, in the currency and on the terms that
    the article says. Never correct or incorrect where it does not say of what the price is.
    """
    unknown = Checked(mention, Compared(None, Verdict.unknown), at)
    if mention.price is None or not mention.model or not mention.meter:
        return unknown
    mine = [span for span in spans if _is_of(span.series, mention)]
    found = compare(mention.price, mine, at, unknown.component, TOLERANCE_PCT)
    return Checked(mention, found, at)


def _is_of(series: Series, mention: Mention) -> bool:
    said, terms = mention.terms, series.terms
    if (series.provider, fold(series.model)) != (mention.provider, fold(mention.model)):
        return False
    monthly = ("", "monthly")
    same_billing = terms.billing == said.billing or (not said.billing and terms.billing in monthly)
    standard = not terms.window and not terms.region
    return series.currency == mention.currency and terms.tier == said.tier and same_billing and standard


def told(checked: Sequence[Checked], most: int) -> list[str]:
    """What to tell of the tracked prices that an article mentions: at most so many lines, none twice."""
    lines = list(dict.fromkeys(tell(one) for one in checked if one.is_tracked))
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], f"… and {len(lines) - most + 1:,} more tracked prices"]


def tell(one: Checked) -> str:
    """ "mentions OpenAI gpt-4o input $2.50: as recorded", or what was recorded instead."""
    mention, found = one.mention, one.compared
    if mention.price is None or found.actual is None:
        return ""
    stated = wording.money(mention.price, mention.currency)
    terms = wording.terms_words(mention.terms)
    said = " ".join(
        filter(
            None,
            [
                "mentions",
                _name(one),
                f"({terms})" if terms else "",
                wording.meter_words(mention.meter),
                stated,
            ],
        )
    )
    if found.verdict is Verdict.correct:
        return f"{said}: as recorded"
    recorded = wording.money(found.actual, mention.currency)
    return "; ".join([f"{said}: recorded was {recorded}", *_instead(one, stated)])


def _name(one: Checked) -> str:
    """Provider and model as the record prints it."""
    provider = wording.provider_name(one.mention.provider)
    printed = one.compared.rows[0].model if one.compared.rows else ""
    model = wording.harmless(printed or one.mention.model)
    return model if model.casefold().startswith(provider.casefold()) else f"{provider} {model}"


def _instead(one: Checked, stated: str) -> Iterable[str]:
    """The recorded price that it is, and from when: "$0.07 is its cached input from 2025-02-08"."""
    for name, span in zip(one.compared.matches_instead, one.compared.rows[1:], strict=True):
        words = wording.meter_words(span.series.meter) or "price"
        if span.valid_from > one.at:
            yield f"{stated} is its {words} from {span.valid_from.astimezone(UTC):%Y-%m-%d}"
        elif name.endswith(" scheduled"):
            yield f"{stated} is its {words} behind the promotion"
        else:
            yield f"{stated} is its {words}"


def near(found: Iterable[Happened], providers: Collection[str], at: datetime) -> list[int]:
    """The ids of what happened to these providers within three days, either way; the nearest first."""
    those = [h for h in found if h.provider in providers and abs(h.at - at) <= SAME_DAYS]
    return [h.id for h in sorted(those, key=lambda h: (abs(h.at - at), h.id))]


class Told(NamedTuple):
    """An article of a provider's own feeds, near a move."""

    title: str
    url: str
    words: str  # its summary and what is kept of its text
    at: datetime


def announcement(told: Iterable[Told], models: Collection[str], at: datetime) -> Told | None:
    """The article that announces moves of these models: it names one, or its title or summary is of prices.

    Of several the one whose title says more, then the nearest; news of anything else announces nothing.
    """
    named = [pattern for model in models if (pattern := _named(model))]
    ranked = [(_says(one, named), -abs(one.at - at), one) for one in told if one.url]
    best = max(ranked, key=lambda item: item[:2], default=None)
    return best[2] if best and best[0] else None


def _named(model: str) -> re.Pattern[str] | None:
    """A model's name, whatever stands between its words and numbers; "o3" is not in "GPT-4o 3x"."""
    words = _WORDS.findall(model.casefold())
    if len("".join(words)) < SHORTEST_NAMED:
        return None
    return re.compile("(?<![a-z0-9])" + r"[\W_]{0,3}".join(words) + "(?![a-z0-9])", re.IGNORECASE)


def _says(one: Told, named: Collection[re.Pattern[str]]) -> int:
    in_title, of_prices = any(n.search(one.title) for n in named), bool(_OF_PRICES.search(one.title))
    if in_title or of_prices:
        return 2 + in_title + of_prices
    return 1 if any(n.search(one.words) for n in named) or _OF_PRICES.search(one.words[:SUMMARY]) else 0

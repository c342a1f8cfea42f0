"""Which bundled fact lies on which page of the demo's market, and under which name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from scrapers.page import Terms
from tracker.domain import announced
from tracker.domain.facts import Fact, name_of_fact, series_of_fact

# Providers of the facts that have no page, and why.
LEFT_OUT = {
    "cerebras": "one model with dated prices, and its only move may be a correction",
    "meta": "first listed in July 2026, and no price of it ever moved",
}
# Facts that no page shows, and why. Plans are not shown either: their prices stand in prose, not in tables.
UNSHOWN = {
    ("anthropic", "Message Batches"): "a factor, not a price: see BATCH_FROM",
    ("openai", "gpt-4o-realtime-preview"): "audio prices",
    ("openai", "gpt-realtime"): "the text prices of an audio model",
    ("deepseek", "deepseek-chat (off-peak)"): "a discount by the hour, cancelled in September 2025",
    ("deepseek", "deepseek-reasoner (off-peak)"): "a discount by the hour, cancelled in September 2025",
    ("deepseek", "deepseek-v4-flash (peak)"): "a price by the hour",
    ("deepseek", "deepseek-v4-pro (peak)"): "a price by the hour",
    ("deepseek", "deepseek-flash (peak)"): "a price by the hour",
}
# A model of the facts → the id under which the page lists it, where that is another.
NAMES = {
    ("google", "gemini-2.5-flash-preview"): "gemini-2.5-flash",
    ("mistral", "mistral-large"): "mistral-large-2407",
}
# Batch input and output at half the standard price: Anthropic's since its announcement, OpenAI's since the
# first stored copy of its page that shows it.
BATCH_FROM = {"anthropic": date(2024, 10, 8), "openai": date(2026, 6, 26)}


@dataclass(frozen=True, slots=True)
class Line:
    """The identity of one price of the market."""

    provider: str
    model: str
    meter: str
    terms: Terms


def shown(fact: Fact) -> bool:
    """Whether a page of the demo lists the fact."""
    if fact.provider in LEFT_OUT or fact.component == "plan_month":
        return False
    return (fact.provider, fact.model) not in UNSHOWN


def line_of(fact: Fact) -> Line:
    """Where the market lists a fact that is shown."""
    series = series_of_fact(fact)
    assert series is not None, fact  # what is no price is not shown
    name = name_of_fact(fact)
    model = _listed(fact.provider, NAMES.get((fact.provider, name), name))
    return Line(fact.provider, model, series.meter, series.terms)


def _listed(provider: str, model: str) -> str:
    return printed(model) if provider == "anthropic" else model


def printed(model: str) -> str:
    """An id of Anthropic's as its pages print it: claude-opus-4-1 is Claude Opus 4.1."""
    words = re.sub(r"(?<=\d)-(?=\d)", ".", model).split("-")
    return " ".join(word.capitalize() for word in words)


# The last day of a promotion, where it was announced with it and the page's shape can say so.
PROMO_UNTIL = {
    (provider, _listed(provider, model)): date.fromisoformat(last)
    for (provider, model), last in announced.PROMO_UNTIL.items()
}

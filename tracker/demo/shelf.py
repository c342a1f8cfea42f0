"""Which bundled fact lies on which page of the demo's market, and under which name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from scrapers.page import STANDARD, Terms
from tracker.domain.facts import Fact

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
# The facts' wording of a model → the id under which the page lists it.
NAMES = {
    ("anthropic", "claude-sonnet-4 (>200k)"): "claude-sonnet-4",
    ("deepseek", "deepseek-chat (V2)"): "deepseek-chat",
    ("deepseek", "deepseek-chat (V3)"): "deepseek-chat",
    ("deepseek", "deepseek-chat (-> v4-flash)"): "deepseek-chat",
    ("deepseek", "deepseek-reasoner (R1)"): "deepseek-reasoner",
    ("deepseek", "deepseek-flash (V4.1)"): "deepseek-flash",
    ("google", "gemini-2.5-flash-preview"): "gemini-2.5-flash",
    ("mistral", "mistral-large"): "mistral-large-2407",
}
_METERS = {
    "input": ("input_mtok", STANDARD),
    "cache_read": ("cache_read_mtok", STANDARD),
    "cache_write": ("cache_write_mtok", STANDARD),
    "output": ("output_mtok", STANDARD),
    "input_gt200k": ("input_mtok", Terms(context=">200K")),
    "output_gt200k": ("output_mtok", Terms(context=">200K")),
}
# Batch input and output at half the standard price: Anthropic's since its announcement, OpenAI's since the
# first stored copy of its page that shows it.
BATCH_FROM = {"anthropic": date(2024, 10, 8), "openai": date(2026, 6, 26)}
# The last day of a promotion, where it was announced with it and the page's shape can say so.
PROMO_UNTIL = {
    ("anthropic", "Claude Sonnet 5"): date(2026, 8, 31),
    ("google", "gemini-3.6-flash"): date(2026, 12, 31),
    ("google", "gemini-4-argon"): date(2026, 11, 30),
}


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
    meter, terms = _METERS[fact.component]
    if fact.model.endswith("(>200k)"):
        terms = Terms(context=">200K")
    model = NAMES.get((fact.provider, fact.model), fact.model)
    return Line(fact.provider, printed(model) if fact.provider == "anthropic" else model, meter, terms)


def printed(model: str) -> str:
    """An id of Anthropic's as its pages print it: claude-opus-4-1 is Claude Opus 4.1."""
    words = re.sub(r"(?<=\d)-(?=\d)", ".", model).split("-")
    return " ".join(word.capitalize() for word in words)

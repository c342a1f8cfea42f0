"""Where the past of each source is kept: by the Wayback Machine, or in a catalogue's own repository."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from scrapers.source import Source
from tracker.adapters.archives import History
from tracker.domain.model import Basis, basis_of

# Catalogues that lie in a public repository as one file; of the others the Wayback Machine has captures.
HISTORIES = {"litellm": History("BerriAI/litellm", "model_prices_and_context_window.json")}
# Where pages lay before, the latest first: addresses whose captures today's readers read.
FORMER = {
    "anthropic": ("https://docs.anthropic.com/en/docs/about-claude/pricing.md",),
    "deepseek": ("https://api-docs.deepseek.com/quick_start/pricing",),
    "fireworks": ("https://docs.fireworks.ai/serverless/pricing",),
    "openai": ("https://platform.openai.com/docs/pricing",),
    "vertex": ("https://cloud.google.com/vertex-ai/generative-ai/pricing",),
    "zai": ("https://docs.z.ai/guides/overview/pricing",),
}
CATALOGUES = ("litellm", "modelsdev", "llm-prices", "openrouter")  # whose whole list others kept
FIRST_DAY = date(2023, 1, 1)  # about as far back as the bundled facts reach


@dataclass(frozen=True, slots=True)
class Past:
    """One source whose past is to be told, and where from; `id` is the record's own source in the store."""

    id: str
    source: Source
    history: History | None = None
    former: tuple[str, ...] = ()  # addresses of its page before, the latest first

    @property
    def basis(self) -> Basis:
        return basis_of(self.source.kind)

    @property
    def provider(self) -> str:
        return self.source.provider or self.source.id


def past_of(source: Source, *, catalogue: bool = False) -> Past:
    """Where the past of a source is kept: in a catalogue's own repository, or by the Wayback Machine."""
    # Whoever holds a page to what it must contain today refuses its past.
    relaxed = replace(source, anchors=(), least=1)
    own = catalogue and source.id != "openrouter"
    id = f"history-{source.id}" if own else f"wayback-{source.id}"
    return Past(id, relaxed, HISTORIES.get(source.id) if catalogue else None, FORMER.get(source.id, ()))


def has_past(source: Source) -> bool:
    """Whether captures of its page say anything: feeds have no prices, and archives run no scripts."""
    return source.kind != "feeds" and source.via != "browser"

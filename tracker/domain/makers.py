"""Who made a model, whoever sells it: from what its id says, else from its family's name."""

from __future__ import annotations

import re

from tracker.domain.model import Series
from tracker.domain.model_names import plain
from tracker.domain.witnesses import SPELLINGS

# The first word of a model's name, and whose family it is; reviewed by hand, 25 November 2026.
_FAMILIES = {
    "ai21": "jamba jurassic",
    "alibaba": "qwen qwen2 qwen3 qwq qvq tongyi wan",
    "amazon": "nova titan",
    "anthropic": "claude",
    "cohere": "command aya rerank embed c4ai",
    "deepseek": "deepseek",
    "google": "gemini gemma imagen veo palm bison",
    "ibm": "granite",
    "meta": "llama codellama llama2 llama3 llama4",
    "microsoft": "phi wizardlm mai",
    "minimax": "minimax abab hailuo",
    "mistral": "mistral mixtral codestral ministral magistral devstral pixtral voxtral",
    "moonshot": "kimi moonshot",
    "nvidia": "nemotron",
    "openai": "gpt chatgpt davinci babbage whisper tts dall sora codex o1 o3 o4 omni",
    "perplexity": "sonar pplx",
    "reka": "reka",
    "xai": "grok",
    "zai": "glm chatglm",
}
_MAKER = {family: maker for maker, families in _FAMILIES.items() for family in families.split()}
_ALIASES = {alias: maker for maker, aliases in SPELLINGS.items() for alias in aliases}
MAKERS = frozenset(_FAMILIES) | {"zhipu"}
_WORD = re.compile(r"(?:open-)?([a-z]+\d*)")


def maker_of(series: Series) -> str:
    """The maker's id; the provider's own where nothing says that somebody else made it."""
    for part in reversed(series.model.casefold().split("/")[:-1]):  # "@cf/meta/llama-3", "qwen/qwen3-32b"
        named = part.strip("@~ ").removesuffix("-ai").removesuffix("-org")
        named = _ALIASES.get(part, _ALIASES.get(named, named))
        if named in MAKERS:
            return named
    first = _WORD.match(plain(series.model))
    word = first[1] if first else ""
    return _MAKER.get(word) or _MAKER.get(word.rstrip("0123456789")) or series.provider

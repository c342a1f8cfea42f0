"""What the catalogues share: our spelling of providers, bands of context, and doubt where a unit slipped."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import zip_longest

from scrapers.json_rows import Row, Stated, reading_of
from scrapers.page import Offer, ReadError, Reading, Refused
from scrapers.payload import Json
from scrapers.terms import context_in

# Reviewed by hand. What is not here keeps the catalogue's word: a reseller, a plan, another country's list.
_OURS = {
    "amazon": "aws",
    "amazon-bedrock": "aws",
    "azure-cognitive-services": "azure",
    "azure_ai": "azure",
    "azure_text": "azure",
    "bedrock": "aws",
    "bedrock_converse": "aws",
    "codestral": "mistral",
    "cohere_chat": "cohere",
    "dashscope": "alibaba",
    "fireworks-ai": "fireworks",
    "fireworks_ai": "fireworks",
    "fireworks_ai-embedding-models": "fireworks",
    "gemini": "google",
    "github_copilot": "github-copilot",
    "google-vertex-anthropic": "google-vertex",
    "llama": "meta",
    "meta-ai": "meta",
    "meta_llama": "meta",
    "moonshot-ai": "moonshot",
    "moonshotai": "moonshot",
    "novita-ai": "novita",
    "palm": "google",
    "qwen": "alibaba",
    "text-completion-codestral": "mistral",
    "text-completion-openai": "openai",
    "together_ai": "together",
    "togetherai": "together",
    "vercel_ai_gateway": "vercel",
    "vertex_ai": "google-vertex",
    "x-ai": "xai",
    "z.ai": "zai",
}

# In dollars per million tokens. Beyond them stand prices per thousand or per image, entered as per token.
_LEAST, _MOST = Decimal("0.001"), Decimal(1000)
SLIPPED = "the row states a price that no token has: its unit is another"
_FEW, _SHARE = 4, 5  # so many rows may have slipped, or one in so many; of more, the unit of all is another


def catalogue(rows: Iterable[Stated | Refused]) -> Reading:
    """What the rows of a catalogue say; a row with a price in another unit is refused whole.

    ReadError where much of it is in another unit, or has no input or no output prices at all.
    """
    reading = reading_of(rows)
    for meter in ("input_mtok", "output_mtok"):
        if reading.offers and not any(offer.meter == meter for offer in reading.offers):
            raise ReadError("missing_column", f"a catalogue without any {meter}")
    slipped = {_row(offer) for offer in reading.offers if _is_slipped(offer)}
    if len(slipped) > _FEW and len(slipped) * _SHARE > len({_row(offer) for offer in reading.offers}):
        raise ReadError("parse_error", f"{len(slipped)} rows state prices that no token has")
    kept = tuple(offer for offer in reading.offers if _row(offer) not in slipped)
    doubted = tuple(Refused(o.label, SLIPPED) for o in reading.offers if _row(o) in slipped)
    return Reading(kept, refused=(*reading.refused, *doubted))


def _is_slipped(offer: Offer) -> bool:
    too_little = offer.meter in ("input_mtok", "output_mtok") and 0 < offer.price <= _LEAST
    return offer.meter.endswith("_mtok") and (too_little or offer.price > _MOST)


def _row(offer: Offer) -> tuple[str, str]:
    return offer.provider, offer.model


def provider_of(named: Json) -> str:
    """Whose list a row claims to repeat, as our sources spell it; empty where it does not say."""
    word = named.strip().lower() if isinstance(named, str) else ""
    return "google-vertex" if word.startswith("vertex_ai-") else _OURS.get(word, word)


def bands(starts: Iterable[Json]) -> Iterator[str]:
    """The context of each of several prices that begin at so many tokens, in rising order: ">32K ≤128K".

    Raises ValueError where they are no such numbers.
    """
    numbers = [_tokens(start) for start in starts]
    if numbers != sorted(set(numbers)):
        raise ValueError("bands of context out of their order")
    for start, end in zip_longest(numbers, numbers[1:]):
        yield context_in(f">{start} <={end}" if end else f">{start}") if start else ""


def _tokens(stated: Json) -> int:
    if not isinstance(stated, Decimal) or not 0 <= stated < 10**9 or stated != int(stated):
        raise ValueError("a band of context that begins at no number of tokens")
    return int(stated)


def object_of(value: Json) -> Row:
    """An object; an empty one where it is none."""
    return value if isinstance(value, dict) else {}

"""Whose price it is that a sentence states: of the model its words lead to, else of the one named before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from scrapers.stated import SEAT, Stated
from tracker.domain.named import Hit, Names, Option

_FAR, _NEAR = 500, 80  # characters between a name and its price
_NOBODY = Option("", "")
# Between a price and the name of what it buys: "that OpenAI charges for" leads there, "and" does not.
_LEADS_ASTRAY = re.compile(
    r"[,;.:—–()]|\b(?:and|or|while|but|whereas|than|versus|vs|like|par|against|compar\w+|rival\w*|beat\w*|undercut\w*"
    r"|similar|competing|next|instead|match\w*)\b",
    re.I,
)
_COMPARES = re.compile(
    r"\b(?:than|unlike|versus|vs\.?|against|like|compar\w+ (?:to|with)|rival\w*|beat\w*|undercut\w*)"
    r"\s+(?:[\w’']+\s+){0,3}$",
    re.I,
)
_OF_ITSELF = re.compile(r"[^,;.]{0,20},?\s*(?:which|whose|that|costs?|[’']s)\b", re.I)
_AND = re.compile(r"\b(?:and|or|while|but|whereas|as|because)\b|[;:]", re.I)
_OF_ANOTHER = re.compile(
    r"\s*(?:tokens?\s+)?(?:for|on|with)\s+(?:the |its |their |a )?(?!Batch|API|Tier)[A-Z][\w.-]*"
)
_ON_A_HOST = re.compile(r"\s*(?:tokens?\s+)?(?:on|at|via|through|from)\s+(?:the\s+)?", re.I)
_OWNER = re.compile(r"(\w[\w.-]*)[’']s\s+[\"“‘]?$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, or an aside in one, that begins at `start` in its paragraph."""

    start: int
    hits: Sequence[Hit]  # outside of asides
    inner: Sequence[Hit]  # of an aside: the names in it
    prices: Sequence[Stated]
    before: Sequence[Hit]  # the last ones of the paragraph's sentences before

    @property
    def names(self) -> list[Hit]:
        return [*self.inner, *self.hits]


@dataclass(frozen=True, slots=True)
class Whose:
    """The provider and model of a price, empty where they are not sure; its words end at `until`."""

    provider: str
    model: str
    until: int = 0


def assign(
    paragraph: str, sentence: Sentence, one: Stated, names: Names, told_of: Sequence[str]
) -> Whose | None:
    """Whose a stated price is; None where it is a sum a month that is no plan's.

    `told_of` are the providers that the article named before, the first one first.
    """
    group = [o for o in sentence.prices if o.group == one.group]
    last = sentence.start + group[-1].until
    wanted = [h for h in sentence.names if _fits(h, one)]
    led_to = _led_to(paragraph, last, wanted)
    hit = led_to or _nearest(paragraph, sentence, one, last, wanted)
    option = _option(paragraph, sentence, one, hit, names, told_of) if hit else _NOBODY
    provider = option.provider or _provider(sentence, one, hit)
    if host := _host(paragraph, last, sentence.names):
        sold = names.choose(hit, [host], is_plan=one.meter == SEAT) if hit else option
        provider, option = host, sold if sold.provider == host else _NOBODY
    if one.meter == SEAT and not (option.model or (one.is_plan and provider)):
        return None  # somebody's rent
    return Whose(provider, option.model, led_to.end if led_to and one == group[-1] else 0)


def _option(
    paragraph: str, sentence: Sentence, one: Stated, hit: Hit, names: Names, told_of: Sequence[str]
) -> Option:
    sellers = sorted((h for h in sentence.names if h.provider), key=lambda h: abs(h.start - hit.start))
    near = [h.provider for h in sellers]
    option = names.choose(hit, near, told_of, is_plan=one.meter == SEAT)
    if any(h.is_host for h in sellers) and option.provider not in near:
        return _NOBODY  # a host asks what it likes for somebody's model
    return _NOBODY if hit.is_plan and not _is_sole(paragraph, sentence, hit, names, option) else option


def _is_sole(paragraph: str, sentence: Sentence, hit: Hit, names: Names, option: Option) -> bool:
    """Whether a plan that is called by a word like any other can only be that provider's: "Pro"."""
    others = [h for h in sentence.names if h.is_model and not h.is_plan]
    named = {h.provider for h in sentence.names if h.provider}
    named |= {names.choose(h, (), is_plan=plan).provider for h in others for plan in (True, False)} - {""}
    owner = _OWNER.search(paragraph, max(0, hit.start - _NEAR), hit.start)
    owned = owner is None or any(h.start < owner.end() and owner.start() < h.end for h in sentence.names)
    return named == {option.provider} and owned


def _fits(hit: Hit, one: Stated) -> bool:
    """A plan is sold by the month and a model by the token; what we do not know may be either."""
    is_plan = one.meter == SEAT
    return hit.is_model and (not hit.options or any(o.is_plan == is_plan for o in hit.options))


def _led_to(paragraph: str, last: int, hits: Sequence[Hit]) -> Hit | None:
    """The model to which the words after a price lead: "… that OpenAI charges for GPT-4o"."""
    following = [h for h in hits if h.start >= last and h.start - last <= _NEAR]
    if not following:
        return None
    hit = min(following, key=lambda h: h.start)
    return None if _LEADS_ASTRAY.search(paragraph[last : hit.start]) else hit


def _host(paragraph: str, last: int, hits: Sequence[Hit]) -> str:
    """The provider that a price is said to be of, right after it: "$5 per million input tokens on Azure"."""
    leads = _ON_A_HOST.match(paragraph, last)
    return next((h.provider for h in hits if leads and h.start == leads.end()), "")


def _nearest(paragraph: str, sentence: Sentence, one: Stated, last: int, wanted: Sequence[Hit]) -> Hit | None:
    """The model named last before a price, in its aside, sentence or paragraph; else the one after it."""
    if _OF_ANOTHER.match(paragraph, last) and not _host(paragraph, last, sentence.names):
        return None
    start = sentence.start + one.start
    for among in (sentence.inner, sentence.hits):
        earlier = [h for h in among if start - _FAR <= h.start and h.end <= start]
        earlier = [h for h in earlier if h.provider or h in wanted]
        if earlier:
            own = [h for h in earlier if not _is_other_side(paragraph, h)]
            return _subject(own or earlier)
    later = [h for h in wanted if h.start >= last]
    if later:
        words = paragraph[last : later[0].start]
        apart = len(words) > _NEAR or _COMPARES.search(words) or _AND.search(words)
        return later[0] if len({h.options for h in later}) == 1 and not apart else None
    if sentence.names or one.meter == SEAT:
        return None
    return _subject([h for h in sentence.before if h.provider or not h.is_plan][-4:])


def _is_other_side(paragraph: str, hit: Hit) -> bool:
    """Whether a model is only what another is held against, and nothing is said of itself."""
    compares = _COMPARES.search(paragraph[max(0, hit.start - _NEAR // 2) : hit.start])
    return bool(compares) and not _OF_ITSELF.match(paragraph, hit.end)


def _subject(hits: Sequence[Hit]) -> Hit | None:
    """The last model, unless another provider is named after it: then the price is of no named model."""
    for place in range(len(hits) - 1, -1, -1):
        hit = hits[place]
        if hit.is_model:
            makers = {o.provider for o in hit.options}
            others = {h.provider for h in hits[place + 1 :]}
            return hit if not others - makers else None
    return None


def _provider(sentence: Sentence, one: Stated, hit: Hit | None) -> str:
    """The provider named nearest before a price in its sentence, where its model is not known."""
    begin = hit.start if hit else sentence.start + one.start
    named = [h for h in sentence.names if h.provider and h.end <= begin]
    if not named and not any(h.is_model for h in sentence.names):
        named = [h for h in sentence.names if h.provider]
    return max(named, key=lambda h: h.start).provider if named else ""

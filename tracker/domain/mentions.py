"""The prices that an article states, and of whose model; what cannot be assigned stays without one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from scrapers.page import STANDARD, Terms
from scrapers.stated import SEAT, Stated, stated
from tracker.domain.named import Hit, Names, Option

MOST = 200  # of one article
LONGEST_QUOTE = 200  # characters
_FAR, _NEAR = 500, 80  # characters between a name and its price
_LONGEST_SENTENCE = 3000
_ENDS = re.compile(r"[.!?][\"”’')]{0,2}\s+(?=[\"“‘(]?[A-Z0-9$€£¥])|[。！？]")
_IN_BRACKETS = re.compile(r"\([^()]{0,600}\)|\[[^\[\]]{0,600}\]")
_DASHES = re.compile(r"\s[—–]\s|\s-{1,2}\s|(?<=\w)—(?=\w)")
_COMPARISON = re.compile(r",\s[^,;.]{0,60}\b(?:than|unlike|like|against|rival\w*|beat\w*)\b[^,;.]{0,60},")
_STRUCK = re.compile(r"~~[^~\n]{1,200}~~")
# Between a price and the name of what it buys: "that OpenAI charges for" leads there, "and" does not.
_LEADS_ASTRAY = re.compile(
    r"[,;.:—–()]|\b(?:and|or|while|but|whereas|than|versus|vs|like|par|against|compar\w+|rival\w*|beat\w*|undercut\w*"
    r"|similar|competing|next|instead|match\w*)\b",
    re.I,
)
_OF_ANOTHER = re.compile(
    r"\s*(?:tokens?\s+)?(?:for|on|with)\s+(?:the |its |their |a )?(?!Batch|API|Tier)[A-Z][\w.-]*"
)
_ON_A_HOST = re.compile(r"\s*(?:tokens?\s+)?(?:on|at|via|through|from)\s+(?:the\s+)?", re.I)


@dataclass(frozen=True, slots=True)
class Mention:
    """A price that an article states, or, without a price, a provider that it names.

    `model` is empty where the article does not say it or the record does not know it; `meter` where it is a
    price per token that does not say of which.
    """

    quote: str
    provider: str = ""
    model: str = ""
    meter: str = ""
    terms: Terms = STANDARD
    price: Decimal | None = None
    currency: str = ""


def mentions(text: str, names: Names, day: date, provider: str = "") -> tuple[Mention, ...]:
    """What an article of a day says: the providers it names, then its prices; `provider` is its feed's."""
    named = {hit.provider: text[hit.start : hit.end] for hit in reversed(list(names.providers_in(text)))}
    found = [Mention(quote=words, provider=id) for id, words in sorted(named.items())]
    told_of = [provider] if provider else []
    for paragraph in _STRUCK.sub(" ", text).split("\n"):
        found += _of_paragraph(paragraph, names, day, told_of)
        told_of += [hit.provider for hit in names.providers_in(paragraph) if hit.provider not in told_of]
        if len(found) >= MOST:
            break
    return tuple(found[:MOST])


@dataclass(slots=True)
class _Sentence:
    """A part of a paragraph from `start` on, and what is named before and in it."""

    start: int
    hits: Sequence[Hit]  # outside of asides
    inner: Sequence[Hit]  # for an aside: the names in it
    prices: Sequence[Stated]


def _of_paragraph(paragraph: str, names: Names, day: date, told_of: Sequence[str]) -> Iterator[Mention]:
    if not any(stated(part) for _, part in _sentences(paragraph)):
        return
    hits = names.find(paragraph, day, told_of)
    before: list[Hit] = []  # of the sentences before this one
    for start, said in _sentences(paragraph):
        asides = _asides(said)
        mine = [h for h in hits if start <= h.start < start + len(said)]
        outer = [h for h in mine if not any(a <= h.start - start < b for a, b in asides)]
        main = _without(said, asides)
        parts = [_Sentence(start, outer, (), stated(main))]
        for a, b in asides:
            inner = [h for h in mine if a <= h.start - start < b]
            parts.append(_Sentence(start + a, outer, inner, stated(said[a:b])))
        prices = [(part, one) for part in parts for one in part.prices]
        for part, one in sorted(prices, key=lambda p: p[0].start + p[1].start):
            mention = _mention(paragraph, part, one, before, names, told_of)
            if mention:
                yield mention
        before += outer


def _sentences(paragraph: str) -> Iterator[tuple[int, str]]:
    """Where each sentence begins, and the sentence; one that does not end is cut."""
    begin = 0
    ends = [match.end() for match in _ENDS.finditer(paragraph)]
    for end in [*ends, len(paragraph)]:
        while begin < end:
            cut = min(end, begin + _LONGEST_SENTENCE)
            yield begin, paragraph[begin:cut]
            begin = cut


def _asides(sentence: str) -> list[tuple[int, int]]:
    """What stands in brackets, between two dashes, or between commas to compare with others."""
    found = [m.span() for m in _IN_BRACKETS.finditer(sentence)]
    found += [m.span() for m in _COMPARISON.finditer(sentence)]
    dashes = [m.span() for m in _DASHES.finditer(sentence) if not any(a <= m.start() < b for a, b in found)]
    for (a, _), (_, b) in zip(dashes[::2], dashes[1::2], strict=False):
        found = [(x, y) for x, y in found if not a <= x < b]
        found.append((a, b))
    return sorted(found)


def _without(sentence: str, asides: Sequence[tuple[int, int]]) -> str:
    for a, b in asides:
        sentence = sentence[:a] + " " * (b - a) + sentence[b:]
    return sentence


def _mention(
    paragraph: str, part: _Sentence, one: Stated, before: list[Hit], names: Names, told_of: Sequence[str]
) -> Mention | None:
    start, end = part.start + one.start, part.start + one.until
    here = [*part.inner, *part.hits]
    wanted = [h for h in here if _fits(h, one)]
    group = [o for o in part.prices if o.group == one.group]
    last = part.start + group[-1].until
    led_to = _led_to(paragraph, last, wanted)
    hit = led_to or _nearest(paragraph, part, start, last, wanted, before if one.meter != SEAT else [])
    option = Option("", "")
    if hit and hit.options:
        near = sorted((h for h in here if h.provider), key=lambda h: abs(h.start - hit.start))
        option = names.choose(hit, [*(h.provider for h in near), *reversed(told_of)])
    provider = option.provider or _provider(here, start, hit)
    if host := _host(paragraph, last, here):
        sold = names.choose(hit, [host]) if hit else option
        provider, option = host, sold if sold.provider == host else Option("", "")
    if one.meter == SEAT and not (option.model or (one.is_plan and provider)):
        return None  # somebody's rent
    if led_to and one == group[-1]:
        end = led_to.end + (paragraph[led_to.end : led_to.end + 1] in ("”", '"', "’"))
    return Mention(
        quote=_quote(paragraph[start:end]),
        provider=provider,
        model=option.model,
        meter=one.meter,
        terms=one.terms,
        price=one.price,
        currency=one.currency,
    )


def _fits(hit: Hit, one: Stated) -> bool:
    """A nickname of a plan names one only where a plan's price is spoken of."""
    return hit.is_model and (not hit.is_plan or one.meter == SEAT)


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


def _nearest(
    paragraph: str, part: _Sentence, start: int, last: int, wanted: Sequence[Hit], before: Sequence[Hit]
) -> Hit | None:
    """The model named last before a price, in its aside, sentence or paragraph; else the one after it."""
    if _OF_ANOTHER.match(paragraph, last) and not _host(paragraph, last, [*part.inner, *part.hits]):
        return None
    for among in (part.inner, part.hits):
        earlier = [h for h in among if start - _FAR <= h.start and h.end <= start]
        earlier = [h for h in earlier if h.provider or h in wanted]
        if earlier:
            return _subject(earlier)
    if not part.hits and not part.inner:
        return _subject([h for h in before if h.provider or not h.is_plan][-4:])
    later = [h for h in wanted if h.start >= last]
    return later[0] if len({h.options for h in later}) == 1 else None


def _subject(hits: Sequence[Hit]) -> Hit | None:
    """The last model, unless another provider is named after it: then the price is of no named model."""
    for place in range(len(hits) - 1, -1, -1):
        hit = hits[place]
        if hit.is_model:
            makers = {o.provider for o in hit.options}
            others = {h.provider for h in hits[place + 1 :]}
            return hit if not others - makers else None
    return None


def _provider(here: Sequence[Hit], start: int, hit: Hit | None) -> str:
    """The provider named nearest before a price in its sentence, where its model is not known."""
    begin = hit.start if hit else start
    named = [h for h in here if h.provider and h.end <= begin]
    if not named and not any(h.is_model for h in here):
        named = [h for h in here if h.provider]
    return max(named, key=lambda h: h.start).provider if named else ""


def _quote(words: str) -> str:
    """On one line, without control, direction and invisible characters."""
    kept = (c for c in words if c.isspace() or unicodedata.category(c)[0] != "C")
    line = " ".join("".join(kept).split())
    return line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1] + "…"

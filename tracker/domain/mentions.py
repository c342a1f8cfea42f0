"""The prices that an article states, and of whose model; what cannot be assigned stays without one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from scrapers.page import STANDARD, Terms
from scrapers.stated import Stated, stated
from tracker.domain.named import Hit, Names
from tracker.domain.whose import Sentence, assign

MOST = 200  # of one article
LONGEST_QUOTE = 200  # characters
_CARRIED = 8  # names that a sentence takes over from those before it
_LONGEST_SENTENCE = 3000
_ENDS = re.compile(r"[.!?][\"”’')]{0,2}\s+(?=[\"“‘(]?[A-Z0-9$€£¥])|[。！？]")
_IN_BRACKETS = re.compile(r"\([^()]{0,600}\)|\[[^\[\]]{0,600}\]")
_OF_WHAT = re.compile(
    r"(?:cached?|cache[- ](?:hit|miss|read|write)\w*|(?:in|out)(?:put)?s?)(?: tokens?)?", re.I
)
_DASHES = re.compile(r"\s[—–]\s|\s-{1,2}\s|(?<=\w)—(?=\w)")
_COMPARISON = re.compile(r",\s[^,;.]{0,60}\b(?:than|unlike|like|against|rival\w*|beat\w*)\b[^,;.]{0,60},")
_SUPPOSED = re.compile(r"^\W*if\b.{1,300}\bwould\b|\b(?:imagine|suppose)\b", re.I)
_OPENED = {")": "(", "”": "“", "’": "‘", '"': '"'}
_STRUCK = re.compile(r"~~[^~\n]{1,200}~~")


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


def _of_paragraph(paragraph: str, names: Names, day: date, told_of: Sequence[str]) -> Iterator[Mention]:
    if not any(stated(part) for _, part in _sentences(paragraph)):
        return
    hits = names.find(paragraph, day, told_of)
    before: list[Hit] = []  # the last names of the sentences before this one
    for start, said in _sentences(paragraph):
        if _SUPPOSED.search(said):
            continue
        asides = _asides(said)
        mine = [h for h in hits if start <= h.start < start + len(said)]
        outer = [h for h in mine if not any(a <= h.start - start < b for a, b in asides)]
        main = _without(said, asides)
        parts = [Sentence(start, outer, (), stated(main), before)]
        for a, b in asides:
            inner = [h for h in mine if a <= h.start - start < b]
            parts.append(Sentence(start + a, outer, inner, stated(said[a:b]), before))
        prices = [(part, one) for part in parts for one in part.prices]
        for part, one in sorted(prices, key=lambda p: p[0].start + p[1].start):
            mention = _mention(paragraph, part, one, names, told_of)
            if mention:
                yield mention
        before = [*before, *outer][-_CARRIED:]


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
    found = [m.span() for m in _IN_BRACKETS.finditer(sentence) if not _OF_WHAT.fullmatch(m[0][1:-1])]
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
    paragraph: str, sentence: Sentence, one: Stated, names: Names, told_of: Sequence[str]
) -> Mention | None:
    whose = assign(paragraph, sentence, one, names, told_of)
    if whose is None:
        return None
    start, end = sentence.start + one.start, max(sentence.start + one.until, whose.until)
    closing = paragraph[end : end + 1]
    end += closing in _OPENED and _OPENED[closing] in paragraph[start:end]
    return Mention(
        quote=_quote(paragraph[start:end]),
        provider=whose.provider,
        model=whose.model,
        meter=one.meter,
        terms=one.terms,
        price=one.price,
        currency=one.currency,
    )


def _quote(words: str) -> str:
    """On one line, without control, direction and invisible characters."""
    kept = (c for c in words if c.isspace() or unicodedata.category(c)[0] != "C")
    line = " ".join("".join(kept).split())
    return line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1] + "…"

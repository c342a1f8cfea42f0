"""Prices that stand in lines and lists under a model's name: "Input: $3 / 1M tokens", in HTML or Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from scrapers.columns import EMBEDS, in_order
from scrapers.line_prices import Part, meter_of_words, metered, parts_of
from scrapers.lines import Line, joined, under
from scrapers.meters import Unit, meter_of, read_unit, units_in
from scrapers.money import PriceError, per_meter, read_price
from scrapers.names import ID, LONGEST, model_name
from scrapers.page import STANDARD, Offer, Refused, Terms
from scrapers.tables import Document
from scrapers.terms import context_in, merged, terms_in, tier_only, without_context
from scrapers.titled import is_about, title_of

_UNIT = re.compile(r"(?:/|per\b)\s?.{1,40}$", re.I)
_HEADINGS = 6  # levels of true headings; below stand terms of lists and lines in bold
_SPEC = re.compile(
    r"(?:max(?:imum)? |total )?(?:context|release|licen|param|modalit|quant|provider|type|size|latency"
    r"|speed|throughput|knowledge|training|availab|endpoint|rate limit|function)",
    re.I,
)
_CACHE = re.compile(r"\W*cache\W*", re.I)
_IN_OUT = re.compile(r"\s*in(?:put)?\s*/\s*out(?:put)?\b(?P<per>.{0,20})", re.I)
_NAMED = re.compile(r"(?P<name>[^\s:：]{4,60})[:：]\s*(?P<said>.{4,})")
# An id of something else than a model: a region, a tier, a length.
_NO_MODEL = re.compile(
    r"(?:us|eu|ap|ca|sa|me|af|cn|asia|europe|tier|level|plan|step|phase|zone|region|context)-", re.I
)
_BOTH = re.compile(
    r"\W*(?:输入(?:与|和|、)输出|input and output)\s*(?:tokens? )?(?:价格|prices?|pricing)?均?[为:：]?\W*",
    re.I,
)
# What may stand beside prices and changes nothing about them.
_BESIDE = re.compile(
    r"\W*(?:context(?: window| length)?\W*[\d.,]+\s*[km]?(?: tokens?)?|tokens?|[\d.,]+\s*[km]? context"
    r"|and|plus|then|or)?\W*",
    re.I,
)
_BARE = re.compile(r"\W*(?:prices?|pricing|costs?|per|/|1m|1k|million|thousand|tokens?|价格|单价|\W)*", re.I)


@dataclass(slots=True)
class Card:
    """Where a walk down the lines stands: whose prices these are, and what the next one is for."""

    title: str = ""
    path: tuple[str, ...] = ()
    label: str = ""
    group: str = ""
    terms: Terms = STANDARD
    context: str = ""
    unit: Unit | None = None
    found: list[Offer | Refused] = field(default_factory=list)

    def hears(self, text: str) -> None:
        """Take a line without a price: a label, a group of labels, a tier, a unit; prose ends a label."""
        said = without_context(text).strip()
        if tier_only(text):
            self.terms, self.label, self.group = terms_in(text), "", ""
        elif not said and text.strip():  # a length of prompts, under what the group is for
            self.context, self.label = context_in(text), self.group
        elif len(text) <= LONGEST and (meter_of(said) or meter_of(f"{self.group} {said}")):
            if meter_of(said):
                self.group, self.context = said, ""
            self.label = text
        elif unit := read_unit(text):
            self.unit = self.unit or unit
        else:
            self.label = ""


def listed(lines: Sequence[Line], page: Document) -> Iterator[list[Offer | Refused]]:
    """What stands under each name, a list a name: only where it states input and output, or embeds."""
    path: list[Line] = []
    card = Card()
    for line in joined(lines, _is_unit):
        if alone := _of_its_own(line):
            if title_of((*card.path, card.title)):
                card.found.append(Refused(line.text, "prices of an id below the name of a model"))
                continue
            yield from _whole(card)
            name = "" if _NO_MODEL.match(alone["name"]) else alone["name"]
            own = Card(name, unit=card.unit)
            own.found += _offers(own, parts_of(alone["said"]), alone["said"], page)
            yield from _whole(own)
            card = Card(unit=card.unit)
            continue
        named = _is_name(line) and not _describes(line, card)
        if named and not _says_meter(line.text):
            yield from _whole(card)
            if line.level:
                path = under(path, line)
            unit = None if line.level and line.level < 3 else card.unit
            card = Card(line.text, tuple(above.text for above in path), unit=unit)
        elif prices := parts_of(line.text):
            card.found += _offers(card, prices, line.text, page)
            card.label = ""
        else:
            card.hears(line.text)
    yield from _whole(card)


def _is_unit(above: Line, line: Line) -> bool:
    """Whether a line is the unit of the price above it: "/ 1K searches"."""
    return not above.level and bool(_UNIT.match(line.text) and units_in(line.text) and parts_of(above.text))


def _of_its_own(line: Line) -> re.Match[str] | None:
    """The id and the prices of a line that states both: "kite-4: input $1, output $2"."""
    said = None if line.level else _NAMED.fullmatch(line.text)
    is_id = said and ID.fullmatch(said["name"].casefold()) and re.search(r"[a-z].*\d", said["name"], re.I)
    return said if is_id and said and parts_of(said["said"]) else None


def _is_name(line: Line) -> bool:
    """A heading, or a name that prints its id: the second line of its text."""
    if line.level > _HEADINGS and _SPEC.match(line.text):
        return False
    return bool(line.level) or "\n" in line.text


def _describes(line: Line, card: Card) -> bool:
    """Whether a line in bold under a model's heading says more of it: "Best for coding" under "Kite 4"."""
    is_model = bool(re.search(r"\d", card.title)) and not is_about(card.title.split("\n")[0])
    return line.level > _HEADINGS and is_model and not card.found and not re.search(r"\d", line.text)


def _says_meter(text: str) -> bool:
    return bool(meter_of(without_context(text))) or tier_only(text) or bool(parts_of(text))


def _whole(card: Card) -> Iterator[list[Offer | Refused]]:
    meters = {one.meter for one in card.found if isinstance(one, Offer)}
    embeds = EMBEDS.search("\n".join((card.title, *card.path)))
    if {"input_mtok", "output_mtok"} <= meters or (embeds and "input_mtok" in meters):
        yield card.found


def _offers(card: Card, prices: list[Part], text: str, page: Document) -> Iterator[Offer | Refused]:
    label = " | ".join(
        filter(None, (card.title, card.group if card.group != card.label else "", card.label, text))
    ).replace("\n", " ")
    path = card.path if card.path[-1:] == (card.title,) else (*card.path, card.title)
    if not 0 < len(title := title_of(path)) <= LONGEST:
        return
    try:
        for meter, price, words in _metered(card, prices):
            stated = read_price(price, currency=page.currency)
            if stated is None:
                continue
            amount = per_meter(stated, meter, read_unit(words) or card.unit or page.unit)
            around = merged(terms_in("\n".join(card.path[-1:])), card.terms, Terms(context=card.context))
            terms = merged(around, terms_in(words))
            yield Offer(model_name(title), meter, amount, stated.currency, terms, label)
    except PriceError as why:
        yield Refused(label, str(why))


def _metered(card: Card, parts: list[Part]) -> Iterable[tuple[str, str, str]]:
    first = parts[0].before
    if len(parts) > 1 and (ordered := in_order(first.strip(" :："))) and len(ordered) == len(parts):
        return [(meter, part.price, first) for meter, part in zip(ordered, parts, strict=True)]
    is_bare = bool(_BESIDE.fullmatch(first) or _BARE.fullmatch(first))
    if len(parts) == 1 and _BOTH.fullmatch(first) and _BARE.fullmatch(parts[0].behind):
        return [(meter, parts[0].price, parts[0].behind) for meter in ("input_mtok", "output_mtok")]
    is_pair = is_bare and len(parts) == 2 and parts[0].behind.strip() == "/"
    if is_pair and (order := _IN_OUT.fullmatch(parts[1].behind)):
        meters = ("input_mtok", "output_mtok")
        return [(meter, part.price, order["per"]) for meter, part in zip(meters, parts, strict=True)]
    label = _of_card(card, first) or ""
    if not (is_bare or meter_of_words(first) or context_in(first)):
        raise PriceError(f"{first[:40]!r} before a price")
    return [(m, p, f"{card.label} {words}") for m, p, words in metered(_paired(card, parts), label)]


def _paired(card: Card, parts: list[Part]) -> list[Part]:
    """ "$0.06/$0.78 cache" of a model whose cache reads and writes were both priced: in that order."""
    priced = {one.meter for one in card.found if isinstance(one, Offer)}
    out = list(parts)
    if {"cache_read_mtok", "cache_write_mtok"} <= priced:
        for n in range(len(out) - 1):
            if out[n].behind.strip() == "/" and _CACHE.fullmatch(out[n + 1].behind):
                out[n] = replace(out[n], behind="cache read")
                out[n + 1] = replace(out[n + 1], behind="cache write")
    return out


def _of_card(card: Card, words: str) -> str | None:
    """The meter of a price alone in its line: of the label before it, or input where only that is priced."""
    if not _BESIDE.fullmatch(words) and not _BARE.fullmatch(words):
        return None
    if card.label:
        return meter_of(without_context(card.label)) or meter_of(
            f"{card.group} {without_context(card.label)}"
        )
    embeds = EMBEDS.search("\n".join((card.title, *card.path)))
    return "input_mtok" if embeds else None

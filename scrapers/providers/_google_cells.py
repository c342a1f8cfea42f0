"""What a price cell of Google's pages states: several amounts, each with the words behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scrapers.lines import one_line
from scrapers.meters import METERS, MILLION, Unit, kinds_in, of_kind, read_unit
from scrapers.money import PriceError, read_price, read_prices
from scrapers.page import Offer, Refused, Terms
from scrapers.terms import SINCE, UNTIL, merged, terms_in, without_context

PER_MTOK_HOUR = Unit("token_hour", MILLION)
# "or $0.005/min", "(or $0.0003/page)", "($0.00012 per image)", "equivalent to $0.134 per image …": the same
# price once more, in another unit.
_AGAIN = re.compile(
    r"\(\s*(?:or\s+)?\$[\d.]+\s*(?:per|/)\s*[^()$]{1,20}\)|\bor\s+\$[\d.]+\s*/\s*[a-z]{1,10}\b"
    r"|[\s,;.(]*\bequivalent\s+to\b.*",
    re.I | re.S,
)
_ALIKE = re.compile(r"\$(?P<n>[\d.]*\d)\s*/[^$()]{1,40}\(or \$(?P=n)\s*/")
_AMOUNT = re.compile(r"(?=(?<![\w.,])(?:US)?[$€£¥]\s?\d)")
_LEAD = re.compile(r"[\s:]*(?:same as standard|same price as standard)?[\s.,:;]*", re.I)
_STATED = re.compile(r"(?P<price>(?:US)?[$€£¥]\s?(?:\d[\d.,]*\d|\d))(?P<words>.*)", re.S)
_HOUR = r"(?:\s*(?:per|/)\s*h(?:ou)?r\b)"
_STORED = re.compile(
    rf"\(?\s*(?:/|per)\s*(?:1,000,000|(?:1\s)?million|1\s?M|M)\s*(?:tok(?:en)?s?)?{_HOUR}\s*\)?"
    r"(?:\s*\(storage price\))?",
    re.I,
)
_UNIT = re.compile(
    r"(?:/|\bper\b)\s*(?:1,000,000|1,000|(?:1\s)?million|1\s?[mk]|[mk])?\s*"
    r"(?:tok(?:en)?s?|characters?|images?|seconds?|minutes?)\b",
    re.I,
)
_KINDS = re.compile(r"\((?:[\s,/&]|and|or|text|images?|videos?|audio|thinking)+\)", re.I)
_REGION = re.compile(r"\((?P<non>non-)?(?:global)\)", re.I)
_LABELLED = re.compile(
    r"(?<![\w$.])([A-Za-z0-9][A-Za-z0-9 -]{2,40}?)\s*:\s*([^:\n]*?)(?=\s+[A-Z0-9][\w -]{2,40}:|\s*\n|\s*\Z)"
)
_LEFT = re.compile(r"[\s.,;:*†‡^\\⁰¹²³⁴-⁹]+|\band\b|\binput\b", re.I)
_FAR = 200  # a price this much smaller than another of its cell is in another unit than the heading's


@dataclass(frozen=True, slots=True)
class Stated:
    """One amount of a cell: what of it the words behind say; `kinds` are modalities, "text" first."""

    price: str
    unit: Unit | None
    kinds: tuple[str, ...]
    terms: Terms

    def meters(self, meter: str) -> tuple[str, ...]:
        """What it is a price of, in a row of `meter`: an amount for audio and video is one of each.

        Raises PriceError where there is no such meter.
        """
        found = self._meters(meter)
        if unknown := [name for name in found if name not in METERS]:
            raise PriceError(f"no meter {unknown[0]}")
        return found

    def _meters(self, meter: str) -> tuple[str, ...]:
        if self.unit == PER_MTOK_HOUR:
            return ("cache_storage_mtok_hours",)
        if self.unit is not None and self.unit.thing == "image":
            return (f"{meter.partition('_')[0]}_images",)
        if not self.kinds or "text" in self.kinds or not meter.endswith("_mtok"):
            return (meter,)
        return tuple(of_kind(meter, kind) for kind in self.kinds)


def stated_in(text: str, page: str = "") -> list[Stated]:
    """Every amount of a cell with its words; none where the cell states none ("Not available").

    `page` is where a date without its year is looked up. Raises PriceError at words that are not known.
    """
    text = one_line(text)
    if _ALIKE.search(text):
        raise PriceError("one amount for two units")
    said = one_line(_AGAIN.sub(" ", text))
    lead, *parts = _AMOUNT.split(said) if _AMOUNT.search(said) else (said,)
    if not parts:
        return _without_amount(said)
    if not _LEAD.fullmatch(lead):
        raise PriceError(f"{lead[:40]!r} before a price")
    found = [_stated(part, page) for part in parts]
    _refuse_far(found)
    return found


def _without_amount(said: str) -> list[Stated]:
    if re.match(r"not (?:available|supported)\b", said, re.I) and not re.search(r"\d", said):
        return []
    return [Stated(said, None, (), Terms()) for _ in read_prices(said)]


def _stated(part: str, page: str) -> Stated:
    found = _STATED.fullmatch(part.strip())
    if found is None:
        raise PriceError(f"{part[:30]!r} is no price")
    if "," in found["price"]:
        raise PriceError("a comma in a price")  # of thousands, or of decimals
    words = found["words"]
    region = _REGION.search(words)
    told = _KINDS.sub(" ", _REGION.sub(" ", words))
    stored = _STORED.search(told)
    printed = _UNIT.search(told)
    unit = PER_MTOK_HOUR if stored else read_unit(printed[0]) if printed else None
    kinds = kinds_in(" ".join(_KINDS.findall(words)))
    terms = terms_in(words, page)
    left = UNTIL.sub(" ", SINCE.sub(" ", _UNIT.sub(" ", _STORED.sub(" ", told))))
    if _LEFT.sub("", _without_bands(left)):
        raise PriceError(f"{words.strip()[:40]!r} beside a price")
    dated = Terms(promo_until=terms.promo_until, effective_from=terms.effective_from)
    where = Terms(context=terms.context, region="non-global" if region and region["non"] else "")
    if (UNTIL.search(words) or SINCE.search(words)) and dated == Terms():
        raise PriceError(f"a day without its year in {words.strip()[:40]!r}")
    return Stated(found["price"], unit, tuple(kinds), merged(where, dated))


def _without_bands(words: str) -> str:
    """Words without "prompts <= 200k tokens": what a band of context is written with."""
    return re.sub(r"\b(?:prompts?|tokens?)\b", "", without_context(words.replace("\\", "")), flags=re.I)


def _refuse_far(found: list[Stated]) -> None:
    """ "$1.00 (text), $0.0006 (image)": the second is per image, whatever the heading says."""
    amounts = [price.amount for one in found if one.unit is None and (price := read_price(one.price))]
    if amounts and min(amounts) * _FAR < max(amounts):
        raise PriceError("amounts so far apart that one is in another unit")


def believed(found: list[Offer | Refused]) -> list[Offer | Refused]:
    """The prices of a table but those of a model whose output is cheaper than its input, or the cache dearer.

    No model is so priced: its rows or columns were mixed up.
    """
    prices = {(o.model, o.terms, o.meter): o.price for o in found if isinstance(o, Offer)}
    mixed = {
        (model, terms)
        for (model, terms, meter), price in prices.items()
        if meter == "input_mtok"
        and (
            0 < prices.get((model, terms, "output_mtok"), price) < price
            or prices.get((model, terms, "cache_read_mtok"), price) > price
        )
    }
    return [
        Refused(one.label, "dearer and cheaper are mixed up")
        if isinstance(one, Offer) and (one.model, one.terms) in mixed
        else one
        for one in found
    ]


def labelled(text: str) -> list[tuple[str, str]]:
    """(label, amount) of a cell that names each: "Input: $5.00", "5m Batch Cache Write: $3.125"."""
    return [(found[1], found[2].strip()) for found in _LABELLED.finditer(text)]

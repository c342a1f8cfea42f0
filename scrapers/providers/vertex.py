"""Google Cloud's page of prices for generative AI: Gemini, and the partner models that it resells.

Its provider is "google-vertex": a model may cost otherwise here than in the Gemini API, and by region. Not
read on purpose: grounding, provisioned throughput, the optimizer, what is "for reference only", video, music.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scrapers.currencies import currency_in
from scrapers.grid import Cell, Grid
from scrapers.lines import one_line
from scrapers.meters import METERS, Unit, kinds_in, meter_of, of_kind, read_unit
from scrapers.money import PriceError, per_meter, read_price
from scrapers.names import model_name, without_marks
from scrapers.page import Offer, Page, ReadError, Reading, Refused, Terms
from scrapers.providers._google_cells import PER_MTOK_HOUR, Stated, believed, labelled, stated_in
from scrapers.settled import settled, whole
from scrapers.source import Source
from scrapers.tables import document, is_html
from scrapers.terms import context_in, merged, terms_in, without_context
from scrapers.wrong_page import refuse_wrong_page

_NAME = re.compile(r"(?:[\w ]+ )?models?(?: name)?", re.I)
_PRICE = re.compile(r"pric|cost|\$|storage", re.I)
_TYPE = re.compile(r"type|usage|modality|feature", re.I)
_LEFT_OUT = re.compile(r"modality-based|optimi[sz]er|provisioned|\bveo\b|lyria|pricing for tools", re.I)
_NO_NAME = re.compile(r"(?:1M )?(?:(?:text|audio|image|video) )?(?:input|output)\b", re.I)
_NO_MODEL = re.compile(r"ground", re.I)
_WITH = re.compile(r"\bwith (?:the )?(?P<tiers>[\w/ -]+?)(?: API)?\s*\Z", re.I)
_REGION = re.compile(
    r"(?P<zone>[a-z]+-[a-z]+\d+)|.*multi-?region \((?P<many>\w+)\)|(?P<non>non-global|regional)", re.I
)
_STORAGE = re.compile(r"stor(?:age|ed)", re.I)
_MTOK_HOUR = re.compile(r"\bM tok(?:en)?s?[- /]+h(?:ou)?r", re.I)
_BY_THING = {"character": "mchars", "image": "images"}


@dataclass(frozen=True, slots=True)
class Column:
    """What stands in a column of prices."""

    heading: str
    tiers: tuple[str, ...]
    terms: Terms
    unit: Unit | None
    is_cached: bool
    is_storage: bool


def read(page: Page) -> Reading:
    """Every table with a column of models; raises ReadError."""
    refuse_wrong_page(page)
    shown, carries = document(page), not is_html(page)
    lists = [found for grid in shown.grids if (found := _offers(grid, page.text, carries))]
    if not lists:
        raise ReadError("no_table", f"no price table on {page.url}")
    return whole(settled(*lists), page)


def _offers(grid: Grid, page: str, carries_names: bool) -> list[Offer | Refused]:
    headings = [one_line(text) for text in grid.headings]
    above = grid.path[-1] if grid.path else ""
    name_at = next((x for x, text in enumerate(headings) if _NAME.fullmatch(without_marks(text))), -1)
    if name_at < 0 or _LEFT_OUT.search(above) or "for reference only" in grid.lead:
        return []
    is_cache = any(_STORAGE.search(text) for text in headings)
    columns = {
        x: _column(text, above, is_cache)
        for x, text in enumerate(headings)
        if x != name_at and _PRICE.search(text)
    }
    type_at = next((x for x, text in enumerate(headings) if text and _TYPE.fullmatch(text)), -1)
    found: list[Offer | Refused] = []
    above_it = ""
    for row in grid.body:
        kind = row[type_at].text if type_at >= 0 else ""
        # Markdown has no rowspan: a blank name goes on with the row above.
        name = above_it = _named(row[name_at].text) or (above_it if carries_names else "")
        if _NO_MODEL.search(name):
            continue
        if type_at >= 0 and "feature" in headings[type_at].casefold():
            kind = _kind_of_feature(kind, row, above)
        for x, column in columns.items():
            if row[x].text:
                found += _cell(name, kind, row[x], column, above, page)
    return believed(found)


def _named(text: str) -> str:
    """A name may be broken into lines; what stands in brackets below it is a remark."""
    lines = [line for line in text.split("\n") if not line.startswith("(")]
    return model_name(" ".join(lines))


def _kind_of_feature(feature: str, row: tuple[Cell, ...], above: str) -> str:
    """What tables by feature state a price of: of a generated image, of what is embedded, of a cache."""
    if "embed" in above.casefold() or feature.casefold().startswith("embed"):
        return f"Input of {feature}"
    if _STORAGE.search(feature):
        return feature
    if re.fullmatch(r"image generation", feature, re.I):
        return "Image output"
    told = [
        cell.text
        for cell in row
        if re.match(r"(?:text|image|audio|training)\b.{0,20}\b(?:in|out)put|training", cell.text, re.I)
    ]
    return told[0] if told else ""


def _column(heading: str, above: str, is_cache: bool) -> Column:
    said = _WITH.search(heading)
    tiers = _tiers(said["tiers"] if said else "") or _tiers(above) or ("",)
    if said and not _tiers(said["tiers"]):
        tiers = (said["tiers"].casefold(),)  # a tier that is new to us is not standard
    terms = Terms(context=context_in(heading), region=_region(above))
    is_storage = bool(_STORAGE.search(heading) or _STORAGE.search(above))
    is_cached = not is_storage and (is_cache or "cached" in heading.casefold())
    unit = PER_MTOK_HOUR if _MTOK_HOUR.search(heading) else read_unit(heading)
    return Column(heading, tiers, terms, unit, is_cached, is_storage)


def _tiers(text: str) -> tuple[str, ...]:
    """The tiers that a heading names: "Flex/Batch" is both, at one price."""
    found = (terms_in(part).tier for part in text.split("/"))
    return tuple(tier for tier in found if tier)


def _region(heading: str) -> str:
    found = _REGION.fullmatch(heading.strip())
    return (found["zone"] or found["many"] or "non-global").casefold() if found else ""


def _cell(
    name: str, kind: str, cell: Cell, column: Column, above: str, page: str
) -> Iterator[Offer | Refused]:
    kinds, prices = kind.split("\n"), cell.text.split("\n")
    together = len(kinds) == len(prices) > 1
    for of, text in zip(kinds, prices, strict=True) if together else [(kind, cell.text)]:
        for label, amounts in labelled(text) or [("", text)]:
            what = one_line(f"{label} {of}")
            told = " | ".join(filter(None, (above, name, what, column.heading, one_line(amounts))))
            try:
                yield from _priced(name, label, of, amounts, column, told, page)
            except PriceError as why:
                yield Refused(told, str(why))


def _priced(
    name: str, label: str, kind: str, amounts: str, column: Column, told: str, page: str
) -> Iterator[Offer]:
    if not name or _NO_NAME.match(name):
        raise PriceError("a price without the name of a model")
    for one in stated_in(amounts, page):
        meters = _meters(label, kind, one, column)
        if unknown := [meter for meter in meters if meter not in METERS]:
            raise PriceError(f"no meter {unknown[0]}")
        price = read_price(one.price, currency=currency_in(column.heading))
        if price is None:
            continue
        currency = price.currency or currency_in(column.heading) or "USD"
        for meter in meters:
            amount = per_meter(price, meter, _unit(one, kind, column))
            batch = _tiers(label) or _tiers(kind)
            for tier in batch or column.tiers:
                yield Offer(
                    name, meter, amount, currency, merged(column.terms, one.terms, Terms(tier=tier)), told
                )


def _unit(one: Stated, kind: str, column: Column) -> Unit | None:
    """The unit of the amount, else of the row's type ("1M input audio tokens"), else of the column."""
    if column.is_storage or one.unit is not None:
        return one.unit or column.unit
    by_thing = re.search(r"\(\$\s*/[^()]*\)", kind)
    said = (
        by_thing[0] if by_thing else re.sub(r"\b(?:training|text|image|audio|video)\b", "", kind, flags=re.I)
    )
    unit = read_unit(said.replace("/ ", " ") if not by_thing else said)
    if by_thing and unit is None:
        raise PriceError(f"the unit of {kind!r} is not known")
    return unit or column.unit


def _meters(label: str, kind: str, one: Stated, column: Column) -> tuple[str, ...]:
    """What a price is for, by its label ("5m Cache Write"), its row or its column; raises PriceError."""
    said = without_context(f"{kind} {column.heading}")
    if re.search(r"training", said, re.I):
        if "character" in said.casefold():
            raise PriceError("training by the character")
        return ("training_mtok",)
    if column.is_storage or one.unit == PER_MTOK_HOUR:
        return ("cache_storage_mtok_hours",)
    meters = _of_words(label) or _of_words(kind) or _of_words(without_context(column.heading))
    if column.is_cached:
        meters = tuple(_cached(meter) for meter in meters if meter.startswith("input"))
    if not meters:
        raise PriceError("no meter named")
    unit = _unit(one, kind, column)
    if unit is not None and unit.thing in _BY_THING:
        return tuple(f"{meter.partition('_')[0]}_{_BY_THING[unit.thing]}" for meter in meters)
    if unit is not None and unit.thing == "second" and meters == ("input_audio_mtok",):
        return ("input_audio_minutes",)
    return tuple(of for meter in meters for of in one.meters(meter))


def _of_words(text: str) -> tuple[str, ...]:
    """The meters that words name; "1M input video/image tokens" is one of each."""
    if meter := meter_of(text):
        return (meter,)
    kinds = kinds_in(text)
    bare = meter_of(re.sub("|".join(kinds), " ", text, flags=re.I)) if kinds else None
    return tuple(of_kind(bare, kind) for kind in kinds) if bare else ()


def _cached(meter: str) -> str:
    """The meter of reading from the cache what is otherwise input."""
    kind = meter.removeprefix("input").removesuffix("mtok").strip("_")
    return f"cache_{kind}_read_mtok" if kind else "cache_read_mtok"


SOURCE = Source(
    url="https://cloud.google.com/gemini-enterprise-agent-platform/generative-ai/pricing",
    provider="google-vertex",
    reader=read,
    anchors=(
        *("Gemini 3.1 Pro Preview", "Gemini 3 Flash Preview", "Gemini 2.5 Pro", "Gemini 2.5 Flash"),
        *("Gemini 2.0 Flash", "Gemini 1.5 Pro", "Gemini 1.5 Flash"),
    ),
    least=10,
)

"""genai-prices: Pydantic's table of prices, with tiers, dates and hours of the day.

Not read on purpose: what it meters and we do not (citations, storage, tools), and variants by route or by
kind of search.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby

from scrapers.catalogs._shared import bands, catalogue, object_of, provider_of
from scrapers.json_rows import Row, Stated, answer_of, rows_of
from scrapers.meters import METERS
from scrapers.page import Page, Reading, Refused, Terms
from scrapers.payload import Json, objects_of
from scrapers.source import Source
from scrapers.terms import merged

_TIERS = {  # what a request says, and the tier that it gets
    ("processing", "batch"): "batch",
    ("service_tier", "flex"): "flex",
    ("service_tier", "priority"): "priority",
    ("service_tier", "fast"): "fast",
    ("speed", "fast"): "fast",
}
_FIVE_MINUTES = {"cache_write_5m_mtok": "cache_write_mtok"}  # what others call a cache write
Priced = tuple[Terms, str, Json]  # on which terms, the meter, the price


def read(page: Page) -> Reading:
    """Providers with their models, the prices to come and those that were among them."""
    return catalogue(
        found
        for provider in rows_of(answer_of(page), "providers")
        for model in objects_of(provider.get("models"))
        for found in _model(str(provider.get("id") or ""), model)
    )


def _model(provider: str, model: Row) -> Iterator[Stated | Refused]:
    name = str(model.get("id") or "")
    is_free = name.endswith(":free")
    for choice, tier in _choices(model):
        try:
            found = list(_priced(choice, whole=not tier))
        except (ValueError, TypeError, AttributeError, KeyError) as why:
            yield Refused(f"{name} ({provider}) {tier}".rstrip(), f"conditions that are not known: {why}")
            continue
        for terms, meter, value in found:
            terms = merged(Terms(tier=tier), terms)
            where = " ".join((f"({provider})", *terms.as_dict().values(), meter))
            yield Stated(name, where, value, meter, METERS[meter], terms, provider_of(provider), is_free)


def _choices(model: Row) -> Iterator[tuple[list[Row], str]]:
    """The standard prices, each with its condition, and those of each tier; the last that is met holds."""
    prices = model.get("prices")
    yield (prices if isinstance(prices, list) else [{"prices": prices}]), ""
    variants: dict[str, list[Row]] = {}
    for variant in objects_of(model.get("price_variants")):
        said = [(key, str(value)) for key, value in object_of(variant.get("when")).items()]
        if len(said) == 1 and (tier := _TIERS.get(said[0])):
            variants.setdefault(tier, []).insert(0, variant)  # of these the first that is met holds
    yield from ((choice, tier) for tier, choice in variants.items())


def _priced(choice: list[Row], whole: bool) -> Iterator[Priced]:
    """Every price of several conditions. A price ends where one that begins later leaves it out.

    `whole`: the later condition replaces all prices of the one before, else only those that it states.
    """
    always = [one for one in choice if not _hours(one)]
    days = [_day(one) for one in always]
    if days != sorted(days):
        raise ValueError("dates out of their order")
    stated = [dict(_lines(one["prices"])) for one in always]
    for at, lines in enumerate(stated):
        for (meter, band), value in lines.items():
            later = list(zip(days[at:], stated[at:], strict=True))
            ends = (
                day for day, those in later if (meter, band) not in those and (whole or (meter, "") in those)
            )
            end = next(ends, None)
            until = (end - timedelta(days=1)).isoformat() if end else ""
            since = days[at].isoformat() if days[at] > date.min else ""
            yield Terms(context=band, promo_until=until, effective_from=since), meter, value
    for prices, alike in groupby((one for one in choice if _hours(one)), lambda one: one["prices"]):
        window = ",".join(map(_hours, alike))
        yield from ((Terms(context=band, window=window), meter, v) for (meter, band), v in _lines(prices))


def _lines(prices: Json) -> Iterator[tuple[tuple[str, str], Json]]:
    """(meter, band of context) and the price of each."""
    for key, value in (prices or {}).items():
        meter = _FIVE_MINUTES.get(key, key)
        if meter in METERS and isinstance(value, dict):
            tiers = sorted(value.get("tiers") or (), key=lambda tier: tier["start"])
            starts = bands(tier["start"] for tier in tiers)
            yield (meter, ""), value.get("base")
            yield from (((meter, band), tier["price"]) for band, tier in zip(starts, tiers, strict=True))
        elif meter in METERS:
            yield (meter, ""), value


def _day(one: Row) -> date:
    """Since when it holds; the first of all days where it does not say. Raises ValueError."""
    constraint = one.get("constraint") or {}
    if set(constraint) - {"start_date"}:
        raise ValueError(", ".join(constraint))
    return date.fromisoformat(constraint["start_date"]) if constraint else date.min


def _hours(one: Row) -> str:
    """The hours of the day in UTC in which it holds; empty where it does not say. Raises ValueError."""
    constraint = one.get("constraint") or {}
    if not set(constraint) & {"start_time", "end_time"}:
        return ""
    if set(constraint) != {"start_time", "end_time"}:
        raise ValueError(", ".join(constraint))
    return f"{_utc(constraint['start_time'])}-{_utc(constraint['end_time'])}Z"


def _utc(stated: str) -> str:
    at = time.fromisoformat(stated)
    there = datetime.combine(date(2000, 1, 2), at, at.tzinfo or UTC)
    return there.astimezone(UTC).strftime("%H:%M")


SOURCE = Source(
    url="https://raw.githubusercontent.com/pydantic/genai-prices/main/prices/new_data/v2/data_slim.json",
    reader=read,
    accept="application/json",
    via="api",
    ancestry="catalogues",
    every=timedelta(hours=6),
    anchors=("gpt-4o", "gpt-4o-mini", "gpt-5", "claude-3-haiku", "deepseek-chat", "gemini-2.5-flash"),
    least=20,
)

"""OpenAI's documentation page of prices, which answers with HTML or with Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from scrapers.lines import one_line
from scrapers.meters import PER_MTOK, Unit, meter_of, read_unit
from scrapers.money import PriceError, per_meter, read_price
from scrapers.names import LONGEST
from scrapers.page import Offer, Page, ReadError, Reading, Refused, Terms
from scrapers.providers._openai_page import MODALITIES, TIERS, Part, parts_of, tier_in
from scrapers.settled import settled, with_more
from scrapers.source import Source
from scrapers.terms import context_in
from scrapers.wrong_page import refuse_wrong_page

_LIMIT = re.compile(r"\s*\(\s*[<≤>≥][^)]*\)")
_SNAPSHOT = re.compile(r"(\S+?)\s*\1-\d{4}-\d\d-\d\d")  # an id and the snapshot behind it, run together
_TERMS = re.compile(rf"\b(?:(?:short|long) context|{TIERS})\b", re.I)
_PRICE = re.compile(r"\$[\d.]|[-–—]\Z")
_COST = re.compile(r"(?:estimated )?cost")
_OTHER_UNITS = {"character": "input_mchars", "second": "input_audio_minutes"}


@dataclass(frozen=True, slots=True)
class Column:
    """Which cells of a row stand under a heading: as printed, and what it says but for the terms."""

    at: int
    printed: str
    heading: str
    terms: Terms


def read(page: Page) -> Reading:
    """Prices per token, of training, per character and per minute; images, videos and tools are not read."""
    refuse_wrong_page(page)
    parts = parts_of(page)
    reading = with_more(
        settled(*(_offers(part) for part in parts if part.is_shown)),
        settled(*(_offers(part) for part in parts if not part.is_shown)),
    )
    if not reading.offers:
        raise ReadError("no_table", f"{page.url} has tables, but none of prices")
    return reading


def _offers(part: Part) -> Iterator[Offer | Refused]:
    headings = [one_line(h) for h in part.headings]
    names = [at for at, h in enumerate(headings) if h.casefold().endswith("model")]
    if not names:
        return
    kinds = [at for at, h in enumerate(headings) if h.casefold().startswith("modality")]
    columns = [_column(at, h, part.tier) for at, h in enumerate(headings) if at != names[0]]
    above: tuple[str, ...] = ()
    for row in part.rows:
        row = above = _realigned(row, above, names[0], len(headings))
        kind = next((row[at].casefold() for at in kinds), _kind_of(part.title))
        yield from _row(row, row[names[0]], kind, columns, part)


def _column(at: int, heading: str, tier: str) -> Column:
    said = heading.casefold()
    terms = Terms(tier=tier_in(said) or tier, context="long" if "long context" in said else "")
    return Column(at, heading, _TERMS.sub("", said).strip(), terms)


def _kind_of(title: str) -> str:
    return next((kind for kind in MODALITIES if title.casefold().startswith(f"{kind} tokens")), "")


def _realigned(row: tuple[str, ...], above: tuple[str, ...], name: int, width: int) -> tuple[str, ...]:
    """Markdown loses a cell that spans several rows: what follows has moved to the left."""
    row = (row + ("",) * width)[:width]
    has_moved = _PRICE.match(row[name]) or row[name].casefold() in MODALITIES
    return (above[0], *row[:-1]) if above and has_moved and not row[-1] else row


def _row(
    row: tuple[str, ...], name: str, kind: str, columns: list[Column], part: Part
) -> Iterator[Offer | Refused]:
    model, context = _model(name) if len(name) <= LONGEST else ("", "")
    for column, meter, unit in _metered(row, kind, columns, part):
        label = f"{name} | {column.printed} | {row[column.at]}".replace("\n", " ")
        terms = replace(column.terms, context=context) if context else column.terms
        try:
            offer = _offer(model, meter, unit, row[column.at])
        except PriceError as why:
            yield Refused(label, str(why))
        else:
            if offer:
                yield replace(offer, terms=terms, label=label)


def _metered(
    row: tuple[str, ...], kind: str, columns: list[Column], part: Part
) -> list[tuple[Column, str, Unit | None]]:
    """The columns that hold prices, with their meters and the unit that the page states for bare ones.

    A cost per minute beside a price per token is an estimate, and read only where it stands alone.
    """
    tuned = any(c.heading == "training" for c in columns)
    unit = read_unit(part.note) if part.note else PER_MTOK
    by_token = [(c, m, unit) for c in columns if (m := _meter(c.heading, kind, tuned, part.title))]
    if any(row[c.at].startswith("$") for c, _, _ in by_token):
        return by_token
    return [*by_token, *((c, "input_mtok", None) for c in columns if _COST.fullmatch(c.heading))]


def _meter(heading: str, kind: str, tuned: bool, title: str) -> str:
    """The meter of a column; "" where it holds no price per token."""
    if heading == "training":
        return "training_mtok"
    if heading == "cost" and "embedding" in title.casefold():
        heading = "input"
    if heading.startswith("estimated"):
        return ""
    said = heading.replace("/ cost", "")
    meter = meter_of(said if kind == "text" else f"{kind} {said}") or ""
    return f"tuned_{meter}" if tuned and meter else meter


def _offer(model: str, meter: str, unit: Unit | None, cell: str) -> Offer | None:
    price = read_price(cell, currency="USD")
    if price is None:
        return None
    if not model:
        raise PriceError("a price without a model")
    if price.unit:
        other = "training_hours" if meter == "training_mtok" else _OTHER_UNITS.get(price.unit.thing, meter)
        meter, unit = other if price.unit.thing in _OTHER_UNITS else meter, None
    return Offer(model, meter, per_meter(price, meter, unit), price.currency or "USD")


def _model(printed: str) -> tuple[str, str]:
    """(model, context) of a printed name, without footnote marks, "Legacy" and the snapshot behind it."""
    name = re.sub(r"(?<=\S)\s*(?=with data sharing)", " ", re.sub(r"[¹²³⁰-⁹*†‡]+$", "", printed.strip()))
    lines = [line.lstrip("↳└ ") for line in name.split("\n") if line.casefold() != "legacy"] or [name]
    name = lines[0] if len(lines) > 1 and lines[1].startswith(lines[0]) else " ".join(lines)
    name = twice[1] if (twice := _SNAPSHOT.fullmatch(name)) else name
    return _LIMIT.sub("", name).strip(), context_in(name)


SOURCE = Source(
    url="https://developers.openai.com/api/docs/pricing",
    reader=read,
    accept="text/html",
    least=4,
)

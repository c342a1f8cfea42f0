"""What crosses out of this room: a page goes in; offers, articles and refusals come out."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Page:
    """What an extractor is given, and all: the address, the decoded text, the media type in lower case."""

    url: str
    text: str
    media_type: str = "text/html"


@dataclass(frozen=True, slots=True)
class Terms:
    """What is not standard about a price; an empty field means standard.

    tier: batch, flex, priority, fast · context: ">200K" · window: "16:30-00:30Z" or "peak" ·
    region · billing: monthly or yearly · promo_until and effective_from: ISO days.
    """

    tier: str = ""
    context: str = ""
    window: str = ""
    region: str = ""
    billing: str = ""
    promo_until: str = ""
    effective_from: str = ""

    def __post_init__(self) -> None:
        for day in (self.promo_until, self.effective_from):
            if day:
                date.fromisoformat(day)  # ValueError: a reader must give days that exist

    def as_dict(self) -> dict[str, str]:
        """Only the fields that say something, in their fixed order."""
        return {f.name: value for f in fields(self) if (value := getattr(self, f.name))}


STANDARD = Terms()


@dataclass(frozen=True, slots=True)
class Offer:
    """One price that the page states: `price` in `currency` per unit of `meter`; `label` is the text read.

    `provider` is whose price list a catalogue's row claims to repeat; empty for a price of the source's own.
    """

    model: str
    meter: str
    price: Decimal
    currency: str
    terms: Terms = STANDARD
    label: str = ""
    provider: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A row or cell that could not be read exactly: its text and why, never a guess."""

    label: str
    reason: str


@dataclass(frozen=True, slots=True)
class Article:
    """One entry of a feed; text only, link http(s) or empty, `published_at` aware UTC or unknown.

    `text` is the whole article where the feed carries it, else what it does carry, a line a paragraph.
    """

    guid: str
    url: str
    title: str
    published_at: datetime | None = None
    summary: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """All that a page says."""

    offers: tuple[Offer, ...] = ()
    articles: tuple[Article, ...] = ()
    refused: tuple[Refused, ...] = ()


class ReadError(Exception):
    """The page is not what its source declares. `kind` is one of KINDS; `words` is one sentence."""

    KINDS = (
        "blocked",  # a challenge, login, consent or error page in place of the page
        "unexpected_page",  # another document than the source declares, or an empty one
        "no_table",  # the page has none of the tables, cards or payloads that the source reads
        "missing_column",  # a required column is not there
        "missing_anchor",  # a model that must be there is not
        "too_few",  # fewer offers than the source declares
        "incomplete_page",  # cut off before its end
        "currency_change",  # the prices of another country's page, or in another currency from now on
        "conflict",  # the page states two prices for the same thing everywhere
        "xml_dtd",  # a feed that declares a document type or entities
        "too_large",
        "parse_timeout",  # reading it took so long that the reader was killed
        "parse_error",  # anything else that a reader trips over
    )

    def __init__(self, kind: str, words: str) -> None:
        assert kind in self.KINDS, kind
        super().__init__(words)
        self.kind = kind
        self.words = words

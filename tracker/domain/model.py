"""The values that flow from a page to an alert."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from scrapers.page import STANDARD, Offer, Terms


class Basis(StrEnum):
    """How a price is known."""

    observed = "observed"
    documented = "documented"
    catalogue = "catalogue"


def basis_of(kind: str) -> Basis:
    """How prices of a source of that kind are known."""
    return Basis.catalogue if kind == "catalogs" else Basis.observed


class Status(StrEnum):
    """Where a move stands. A held one waits for a person or a second witness."""

    held = "held"
    provisional = "provisional"
    confirmed = "confirmed"
    withdrawn = "withdrawn"


class State(StrEnum):
    """How a source is."""

    well = "well"
    stale = "stale"  # its last good look is too long ago
    failing = "failing"  # the page cannot be fetched
    blind = "blind"  # the page comes, but is not what the source declares
    never = "never"  # not looked at yet


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A page as it was fetched, byte for byte."""

    url: str  # after redirects
    at: datetime
    status: int
    media_type: str  # lower case, without parameters
    charset: str  # as declared, else empty
    body: bytes  # identity-decoded
    etag: str = ""
    last_modified: str = ""
    notes: tuple[str, ...] = ()  # "trailing data", "moved permanently to host"


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server says that the page is the one it sent before."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Series:
    """The identity of one line of a price list. The two dates of `terms` are always empty here."""

    provider: str
    model: str  # the provider's spelling in lower case
    meter: str
    terms: Terms
    currency: str

    @property
    def key(self) -> str:
        """The series as one string: equal keys are equal series, in any process and any year."""
        said = self.terms.as_dict()
        terms = json.dumps(said, sort_keys=True, separators=(",", ":")) if said else "{}"
        return "\x1f".join((self.provider, self.model, self.meter, terms, self.currency))


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen: a price of a series, and the text that it was read from."""

    series: Series
    price: Decimal
    label: str = ""
    model: str = ""  # as printed
    promo_until: str = ""
    effective_from: str = ""  # a day; empty: it was in force when it was seen


@dataclass(frozen=True, slots=True)
class Move:
    """A price that moved: before ≠ after. Cut and rise follow from the two, and are never set."""

    series: Series
    before: Decimal
    after: Decimal
    at: datetime  # the provider's side: when it took effect, as far as we know
    recorded_at: datetime  # ours: when we first saw it
    not_before: datetime | None = None  # the last look that still saw `before`
    status: Status = Status.provisional
    reason: str = ""  # why it is held, how it was confirmed, why it was withdrawn
    event: str = ""  # list_cut, list_rise, promo, end_of_promo, alias_swap, plan_cut, plan_rise
    model: str = ""  # as printed
    label: str = ""
    promo_until: str = ""
    source: str = ""
    id: int = 0
    snapshot: int = 0  # the snapshot in which `after` was first seen
    confirmed_by: int = 0  # the snapshot that confirmed it

    @property
    def is_cut(self) -> bool:
        return self.after < self.before

    @property
    def pct(self) -> Decimal | None:
        """Change in per cent of `before`, two decimals; None from zero."""
        if not self.before:
            return None
        return ((self.after - self.before) / self.before * 100).quantize(Decimal("0.01"))


def text(words: str, longest: int) -> str:
    """Text from a page as any database keeps it: no NUL, no half of a surrogate pair, not endless."""
    if not words.isascii() or "\x00" in words:
        words = words.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    return words if len(words) <= longest else words[: longest - 1] + "…"


def series_of(offer: Offer, provider: str) -> Series:
    """The line of a price list that an offer belongs to; `provider` is the source's."""
    t = offer.terms
    return Series(
        provider=text(offer.provider, 100) or provider,
        model=text(" ".join(offer.model.casefold().split()), 200),
        meter=offer.meter,
        terms=STANDARD
        if t == STANDARD
        else Terms(*(text(words, 100) for words in (t.tier, t.context, t.window, t.region, t.billing))),
        currency=text(offer.currency, 12),
    )

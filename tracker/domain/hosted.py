"""What others ask for open weights, day by day, as a multiple of what their maker asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from statistics import median

from tracker.domain.days import start_of
from tracker.domain.events import Event
from tracker.domain.figures import place_of, split_name
from tracker.domain.market_hosts import Listing, listings
from tracker.domain.market_record import Record, Window, days_of_change
from tracker.domain.market_tests import HostRatio, Weights
from tracker.domain.not_steps import Marks, key_of
from tracker.domain.spans import Span
from tracker.domain.witnesses import fold

# How hosts write the maker, or themselves, in front of a model's name.
PREFIXES = (
    "", "deepseek/", "deepseek-ai/", "@cf/deepseek-ai/", "moonshotai/", "@cf/moonshotai/", "z-ai/",
    "zai-org/", "@cf/zai-org/", "minimax/", "minimaxai/", "qwen/", "databricks-", "perplexity/",
    "accounts/fireworks/models/",
)  # fmt: skip
# Who resells what others host, and would count them twice; and makers under another name.
NOT_HOSTS = ("openrouter", "vercel", "huggingface*", "github-copilot", "cursor", "zhipu*")


@dataclass(frozen=True, slots=True)
class Hosted:
    """What hosts ask for some weights from a day on, over their maker's list price of the dearest hour.

    Without hosts nothing is compared from that day on: no host, or no maker, lists these weights any more.
    """

    model: str  # as the maker sells it, "provider/model"
    weights: str  # as hosts call them
    day: date
    own: Decimal  # USD per million tokens, blended
    window: str  # the hours of the maker's price, as its list says them; empty: all day
    median: float | None
    least: float | None
    hosts: tuple[str, ...]


def hosted(
    weights: Iterable[Weights], spans: Iterable[Span], events: Iterable[Event] = (), until: date = date.max
) -> list[Hosted]:
    """The ratios of every day on which one changed, up to `until`, for each of the weights.

    The maker's price is its list price, a promotion at the price before it, and the dearest where there are
    hours of the day; a host's is its cheapest of that name on standard terms. The maker is no host, and
    whoever resells is none.
    """
    everything, marks = list(spans), Marks(events)
    found: list[Hosted] = []
    for one in weights:
        found += _of(one, everything, marks, until)
    return sorted(found, key=lambda h: (h.model, h.day))


def _of(weights: Weights, spans: Sequence[Span], marks: Marks, until: date) -> Iterator[Hosted]:
    test = HostRatio(kind="host_ratio", weights=(weights,), prefixes=PREFIXES, not_hosts=NOT_HOSTS)
    names, own = test.spelled(weights.names), place_of(weights.own)
    record = Record(_priced(spans, names, own, marks))
    first = max(weights.since, date(2020, 1, 1)) - timedelta(days=1)
    last = min(until, weights.until - timedelta(days=1) if weights.until else until)
    before: Hosted | None = None
    for day in days_of_change(record.spans, Window(first, last, until)):
        now = _on(day, weights, record, listings(test, record, day))
        if now is None and before is not None:
            now = replace(before, day=day, median=None, least=None, hosts=())
        if now is not None and (before is None or now != replace(before, day=day)):
            yield now
        before = now
    if before is not None and before.hosts and weights.until is not None and weights.until <= until:
        yield replace(before, day=weights.until, median=None, least=None, hosts=())


def _priced(
    spans: Sequence[Span], names: frozenset[str], own: tuple[str, str], marks: Marks
) -> Iterator[Span]:
    """The hosts' spans of these names, and the maker's as list prices."""
    for span in spans:
        place = span.series.provider, fold(span.series.model)
        if place == own:
            for piece in marks.pieces(key_of(span.series), span):
                if piece.price is not None:
                    end = start_of(piece.end) if piece.end else None
                    yield replace(span, price=piece.price, valid_from=start_of(piece.first), valid_to=end)
        elif place[1] in names and place[0] != own[0]:
            yield span


def _on(day: date, weights: Weights, record: Record, found: Sequence[Listing]) -> Hosted | None:
    own = record.dearest(day, place_of(weights.own))
    if own is None or not found:
        return None
    return Hosted(
        model="/".join(split_name(weights.own)),
        weights=weights.names[0],
        day=day,
        own=own[0],
        window=own[1]["input"].series.terms.window,
        median=round(float(median(x.ratio for x in found)), 2),
        least=round(float(min(x.ratio for x in found)), 2),
        hosts=tuple(sorted(x.host for x in found)),
    )


def spellings(weights: Iterable[Weights]) -> list[str]:
    """Every folded name under which hosts may list these weights."""
    return sorted({fold(prefix + name) for w in weights for prefix in PREFIXES for name in w.names})

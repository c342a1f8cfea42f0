"""What Prometheus asks: read from the store at every scrape, nothing is counted here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from scrapers.source import Source
from tracker import __version__
from tracker.adapters.store import Engine, questions, status
from tracker.adapters.store.engine import asking
from tracker.domain.model import State, Status
from tracker.web.watched import Watched, watched

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
WELL = "well"  # the outcome of a look that read its page
DELIVERY_STATES = ("waiting", "sent", "dead")


class StoreCollector(Collector):
    """Counts and states as the store has them now; collecting raises TrackerError."""

    def __init__(
        self, engine: Engine, sources: Callable[[], Mapping[str, Source]], now: Callable[[], datetime]
    ) -> None:
        self._engine, self._sources, self._now = engine, sources, now

    def collect(self) -> Iterator[Metric]:
        enabled = self._sources()
        with asking(self._engine) as connection:
            looks = status.looks_by_outcome(connection)
            moves = status.moves_by_status(connection)
            deliveries = status.deliveries_by_state(connection)
            seen = watched(questions.source_rows(connection), enabled, self._now())
        yield _build_info()
        yield from _looks(looks, enabled)
        yield from _sources(seen, self._now())
        prices = {w.id: w.prices for w in seen}
        yield _gauge("tracker_prices", "Prices that a source states now.", "source", prices, enabled)
        yield _gauge("tracker_moves", "Moves by how they stand.", "status", moves, Status)
        yield _gauge(
            "tracker_deliveries",
            "Alerts by how far they are.",
            "state",
            deliveries,
            DELIVERY_STATES,
        )


def registry(
    engine: Engine, sources: Callable[[], Mapping[str, Source]], now: Callable[[], datetime]
) -> CollectorRegistry:
    """A registry of our own: nothing that another library registers shows here."""
    own = CollectorRegistry()
    own.register(StoreCollector(engine, sources, now))
    return own


def scrape(own: CollectorRegistry) -> bytes:
    """The Prometheus text; asks the store, raises TrackerError."""
    return generate_latest(own)


def _build_info() -> Metric:
    info = GaugeMetricFamily("tracker_build_info", "The version that runs; always 1.", labels=["version"])
    info.add_metric([__version__], 1)
    return info


def _looks(counted: Mapping[tuple[str, str], int], enabled: Mapping[str, Source]) -> Iterator[Metric]:
    looks = CounterMetricFamily(
        "tracker_looks", "Looks at a source by what they came to.", labels=["source", "outcome"]
    )
    failed = dict.fromkeys(sorted(enabled), 0)
    for (source, outcome), times in sorted(counted.items()):
        if source in enabled:
            looks.add_metric([source, outcome], times)
            failed[source] += times if outcome != WELL else 0
    failures = CounterMetricFamily(
        "tracker_look_failures", "Looks at a source that were not well.", labels=["source"]
    )
    for source, times in failed.items():
        failures.add_metric([source], times)
    yield looks
    yield failures


def _sources(seen: list[Watched], now: datetime) -> Iterator[Metric]:
    last_well = GaugeMetricFamily(
        "tracker_source_last_well_timestamp_seconds",
        "When a source was last read well, as Unix time.",
        labels=["source"],
    )
    age = GaugeMetricFamily(
        "tracker_source_last_well_age_seconds",
        "How long ago a source was last read well.",
        labels=["source"],
    )
    state = GaugeMetricFamily(
        "tracker_source_state", "1 for the state that a source is in, else 0.", labels=["source", "state"]
    )
    for w in seen:
        if w.last_well is not None:
            last_well.add_metric([w.id], w.last_well.timestamp())
            age.add_metric([w.id], max(0.0, (now - w.last_well).total_seconds()))
        for possible in State:
            state.add_metric([w.id, possible.value], int(w.state is possible))
    yield last_well
    yield age
    yield state


def _gauge(name: str, words: str, label: str, counted: Mapping[str, int], values: Iterable[str]) -> Metric:
    """One sample for each of `values`, 0 where nothing was counted: what is absent cannot be alerted on."""
    gauge = GaugeMetricFamily(name, words, labels=[label])
    for value in values:
        gauge.add_metric([value], counted.get(value, 0))
    return gauge

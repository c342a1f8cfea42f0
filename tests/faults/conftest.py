"""What the cases share: one launcher, a market, a webhook."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.launch import Launcher
from tests.faults.market import Forked, Market
from tests.loopback.sinkd import Sink


@pytest.fixture(scope="package")
def launcher() -> Iterator[Launcher]:
    with Launcher() as launcher:
        yield launcher


@pytest.fixture
def market() -> Iterator[Market]:
    with Market() as market:
        yield market


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as sink:
        yield sink


@pytest.fixture
def watched(
    launcher: Launcher, tmp_path: Path, store_url: str, market: Market, sink: Sink
) -> Iterator[Forked]:
    """A tracker that has seen the market once, and is not running."""
    with Forked(launcher, tmp_path, store_url) as tracker:
        tracker.settings(market.settings(sink))
        tracker.up()
        tracker.seen(market)
        tracker.stop()
        yield tracker

"""What every verb begins with: settings, logs, the store, and moments as people write them."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import structlog
import typer

import scrapers.catalog
from scrapers.generic import generic
from scrapers.source import Source
from tracker.adapters import config
from tracker.adapters.clock import Clock, SystemClock
from tracker.adapters.config.wrong import nearest
from tracker.adapters.edges import Edges
from tracker.adapters.fetch import Fetcher
from tracker.adapters.store import Connection, Engine, bundled
from tracker.adapters.store.engine import asking, open_store, writing
from tracker.adapters.store.filters import Filters
from tracker.adapters.store.migrate import is_current, migrate
from tracker.ask import times
from tracker.cli import flags
from tracker.domain.settings import Settings


def settings() -> Settings:
    """The settings, with the logs set up as they say. Raises BadSettings."""
    found = config.load(os.environ, flags=flags)
    log(found.log_level)
    return found


def sources(found: Settings) -> dict[str, Source]:
    """The enabled sources by id."""
    return config.sources(found, scrapers.catalog.sources())


def reader_of(id: str) -> Source:
    """The source whose reader reads a saved page: of the catalog, `generic`, or set by the user."""
    if id == "generic":
        return Source(url="", reader=generic, id="generic", kind="providers")
    available = scrapers.catalog.sources()
    if id not in available:
        available = sources(settings())  # costs half a second, and a source that ships needs none
    if id not in available:
        raise not_a_source(id, [*available, "generic"])
    return available[id]


def not_a_source(id: str, available: Collection[str]) -> typer.BadParameter:
    """The error that there is no such source, with the one that may be meant."""
    return typer.BadParameter(
        f'no source is called {id}; the nearest is "{nearest(id, available)}"; `tracker sources` lists all'
    )


def named(available: dict[str, Source], ids: list[str]) -> list[str]:
    """The sources asked for, or all of them; raises BadParameter for one that is not there."""
    for id in ids:
        if id not in available:
            raise not_a_source(id, available)
    return list(dict.fromkeys(ids)) or list(available)


def store(found: Settings) -> Engine:
    """The store, with the schema and the bundled history of this version. Raises TrackerError."""
    engine = open_store(found.database_url)
    if not is_current(engine):
        migrate(engine)
    if found.bundled_history:
        with asking(engine) as connection:
            loaded = bundled.loaded(connection)
        if loaded != bundled.version():
            with writing(engine) as connection:
                bundled.load(connection, datetime.now(UTC))
    return engine


def edges(found: Settings, engine: Engine, clock: Clock | None = None) -> Edges:
    clock = clock or SystemClock()
    return Edges(found, sources(found), engine, clock, Fetcher(found.look, now=clock.now))


@contextmanager
def question() -> Iterator[Connection]:
    """One view of the store for one question."""
    engine = store(settings())
    with asking(engine) as connection:
        yield connection
    engine.dispose()


def filters(
    *,
    provider: str = "",
    model: str = "",
    meter: str = "",
    source: str = "",
    event: str = "",
    status: str = "",
    since: str = "",
    until: str = "",
) -> Filters:
    first, last = moment(since), moment(until, end=True)
    return Filters(provider, model, meter, source, event, status, since=first, until=last)


def moment(words: str, *, end: bool = False) -> datetime | None:
    """A day, a moment with or without a zone (UTC), "now", or "30d" ago; of a day its start or its end."""
    try:
        return times.moment(words, datetime.now(UTC), end=end)
    except times.NotAMoment as e:
        raise typer.BadParameter(str(e)) from e


def until(words: str) -> datetime:
    """The end of a day, or a moment; now where nothing is said."""
    return moment(words, end=True) or datetime.now(UTC)


def log(level: str) -> None:
    """Events as one line each on standard error."""
    number = logging.getLevelNamesMapping()[level.upper()]
    on_terminal = sys.stderr.isatty()
    render = (
        structlog.dev.ConsoleRenderer(
            colors="NO_COLOR" not in os.environ,
            exception_formatter=structlog.dev.plain_traceback,  # the other shows variables: secrets too
        )
        if on_terminal
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([] if on_terminal else [structlog.processors.format_exc_info]),
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    # asyncio logs what a task that nobody awaits raised; uvicorn what it could not answer.
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")

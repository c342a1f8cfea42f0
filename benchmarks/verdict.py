"""What a verdict and a model's history cost in a store of ten million price points, against a small one.

The large store has, beside the bundled history, 500 providers with 100 models each whose input and output
changed a hundred times: every change is a price row; one in a hundred is a move and an event. The questions
are those of the command line, asked in this process: the time of importing the program is not in them.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tracker.adapters import claims
from tracker.adapters.store import bundled, questions, verdicts
from tracker.adapters.store.engine import asking, open_store, writing
from tracker.adapters.store.filters import Filters
from tracker.adapters.store.migrate import migrate
from tracker.domain.facts import GATHERED

CHANGES = 100  # of every series
METERS = ("input_mtok", "output_mtok")
START = datetime(2023, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 25, tzinfo=UTC)
# The subjects of the predictions are the busiest providers of the large store, too.
NAMES = ("openai", "anthropic", "deepseek", "google", "meta", "groq")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--points", type=int, default=10_000_000)
    arguments.add_argument("--runs", type=int, default=7)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder:
        small, large = Path(folder, "small.db"), Path(folder, "large.db")
        for path in (small, large):
            _bundled(path)
        begun = time.monotonic()
        points = _fill(large, options.points)
        size = large.stat().st_size / 1e9
        _say(f"{points:,} price points, {size:.1f} GB, written in {time.monotonic() - begun:.0f} s")
        base = _measure(small, options.runs)
        for name, seconds in _measure(large, options.runs).items():
            _say(f"{name:24} {seconds * 1e3:8.1f} ms  {seconds / base[name]:6.2f} times the small store")


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def _bundled(path: Path) -> None:
    engine = open_store(f"sqlite:///{path}")
    migrate(engine)
    with writing(engine) as connection:
        bundled.load(connection, GATHERED)
    engine.dispose()


def _fill(path: Path, points: int) -> int:
    """Write past Python's and the store's own care: only what is asked is measured here."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA synchronous = OFF")
    db.execute("BEGIN")
    (first,) = db.execute("SELECT max(id) FROM series").fetchone()
    count = points // CHANGES
    names = [row[1] for row in db.execute("PRAGMA table_info(sources)") if row[1] != "id"]
    columns = ", ".join(names)
    copied = f"SELECT 'bench', {columns} FROM sources WHERE id = 'facts'"  # noqa: S608
    db.execute(f"INSERT INTO sources (id, {columns}) {copied}")
    db.executemany(
        "INSERT INTO series (id, key, provider, model, model_folded, meter, tier, context, window, region, "
        "billing, currency) VALUES (?, ?, ?, ?, ?, ?, '', '', '', '', '', 'USD')",
        _series(first + 1, count),
    )
    db.executemany(
        "INSERT INTO prices (source, series, basis, price, model, label, promo_until, valid_from, valid_to, "
        "recorded_at, closed_at, missing) "
        "VALUES ('bench', ?, 'catalogue', ?, ?, '$1.00', '', ?, ?, ?, ?, 0)",
        _prices(first + 1, count),
    )
    db.executemany(
        "INSERT INTO moves (source, series, before, after, at, recorded_at, status, status_at, reason, "
        "event, "
        "model, label, promo_until) VALUES ('bench', ?, 20000000000, 10000000000, ?, ?, 'confirmed', ?, '', "
        "'list_cut', ?, '', '')",
        _moves(first + 1, count),
    )
    (move,) = db.execute("SELECT min(id) FROM moves WHERE source = 'bench'").fetchone()
    db.execute(
        "INSERT INTO events (key, announcement, kind, provider, lo, day, hi, source, recorded_at, "
        "status, why) "
        "SELECT 'bench' || m.id, 'bench' || m.id, 'list_cut', s.provider, substr(m.at, 1, 10), "
        "substr(m.at, 1, 10), substr(m.at, 1, 10), 'bench', m.recorded_at, 'provisional', '' "
        "FROM moves m JOIN series s ON s.id = m.series WHERE m.id >= ?",
        (move,),
    )
    db.execute(
        "INSERT INTO event_rows (event, series, model, predecessor, before, after, move, source, label, "
        "recorded_at) "
        "SELECT e.id, m.series, m.model, '', m.before, m.after, m.id, 'bench', '', m.recorded_at "
        "FROM moves m JOIN events e ON e.key = 'bench' || m.id WHERE m.id >= ?",
        (move,),
    )
    db.execute("COMMIT")
    db.execute("ANALYZE")
    db.close()
    return count * CHANGES


def _provider(number: int, count: int) -> str:
    place = number * 500 // count
    return NAMES[place] if place < len(NAMES) else f"provider-{place}"


def _series(first: int, count: int) -> Iterator[tuple[object, ...]]:
    for n in range(count):
        provider, model, meter = _provider(n, count), f"model-{n // 2}", METERS[n % 2]
        key = "\x1f".join((provider, model, meter, "{}", "USD"))
        yield first + n, key, provider, model, f"model{n // 2}", meter


def _prices(first: int, count: int) -> Iterator[tuple[object, ...]]:
    moments = [_text(START + timedelta(days=14 * i)) for i in range(CHANGES)]
    spans = [*zip(moments, [*moments[1:], None], strict=True)]
    for n in range(count):
        for i, (since, until) in enumerate(spans):
            yield first + n, (20 + i % 7) * 10**9, f"model-{n // 2}", since, until, since, until


def _moves(first: int, count: int) -> Iterator[tuple[object, ...]]:
    for n in range(count):
        at = _text(START + timedelta(days=n % 1400))
        yield first + n, at, at, at, f"model-{n // 2}"


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _measure(path: Path, runs: int) -> dict[str, float]:
    """The median of each question, in seconds."""
    engine, registered = open_store(f"sqlite:///{path}"), claims.registered()
    # A model of the many, with two hundred price rows, beside one that only the bundled history has.
    asked: dict[str, Callable[[object], object]] = {
        "verdict for today": lambda c: verdicts.answers(c, registered, as_of=NOW.date(), known_at=NOW),
        "verdict of 2026-01-29": lambda c: verdicts.answers(
            c, registered, as_of=date(2026, 1, 29), known_at=NOW
        ),
        "price claims": lambda c: verdicts.price_answers(c, registered, known_at=NOW),
        "history of one model": lambda c: questions.history(c, NOW, Filters(model="gpt-4o")),
        "history of a busy model": lambda c: questions.history(c, NOW, Filters(model="model-7")),
    }
    found = {}
    for name, ask in asked.items():
        seconds = []
        for _ in range(runs):
            with asking(engine) as connection:
                begun = time.perf_counter()
                ask(connection)
                seconds.append(time.perf_counter() - begun)
        found[name] = statistics.median(seconds)
    engine.dispose()
    return found


if __name__ == "__main__":
    sys.exit(main())

"""A page is read in a process of its own (FAULTS F19): one that hangs or eats memory harms nobody else."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import scrapers.catalog
from scrapers.generic import generic
from scrapers.page import Offer, Page, ReadError, Reading
from scrapers.source import Reader, Source
from tests.accept import FIXTURES
from tests.jobs.acme import feed, lines
from tracker.adapters import reader, reading
from tracker.domain.model import Snapshot

ROOT = Path(__file__).parents[2]
PRICE = "a input_mtok 3\n"


# --- readers that no source has; their process finds them here ---


def hangs(page: Page) -> Reading:
    time.sleep(3600)
    raise AssertionError


def hangs_in_c(page: Page) -> Reading:
    """No other thread of its process gets a turn meanwhile."""
    re.match(r"(a+)+$", "a" * 60 + "b")
    raise AssertionError


def dies(page: Page) -> Reading:
    os._exit(3)


def eats(page: Page) -> Reading:
    kept = [bytes(1 << 20)]
    while True:
        kept.append(kept[-1] + b"x")


def snapshot(body: bytes | str, media_type: str = "text/html") -> Snapshot:
    raw = body if isinstance(body, bytes) else body.encode()
    return Snapshot("http://x.example/p?key=1", datetime.now(UTC), 200, media_type, "utf-8", raw)


def read(by: Reader | Source, body: bytes | str = PRICE, media_type: str = "text/plain") -> Reading:
    source = by if isinstance(by, Source) else Source("http://x.example/p", by, id="x")
    return asyncio.run(reading.read(source, snapshot(body, media_type)))


def refusal(by: Reader | Source, body: bytes | str = PRICE, media_type: str = "text/html") -> ReadError:
    with pytest.raises(ReadError) as refused:
        read(by, body, media_type)
    return refused.value


@pytest.fixture
def short_of_patience(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Processes that begin now have a second for a page."""
    monkeypatch.setattr(reading, "_idle", type(reading._idle)())
    monkeypatch.setattr(reader, "LONGEST_READ_S", 3.0)
    yield
    for process in reading._idle:
        process.kill()


# --- what is read ---


def test_a_page_is_read_as_its_source_reads_it() -> None:
    source = scrapers.catalog.sources()["anthropic"]
    for file in sorted((FIXTURES / "anthropic").glob("*.md")):
        try:
            wanted = source.read(Page("http://x.example/p", file.read_text(), "text/markdown"))
        except ReadError as refused:
            assert refusal(source, file.read_bytes(), "text/markdown").words == refused.words
        else:
            assert read(source, file.read_bytes(), "text/markdown") == wanted


def test_what_the_settings_changed_of_a_source_holds() -> None:
    anthropic = scrapers.catalog.sources()["anthropic"]
    page = next((FIXTURES / "anthropic").glob("2026*.md")).read_bytes()
    mine = replace(anthropic, id="mine", anchors=("no such model",))
    assert refusal(mine, page, "text/markdown").kind == "missing_anchor"
    own = Source("http://x.example/p", generic, id="own", kind="providers", least=500)
    assert refusal(own, page, "text/markdown").kind == "too_few"


def test_offers_articles_and_refusals_come_back_as_they_were() -> None:
    text = "a input_mtok 3.10 2026-01-01\nb output_mtok 0.0000001\n"
    assert read(lines, text) == lines(Page("", text))
    news = Source("http://x.example/p", feed, id="x", kind="feeds")
    assert read(news, "one two") == feed(Page("", "one two"))
    assert isinstance(read(lines, text).offers[0], Offer)


def test_whatever_a_reader_trips_over_is_a_read_error() -> None:
    refused = refusal(lines, "trip")
    assert refused.kind == "parse_error" and "KeyError" in refused.words


# --- what harms ---


@pytest.mark.parametrize("by", [hangs, hangs_in_c])
def test_f19_a_reader_that_hangs_is_killed_and_the_next_page_is_read(
    short_of_patience: None, by: Reader
) -> None:
    begun = time.monotonic()
    refused = refusal(by)
    assert refused.kind == "parse_timeout" and "3 s" in refused.words
    assert time.monotonic() - begun < 12  # most of it is the start of a process
    assert read(lines).offers


def test_f19_another_page_is_read_while_one_hangs(short_of_patience: None) -> None:
    async def both() -> tuple[Reading | BaseException, float]:
        hung = asyncio.create_task(reading.read(Source("http://x.example/p", hangs), snapshot("")))
        page = snapshot(PRICE, "text/plain")
        found = await reading.read(Source("http://x.example/p", lines), page)
        read_at = time.monotonic()
        with pytest.raises(ReadError):
            await hung
        return found, time.monotonic() - read_at

    read(lines)  # a process is there
    found, before = asyncio.run(both())
    assert isinstance(found, Reading) and before > 0


def test_f19_a_page_that_takes_too_much_memory_is_refused() -> None:
    refused = refusal(eats)
    assert refused.kind == "too_large" and "512 MiB" in refused.words
    assert read(lines).offers


def test_a_page_of_which_the_process_dies_is_refused_and_the_next_one_is_read() -> None:
    assert refusal(dies).words == "the reader's process died of the page"
    assert read(lines).offers


def test_a_process_that_does_not_begin_is_refused_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(reading.processes)
    monkeypatch.setattr(reading, "_idle", type(reading._idle)())
    monkeypatch.setattr(reading, "_command", lambda: [sys.executable, "-c", "pass"])
    for _ in range(3):
        with pytest.raises(ReadError, match="could be started"):
            read(lines, PRICE)
    assert reading.processes == before


def test_a_process_that_died_while_it_had_nothing_to_do_is_replaced() -> None:
    read(lines)
    for process in reading.processes:
        os.kill(process.pid, signal.SIGKILL)
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert read(lines).offers


PARSER_BOMBS = {
    "500 kB of <div>": "<div>" * 100_000,
    "50,000 attributes": "<p " + " ".join(f"a{n}" for n in range(50_000)) + ">",
    "5 MB of <": "<" * 5_000_000,
    "open formatting": "".join(f"<font size={n}><p>" for n in range(20_000)),
    "blanks": "<table><tr><th>Model<th>Input<tr><td>a<td>$1" + " " * 400_000 + "x</table>",
}


@pytest.mark.parametrize("name", PARSER_BOMBS)
def test_f19_a_parser_bomb_is_refused_within_twelve_seconds(name: str) -> None:
    begun = time.monotonic()
    refusal(Source("http://x.example/p", generic, kind="providers"), PARSER_BOMBS[name])
    assert time.monotonic() - begun < 12


# --- who is left ---


HANGING = """
import asyncio
from tracker.adapters import reader, reading
from tests.adapters.test_reading import hangs, snapshot
from scrapers.source import Source
reader.LONGEST_READ_S = 3.0

async def main():
    task = asyncio.create_task(reading.read(Source("http://x.example/p", hangs), snapshot("")))
    while not reading.processes:
        await asyncio.sleep(0.05)
    print(next(iter(reading.processes)).pid, flush=True)
    await task

if __name__ == "__main__":
    asyncio.run(main())
"""


def test_a_reader_that_hangs_ends_also_where_the_tracker_was_killed(tmp_path: Path) -> None:
    script = tmp_path / "hanging.py"
    script.write_text(HANGING)
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(script)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=env, text=True) as tracker:
        assert tracker.stdout is not None
        pid = int(tracker.stdout.readline())
        tracker.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline and Path(f"/proc/{pid}").exists():
        time.sleep(0.1)
    assert not Path(f"/proc/{pid}").exists()


def test_no_process_is_left_when_the_program_ends(tmp_path: Path) -> None:
    script = tmp_path / "reads.py"
    script.write_text(
        "import asyncio\n"
        "from tracker.adapters import reading\n"
        "from tests.adapters.test_reading import read, lines\n"
        'if __name__ == "__main__":\n'
        "    read(lines)\n"
        "    print(next(iter(reading.processes)).pid, flush=True)\n"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(script)]
    done = subprocess.run(command, capture_output=True, env=env, text=True, check=True, timeout=30)
    assert not Path(f"/proc/{int(done.stdout)}").exists() and not done.stderr

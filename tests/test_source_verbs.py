"""A new source from an address: its page, its file and its answer are there, and read well."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.loopback.pages import Pages

ROOT = Path(__file__).parents[1]
ROWS = [(f"alpha-{n}", str(n), str(3 * n)) for n in range(1, 7)]
PAGE = (
    "<!doctype html><html><head><title>Prices</title></head><body><h1>Prices per 1M tokens</h1><table>"
    "<tr><th>Model<th>Input<th>Output"
    + "".join(f"<tr><td>{m}<td>${i}<td>${o}" for m, i, o in ROWS)
    + "</table></body></html>"
)
NAMES_A_STRING_COULD_END_AT = '<tr><td>it\'s "9"\\<td>$9<td>$27'


@pytest.fixture
def pages() -> Iterator[Pages]:
    with Pages() as server:
        server.put("/pricing", PAGE.replace("</table>", f"{NAMES_A_STRING_COULD_END_AT}</table>"))
        server.put("/empty", "<!doctype html><html><body><p>We build models for everybody.</p></body></html>")
        yield server


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A checkout of one's own, with what Python has compiled already."""
    for room in ("scrapers", "tracker"):
        shutil.copytree(ROOT / room, tmp_path / "a checkout" / room)
    (tmp_path / "a checkout/tests/fixtures").mkdir(parents=True)
    return tmp_path / "a checkout"


def tracker(copy: Path, pages: Pages, *words: str) -> subprocess.CompletedProcess[str]:
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(copy),
        "HOME": str(copy),
        "TRACKER_LOOK_ALLOW_PRIVATE": pages.address,
        "TRACKER_LOOK_PACE": "0s",
    }
    command = [sys.executable, "-P", "-m", "tracker", *words]
    return subprocess.run(command, cwd=copy, env=env, capture_output=True, text=True, timeout=60)


def test_a_new_source_is_a_page_a_file_of_a_few_lines_and_an_answer(copy: Path, pages: Pages) -> None:
    ran = tracker(copy, pages, "source", "new", "acme-ai", pages.url("/pricing"), "--kind", "hosts")
    assert ran.returncode == 0, ran.stderr
    file = copy / "scrapers/hosts/acme_ai.py"
    (page,) = (copy / "tests/fixtures/acme-ai").glob("*.html")
    answer = page.with_suffix(".json")
    assert [line.partition(":")[0] for line in ran.stdout.splitlines()] == [
        str(path.relative_to(copy)) for path in (file, page, answer)
    ]
    assert len(file.read_text().splitlines()) <= 25
    assert page.read_bytes().decode() == pages._pages["/pricing"][2].decode()
    read = tracker(copy, pages, "read", "acme-ai", str(page), "--json")
    assert json.loads(read.stdout) == json.loads(answer.read_text()) and len(json.loads(read.stdout)) == 14
    page.write_text(PAGE.replace("<th>Output", "<th>Context").replace("alpha-1", "beta-1"))
    lost = tracker(copy, pages, "read", "acme-ai", str(page))
    assert lost.returncode == 1 and "missing_column" in lost.stderr  # the skeleton says what it must contain


def test_accept_rewrites_the_answers_that_differ_and_names_them(copy: Path, pages: Pages) -> None:
    tracker(copy, pages, "source", "new", "acme", pages.url("/pricing"))
    (page,) = (copy / "tests/fixtures/acme").glob("*.html")
    same = tracker(copy, pages, "source", "accept", "acme")
    assert (same.returncode, same.stdout) == (0, "1 saved page reads as its answer says\n")
    page.write_text(page.read_text().replace("$18", "$17"))
    day = page.name.removesuffix(".html")
    other = tracker(copy, pages, "source", "accept", "acme", "1999-01-01")
    assert other.returncode == 1 and "1999-01-01" in other.stderr
    ran = tracker(copy, pages, "source", "accept", "acme", day)
    assert ran.stdout.startswith(f"tests/fixtures/acme/{day}.json: rewritten")
    assert '"17"' in page.with_suffix(".json").read_text()


def test_a_page_on_which_nothing_is_found_is_saved_and_said(copy: Path, pages: Pages) -> None:
    ran = tracker(copy, pages, "source", "new", "acme", pages.url("/empty"))
    assert ran.returncode == 1 and "needs a reader of its own" in ran.stderr
    assert (copy / "scrapers/providers/acme.py").exists()
    assert list((copy / "tests/fixtures/acme").glob("*.html"))


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("new", "openai", "URL"), 2, "is called openai already"),
        (("new", "../x", "URL"), 2, "is no id"),
        (("new", "acme", "URL", "--kind", "houses"), 2, "is no kind"),
        (("new", "acme", "URL/gone"), 69, "cannot be saved"),
        (("accept", "nobody"), 2, "no source is called nobody"),
        (("accept", "openai"), 1, "no page of openai is saved"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    copy: Path, pages: Pages, words: tuple[str, ...], code: int, said: str
) -> None:
    ran = tracker(copy, pages, "source", *(w.replace("URL", pages.url("/pricing")) for w in words))
    assert ran.returncode == code and said in ran.stderr and ran.stderr.count("\n") == 1
    assert not list(copy.rglob("acme*"))


def test_without_a_checkout_it_says_so(copy: Path, pages: Pages) -> None:
    shutil.rmtree(copy / "tests")
    ran = tracker(copy, pages, "source", "new", "acme", pages.url("/pricing"))
    assert ran.returncode == 69 and "checkout" in ran.stderr

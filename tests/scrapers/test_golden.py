"""Every saved page reads to the answer that lies beside it."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from tests.accept import FIXTURES, answer_file, pages, read


@pytest.mark.parametrize("page", pages(), ids=lambda page: f"{page.parent.name}/{page.name}")
def test_a_saved_page_reads_to_its_expected_answer(page: Path) -> None:
    source, day = page.parent.name, page.name.split(".")[0]
    expected = json.loads(answer_file(page).read_text("utf-8")) if answer_file(page).exists() else None
    found = read(source, page)
    assert found == expected, (
        f"{source} {day} reads otherwise than expected:\n{_difference(found, expected)}\n"
        f"If the reader is right:  ./run source accept {source} {day}"
    )


def _difference(found: object, expected: object) -> str:
    if not isinstance(found, list) or not isinstance(expected, list):
        return f"  read {str(found)[:300]}\n  expected {str(expected)[:300]}"
    gone = [f"  - {row}" for row in expected if row not in found]
    new = [f"  + {row}" for row in found if row not in expected]
    return "\n".join((gone + new)[:40]) or "  the same rows in another order"


def test_every_answer_has_its_page() -> None:
    answers = {f for f in FIXTURES.glob("*/*.json") if f.name.count(".") == 1}
    assert answers == {answer_file(page) for page in pages()}


SCRAPS = (
    "<",
    ">",
    '"',
    "|",
    "[",
    "]",
    "{",
    "$",
    "-1",
    "NaN",
    "\x00",
    "&quot;",
    "<table>",
    "</td>",
    "rows={",
    "é",
    "`",
)


def damaged(text: str, dice: random.Random) -> str:
    """A page with a few pieces cut out, doubled or put in."""
    for _ in range(dice.choice((1, 3, 20))):
        at, other = dice.randrange(len(text) + 1), dice.randrange(len(text) + 1)
        piece = dice.choice((*SCRAPS, text[other : other + 50]))
        text = text[:at] + piece + text[at + dice.choice((0, 1, 200)) :]
    return text


@pytest.mark.parametrize("page", pages(), ids=lambda page: f"{page.parent.name}/{page.name}")
def test_a_damaged_page_is_read_or_refused_and_nothing_else_is_raised(page: Path, tmp_path: Path) -> None:
    dice = random.Random(page.name)
    scrap = tmp_path / page.parent.name / page.name
    scrap.parent.mkdir()
    for _ in range(15):
        scrap.write_text(damaged(page.read_text("utf-8"), dice), "utf-8")
        read(page.parent.name, scrap)

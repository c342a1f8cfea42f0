"""What is written is so: every verb and option is documented, every link leads somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from scrapers.page import ReadError
from tests import sources_page
from tests.commands_page import PAGE, sections
from tracker.cli import VERBS, app
from tracker.domain.errors import FetchError

ROOT = Path(__file__).parents[1]
PAGES = [p for p in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))) if p.exists()]
RUN_WORDS = {"test", "install"}  # ./run's own, besides the tracker's verbs


def commands() -> Iterator[tuple[str, Any]]:
    """Every command of the command line, sub-verbs included, by its words."""

    def walk(name: str, command: Any) -> Iterator[tuple[str, Any]]:
        yield name, command
        for word, inner in getattr(command, "commands", {}).items():
            yield from walk(f"{name} {word}", inner)

    root = typer.main.get_command(app)
    yield "", root
    context = typer.Context(root)
    for verb in VERBS:
        yield from walk(verb, root.get_command(context, verb))  # type: ignore[attr-defined]


BY_NAME = dict(commands())
SECTIONS = sections()


def test_every_verb_is_documented_and_every_documented_verb_is_there() -> None:
    assert sorted(SECTIONS) == sorted(BY_NAME)


@pytest.mark.parametrize("name", BY_NAME)
def test_every_option_is_documented_and_every_documented_option_is_there(name: str) -> None:
    options = options_of(name)
    also = {"--as-of"} if "--at" in options else set()  # another name for --at, said once for all verbs
    assert SECTIONS[name].options | also == options


@pytest.mark.parametrize("name", BY_NAME)
def test_the_heading_shows_the_arguments(name: str) -> None:
    arguments = [p for p in BY_NAME[name].params if p.param_type_name == "argument"]
    assert len(SECTIONS[name].usage) == len(arguments)
    for word, argument in zip(SECTIONS[name].usage, arguments, strict=True):
        assert word.startswith("[") is not argument.required
        assert word.endswith("...") is (argument.nargs == -1)


def test_the_table_of_verbs_names_them_in_the_order_of_the_help() -> None:
    table = PAGE.read_text().partition("## For every verb")[0]
    assert re.findall(r"^\| \[([a-z]+)\]", table, re.MULTILINE) == list(VERBS)


def test_what_is_said_for_many_verbs_at_once_is_an_option_of_one() -> None:
    general = PAGE.read_text().partition("### Forms")[2].partition("## Jobs")[0]
    named = set(re.findall(r"`(--[a-z-]+)`", general))
    there = {o for command in BY_NAME.values() for p in command.params for o in p.opts}
    assert named and named <= there


def test_every_outcome_of_a_look_is_listed() -> None:
    text = SECTIONS["check"].text
    assert [kind for kind in (*FetchError.KINDS, *ReadError.KINDS) if f"`{kind}`" not in text] == []


# --- the other pages ---


def test_the_readme_names_every_verb() -> None:
    for readme in (page for page in PAGES if page.name == "README.md"):
        text = readme.read_text()
        blocks = re.findall(r"```.*?```", text, re.DOTALL)
        in_code = " ".join(blocks + re.findall(r"`[^`]+`", _without_code(text)))
        assert sorted(set(VERBS) - set(re.findall(r"[a-z]+", in_code))) == []


def slugs(page: Path) -> set[str]:
    """The anchors that a page's headings make, as code hosts write them."""
    headings = re.findall(r"^#+ (.*)$", _without_code(page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).strip().replace(" ", "-") for h in headings}


def _without_code(text: str, inline: bool = False) -> str:
    text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return re.sub(r"`[^`\n]+`", "", text) if inline else text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(page: Path) -> None:
    dead = []
    for target in re.findall(r"\]\(([^)\s]+)\)", _without_code(page.read_text(), inline=True)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = page.parent / path if path else page
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in slugs(file)):
            dead.append(target)
    assert dead == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_a_page_shows_is_one(page: Path) -> None:
    assert [line for line in shown_commands(page.read_text()) if not is_command(line)] == []


def shown_commands(text: str) -> list[str]:
    """What begins as a command does, in backticks or in a block of a shell; without words that explain it."""
    inline = re.findall(r"`([^`\n]+)`", _without_code(text))
    blocks = re.findall(r"^```(\w*)\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    lines = [line for kind, block in blocks if kind in ("", "sh") for line in block.splitlines()]
    plain = [re.split(r"\s{2,}|\s#", line.strip())[0] for line in inline + lines]
    return [line for line in plain if re.match(r"([A-Z_]+=\S* )*(\./run|tracker)( |$)", line)]


def is_command(line: str) -> bool:
    """Whether the verb, its sub-verb and its options exist; `VERB` stands for any."""
    words = re.sub(r"^([A-Z_]+=\S* )*(\./run|tracker) ?", "", line).split()
    flags = options_of("")
    while words and words[0] in flags:  # of every verb, each with a value
        del words[:2]
    if not words or words[0] == "VERB" or words[0] in RUN_WORDS:
        return True
    name = next((n for n in (" ".join(words[:2]), words[0]) if n and n in BY_NAME), None)
    return name is not None and {w for w in words if w.startswith("--")} <= options_of(name) | {"--help"}


def options_of(name: str) -> set[str]:
    return {o for p in BY_NAME[name].params if p.param_type_name == "option" for o in p.opts}


@pytest.mark.parametrize(
    ("line", "well"),
    [
        ("./run", True),
        ("X=1 ./run alerts test", True),
        ("tracker --log-level warning check openai", True),
        ("./run prices --provider x --at 2026-06-01", True),
        ("tracker nosuch", False),
        ("./run prices --nosuch", False),
        ("./run alerts test --json", False),
    ],
)
def test_a_wrong_command_in_a_page_would_be_found(line: str, well: bool) -> None:
    assert shown_commands(f"Say `{line}`.") == shown_commands(f"```sh\n{line}   # why\n```\n") == [line]
    assert is_command(line) is well


def test_every_source_is_documented_as_it_is() -> None:
    text = sources_page.PAGE.read_text("utf-8")
    assert text == sources_page.written(text), "write it anew:  python -m tests.sources_page"


def test_the_source_that_the_readme_shows_is_the_one_that_ships_and_is_short() -> None:
    text = (ROOT / "README.md").read_text()
    file = re.search(r"this is all of `(scrapers/\S+\.py)`", text)
    (shown,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert file and shown == (ROOT / file[1]).read_text()
    assert shown.count("\n") <= 25

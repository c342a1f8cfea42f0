"""docs/settings.md says all that can be set, and nothing that cannot."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tracker.adapters.config import explain, load
from tracker.adapters.config.options import CONFIG, OPTIONS
from tracker.domain.errors import BadSettings
from tracker.domain.settings import EVENTS

PAGE = Path(__file__).parents[2].joinpath("docs/settings.md").read_text()


def section(title: str) -> dict[str, list[str]]:
    """The rows of a section's table, by what their first cell says."""
    text = PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")]
    return {row[0].strip("`"): [cell.strip() for cell in row[1:]] for row in rows[2:]}


def test_every_single_value_is_on_the_page_with_its_variable_and_its_default(tmp_path: Path) -> None:
    rows = section("Single values")
    assert rows.pop("(none)")[0] == f"`{CONFIG}`"
    assert list(rows) == [option.key for option in OPTIONS]
    shown = {setting.key: setting.shown for setting in explain({}, cwd=tmp_path)}
    for option in OPTIONS:
        variable, default, words = rows[option.key]
        assert variable == f"`{option.variable}`"
        assert words
        if option.key != "data_dir":
            assert default.startswith(f"`{shown[option.key]}`" if shown[option.key] else "none")


@pytest.mark.parametrize(
    ("title", "table"),
    [
        ("Channels", "[[channel]]"),
        ("Rules", "[[rule]]"),
        ("Workloads", "[[workload]]"),
        ("Sources", "[source.x]"),
    ],
)
def test_every_key_of_a_table_is_on_the_page(tmp_path: Path, title: str, table: str) -> None:
    (tmp_path / "tracker.toml").write_text(f"{table}\nzzzzzz = 1\n")
    with pytest.raises(BadSettings) as problem:
        load({}, cwd=tmp_path)
    allowed = re.search(r"zzzzzz: is not a setting; (.*) are allowed", str(problem.value))
    assert allowed
    assert set(section(title)) == set(allowed[1].split(", "))


def test_every_event_of_a_rule_is_on_the_page() -> None:
    assert re.findall(r"`(\w+)`", section("Rules")["event"][0]) == list(EVENTS)


def test_the_example_of_the_page_loads(tmp_path: Path) -> None:
    (example,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "tracker.toml").write_text(example)
    settings = load({"SLACK_URL": "json://127.0.0.1/x", "ACME_KEY": "Bearer x"}, cwd=tmp_path)
    tables = (settings.channels, settings.rules, settings.workloads, settings.sources)
    assert [len(table) for table in tables] == [1, 2, 1, 2]


def test_every_time_that_the_page_shows_is_read(tmp_path: Path) -> None:
    rows = section("Rules")
    shown = [(key, text) for key in ("digest", "quiet") for text in re.findall(r'`"(.*?)"`', rows[key][0])]
    assert len(shown) == 5
    rules = [f'[[rule]]\nname = "{n}"\n{key} = "{text}"\n' for n, (key, text) in enumerate(shown)]
    (tmp_path / "tracker.toml").write_text("".join(rules))
    assert len(load({}, cwd=tmp_path).rules) == 5

"""Whatever the settings are made of, they load or are told to be bad, and no secret shows."""

from __future__ import annotations

import tomllib
from datetime import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.adapters.config import explain, load
from tracker.adapters.config.durations import duration, shown_duration, shown_size, size
from tracker.adapters.config.options import VARIABLES
from tracker.adapters.config.times import daily, hours, shown_daily, shown_quiet
from tracker.adapters.config.toml_file import lines_of
from tracker.domain.errors import BadSettings
from tracker.domain.schedule import Daily, Hours

pytestmark = pytest.mark.catalogue
PIECES = [*"=.,#\\\"'[]{}\n\0\ufeffé", '"""', "'''", "[[", "]]", "\r\n", '"1h"', '"CANARY"', '"127.0.0.1:80"']
WORDS_OF_TOML = """true inf nan 0 -1 1e9999999999 1979-05-27 0x7f name url url_env url_file notify
listen look pace channel rule to event min_pct source openai headers env file every database_url data_dir
watch workload monthly input_mtok model tier currency direction below above digest quiet 09:00:00"""
PIECES += [
    '"json://CANARY:CANARY@127.0.0.1:1/CANARY?CANARY=CANARY"',
    '"slack://CANARY/CANARY"',
    '"https://u:CANARY@h"',
]
WORDS = [
    "",
    " ",
    "a",
    "team",
    "1h",
    "0s",
    "-1",
    "1.5",
    "~nobody/x",
    "\0",
    "\ud800",
    "x" * 5000,
    "127.0.0.1:80",
]
WORDS += [
    "sqlite:///CANARY.db",
    "postgresql://u:CANARY@h/d",
    "json://CANARY@h/CANARY",
    "mailto://u:CANARY@h.example",
]
WORDS += [
    "https://u:CANARY@h/?CANARY",
    "CANARY-1",
    "é\u2028\u202e",
    "[::1]:99999",
    "http://[",
    "postgresql://[::CANARY",
]
WORDS += [
    "09:00 Europe/Berlin",
    "mon-fri 22:00-07:00",
    "25:61 CANARY",
    "CANARY 09:00 CANARY",
    "mon-CANARY 9:00",
]
WORDS += ["openai/gpt-4o", "CANARY/", "cut", "USD", "catalogs"]
VALUES = st.recursive(
    st.sampled_from([w for w in WORDS if w != "\ud800"])
    | st.integers()
    | st.booleans()
    | st.floats()
    | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["env", "file", "name", "x y", "input_mtok"]), inner, max_size=2)
    ),
    max_leaves=4,
)
KEYS = [
    "name",
    "url",
    "url_env",
    "url_file",
    "to",
    "event",
    "meter",
    "provider",
    "model",
    "min_pct",
    "reader",
]
KEYS += [
    "every",
    "enabled",
    "ca_file",
    "headers",
    "pace",
    "max_bytes",
    "allow_private",
    "robots",
    "concurrency",
    "odd",
]
KEYS += [
    "maker",
    "tier",
    "direction",
    "source_kind",
    "watch",
    "min_amount",
    "below",
    "above",
    "digest",
    "quiet",
    "monthly",
    "currency",
]


def is_a_name(value: object) -> bool:
    """Whether it is no address: a name, of a file or a rule, is meant to be shown."""
    return isinstance(value, str) and "CANARY" in value and "://" not in value


TABLES = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=4).map(
    lambda table: table | {"name": "team"} if is_a_name(table.get("name")) else table
)
TOP = ["database_url", "data_dir", "base_url", "listen", "log_level", "notify", "watch", "odd key"]
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(TOP, VALUES),
        "look": TABLES | VALUES,
        "channel": st.lists(TABLES, max_size=3) | VALUES,
        "rule": st.lists(TABLES, max_size=3) | VALUES,
        "workload": st.lists(TABLES, max_size=3) | VALUES,
        "source": st.dictionaries(
            st.sampled_from(["openai", "x", "", "a b", "CANARY y"]), TABLES, max_size=3
        ),
    },
)
few = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def toml(value: object) -> str:
    """A value as TOML writes it, tables inline."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{toml(str(key))} = {toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, str):
        return '"' + "".join(c if c.isalnum() and c.isascii() else f"\\U{ord(c):08x}" for c in value) + '"'
    return str(value).lower()


def stands(folder: Path, body: bytes, env: dict[str, str]) -> None:
    """Loads, or says what is bad without a secret."""
    (folder / "tracker.toml").write_bytes(body)
    try:
        shown = explain(env, cwd=folder)
    except BadSettings as problem:
        lines = str(problem).split("\n")
        assert not any("CANARY" in line for line in lines)
        assert all(line.isprintable() and "; " in line for line in lines), lines
    else:
        assert not any("CANARY" in s.shown for s in shown if s.key in ("database_url", "notify"))
        assert "CANARY" not in repr(load(env, cwd=folder).channels)


@few
@given(
    st.binary()
    | st.lists(st.sampled_from([*PIECES, *WORDS_OF_TOML.split()]), max_size=40).map(
        lambda p: " ".join(p).encode()
    )
)
def test_bytes_that_are_no_settings_are_bad_settings_and_nothing_else(tmp_path: Path, body: bytes) -> None:
    stands(tmp_path, body, {})


@few
@given(DOCUMENTS)
def test_any_toml_loads_or_is_bad_settings(tmp_path: Path, document: dict[str, object]) -> None:
    text = "".join(f"{toml(key)} = {toml(value)}\n" for key, value in document.items())
    tomllib.loads(text)
    stands(tmp_path, text.encode(), {})


@few
@given(st.dictionaries(st.sampled_from([*VARIABLES, "TRACKER_ODD", "TRACKER_é y"]), st.sampled_from(WORDS)))
def test_any_variable_loads_or_is_bad_settings(tmp_path: Path, env: dict[str, str]) -> None:
    if is_a_name(env.get("TRACKER_CONFIG")):
        del env["TRACKER_CONFIG"]  # a file's name, and shown
    stands(tmp_path, b"", env)


STATEMENTS = {
    'k{n} = """\n[a]\nk = 1 \\" # ]\n"""\n': 4,
    "k{n} = '''\nk0 = [\n'''\n": 3,
    "k{n} = [ # ]\n  1,\n  '[', # \"\n  {{ k = '}}' }},\n]\n": 5,
    'k{n} = "\\"] # [["\n': 1,
    "# k{n} = [\n\n": 2,
    "\tk{n}.'a b' = {{ k = [] }} # {{\n": 1,
    "[[list]] # [\n": 1,
    " [ table . t{n} ]\n": 1,
}


@given(st.lists(st.sampled_from(list(STATEMENTS))))
def test_every_statement_is_found_on_its_line(statements: list[str]) -> None:
    text, line, wanted = "", 1, {}
    for n, statement in enumerate(statements):
        text += statement.format(n=n)
        if f"k{n}" in text and not statement.startswith("#"):
            wanted[f"k{n}"] = line
        line += STATEMENTS[statement]
    tomllib.loads(text)
    assert {k: at for path, at in lines_of(text).items() for k in path if str(k).startswith("k")} == wanted


@given(st.timedeltas(min_value=duration("0s"), max_value=duration("365d")))
def test_a_duration_is_read_as_it_is_shown(span: object) -> None:
    text = shown_duration(span)  # type: ignore[arg-type]
    assert shown_duration(duration(text)) == text


@given(st.integers(min_value=1, max_value=1 << 36))
def test_a_size_is_read_as_it_is_shown(count: int) -> None:
    assert size(shown_size(count)) == count


ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/Port-au-Prince", "Etc/GMT+2", "EST5EDT", "Pacific/Apia"]
)
CLOCKS = st.builds(time, st.integers(0, 23), st.integers(0, 59))
WEEKDAYS = st.frozensets(st.integers(0, 6), min_size=1)


@given(st.builds(Daily, CLOCKS, ZONES, WEEKDAYS))
def test_the_time_of_a_digest_is_read_as_it_is_shown(digest: Daily) -> None:
    assert daily(shown_daily(digest)) == digest


@given(st.builds(Hours, CLOCKS, CLOCKS, ZONES, WEEKDAYS).filter(lambda h: h.since != h.until))
def test_quiet_hours_are_read_as_they_are_shown(quiet: Hours) -> None:
    assert hours(shown_quiet((quiet,))) == quiet

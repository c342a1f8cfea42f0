"""The house is as it was drawn; and each rule of it can be broken."""

from __future__ import annotations

import ast
from collections.abc import Mapping

import pytest

from tests import house
from tests.house import Rule

HOUSE = house.read_house()
WELL = '"""What it is."""\n'

# A rule, a made-up house that breaks it, and the file that must be named.
BREACHES: list[tuple[Rule, Mapping[str, str], str]] = [
    (rule, files if isinstance(files, dict) else {place: files}, place)
    for rule, place, files in [
        (house.imports_go_downwards, "scrapers/acme.py", "from tracker.domain.model import Move"),
        (house.imports_go_downwards, "scrapers/acme.py", "import tracker"),
        (house.imports_go_downwards, "tracker/domain/x.py", "from tracker.adapters.clock import Clock"),
        (house.imports_go_downwards, "tracker/domain/x.py", "from tracker import __version__"),
        (house.imports_go_downwards, "tracker/adapters/x.py", "import tracker.check"),
        (house.imports_go_downwards, "tracker/adapters/x.py", "from tracker.daemon import Daemon"),
        (house.imports_go_downwards, "tracker/check.py", "from tracker.deliver import deliver"),
        (house.imports_go_downwards, "tracker/deliver.py", "from tracker.cli import common"),
        (house.imports_go_downwards, "tracker/judge.py", "def f():\n from tracker.check import look"),
        (house.imports_go_downwards, "tracker/web/x.py", "from tracker.deliver import deliver"),
        (house.imports_go_downwards, "tracker/web/x.py", "from tracker.daemon import Daemon"),
        (house.imports_go_downwards, "tracker/daemon.py", "from tracker.cli import common"),
        (house.imports_go_downwards, "tracker/__init__.py", "from tracker.cli import main"),
        (house.imports_go_downwards, "tracker/attic/x.py", "import re"),
        (
            house.imports_go_downwards,
            "tracker/adapters/x.py",
            {"tracker/check.py": "", "tracker/adapters/x.py": "from tracker import check"},
        ),
        (house.imports_are_whole, "tracker/cli/x.py", "from . import common"),
        (house.imports_are_whole, "tracker/cli/x.py", "from tracker.cli.common import *"),
        (house.what_touches_has_one_place, "tracker/adapters/robots.py", "import httpx"),
        (house.what_touches_has_one_place, "tracker/adapters/hops.py", "from httpcore import URL"),
        (house.what_touches_has_one_place, "tracker/check.py", "from sqlalchemy import Connection"),
        (house.what_touches_has_one_place, "tracker/cli/x.py", "import sqlalchemy.exc"),
        (house.what_touches_has_one_place, "tracker/deliver.py", "from apprise import Apprise"),
        (house.what_touches_has_one_place, "tracker/check.py", "from apscheduler.schedulers import x"),
        (house.what_touches_has_one_place, "tracker/daemon.py", "import fastapi"),
        (house.what_touches_has_one_place, "tracker/adapters/x.py", "from starlette import routing"),
        (house.what_touches_has_one_place, "tracker/cli/x.py", "import uvicorn"),
        (house.what_touches_has_one_place, "tracker/adapters/x.py", "import urllib.request"),
        (house.what_touches_has_one_place, "tracker/adapters/x.py", "import requests"),
        (house.what_touches_has_one_place, "tracker/check.py", "import socket"),
        (house.what_touches_has_one_place, "tracker/domain/x.py", "import structlog"),
        (house.what_touches_has_one_place, "tracker/domain/x.py", "from selectolax.lexbor import x"),
        (house.what_touches_has_one_place, "tracker/adapters/x.py", "import never_heard_of"),
        (house.readers_and_domain_touch_nothing, "scrapers/acme.py", "import socket"),
        (house.readers_and_domain_touch_nothing, "scrapers/acme.py", "from urllib import request"),
        (house.readers_and_domain_touch_nothing, "scrapers/acme.py", "from urllib.request import urlopen"),
        (house.readers_and_domain_touch_nothing, "scrapers/acme.py", "from pathlib import Path"),
        (house.readers_and_domain_touch_nothing, "scrapers/acme.py", "import time"),
        (house.readers_and_domain_touch_nothing, "scrapers/acme.py", "datetime.now()"),
        (house.readers_and_domain_touch_nothing, "scrapers/acme.py", "f(default_factory=date.today)"),
        (house.readers_and_domain_touch_nothing, "tracker/domain/x.py", "import os"),
        (house.readers_and_domain_touch_nothing, "tracker/domain/x.py", "import sqlite3"),
        (house.readers_and_domain_touch_nothing, "tracker/domain/x.py", "import random"),
        (house.readers_and_domain_touch_nothing, "tracker/domain/x.py", "x.read_text()"),
        (house.readers_and_domain_touch_nothing, "tracker/domain/x.py", "with open('x') as f: pass"),
        (house.readers_and_domain_touch_nothing, "tracker/domain/x.py", "datetime.now(UTC)"),
        (house.web_only_reads, "tracker/web/x.py", "from tracker.adapters.store.engine import writing"),
        (house.jobs_take_their_clock, "tracker/check.py", "at = datetime.now(UTC)"),
        (house.jobs_take_their_clock, "tracker/deliver.py", "time.monotonic()"),
        (
            house.nothing_imports_in_a_circle,
            "tracker.domain.a → tracker.domain.b → tracker.domain.a",
            {
                "tracker/domain/a.py": "from tracker.domain import b",
                "tracker/domain/b.py": "import tracker.domain.a",
            },
        ),
        (
            house.nothing_imports_in_a_circle,
            "scrapers.a → scrapers.b → scrapers.c → scrapers.a",
            {
                "scrapers/a.py": "import scrapers.b",
                "scrapers/b.py": "if TYPE_CHECKING:\n from scrapers.c import x",
                "scrapers/c.py": "import scrapers.a",
                "scrapers/d.py": "import scrapers.a",
            },
        ),
        (house.imports_stand_at_the_top, "tracker/check.py", "def f():\n import tracker.deliver"),
        (house.imports_stand_at_the_top, "tracker/cli/x.py", "class A:\n async def f(self):\n  import re"),
        (house.imports_stand_at_the_top, "tracker/check.py", "importlib.import_module('tracker.deliver')"),
        (house.imports_stand_at_the_top, "tracker/check.py", "__import__('tracker.deliver')"),
        (house.broad_excepts_are_few, "tracker/deliver.py", "try: f()\nexcept Exception: pass"),
        (house.broad_excepts_are_few, "tracker/deliver.py", "try: f()\nexcept: pass"),
        (house.broad_excepts_are_few, "tracker/x.py", "try: f()\nexcept (OSError, BaseException): pass"),
        (house.broad_excepts_are_few, "tracker/x.py", "with contextlib.suppress(Exception): f()"),
        (house.broad_excepts_are_few, "tracker/x.py", "try: f()\nexcept builtins.Exception as e: g(e)"),
        (
            house.broad_excepts_are_few,
            "tracker/check.py",
            "def look():\n try: f()\n except Exception: pass",
        ),
        (house.files_are_short, "tracker/x.py", "\n" * 251),
        (house.names_say_something, "tracker/utils.py", ""),
        (house.names_say_something, "scrapers/text_helpers.py", ""),
        (house.names_say_something, "tracker/x.py", "class LookManager: pass"),
        (house.names_say_something, "tracker/x.py", "class BaseReader: pass"),
        (house.names_say_something, "tracker/x.py", "def f():\n class _PriceData: pass"),
        (house.names_say_something, "tracker/x.py", "class HTTPService: pass"),
        (house.modules_say_what_they_are, "tracker/x.py", "import re"),
        (house.modules_say_what_they_are, "tracker/x.py", '"""What it is"""'),
        (house.modules_say_what_they_are, "tracker/x.py", '"""What it is. And more."""'),
        (house.modules_say_what_they_are, "tracker/x.py", '"""What it is.\n\nAnd more.\n"""'),
        (house.modules_say_what_they_are, "tracker/x.py", '"""What it is\nand was."""'),
        (house.nothing_asks_whether_it_is_tested, "tracker/x.py", "if 'pytest' in sys.modules: pass"),
        (house.nothing_asks_whether_it_is_tested, "scrapers/x.py", "if os.environ.get('TESTING'): pass"),
    ]
]


@pytest.mark.parametrize("rule", house.RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_this_rule(rule: Rule) -> None:
    assert rule(HOUSE) == []


@pytest.mark.parametrize(("rule", "made_up", "named"), BREACHES, ids=lambda x: getattr(x, "__name__", ""))
def test_a_breach_is_told_with_its_file(rule: Rule, made_up: Mapping[str, str], named: str) -> None:
    (told,) = rule(made_up)
    assert told.startswith(named)


def test_every_rule_has_a_breach_that_it_finds() -> None:
    assert {rule for rule, _, _ in BREACHES} == set(house.RULES)


def test_a_breach_names_its_line_and_what_is_wrong() -> None:
    text = f"{WELL}\nimport re\n\nimport tracker.check\n"
    assert house.imports_go_downwards({"tracker/deliver.py": text}) == [
        "tracker/deliver.py:5: deliver must not import tracker.check"
    ]


@pytest.mark.parametrize("rule", house.RULES, ids=lambda rule: rule.__name__)
def test_a_plain_module_breaks_no_rule(rule: Rule) -> None:
    text = (
        f"{WELL}\nfrom datetime import UTC, datetime\nfrom urllib.parse import urlsplit\n"
        "from scrapers.page import Offer\n\n"
        "class Seen:\n    at: datetime\n\n"
        "def f(x):\n    try:\n        return x.price\n"
        "    except (KeyError, ValueError):\n        return None\n"
    )
    assert rule({"tracker/domain/x.py": text}) == []


def test_the_two_broad_excepts_are_still_there() -> None:
    found = {
        (file, inside)
        for file, node, inside in house.nodes(HOUSE)
        if isinstance(node, ast.ExceptHandler) and node.type and ast.unparse(node.type) == "Exception"
    }
    assert found == set(house.BROAD_EXCEPTS)


def test_no_exception_is_listed_that_nothing_needs() -> None:
    inside = {(i.file, i.inside) for i in house.imports(HOUSE) if i.inside}
    long = {file for file, text in HOUSE.items() if text.count("\n") > house.LONGEST}
    assert set(house.IMPORTS_INSIDE) <= inside
    assert set(house.LONG_FILES) <= long
    assert set(house.IMPORTS_BY_NAME) | set(house.PURE_BESIDES) <= set(HOUSE)
    places = {place for places in house.ONLY_IN.values() for place in places} - set(house.JOB_FILES)
    assert [place for place in places if not (house.ROOT / place).exists()] == []

"""Each ready question of docs/questions.md has one answer, whichever way it is asked, and a right one."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyarrow import parquet
from sqlalchemy import Engine

from scrapers.page import Article
from tests import right_answers
from tests.postgres import new
from tests.web import stock, week
from tests.web.asking import HOSTILE, served
from tracker.adapters import exports
from tracker.adapters.store import asked, bundled
from tracker.adapters.store.engine import open_store, writing
from tracker.adapters.store.migrate import migrate
from tracker.adapters.store.views import NAMES
from tracker.ask.printed import cell
from tracker.web.app import make_app

DOCS = Path(__file__).parents[1] / "docs"
NOW = datetime.now(UTC)  # the views ask the database's clock
PAGE = (DOCS / "questions.md").read_text()
READY, OVER_AN_EXPORT = PAGE[PAGE.index("## Ready questions") :].split("## Over an export")
QUESTIONS = re.findall(
    r"^([A-Z].+[?:])\n\n```sql\n((?s:.*?))```\n\n```python\n((?s:.*?))```", READY, re.MULTILINE
)
Rows = list[tuple[Any, ...]]


def block(words: str) -> str:
    """The Python of a section."""
    found = re.search(r"```python\n(.*?)```", words, re.DOTALL)
    assert found
    return found[1]


def python_of(words: str, **known: Any) -> dict[str, Any]:
    """What the Python of our pages defines."""
    exec(words, known)
    return known


EVERY_ROW = block((DOCS / "api.md").read_text())
TABLES = block(OVER_AN_EXPORT).rpartition("\n\n")[0]  # without the example at its end


class Store:
    """A store, its API over HTTP, and its exports."""

    def __init__(self, engine: Engine, url: str, port: int, folder: Path) -> None:
        self.engine, self.url, self.port, self.folder = engine, url, port, folder
        self.python = python_of(EVERY_ROW.replace("127.0.0.1:8321", f"127.0.0.1:{port}"))
        self.exported = {form: self._loaded(folder / form, form) for form in exports.FORMATS}

    def _loaded(self, folder: Path, form: str) -> sqlite3.Connection:
        exports.export(self.engine, self.url, folder, NAMES, form, at=NOW, version="1", cell=cell)
        return LOADED[form](folder)

    def get(self, path: str) -> Any:
        with urlopen(f"http://127.0.0.1:{self.port}/api/v1{path}") as answer:
            return json.load(answer)

    def sql(self, question: str) -> Rows:
        return asked.answer(self.engine, self.url, question).rows

    def api(self, snippet: str) -> Rows:
        found: Rows = python_of(snippet, **self.python)["answer"]
        return found


def by_page(folder: Path) -> sqlite3.Connection:
    """The CSV files, as the page says to read them."""
    made = sqlite3.connect(":memory:", check_same_thread=False)
    python_of(TABLES)["tables"](folder).backup(made)  # as it goes to a file for Datasette
    return made


def as_kept(read: Callable[[Path], list[dict[str, Any]]]) -> Callable[[Path], sqlite3.Connection]:
    """Files whose values are what they are."""

    def tables(folder: Path) -> sqlite3.Connection:
        made = sqlite3.connect(":memory:", check_same_thread=False)
        for file in json.loads((folder / "manifest.json").read_text())["files"]:
            name, columns = file["file"].partition(".")[0], file["columns"]
            made.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
            marks = ", ".join("?" * len(columns))
            rows = [tuple(row.values()) for row in read(folder / file["file"])]
            made.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)
        return made

    return tables


LOADED: dict[str, Callable[[Path], sqlite3.Connection]] = {
    "csv": by_page,
    "jsonl": as_kept(lambda file: [json.loads(line) for line in file.open(encoding="utf-8")]),
    "parquet": as_kept(lambda file: parquet.read_table(file).to_pylist()),
}


@pytest.fixture(scope="module")
def stores(
    postgres_url: str, postgres_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Store]]:
    """A busy week, the bundled history, hosts, announcements and dead letters, on both databases."""
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("ready")
        urls = {
            "sqlite": f"sqlite:///{folder}/tracker.db",
            "postgresql": stack.enter_context(new(postgres_url, postgres_template)),
        }
        made = {}
        for name, url in urls.items():
            engine = open_store(url)
            stack.callback(engine.dispose)
            migrate(engine)
            sources = filled(engine)
            app = make_app(engine, lambda sources=sources: sources, now=lambda: NOW, trouble=str)
            made[name] = Store(engine, url, stack.enter_context(served(app)), folder / name)
        yield made


def filled(engine: Engine) -> Any:
    sources = week.a_busy_week(engine)
    with writing(engine) as connection:
        bundled.load(connection, NOW)
    stock.add_moves(
        engine,
        [
            stock.move("together", "meta-llama/Llama-3.3-70B-Instruct-Turbo", "0.9", "0.88"),
            stock.move("groq", "llama-3.3-70b-versatile", "0.60", "0.59"),
            stock.move("groq", "llama-3.3-70b-versatile", "0.80", "0.79", meter="output_mtok"),
        ],
        1,
    )
    stock.add_moves(engine, [stock.move("groq", "a tiny price", "0.0000000003", "0.0000000001")], 1)
    titles = (*HOSTILE, "'=1+1", "''@x", "'", "a\r\nb", "-5", "'-5")
    hostile = [Article(str(n), f"https://feed.example/{n}", title, None) for n, title in enumerate(titles)]
    stock.add_articles(engine, "wheresyoured", hostile)
    for day, price, announced in right_answers.ANNOUNCED:
        at = datetime.combine(announced, time(15), UTC)
        stock.add_announced(engine, "deepseek", "deepseek-chat", "0.27", price, day=day, at=at)
    return sources


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, stores: dict[str, Store]) -> Store:
    return stores[request.param]


def test_the_page_has_every_question_in_sql_and_in_python() -> None:
    assert len(QUESTIONS) == READY.count("```sql") == READY.count("```python") >= 10
    asked_for = (
        "cheapest host of a model",
        "followed a cut within 14 days",
        "basket",
        "announcement and the change",
    )
    for words in asked_for:
        assert any(words in title for title, _, _ in QUESTIONS), words


@pytest.mark.parametrize(("query", "snippet"), [q[1:] for q in QUESTIONS], ids=[q[0][:40] for q in QUESTIONS])
def test_a_ready_question_has_one_answer_by_sql_by_the_api_and_over_each_export(
    stores: dict[str, Store], query: str, snippet: str
) -> None:
    found = stores["sqlite"].sql(query)
    assert found  # an empty answer would prove nothing
    for name, store in stores.items():
        assert store.sql(query) == found, name
        assert store.api(snippet) == found, name
        for form, tables in store.exported.items():
            assert tables.execute(query).fetchall() == found, (name, form)


@pytest.mark.parametrize("form", exports.FORMATS)
@pytest.mark.parametrize("view", NAMES)
def test_an_export_read_back_is_what_the_views_hold(store: Store, form: str, view: str) -> None:
    query = f"SELECT * FROM {view} ORDER BY id"
    assert store.exported[form].execute(query).fetchall() == store.sql(query)


def test_parquet_has_numbers_as_numbers_and_the_rest_as_the_text_of_the_views(store: Store) -> None:
    folder = store.folder / "parquet"
    arrow = {"integer": "int64", "number": "double"}
    for file in json.loads((folder / "manifest.json").read_text())["files"]:
        schema = parquet.read_schema(folder / file["file"])
        wanted = {name: arrow.get(kind, "string") for name, kind in file["columns"].items()}
        assert {field.name: str(field.type) for field in schema} == wanted
    tiny = "SELECT before, after, at, not_before FROM moves WHERE model = 'a tiny price'"
    [(before, after, at, not_before)] = store.exported["parquet"].execute(tiny)
    assert (before, after, not_before) == ("0.0000000003", "0.0000000001", None)
    assert datetime.fromisoformat(at).tzinfo == UTC


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
@example("'=1")
@example("''-5")
def test_a_cell_is_restored_by_the_rule_of_the_page(words: str) -> None:
    assert python_of(TABLES)["restored"](cell(words), "text") == words


@given(st.decimals(-(10**8), 10**8, places=10))
def test_money_terms_and_nothing_are_restored_too(amount: Decimal) -> None:
    restored = python_of(TABLES)["restored"]
    assert Decimal(restored(cell(amount), "decimal")) == amount
    assert restored(cell(float(amount)), "number") == float(amount)
    assert restored(cell(None), "decimal") is restored(cell(None), "number") is None
    terms = {"tier": "batch", "context": ">200K"}
    assert json.loads(restored(cell(terms), "text")) == terms


# By the first words of a question; of the basket some, whose prices their providers printed.
RIGHT: dict[str, Rows] = {
    "The cheapest host": right_answers.cheapest_hosts(),
    "Who followed": right_answers.followers(),
    "Which providers cut": right_answers.cuts(),
    "Days between": right_answers.waits(),
    # The busy week: o3 thrice, Haiku, a promotion of DeepSeek's and Gemini Pro down; three up.
    "Cuts and rises": right_answers.months(Counter({("2026-09", True): 6, ("2026-09", False): 3})),
}


def answer_to(store: Store, words: str) -> Rows:
    return store.sql(next(query for title, query, _ in QUESTIONS if title.startswith(words)))


@pytest.mark.parametrize("words", RIGHT)
def test_the_answer_is_that_of_the_facts_themselves(stores: dict[str, Store], words: str) -> None:
    assert RIGHT[words] and answer_to(stores["sqlite"], words) == RIGHT[words]


def test_a_basket_is_reckoned_from_the_prices_that_were_printed(stores: dict[str, Store]) -> None:
    found = answer_to(stores["sqlite"], "The price of a basket")
    of_some = [row for row in found if row[:2] in right_answers.PRINTED]
    assert of_some == right_answers.baskets()


def test_the_bill_of_a_basket_is_the_same(stores: dict[str, Store]) -> None:
    for provider, model, _, basket in right_answers.baskets():
        path = f"/cost?model={provider}/{model}&monthly=input_mtok=400,output_mtok=80&at=2024-09-01"
        bill = stores["sqlite"].get(path)["bills"][0]
        assert (float(bill["after"]), bill["missing"]) == (basket, []), (provider, model)

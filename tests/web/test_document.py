"""The API against its own OpenAPI document: whatever that allows or forbids gets a valid answer."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.generation import GenerationMode
from schemathesis.schemas import BaseSchema as OpenApiSchema
from schemathesis.specs.openapi import checks

from scrapers.page import Article
from tests.web import stock
from tests.web.asking import HOSTILE, app_over
from tests.web.stock import HOUR, add_moves, add_sources, by_id, keep_page, move, source
from tracker.adapters.store.engine import open_store
from tracker.adapters.store.migrate import migrate
from tracker.domain.model import Status
from tracker.web.api import openapi

EXAMPLES = int(os.environ.get("TRACKER_TEST_EXAMPLES", "12"))  # of each address
# What no pattern can say (which letters print, that a day exists) gets the 400 that the document declares: so
# that check is ours, by these sentences.
UNSAID = (
    "does not print",
    "cursor is none of this address",
    "model",
    "monthly",
    "workload",
    "is no day or moment",
    "is later than",
)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenApiSchema]:
    engine = open_store(f"sqlite:///{tmp_path_factory.mktemp('api')}/tracker.db")
    migrate(engine)
    sources = by_id(source("evil", provider=HOSTILE[0]), source("feed", "feeds"))
    add_sources(engine, sources)
    page = keep_page(engine, "evil", HOSTILE[0].encode())
    moves = [
        move("evil", n, "2", "1", provider=n[:60], seen=k * HOUR, status=Status.confirmed, reason=n)
        for k, n in enumerate(HOSTILE, 1)
    ]
    add_moves(engine, moves, page)
    stock.add_articles(engine, "feed", [Article(n[:99], f"javascript:{n}", n) for n in HOSTILE])
    for name in HOSTILE:
        stock.add_alert(engine, name, name[:60], error=name)
    yield schemathesis.openapi.from_asgi(openapi.ADDRESS, app_over(engine, sources))
    engine.dispose()


DOCUMENT = openapi.document(is_closed=False)


ASKED = [(path, GenerationMode.POSITIVE) for path in DOCUMENT["paths"]]
# Of an address with a query, also what is forbidden; of an id any words are fine.
ASKED += [
    (path, GenerationMode.NEGATIVE)
    for path, item in DOCUMENT["paths"].items()
    if any(p["in"] == "query" for p in item["get"].get("parameters", ()))
]


@pytest.mark.parametrize(("path", "mode"), ASKED)
def test_every_answer_is_as_the_document_says(api: OpenApiSchema, path: str, mode: GenerationMode) -> None:
    operation = api[path]["GET"]

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(operation.as_strategy(generation_mode=mode))
    def holds(case: schemathesis.Case) -> None:
        answer = case.call_and_validate(excluded_checks=[checks.positive_data_acceptance])
        is_written_otherwise = isinstance(
            (case.query or {}).get("limit"), float
        )  # 5.0 is a whole number, too
        if mode is GenerationMode.POSITIVE and answer.status_code == 400 and not is_written_otherwise:
            assert any(words in answer.json()["error"] for words in UNSAID), (case.query, answer.json())

    holds()

"""Simon Willison's list of the prices that some makers' pages state."""

from datetime import timedelta

from scrapers.catalogs._shared import catalogue, provider_of
from scrapers.json_rows import Row, Stated, answer_of, rows_of
from scrapers.meters import PER_MTOK
from scrapers.page import Page, Reading, Terms
from scrapers.source import Source
from scrapers.terms import context_in

_PRICES = {"input": "input_mtok", "input_cached": "cache_read_mtok", "output": "output_mtok"}


def read(page: Page) -> Reading:
    """Every row; "Gemini 2.5 Pro >200k" is a band of the model whose id its own one extends by "-200k"."""
    return catalogue(
        Stated(
            model,
            f"({row.get('name')}) {path}",
            row.get(path),
            meter,
            PER_MTOK,
            terms,
            provider_of(row.get("vendor")),
        )
        for row in rows_of(answer_of(page), "prices")
        for model, terms in [_named(row)]
        for path, meter in _PRICES.items()
    )


def _named(row: Row) -> tuple[str, Terms]:
    model, context = str(row.get("id") or ""), context_in(str(row.get("name") or ""))
    return model.removesuffix("-" + context.removeprefix(">").lower()), Terms(context=context)


SOURCE = Source(
    url="https://www.llm-prices.com/current-v1.json",
    reader=read,
    accept="application/json",
    via="api",
    ancestry="catalogues",
    every=timedelta(hours=6),
    anchors=("gpt-4o", "gpt-4o-mini", "claude-3-haiku", "gemini-2.5-flash", "deepseek-chat"),
    least=10,
)

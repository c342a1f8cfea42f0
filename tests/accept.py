"""What a reader says of a saved page: `python -m tests.accept SOURCE DAY` rewrites the expected answer."""

from __future__ import annotations

import importlib
import json
import sys
from datetime import UTC
from pathlib import Path
from typing import Any

from scrapers.catalog import sources
from scrapers.page import Article, Offer, Page, ReadError
from scrapers.source import Source

FIXTURES = Path(__file__).parent / "fixtures"
MEDIA_TYPES = {
    ".html": "text/html",
    ".md": "text/markdown",
    ".json": "application/json",
    ".xml": "application/xml",
}


def pages(folder: Path = FIXTURES) -> list[Path]:
    """Every saved page: `<source>/<day>.html`, `.md`, `.xml`, or `.page.json` where it is JSON itself."""
    endings = (*(e for e in MEDIA_TYPES if e != ".json"), ".page.json")
    return [file for file in sorted(folder.glob("*/*")) if file.name.endswith(endings)]


def answer_file(page: Path) -> Path:
    """Where the expected answer of a page lies: `<day>.json` beside it."""
    return page.with_name(page.name.split(".")[0] + ".json")


def read(source_id: str, page: Path) -> Any:
    """The offers or articles of a saved page as `tracker read --json` prints them, or {"error": kind}."""
    source = _source(source_id)
    try:
        reading = source.read(Page(source.url, page.read_text("utf-8"), MEDIA_TYPES[page.suffix]))
    except ReadError as refusal:
        return {"error": refusal.kind}
    return (
        [_article(a) for a in reading.articles]
        if source.kind == "feeds"
        else [_offer(o) for o in reading.offers]
    )


def _source(source_id: str) -> Source:
    if source_id == "generic":
        return Source("https://acme.example/pricing", importlib.import_module("scrapers.generic").generic)
    return sources()[source_id]


def _offer(offer: Offer) -> dict[str, Any]:
    own = {"provider": offer.provider} if offer.provider else {}
    return {
        "model": offer.model,
        "meter": offer.meter,
        "price": format(offer.price, "f"),
        "currency": offer.currency,
        "terms": offer.terms.as_dict(),
        "label": offer.label,
        **own,
    }


def _article(article: Article) -> dict[str, Any]:
    at = article.published_at
    return {
        "guid": article.guid,
        "url": article.url,
        "title": article.title,
        "published_at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None,
        "summary": article.summary,
    }


def as_lines(answer: Any) -> str:
    """JSON with one offer a line, so that a diff shows which one changed."""
    if isinstance(answer, dict):
        return json.dumps(answer) + "\n"
    return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in answer) + "\n]\n"


def main(source_id: str, day: str) -> None:
    for page in pages():
        if page.parent.name == source_id and page.name.startswith(day + "."):
            answer_file(page).write_text(as_lines(read(source_id, page)), "utf-8")
            print(f"{answer_file(page)} rewritten: read its difference before you keep it")


if __name__ == "__main__":
    main(*sys.argv[1:3])

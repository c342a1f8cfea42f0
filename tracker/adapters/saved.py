"""Pages saved as files, what readers say of them, and where sources and pages lie in a checkout."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import scrapers
from scrapers.page import Article, Offer, Page, ReadError, Reading
from scrapers.source import Source
from tracker.adapters.charset import text_of
from tracker.domain.errors import Missing
from tracker.domain.model import Snapshot

MEDIA_TYPES = {
    ".html": "text/html",
    ".htm": "text/html",
    ".md": "text/markdown",
    ".mdx": "text/markdown",
    ".txt": "text/markdown",
    ".json": "application/json",
    ".xml": "application/rss+xml",
    ".rss": "application/rss+xml",
    ".atom": "application/atom+xml",
}
_ENDINGS = {"markdown": ".md", "plain": ".md", "json": ".page.json", "html": ".html", "xml": ".xml"}


def page_of(file: Path, url: str) -> Page:
    """A saved page, decoded as a fetched one is; its ending tells what it is. Raises Missing."""
    try:
        body = file.read_bytes()
    except OSError as e:
        raise Missing(f"cannot read {file}: {e.strerror}") from e
    media_type = MEDIA_TYPES.get(file.suffix.lower(), "text/html")
    snapshot = Snapshot(url, datetime.now(UTC), 200, media_type, "", body)
    return Page(url, text_of(snapshot), media_type)


def offer_row(offer: Offer) -> dict[str, Any]:
    """An offer as `read --json` prints it; a catalogue's row also says whose price it repeats."""
    row: dict[str, Any] = {
        "model": offer.model,
        "meter": offer.meter,
        "price": offer.price,
        "currency": offer.currency,
        "terms": offer.terms.as_dict(),
        "label": offer.label,
    }
    return row | ({"provider": offer.provider} if offer.provider else {})


def article_row(article: Article) -> dict[str, Any]:
    """An article as `read --json` prints it."""
    return {
        "guid": article.guid,
        "url": article.url,
        "title": article.title,
        "published_at": article.published_at,
        "summary": article.summary,
    }


def rows_of(reading: Reading) -> list[dict[str, Any]]:
    """What a page says, a row an article where it has any, else a row an offer."""
    return [article_row(a) for a in reading.articles] or [offer_row(o) for o in reading.offers]


def answer(source: Source, file: Path) -> Any:
    """What a source says of a saved page, as the answer beside it has it: rows, or {"error": kind}."""
    try:
        reading = source.read(page_of(file, source.url))
    except ReadError as refusal:
        return {"error": refusal.kind}
    return [{key: _plain(value) for key, value in row.items()} for row in rows_of(reading)]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value if value is None or isinstance(value, str | dict) else format(value, "f")


def as_lines(rows: Any) -> str:
    """An answer as JSON with one row a line, so that a difference shows which one changed."""
    if isinstance(rows, dict):
        return json.dumps(rows) + "\n"
    return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n"


@dataclass(frozen=True, slots=True)
class Checkout:
    """A checkout of the project: its sources' files, and the saved pages that test them."""

    root: Path

    @property
    def fixtures(self) -> Path:
        return self.root / "tests" / "fixtures"

    def pages(self, source: str = "*") -> list[Path]:
        """Every saved page of a source: `<day>.html`, `.md`, `.xml`; `.page.json` where it is JSON itself."""
        endings = tuple(dict.fromkeys(_ENDINGS.values()))
        return [file for file in sorted(self.fixtures.glob(f"{source}/*")) if file.name.endswith(endings)]

    def accept(self, source: Source, day: str = "") -> list[Path]:
        """Write what the source says of its saved pages as their answers; those that were rewritten."""
        written = []
        for page in self.pages(source.id):
            lines, file = as_lines(answer(source, page)), answer_file(page)
            if page.name.startswith(day) and not (file.exists() and file.read_text("utf-8") == lines):
                file.write_text(lines, "utf-8")
                written.append(file)
        return written

    def save(self, source: str, snapshot: Snapshot) -> Path:
        """Keep a fetched page byte for byte as the one of its day."""
        kind = next((k for k in _ENDINGS if k in snapshot.media_type), "html")
        file = self.fixtures / source / f"{snapshot.at:%Y-%m-%d}{_ENDINGS[kind]}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(snapshot.body)
        return file


def answer_file(page: Path) -> Path:
    """Where the expected answer of a saved page lies: `<day>.json` beside it."""
    return page.with_name(page.name.split(".")[0] + ".json")


def checkout() -> Checkout:
    """The checkout that this tracker runs from. Raises Missing where it was installed without one."""
    found = Checkout(Path(scrapers.__path__[0]).parent)
    if not found.fixtures.is_dir():
        raise Missing("sources are made in a checkout of the project, and this tracker runs from none")
    return found

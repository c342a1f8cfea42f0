"""A site of files made of a store, and what its files link to."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import Engine

from scrapers.source import Source
from tests.web.stock import NOW
from tracker.web.site.build import Made, build

ATTRIBUTES = ("href", "src", "srcset", "data-vega")


def made(engine: Engine, sources: Mapping[str, Source], folder: Path, url: str = "", **more: Any) -> Made:
    """The site of a store, as of the moment of the tests; one on SQLite tells its address itself."""
    url = url or url_of(engine)
    with ThreadPoolExecutor(1) as aside:  # this thread may have a browser's event loop
        return aside.submit(build, engine, url, sources, folder, at=NOW, **more).result()


def url_of(engine: Engine) -> str:
    """The address of a store on SQLite."""
    with engine.connect() as connection:
        found = connection.exec_driver_sql("PRAGMA database_list").all()
    return f"sqlite:///{next(row[2] for row in found if row[1] == 'main')}"


def names(folder: Path) -> set[str]:
    """Every file, from the folder on."""
    return {f.relative_to(folder).as_posix() for f in folder.rglob("*") if f.is_file()}


def pages(folder: Path) -> Iterator[tuple[str, LexborHTMLParser]]:
    for name in sorted(names(folder)):
        if name.endswith(".html"):
            yield name, LexborHTMLParser((folder / name).read_text())


def links(tree: LexborHTMLParser) -> Iterator[str]:
    """Every address that a page names, but for those of other hosts."""
    for node in tree.css("*"):
        for name in ATTRIBUTES:
            said = node.attributes.get(name)
            if said is not None and not said.startswith(("http://", "https://")):
                yield said


def target(name: str, link: str) -> tuple[str, str]:
    """The file that a page's link leads to, from the folder on, and its fragment."""
    parts = urlsplit(link)
    path = unquote(parts.path)
    file = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name
    return file, parts.fragment


def dead(folder: Path) -> list[tuple[str, str]]:
    """Links that lead to no file of the folder, or to no place in it."""
    there = names(folder)
    anchors = {
        name: {node.attributes["id"] or "" for node in tree.css("[id]")} for name, tree in pages(folder)
    }
    found = []
    for name, tree in pages(folder):
        for link in links(tree):
            file, fragment = target(name, link)
            if file not in there or (fragment and fragment not in anchors[file]):
                found.append((name, link))
    for feed in (folder / "feeds").iterdir():
        for link in re.findall(r'<link [^<>]*href="([^"]*)"', feed.read_text()):
            if not link.startswith("http") and target(f"feeds/{feed.name}", link)[0] not in there:
                found.append((feed.name, link))
    return found

"""Which addresses of a page are in the copy, and how a page names them from where it lies."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from urllib.parse import parse_qsl, unquote, urlsplit

from tracker.web import charts
from tracker.web.site import names
from tracker.web.still import FIRST_WORDS

# What links may ask of a page that is in the copy.
ASKED = {"page", "before", "provider", "source", "event", "since", "move", "price"}
MOST_MARKED = 10_000  # pages that mark what one price was read from; others lead to the kept page as it is
MOST_DRAWN = 2_000  # charts drawn for every width of screen; others for the middle one
MOST_KEPT = 256 * 1024 * 1024  # bytes of kept pages, byte for byte; then without a link
ONE_WIDTH = charts.WIDTHS[1]
_TAG = re.compile(r"<[a-z][^<>]*>")  # our templates escape < and > wherever they print
_LINK = re.compile(r' (href|src|srcset|data-vega)="(/[^"]*)"')
_FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)
_PICTURE = re.compile(r"/charts/([0-9a-f]{20})-(light|dark)-(\d+)\.svg")
_KEPT = re.compile(r"/snapshots/(\d{1,9})")
_DRAWING = re.compile(r"(/moves/\d{1,9})/chart\.(?:png|svg)")
_RELATIVE = re.compile(r' href="([^":]+)"')
_IN_FEED = re.compile(r' href="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Place:
    """An address that is in the copy: what to ask, and the file that the answer lies in."""

    path: str
    query: tuple[tuple[str, str], ...]
    file: str
    fragment: str = ""
    is_page: bool = False


@dataclass(slots=True)
class Links:
    """Knows which addresses are in the copy; its limits count, so that each is asked about once it is met.

    `tags` are the marks of our own files, which change with their bytes.
    """

    tags: Mapping[str, str]
    rows: frozenset[str]  # files with rows of the store
    kept: int = 0  # bytes of kept pages
    _marked: set[str] = field(default_factory=set)
    _drawn: set[str] = field(default_factory=set)

    def place(self, address: str) -> Place | None:
        """Where an address of ours is; None where it is not in the copy."""
        parts = urlsplit(address)
        path, asked = unquote(parts.path), dict(parse_qsl(parts.query))
        if asked.get("page") == "1":
            del asked["page"]  # the first page of a list has no number
        first = path.split("/")[1] if path.startswith("/") else "?"
        if first in ("static", "scripts"):
            return self._own_file(path, parts.query)
        if first in ("feeds", "data"):
            there = first == "feeds" or path[1:] in self.rows
            return Place(path, (), path[1:]) if there and not asked else None
        if picture := _PICTURE.fullmatch(path):
            return self._picture(path, *picture.groups())
        if kept := _KEPT.fullmatch(path):
            return Place(path, (), names.kept_text(path)) if self.kept < MOST_KEPT and kept else None
        if drawing := _DRAWING.fullmatch(path):
            return _page(drawing[1], {}, "move-chart")
        if first not in FIRST_WORDS or not asked.keys() <= ASKED:
            return None
        return _page(path, self._answered(path, asked), parts.fragment)

    def _own_file(self, path: str, tag: str) -> Place | None:
        stem, dot, ending = path[1:].rpartition(".")
        if path.startswith("/static/") and self.tags.get(path.rpartition("/")[2]) != tag:
            return None
        return Place(path, (), f"{stem}-{names.part(tag)}{dot}{ending}")

    def _picture(self, path: str, chart: str, theme: str, width: str) -> Place:
        if chart not in self._drawn and len(self._drawn) >= MOST_DRAWN:
            width = str(ONE_WIDTH)
        else:
            self._drawn.add(chart)
        name = f"{chart}-{theme}-{width}.svg"
        return Place(f"/charts/{name}", (), f"charts/{chart[:2]}/{name}")

    def _answered(self, path: str, asked: dict[str, str]) -> dict[str, str]:
        """What is asked, without the price that a kept page is to mark where there are too many."""
        if "price" in asked:
            known = f"{path} {asked['price']}"
            if known not in self._marked and len(self._marked) >= MOST_MARKED:
                return {}
            self._marked.add(known)
        return asked


def _page(path: str, asked: Mapping[str, str], fragment: str) -> Place:
    return Place(path, tuple(sorted(asked.items())), names.page(path, asked), fragment, is_page=True)


HOME = _page("/", {}, "")
Resolve = Callable[[str], Place | None]


def rewritten(html: str, file: str, resolve: Resolve, no_form: str, root: str | None = None) -> str:
    """A page whose links lead to files; what is not in the copy is words without a link, a form `no_form`.

    Links begin with `root` where it is given, and go from where the file lies otherwise.
    """

    def link(found: re.Match[str]) -> str:
        place = resolve(unescape(found[2]))
        return "" if place is None else f' {found[1]}="{_to(place, file, root)}"'

    return _TAG.sub(lambda tag: _LINK.sub(link, tag[0]), _FORM.sub(lambda _: no_form, html))


def rewritten_feed(xml: str, file: str, resolve: Resolve, base_url: str) -> str:
    """A feed whose links lead to files: whole addresses where `base_url` is given."""

    def link(found: re.Match[str]) -> str:
        place = resolve(unescape(found[1]).removeprefix(base_url))
        return f' href="{_to(place or HOME, file, base_url or None)}"'

    return _TAG.sub(lambda tag: _IN_FEED.sub(link, tag[0]), xml)  # titles may say href="…", too


def swept(html: str, file: str, missing: Collection[str]) -> str:
    """A page of the copy without its links to the files that are missing."""
    here = posixpath.dirname(file)

    def link(found: re.Match[str]) -> str:
        there = posixpath.normpath(posixpath.join(here, found[1].partition("#")[0]))
        return "" if there in missing else found[0]

    return _TAG.sub(lambda tag: _RELATIVE.sub(link, tag[0]), html)


def _to(place: Place, file: str, root: str | None) -> str:
    fragment = f"#{place.fragment}" if place.fragment else ""
    return escape((names.way(file, place.file) if root is None else f"{root}/{place.file}") + fragment)

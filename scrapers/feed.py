"""The reader `feed()`: RSS and Atom as text-only articles, through a parser that knows no entities."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from xml.etree import ElementTree as Tree  # only ever fed by defusedxml

import feedparser
from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import iterparse  # type: ignore[import-untyped]
from selectolax.lexbor import LexborHTMLParser

from scrapers.lines import one_line
from scrapers.page import Article, Page, ReadError, Reading
from scrapers.prose import paragraphs
from scrapers.source import Reader
from scrapers.wrong_page import refuse_wrong_page

MOST_BYTES = 8 * 1024 * 1024
MOST_ENTRIES = 500
DEEPEST = 100
LONGEST_TITLE, LONGEST_SUMMARY, LONGEST_GUID, LONGEST_MARKUP = 300, 1000, 300, 100_000  # characters

_ROOTS = {"rss", "feed", "RDF"}
_ENTRIES = {"item", "entry"}
_DATES = ("pubDate", "published", "date", "updated")  # the first that is there dates an entry
_BEGINS_AS_FEED = re.compile(r"<(?:\?xml|rss|feed|rdf:RDF)[\s>]", re.I)
_BEGINS_AS_HTML = re.compile(r"(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECLARATION = re.compile(r"<\?xml[^>]*\?>")
_RFC_822 = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r" \d{4} \d\d:\d\d(?::\d\d)? (?:GMT|UTC?|Z|[+-]\d{4})",
    re.A,
)
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)", re.A)
_MARKUP = re.compile(r"<[a-zA-Z/!?]|&(?:#\w+|[a-zA-Z]\w*);")


def feed() -> Reader:
    """A reader of RSS, RDF and Atom. Raises ReadError at a DTD, at HTML, at a cut or an empty feed."""
    return _read


def _read(page: Page) -> Reading:
    parsed = feedparser.parse(
        BytesIO(_checked(page.url, page.text)),  # text it would take for a file or an address
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,  # what it lets through is reduced to text below
        resolve_relative_uris=False,
    )
    if not parsed.get("version") or not parsed.entries:
        raise ReadError("too_few", "a feed without entries")
    articles = {article.guid: article for article in reversed(list(_articles(parsed.entries)))}
    return Reading(articles=tuple(reversed(articles.values())))


def _checked(url: str, text: str) -> bytes:
    """The feed as UTF-8 XML of bounded size and depth, without entities, at most the newest entries in it."""
    text = _NOT_XML.sub("", text).lstrip("\ufeff \t\r\n")
    if len(text) > MOST_BYTES:
        raise ReadError("too_large", "a feed of more than 8 MiB")
    if not text:
        raise ReadError("unexpected_page", "an empty answer in place of the feed")
    if _BEGINS_AS_HTML.match(text):
        refuse_wrong_page(Page(url, text, "text/html"))
        raise ReadError("unexpected_page", "an HTML page in place of the feed")
    body = _DECLARATION.sub("", text, count=1).encode()  # whatever it declared, this is UTF-8 now
    root = _tree(body, whole_kind="incomplete_page" if _BEGINS_AS_FEED.match(text) else "unexpected_page")
    if _name(root) not in _ROOTS:
        raise ReadError("unexpected_page", f"XML, but no feed: <{_name(root)[:40]}>")
    return _newest(root, body)


def _tree(body: bytes, whole_kind: str) -> Tree.Element:
    depth = 0
    root: Tree.Element | None = None
    try:
        for event, element in iterparse(BytesIO(body), events=("start", "end"), forbid_dtd=True):
            root = element if root is None else root
            depth += 1 if event == "start" else -1
            if depth > DEEPEST:
                raise ReadError("too_large", f"elements are nested more than {DEEPEST} deep")
    except DefusedXmlException as refused:
        raise ReadError("xml_dtd", "the feed declares a document type or entities") from refused
    except Tree.ParseError as fault:
        raise ReadError(whole_kind, f"not a whole XML document: {fault}") from fault
    assert root is not None
    return root


def _name(element: Tree.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _newest(root: Tree.Element, body: bytes) -> bytes:
    """The body as it is, or, where it has too many entries, a feed of the newest ones."""
    parents = [root, *(child for child in root if _name(child) == "channel")]
    entries = [(parent, child) for parent in parents for child in parent if _name(child) in _ENTRIES]
    if len(entries) <= MOST_ENTRIES:
        return body
    oldest = datetime.min.replace(tzinfo=UTC)
    ranked = sorted(entries, key=lambda e: _dated(e[1]) or oldest, reverse=True)
    kept = {id(child) for _, child in ranked[:MOST_ENTRIES]}
    for parent in parents:
        parent[:] = [child for child in parent if _name(child) not in _ENTRIES or id(child) in kept]
    return Tree.tostring(root)


def _dated(entry: Tree.Element) -> datetime | None:
    said = {_name(child): child.text or "" for child in entry}
    return next((moment(said[name]) for name in _DATES if name in said), None)


def moment(text: str) -> datetime | None:
    """An RFC 822 or RFC 3339 date with its time zone as UTC; None for anything else."""
    text = text.strip()
    try:
        if _RFC_822.fullmatch(text):
            return parsedate_to_datetime(text).astimezone(UTC)
        if _RFC_3339.fullmatch(text):
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    return None


def midnight(day: date) -> datetime:
    """When a day began, in UTC: all that is known of an entry that says its day alone."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _articles(entries: Iterable[Any]) -> Iterable[Article]:
    """In the feed's order. A guid that several links share identifies none of them."""
    read = [(str(e.get("id") or ""), _link(e), e) for e in entries]
    owners = Counter(guid for guid, _ in {(guid, link) for guid, link, _ in read})
    for guid, link, entry in read:
        title = clip(as_text(_said(entry, "title")), LONGEST_TITLE)
        summary = clip(as_text(_said(entry, "summary")), LONGEST_SUMMARY)
        if title or link:
            identity = _identity(guid if owners[guid] == 1 else "", link, title, summary)
            published = moment(str(entry.get("published") or entry.get("updated") or ""))
            yield Article(identity, link, title, published, summary, _text(entry))


def _text(entry: Any) -> str:
    """The whole article where the feed carries it, else its summary, whole."""
    contents = [content.get("value") for content in entry.get("content") or ()]
    return max((paragraphs(str(c)) for c in (*contents, entry.get("summary")) if c), key=len, default="")


def _said(entry: Any, name: str) -> str:
    return str(entry.get(name) or "")[:LONGEST_MARKUP]


def _identity(guid: str, link: str, title: str, summary: str) -> str:
    name = canonical(guid) or guid.strip() or canonical(link)
    if not name or len(name) > LONGEST_GUID:
        return "sha256:" + hashlib.sha256("\0".join((name, title, summary)).encode()).hexdigest()
    return name


def _link(entry: Any) -> str:
    link = str(entry.get("link") or "").strip()
    return link if canonical(link) else ""


def canonical(url: str) -> str:
    """A web address without what varies (http or https, tracking, fragment); "" where it is none."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").lower()
        port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not host or re.search(r"[\s<>\"'\\]", url.strip()):
        return ""
    query = urlencode([(k, v) for k, v in parse_qsl(parts.query) if not k.startswith("utm_") and k != "ref"])
    return urlunsplit(("https", host + port, parts.path.rstrip("/") or "/", query, ""))


def as_text(markup: str) -> str:
    """Words only: tags, scripts and entities of a title or summary are resolved until none is left."""
    for _ in range(5):
        if not _MARKUP.search(markup):
            break
        tree = LexborHTMLParser(markup)
        tree.strip_tags(["script", "style", "template", "noscript", "iframe", "svg"])
        markup = tree.body.text(separator=" ") if tree.body else ""
    return one_line(re.sub(r"<(?=[a-zA-Z/!?]|$)", "", markup))


def clip(text: str, longest: int) -> str:
    """The text, or its first words and "…" where it is longer."""
    return text if len(text) <= longest else text[: longest - 1].rsplit(" ", 1)[0] + "…"

"""Atom documents (RFC 4287)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

MEDIA_TYPE = "application/atom+xml; charset=utf-8"
NAMESPACE = "http://www.w3.org/2005/Atom"
LONGEST = 2000  # letters of a text
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)  # when an empty feed changed: the same at every look
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
register_namespace("", NAMESPACE)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened; `id` never changes, `link` is a path of ours."""

    id: str
    title: str
    updated: datetime
    published: datetime
    link: str
    text: str
    category: str


@dataclass(frozen=True, slots=True)
class Feed:
    """`own` and `link` are the paths of the feed and of the page that shows the same."""

    title: str
    own: str
    link: str
    entries: Sequence[Entry]


def tag(path: str) -> str:
    """An id that holds wherever the tracker is served (RFC 4151)."""
    return f"tag:llm-price-tracker,2026:{path}"


def document(feed: Feed, base_url: str) -> bytes:
    """The XML; its links begin with `base_url`."""
    root = Element(_name("feed"))
    _said(root, "id", tag(feed.own))
    _said(root, "title", feed.title)
    _said(root, "updated", _moment(max((e.updated for e in feed.entries), default=_LONG_AGO)))
    _said(SubElement(root, _name("author")), "name", "LLM price tracker")
    _link(root, "self", base_url + feed.own, MEDIA_TYPE.partition(";")[0])
    _link(root, "alternate", base_url + feed.link, "text/html")
    for entry in feed.entries:
        _entry(root, entry, base_url)
    body: bytes = tostring(root, "utf-8", xml_declaration=False)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + body + b"\n"


def _entry(root: Element, entry: Entry, base_url: str) -> None:
    one = SubElement(root, _name("entry"))
    _said(one, "id", tag(entry.id))
    _said(one, "title", entry.title)
    _said(one, "updated", _moment(entry.updated))
    _said(one, "published", _moment(entry.published))
    _link(one, "alternate", base_url + entry.link, "text/html")
    SubElement(one, _name("category"), {"term": _text(entry.category)})
    _said(one, "content", entry.text)  # of type text, where it says nothing else


def _said(parent: Element, name: str, words: str) -> None:
    SubElement(parent, _name(name)).text = _text(words)


def _link(parent: Element, rel: str, href: str, media_type: str) -> None:
    SubElement(parent, _name("link"), {"rel": rel, "type": media_type, "href": _text(href)})


def _name(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _text(words: str) -> str:
    return _NOT_XML.sub("", words)[:LONGEST]


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

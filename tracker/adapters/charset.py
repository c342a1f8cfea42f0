"""Bytes to text, as browsers do it, without guessing."""

from __future__ import annotations

import codecs
import re

from tracker.domain.model import Snapshot

SNIFFED = 4096  # bytes in which a page names its own charset

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,39}")
_META = re.compile(rb"<meta[^>]{0,1000}?charset\s*=\s*[\"']?\s*([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_XML = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._:-]{1,40})[\"']")

# The WHATWG Encoding Standard reads some labels as a larger set that includes the named one.
_WIDER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    "utf-16": "utf-16-le",
}
# Python has many more codecs, and some are no charsets (zlib) or not safe in a page (utf-7, unicode_escape).
_KNOWN = frozenset(
    {"utf-8", "utf-16-le", "utf-16-be", "koi8-r", "koi8-u", "mac-roman", "mac-cyrillic"}
    | {"cp866", "cp874", "cp932", "cp949", "gb18030", "big5hkscs", "euc_jp", "iso2022_jp"}
    | {f"cp125{n}" for n in range(9)}
    | {f"iso8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)}
)


def text_of(snapshot: Snapshot) -> str:
    """The page as text: byte order mark, declared charset, the page's own, else UTF-8.

    What cannot be decoded, and NUL, becomes U+FFFD. Never raises.
    """
    body, encoding = _without_bom(snapshot.body)
    encoding = encoding or _codec(snapshot.charset) or _named_within(body) or "utf-8"
    return body.decode(encoding, "replace").replace("\0", "\ufffd")


def _without_bom(body: bytes) -> tuple[bytes, str]:
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :], encoding
    return body, ""


def _named_within(body: bytes) -> str:
    start = body[:SNIFFED]
    if not start.lstrip().startswith(b"<"):
        return ""
    found = _XML.match(start) or _META.search(start)
    encoding = _codec(found[1].decode("ascii")) if found else ""
    # Who could read this name in ASCII does not read UTF-16.
    return "utf-8" if encoding.startswith("utf-16") else encoding


def _codec(label: str) -> str:
    """The codec of a charset label; empty for one that is unknown or no charset of pages."""
    label = label.strip().strip("\"'")
    if not _LABEL.fullmatch(label):
        return ""
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return ""
    name = _WIDER.get(name, name)
    return name if name in _KNOWN else ""

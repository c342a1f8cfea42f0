"""Prices that hide in a page's JSON: ld+json, __NEXT_DATA__, React flight chunks, Astro props, globals."""

from __future__ import annotations

import binascii
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import chompjs

from scrapers.html_page import html_tree
from scrapers.page import ReadError

Json = Any  # dict, list, str, Decimal, bool or None


def loads(text: str) -> Json:
    """JSON with every number a Decimal, as printed; NaN and Infinity are no numbers. Raises ReadError."""
    try:
        return json.loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as fault:
        raise ReadError("parse_error", f"not JSON: {str(fault)[:120]}") from fault


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number")


def objects(value: Json, *keys: str) -> Iterator[dict[str, Json]]:
    """Every object anywhere in `value` that has all the keys, outermost first, in the document's order."""
    waiting = [value]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            if all(key in here for key in keys):
                yield here
            waiting.extend(reversed(here.values()))
        elif isinstance(here, list):
            waiting.extend(reversed(here))


def objects_of(value: Json) -> list[dict[str, Json]]:
    """The objects of a list; none where it is no list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def ld_json(html: str) -> list[Json]:
    """The blocks of `<script type="application/ld+json">`; one that is no JSON is left out."""
    return [value for body in _scripts(html, 'script[type="application/ld+json"]') for value in _tried(body)]


def next_data(html: str) -> Json:
    """What Next.js' pages router puts into `<script id="__NEXT_DATA__">`; None where there is none."""
    found = _scripts(html, "script#__NEXT_DATA__")
    return loads(found[0]) if found else None


def _scripts(html: str, which: str = "script") -> list[str]:
    return [node.text() for node in html_tree(html).css(which)]


def _tried(text: str) -> list[Json]:
    try:
        return [loads(text)]
    except ReadError:
        return []


# --- React server components ("flight"), as Next.js' app router streams them into the page ---

_PUSH = re.compile(r"self\.__next_f\.push\(\s*(?=\[)")
_SIZED = "TAOoUSsLlGgMmV"  # rows whose length is stated: T is text, the others are typed arrays
_REFERENCE = re.compile(r"\$([0-9a-f]+)\Z")


def flight(html: str) -> list[Json]:
    """The JSON rows of the page's flight chunks in order; references to text rows are resolved.

    `$$` is an escaped `$`, what is `$undefined` is left out, other references (`$L1f`, `$@2`) stay.
    Raises ReadError where the stream is cut off.
    """
    texts: dict[str, str] = {}
    values: list[Json] = []
    for key, tag, body in _rows(_stream(html)):
        if tag == "T":
            texts[key] = body.decode("utf-8", "replace")
        elif not tag:
            values += _tried(body.decode("utf-8", "replace"))
    return [_plain(value, texts) for value in values]


def _stream(html: str) -> bytes:
    """All pushed chunks as the bytes that React's own reader would see."""
    parts: list[bytes] = []
    for script in _scripts(html):
        for push in _PUSH.finditer(script):
            chunk = _chunk(script, push.end())
            if chunk[:1] == [1] and isinstance(chunk[1], str):
                parts.append(chunk[1].encode("utf-16-le", "surrogatepass"))
            elif chunk[:1] == [3] and isinstance(chunk[1], str):
                parts.append(_from_base64(chunk[1]).decode("utf-8", "replace").encode("utf-16-le"))
    # A pair of surrogates may be split between two chunks: it is joined before it is counted in bytes.
    return b"".join(parts).decode("utf-16-le", "replace").encode()


def _chunk(script: str, at: int) -> list[Any]:
    try:
        chunk, _ = json.JSONDecoder().raw_decode(script, at)
    except (ValueError, RecursionError) as fault:
        raise ReadError("incomplete_page", "a flight chunk is cut off") from fault
    return chunk if len(chunk) > 1 else [None, None]


def _from_base64(text: str) -> bytes:
    try:
        return binascii.a2b_base64(text)
    except binascii.Error as fault:
        raise ReadError("parse_error", "a binary flight chunk is no base64") from fault


def _rows(stream: bytes) -> Iterator[tuple[str, str, bytes]]:
    """(id, tag, body) of each row: `<id>:<tag>…\\n`, or `<id>:T<hex bytes>,…` without a line's end."""
    at = 0
    while (colon := stream.find(b":", at)) >= 0:
        key = stream[at:colon].strip().decode("ascii", "replace")
        tag = stream[colon + 1 : colon + 2].decode("ascii", "replace")
        if tag and tag in _SIZED:
            comma = stream.find(b",", colon)
            size = _size(stream[colon + 2 : max(comma, 0)])
            start, at = comma + 1, comma + 1 + size
            if at > len(stream):
                raise ReadError("incomplete_page", "a flight row is cut off")
            yield key, tag, stream[start:at]
        else:
            end = stream.find(b"\n", colon)
            end = len(stream) if end < 0 else end
            body = stream[colon + 1 : end]
            yield key, "" if re.match(rb'[\[{"\-0-9tfn]', body) else tag, body
            at = end + 1


def _size(digits: bytes) -> int:
    if not re.fullmatch(rb"[0-9a-f]{1,8}", digits):
        raise ReadError("incomplete_page", "a flight row does not state its length")
    return int(digits, 16)


def _plain(value: Json, texts: dict[str, str]) -> Json:
    if isinstance(value, dict):
        return {k: _plain(v, texts) for k, v in value.items() if v != "$undefined"}
    if isinstance(value, list):
        return [_plain(v, texts) for v in value]
    if not isinstance(value, str) or not value.startswith("$"):
        return value
    if value.startswith("$$"):
        return value[1:]
    if re.fullmatch(r"\$n-?\d+", value):
        return Decimal(value[2:])
    found = _REFERENCE.match(value)
    return None if value == "$undefined" else texts.get(found[1], value) if found else value


# --- Astro islands ---


def astro_islands(html: str) -> Iterator[tuple[str, dict[str, Json]]]:
    """(component, props) of every `<astro-island>` of a page; props that cannot be read are left out."""
    for island in html_tree(html).css("astro-island[props]"):
        for props in _tried(island.attributes.get("props") or ""):
            yield island.attributes.get("component-export") or "", astro_props(props)


def astro_props(props: dict[str, Json]) -> dict[str, Json]:
    """Astro's serialised props as plain values: every one is [type, value], without value undefined."""
    return {key: value for key, pair in props.items() if (value := _revived(pair)) is not _UNDEFINED}


_UNDEFINED = object()
_ARRAYS = (1, 4, 5)  # Array, Map, Set
_AS_PRINTED = (2, 3, 6, 7)  # RegExp, Date, BigInt, URL


def _revived(pair: Json) -> Json:
    if not isinstance(pair, list) or not pair or pair[0] not in range(12):
        raise ReadError("parse_error", f"not Astro's [type, value]: {str(pair)[:60]}")
    if len(pair) != 2:
        return _UNDEFINED
    kind, value = pair
    if kind in _ARRAYS:
        items = loads(value) if isinstance(value, str) else value  # Astro 2 wrote arrays as text
        return [None if (item := _revived(v)) is _UNDEFINED else item for v in items]
    if kind in _AS_PRINTED:
        return Decimal(value) if kind == 6 else value
    if kind:
        return _UNDEFINED  # typed arrays and Infinity hold no price
    return astro_props(value) if isinstance(value, dict) else value


# --- JavaScript ---


def assigned(html: str, name: str) -> Json:
    """What a script assigns to a global (`globalThis.NAME = {…}`); None where none does. Raises ReadError."""
    what = re.compile(
        rf"(?:(?:globalThis|window|self)\s*(?:\.\s*|\[\s*[\"'])|\b(?:var|let|const)\s+){name}\b[\"'\]\s]*=\s*(?=[\[{{])"
    )
    for script in _scripts(html):
        if found := what.search(script):
            return js_value(script[found.end() :])
    return None


def js_value(text: str) -> Json:
    """The JavaScript literal that the text begins with; what is undefined is left out. Raises ReadError."""
    try:
        value: Json = chompjs.parse_js_object(
            text, loader_kwargs={"parse_float": Decimal, "parse_int": Decimal, "parse_constant": _no_number}
        )
    except (ValueError, RecursionError) as fault:
        raise ReadError("parse_error", f"not a JavaScript literal: {str(fault)[:120]}") from fault
    return _defined(value)


def _defined(value: Json) -> Json:
    """chompjs returns undefined as a string."""
    if isinstance(value, dict):
        return {k: _defined(v) for k, v in value.items() if v != "undefined"}
    if isinstance(value, list):
        return [None if v == "undefined" else _defined(v) for v in value]
    return value

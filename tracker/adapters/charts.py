"""Charts as pictures, made without a network and with the fonts that the renderer brings."""

from __future__ import annotations

import struct
import zlib

import structlog
import vl_convert

from tracker.domain.chart_frame import Spec

log = structlog.get_logger()
SCALE = 2  # pixels of a PNG for one of the chart: sharp on a phone


def svg(spec: Spec) -> str:
    """A chart as SVG. The first one in a process takes a third of a second, the next 20 ms."""
    return vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])


def png(spec: Spec) -> bytes:
    """A chart as PNG, in two pixels for one."""
    return _packed(vl_convert.vegalite_to_png(spec, scale=SCALE, allowed_base_urls=[]))


def picture(spec: Spec, most_bytes: int) -> bytes | None:
    """A chart as PNG for who can do without; None where it cannot be drawn, or is larger than that."""
    try:
        drawn = png(spec)
    except ValueError as e:
        log.warning("charts.not_drawn", words=str(e)[:300])
        return None
    return drawn if len(drawn) <= most_bytes else None


def _packed(drawn: bytes) -> bytes:
    """The same picture in a third of the bytes: the renderer hardly packs its pixels."""
    kept, pixels, place = [], b"", 8
    while place < len(drawn):
        (size,) = struct.unpack(">I", drawn[place : place + 4])
        kind, body = drawn[place + 4 : place + 8], drawn[place + 8 : place + 8 + size]
        place += size + 12
        if kind == b"IDAT":
            pixels += body
        else:
            kept.append((kind, body))
    kept.insert(-1, (b"IDAT", zlib.compress(zlib.decompress(pixels), 6)))
    return drawn[:8] + b"".join(_chunk(kind, body) for kind, body in kept)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

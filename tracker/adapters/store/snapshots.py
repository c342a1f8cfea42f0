"""Pages byte for byte: addressed by the hash of their bytes, compressed against an earlier capture."""

from __future__ import annotations

import hashlib

import zstandard
from sqlalchemy import Connection, bindparam, func, select

from tracker.adapters.store import upsert
from tracker.adapters.store.tables import bodies, snapshots
from tracker.domain.errors import StoreTrouble, TrackerError
from tracker.domain.model import Snapshot

FULL_EVERY = 64  # snapshots of one source between two full copies
WINDOW_LOG = 24  # the prefix must lie within the window: 16 MiB holds two pages at the cap
LEVEL = 6  # of zstd; 9 saves two bytes in a hundred for half as much time again

_LAST = (
    select(snapshots.c.id, snapshots.c.sha256, snapshots.c.url)
    .where(snapshots.c.source == bindparam("source"))
    .order_by(snapshots.c.id.desc())
    .limit(1)
)
_RECENT = (
    select(snapshots.c.id, bodies.c.sha256, bodies.c.base)
    .join(bodies, bodies.c.sha256 == snapshots.c.sha256)
    .where(snapshots.c.source == bindparam("source"))
    .order_by(snapshots.c.id.desc())
    .limit(FULL_EVERY)
    .subquery()
)
# The newest full copy of a source, unless it has served long enough.
_FULL = select(_RECENT.c.sha256).where(_RECENT.c.base.is_(None)).order_by(_RECENT.c.id.desc()).limit(1)
_BODY = select(bodies).where(bodies.c.sha256 == bindparam("sha256"))
_INSERT = snapshots.insert()


def keep(connection: Connection, source: str, snapshot: Snapshot) -> int:
    """The id under which a page is kept; an unchanged page keeps the id that it has."""
    sha256 = hashlib.sha256(snapshot.body).hexdigest()
    url = snapshot.url.replace("\x00", "").partition("?")[0]  # what follows may be a key
    last = connection.execute(_LAST, {"source": source}).first()
    if last is not None and last.sha256 == sha256 and last.url == url:
        return int(last.id)
    _keep_body(connection, source, sha256, snapshot.body)
    row = {
        "source": source,
        "at": snapshot.at,
        "url": url,
        "status": snapshot.status,
        "media_type": snapshot.media_type,
        "charset": snapshot.charset.replace("\x00", ""),
        "notes": "; ".join(snapshot.notes),
        "sha256": sha256,
    }
    result = connection.execute(_INSERT, row)
    assert result.inserted_primary_key is not None
    return int(result.inserted_primary_key[0])


def body(connection: Connection, sha256: str) -> bytes:
    """The bytes with that hash, checked against it."""
    row = connection.execute(_BODY, {"sha256": sha256}).first()
    if row is None:
        raise StoreTrouble(f"no snapshot with sha256 {sha256} is kept")
    prefix = body(connection, row.base) if row.base else b""
    found = _decompress(row.data, prefix, row.size)
    if hashlib.sha256(found).hexdigest() != sha256:
        raise StoreTrouble(f"the snapshot with sha256 {sha256} is damaged: restore the store from a backup")
    return found


def _keep_body(connection: Connection, source: str, sha256: str, data: bytes) -> None:
    base = connection.scalar(_FULL, {"source": source})
    packed = _compress(data, body(connection, base)) if base else b""
    if not base or len(packed) * 2 > len(data):  # the page is another page: begin anew
        base, packed = None, zstandard.ZstdCompressor(level=LEVEL).compress(data)
    upsert.ignore(connection, bodies, {"sha256": sha256, "size": len(data), "base": base, "data": packed})


def _compress(data: bytes, prefix: bytes) -> bytes:
    raw = zstandard.ZstdCompressionDict(prefix, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
    # A window that just holds both costs least. Long-distance matching would find less than the level does.
    window_log = min(max((len(prefix) + len(data)).bit_length(), 10), WINDOW_LOG)
    parameters = zstandard.ZstdCompressionParameters.from_level(LEVEL, window_log=window_log)
    return zstandard.ZstdCompressor(dict_data=raw, compression_params=parameters).compress(data)


def _decompress(packed: bytes, prefix: bytes, size: int) -> bytes:
    raw = zstandard.ZstdCompressionDict(prefix, dict_type=zstandard.DICT_TYPE_RAWCONTENT) if prefix else None
    reader = zstandard.ZstdDecompressor(dict_data=raw, max_window_size=2**WINDOW_LOG)
    try:
        # zstandard ignores max_output_size where the frame states its size, so that is compared first.
        if zstandard.frame_content_size(packed) == size:
            return reader.decompress(packed, max_output_size=size)
    except zstandard.ZstdError:
        pass
    raise StoreTrouble("a kept snapshot is damaged: restore the store from a backup")


def count(connection: Connection) -> tuple[int, int, int]:
    """How many snapshots are kept, their bytes as fetched, and their bytes as stored."""
    row = connection.execute(
        select(
            func.count(),
            func.coalesce(func.sum(bodies.c.size), 0),
            func.coalesce(func.sum(func.length(bodies.c.data)), 0),
        )
    ).one()
    return int(row[0]), int(row[1]), int(row[2])


def body_of(connection: Connection, id: int) -> bytes:
    """The bytes of one snapshot; raises TrackerError where there is none."""
    sha256 = connection.execute(select(snapshots.c.sha256).where(snapshots.c.id == id)).scalar()
    if sha256 is None:
        raise TrackerError(f"there is no snapshot {id}: see `tracker snapshots`")
    return body(connection, sha256)


def load(connection: Connection, id: int) -> Snapshot:
    """One kept page as it was fetched; raises TrackerError where there is none."""
    row = connection.execute(select(snapshots).where(snapshots.c.id == id)).first()
    if row is None:
        raise TrackerError(f"there is no snapshot {id}: see `tracker snapshots`")
    data = body(connection, row.sha256)
    return Snapshot(row.url, row.at, row.status, row.media_type, row.charset, data)

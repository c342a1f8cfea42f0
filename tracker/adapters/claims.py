"""Claims files: the registered one, and those of the user."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Sequence
from decimal import Decimal
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path

from tracker.domain.claims import Claims, claims_of
from tracker.domain.errors import BadClaims
from tracker.domain.wording import harmless

REGISTERED = "deep_impact.toml"


def registered() -> Claims:
    """The claims of the article, as registered."""
    body = resources.files("tracker").joinpath("claims", REGISTERED).read_bytes()
    return read(body, REGISTERED)


def all_claims(files: Sequence[Path]) -> list[Claims]:
    """The registered claims and those of the user's files, in this order. Raises BadClaims."""
    found = [registered(), *(load(file) for file in files)]
    ids = [c.source.id for c in found]
    if twice := {id for id in ids if ids.count(id) > 1}:
        raise BadClaims(f"two claims files have the source id {', '.join(sorted(twice))}: give each its own")
    return found


def readable(files: Sequence[Path]) -> list[Claims]:
    """The registered claims and those of the user's files that are well; what is wrong elsewhere is told.

    A file is parsed once for as long as it is the same one on the disk.
    """
    found = {claims.source.id: claims for claims in [_registered()]}
    for file in files:
        try:
            stat = file.stat()
            claims = _loaded(file, stat.st_mtime_ns, stat.st_size)
        except (OSError, BadClaims):
            continue
        found.setdefault(claims.source.id, claims)
    return list(found.values())


@cache
def _registered() -> Claims:
    return registered()


@lru_cache(maxsize=64)
def _loaded(file: Path, changed_ns: int, size: int) -> Claims:
    return load(file)


def load(file: Path) -> Claims:
    """One claims file. Raises BadClaims with a line a problem."""
    try:
        return read(file.read_bytes(), str(file))
    except OSError as e:
        raise BadClaims(f"{file}: {e.strerror or e}") from e


def read(body: bytes, name: str) -> Claims:
    """A claims file's bytes as a value; its hash is that of the bytes. Raises BadClaims."""
    try:
        table = tomllib.loads(body.decode("utf-8-sig"), parse_float=Decimal)
        return claims_of(table, hashlib.sha256(body).hexdigest())
    except RecursionError as e:
        raise BadClaims(f"{name}: is nested too deeply to be a claims file") from e
    except (UnicodeDecodeError, ValueError) as e:
        lines = (harmless(line, 300) for line in str(e).splitlines())
        raise BadClaims("\n".join(f"{name}: {line}" for line in lines)) from e

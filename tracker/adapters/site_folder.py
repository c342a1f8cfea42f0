"""A folder that is written beside its place and takes it when it is whole: nobody ever sees half of it."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tracker.domain.errors import Busy, StoreTrouble

MANIFEST = "site.json"
_NAME = re.compile(r"[a-z0-9][a-z0-9.,~_=-]{0,199}")


class SiteFolder:
    """The folder as it grows; it counts its files and their bytes."""

    def __init__(self, place: Path) -> None:
        self.place, self.files, self.bytes = place, 0, 0

    def put(self, name: str, body: bytes) -> None:
        """Write one file. Raises ValueError for a name that is not of ours, and OSError."""
        parts = name.split("/")
        if not all(_NAME.fullmatch(part) for part in parts):
            raise ValueError(f"no file of a site is called {name!r}")
        file = self.place.joinpath(*parts)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
        self.files += 1
        self.bytes += len(body)

    def count(self, file: Path) -> None:
        """Count a file that somebody else wrote here."""
        self.files += 1
        self.bytes += file.stat().st_size


@contextmanager
def site_folder(folder: Path, told: dict[str, Any]) -> Iterator[SiteFolder]:
    """A folder to fill, which takes the place of `folder` at the end; `told` goes into its manifest.

    `folder` may be missing, empty, or what this made before. Raises TrackerError; whatever is raised
    within leaves `folder` as it was.
    """
    folder = folder.absolute()
    folder = folder.resolve() if folder.is_symlink() else folder
    if not folder.name:
        raise StoreTrouble(f"{folder} cannot be replaced: name a folder in it")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _part(folder) as part:
            _check(folder)
            filled = SiteFolder(part)
            yield filled
            top = sorted(entry.name for entry in part.iterdir())
            counted = {"files": filled.files, "bytes": filled.bytes, "top": [MANIFEST, *top]}
            part.joinpath(MANIFEST).write_text(json.dumps(told | counted, indent=1) + "\n")
            os.sync()
            _check(folder)
            _swap(part, folder)
    except OSError as e:
        raise StoreTrouble(f"{folder} cannot be written: {e.strerror or e}; name another folder") from e


def _check(folder: Path) -> None:
    """Raises StoreTrouble unless nothing of anybody else's is there."""
    if not folder.exists():
        if _old(folder).exists():  # a crash came between the two renames
            _old(folder).rename(folder)
        return
    if not folder.is_dir():
        raise StoreTrouble(f"{folder} is a file: name a folder")
    there = {entry.name for entry in folder.iterdir()}
    ours: set[str] = set()
    if MANIFEST in there:
        try:
            ours = set(json.loads(folder.joinpath(MANIFEST).read_text())["top"])
        except (ValueError, TypeError, KeyError) as e:
            raise StoreTrouble(f"{folder / MANIFEST} is not of a site of ours: name another folder") from e
    if others := sorted(there - ours):
        raise StoreTrouble(
            f"{folder} holds {others[0]!r}, which is not of a site that was exported: "
            "name an empty folder, or move it away"
        )


@contextmanager
def _part(folder: Path) -> Iterator[Path]:
    """The folder beside, which is gone at the end; one that a crash left is cleared away first."""
    part = folder.with_name(f".{folder.name}.part")
    part.mkdir(exist_ok=True)
    lock = os.open(part, os.O_RDONLY)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as e:
            raise Busy(f"another export is writing {folder}") from e
        if not _is_at(part, lock):  # it took its place between the two lines above
            raise Busy(f"another export has just written {folder}")
        try:
            _clear(part)
            yield part
        finally:
            if _is_at(part, lock):  # else it took its place, and what lies here now is another export's
                shutil.rmtree(part, ignore_errors=True)
    finally:
        os.close(lock)


def _is_at(part: Path, opened: int) -> bool:
    """Whether a folder that was opened is still the one of that name."""
    return part.exists() and os.path.samestat(part.stat(), os.fstat(opened))


def _clear(part: Path) -> None:
    for entry in part.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def _swap(part: Path, folder: Path) -> None:
    """Two renames, a moment apart; the former folder goes back where the second one fails."""
    old = _old(folder)
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    try:
        part.rename(folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _old(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.old")

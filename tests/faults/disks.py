"""Small disks: a file system of a few MiB where one may be mounted, a limit on the process everywhere."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import string
import subprocess
import tempfile
from pathlib import Path


class Tmpfs:
    """A disk of 4 MiB."""

    words = "disk full: make room where the store lies"

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="disk"))
        mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "none", str(self.folder)]
        if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
            self.folder.rmdir()
            raise PermissionError

    def fill(self, pid: int, left: int = 0) -> None:
        with contextlib.suppress(OSError), (self.folder / "ballast").open("wb", 0) as file:
            while True:
                file.write(bytes(4096))
        os.truncate(self.folder / "ballast", max(0, (self.folder / "ballast").stat().st_size - left))

    def make_room(self, pid: int) -> None:
        (self.folder / "ballast").unlink()

    def close(self) -> None:
        subprocess.run(["umount", "-l", str(self.folder)], check=True)
        self.folder.rmdir()


class FileSize:
    """A limit on how far the tracker may write into a file: needs no rights, and is another error."""

    words = "the disk refuses to write the store"

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="disk"))

    def fill(self, pid: int, left: int = 0) -> None:
        size = max(file.stat().st_size for file in self.folder.iterdir())
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size + left, resource.RLIM_INFINITY))

    def make_room(self, pid: int) -> None:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def close(self) -> None:
        for file in self.folder.iterdir():
            file.unlink()
        self.folder.rmdir()


def _disks() -> list[type[Tmpfs | FileSize]]:
    with contextlib.suppress(PermissionError):
        Tmpfs().close()
        return [Tmpfs, FileSize]
    return [FileSize]


def noise(size: int = 300_000) -> str:
    """Text that cannot be packed well."""
    return "".join(random.Random(1).choices(string.ascii_letters + string.digits, k=size))


DISKS = _disks()

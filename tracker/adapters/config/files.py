"""Small files that settings name: read whole, or one sentence on why not."""

from __future__ import annotations

from pathlib import Path
from stat import S_ISDIR, S_ISREG

from tracker.adapters.config.wrong import Wrong

LARGEST = 8 * 1024 * 1024


def read_bytes(path: Path) -> bytes:
    """The bytes of a regular file of at most 8 MiB. Raises Wrong, which does not name the path."""
    try:
        mode = path.stat().st_mode
        if S_ISDIR(mode):
            raise Wrong("is a directory; a file is needed")
        if not S_ISREG(mode):  # a pipe or a device could keep us for ever
            raise Wrong("is not a regular file; a file is needed")
        with path.open("rb") as file:
            body = file.read(LARGEST + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise Wrong("is not there; name a file that is") from None
    except PermissionError:
        raise Wrong("may not be read by this user; change its owner or its mode") from None
    except OSError as error:
        raise Wrong(
            f"cannot be read ({error.strerror or 'input/output error'}); name a file that can"
        ) from None
    if len(body) > LARGEST:
        raise Wrong("is too large; at most 8MiB is allowed")
    return body


def read_named(path: Path) -> bytes:
    """As `read_bytes`, in words for the setting that names the file."""
    try:
        return read_bytes(path)
    except Wrong as wrong:
        raise Wrong(f"names a file that {wrong}") from None


def read_secret(path: Path) -> str:
    """The text of a file without its trailing newline. Raises Wrong."""
    try:
        text = read_named(path).decode()
    except UnicodeDecodeError:
        raise Wrong("names a file that is not UTF-8; save it as UTF-8") from None
    if not text.strip():
        raise Wrong("names a file that is empty; write the value into it")
    return text.rstrip("\r\n")

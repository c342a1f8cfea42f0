"""Names of files for addresses: none leaves the folder, and no two are one where case does not count."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

FIRST = "index"  # what hosts show for the folder itself
RENAMED = {FIRST: "price-index"}  # a page of ours that is called so, too
LONGEST = 80  # characters of a name that is kept as it is
_KEPT_SIGNS = str.maketrans({"/": "~", " ": "_", ":": ","})  # signs that a name itself may not have
_PLAIN = re.compile(r"[a-z0-9][a-z0-9./ :-]*(?<![. ])")
_TAKEN = re.compile(r".*(-[0-9a-f]{24}|\.html|\.txt)")  # how other names end
_ODD = re.compile(r"[^a-z0-9]+")
_OF_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?")  # which Windows opens as such


def part(words: str) -> str:
    """One name of a path: the words themselves where they are plain, else a few of them and their hash."""
    is_plain = len(words) <= LONGEST and _PLAIN.fullmatch(words) and not _OF_DEVICES.fullmatch(words)
    if is_plain and not _TAKEN.fullmatch(words):
        return words.translate(_KEPT_SIGNS)
    legible = _ODD.sub("-", words.casefold()[:LONGEST])[:40].strip("-")
    tag = hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:24]
    return f"{legible or 'x'}-{tag}"


def page(path: str, query: Mapping[str, str]) -> str:
    """The file of a page: "/prices" and page 2 are prices/page=2.html, the first page is index.html."""
    return _file(path, query, ".html")


def kept_text(path: str) -> str:
    """The file of a kept page, byte for byte."""
    return _file(path, {}, ".txt")


def _file(path: str, query: Mapping[str, str], ending: str) -> str:
    segments = path.strip("/").split("/", 2 if path.startswith("/models/") else -1)
    names = [part(segment) for segment in segments] if path != "/" else [FIRST]
    if path != "/" and names[0] in RENAMED:
        names[0] = RENAMED[names[0]]
    # No name has "=" of its own, so that what is asked of a page is never another page.
    names += [f"{part(key)}={part(said)}" for key, said in sorted(query.items(), key=_page_last)]
    return "/".join(names) + ending


def _page_last(asked: tuple[str, str]) -> tuple[bool, str]:
    return asked[0] in ("page", "before"), asked[0]


def way(from_file: str, to_file: str) -> str:
    """How one file names the other in a link."""
    here, there = from_file.split("/")[:-1], to_file.split("/")
    shared = 0
    while shared < min(len(here), len(there) - 1) and here[shared] == there[shared]:
        shared += 1
    return "/".join([".."] * (len(here) - shared) + there[shared:])

"""Addresses of pages: read strictly, joined as redirects ask, and written without secrets."""

from __future__ import annotations

import base64
import re
import string
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit

import idna

from tracker.adapters.addresses import is_address, peer_of

URL_MAX = 8192
PORTS = {"http": 80, "https": 443}

_DOTTED = re.compile(r"[0-9]+(\.[0-9]+){3}")
_HOST = frozenset(string.ascii_lowercase + string.digits + "-_.")
_TARGET = "".join(c for c in map(chr, range(0x21, 0x7F)) if c not in '"<>#')  # sent as it stands


@dataclass(frozen=True, slots=True)
class Url:
    """An address that can be asked: ASCII throughout, no user, no fragment."""

    scheme: str
    host: str  # lower case; IPv6 without brackets
    port: int
    target: str  # path and query

    @property
    def origin(self) -> tuple[str, str, int]:
        return self.scheme, self.host, self.port

    @property
    def netloc(self) -> str:
        peer = peer_of(self.host, self.port)
        return peer.removesuffix(f":{self.port}") if self.port == PORTS[self.scheme] else peer

    @property
    def place(self) -> str:
        """Host and path, for words that anyone may read: queries can hold keys."""
        path = self.target.partition("?")[0]
        return self.netloc + (path if len(path) <= 120 else path[:117] + "...")

    def __str__(self) -> str:
        return f"{self.scheme}://{self.netloc}{self.target}"


class BadUrl(ValueError):
    """What is wrong with an address, in words that do not quote it."""


def url_of(text: str, base: Url | None = None) -> Url:
    """Read an address, relative to `base` where there is one; raises BadUrl only."""
    try:
        return _read(text, base)
    except BadUrl:
        raise
    except ValueError:  # of urllib, ipaddress and idna, whose words quote
        raise BadUrl("is not a valid address") from None


def _read(text: str, base: Url | None) -> Url:
    if len(text) > URL_MAX:
        raise BadUrl(f"is longer than {URL_MAX} characters")
    if any(ord(c) < 0x20 or ord(c) == 0x7F for c in text):
        raise BadUrl("holds control characters")
    parts = urlsplit(urljoin(str(base), text) if base else text)
    if parts.scheme not in PORTS:
        raise BadUrl("is not http or https")
    host = _host(parts.hostname or "")
    port = PORTS[parts.scheme] if parts.port is None else parts.port
    if port == 0:
        raise BadUrl("has no usable port")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Url(parts.scheme, host, port, quote(target, safe=_TARGET))


def basic(text: str) -> tuple[str, str] | None:
    """The header that stands for "user:password@" in an address."""
    userinfo, at, _ = urlsplit(text).netloc.rpartition("@")
    if not at:
        return None
    token = base64.b64encode(unquote_to_bytes(userinfo if ":" in userinfo else f"{userinfo}:"))
    return "Authorization", f"Basic {token.decode('ascii')}"


def _host(name: str) -> str:
    if is_address(name) and "%" not in name:  # no zones: they name interfaces of this machine
        return name
    if _DOTTED.fullmatch(name):  # 0177.0.0.1 and 256.1.1.1: no two readers agree on them
        raise BadUrl("has no valid host name")
    if not name.isascii():
        name = idna.encode(name, uts46=True).decode("ascii")
    labels = name.removesuffix(".").split(".")
    if len(name) > 253 or not set(name) <= _HOST or not all(_is_label(label) for label in labels):
        raise BadUrl("has no valid host name")
    return name


def _is_label(label: str) -> bool:
    if not 1 <= len(label) <= 63:
        return False
    if not label.startswith("xn--"):
        return True
    try:
        return bool(label[4:].encode("ascii").decode("punycode"))
    except UnicodeError:
        return False

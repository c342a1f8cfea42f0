"""Addresses in the settings: pages, the place to listen on, private hosts, the database."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import urlsplit

from tracker.adapters.config.values import text
from tracker.adapters.config.wrong import Wrong

A_PAGE = "an http:// or https:// address with a host is allowed"
A_LISTENER = 'write HOST:PORT such as "127.0.0.1:8321" or "[::1]:8321", the port from 1 to 65535'
A_DATABASE = "sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME is allowed"

_HOST_PORT = re.compile(r"(\[[0-9a-f:.]+\]|[^\s:\[\]/@?#]+):([0-9]{1,5})")
_HOST_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_][a-z0-9_-]{0,62})*\.?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_POSTGRESQL = ("postgres", "postgresql", "postgresql+psycopg")


def page(value: object) -> str:
    """The address of a page. It is shown to everyone, so it carries no user and no password."""
    url = text(value)
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise Wrong(f"is not an address; {A_PAGE}") from None
    if parts.scheme not in ("http", "https"):
        raise Wrong(f"is not an http or https address; {A_PAGE}")
    if "@" in parts.netloc:
        raise Wrong("holds a user or a password; put them into the source's headers")
    if not host or not _is_host(host) or re.search(r"[\s\\]", url):
        raise Wrong(f"has no host, or one that cannot be; {A_PAGE}")
    return url


def shown_page(url: str) -> str:
    """A page's address without its query: keys have been seen there."""
    before, mark, _ = url.partition("?")
    return before + mark + ("•••" if mark else "")


def site(value: object) -> str:
    """Where the dashboard is found from outside, without a slash at its end."""
    url = page(value)
    if "?" in url or "#" in url:
        raise Wrong("has a query or a fragment; an http or https address without them is allowed")
    return url.rstrip("/")


def listener(value: object) -> tuple[str, int]:
    """Host and port to listen on; an IPv6 host comes without its brackets."""
    host, port = _host_and_port(value, A_LISTENER)
    return host.strip("[]"), port


def shown_listener(listen: tuple[str, int]) -> str:
    host, port = listen
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def private(value: object) -> str:
    """A host and port that the address guard lets through, in the one spelling that it compares."""
    allowed = 'write HOST:PORT such as "127.0.0.1:8901", one host and one port from 1 to 65535'
    host, port = _host_and_port(value, allowed)
    return f"{host}:{port}"


def host(value: object) -> str:
    """The name of a host."""
    found = text(value).strip().lower()
    if not _is_host(found):
        raise Wrong("is not the name of a host; one such as cdn.example.com is allowed")
    return found


def _host_and_port(value: object, allowed: str) -> tuple[str, int]:
    match = _HOST_PORT.fullmatch(text(value).strip().lower())
    if not match or not _is_host(match[1].strip("[]")):
        raise Wrong(f"is not a host and a port; {allowed}")
    if not 1 <= int(match[2]) <= 65535:
        raise Wrong(f"has a port out of range; {allowed}")
    host = match[1]
    return (f"[{IPv6Address(host[1:-1])}]" if host.startswith("[") else host), int(match[2])


def _is_host(host: str) -> bool:
    """A name, or an address in its usual spelling: 0x7f.1 and 2130706433 would be told apart by nobody."""
    try:
        if ":" in host:
            return bool(IPv6Address(host))
        if _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
            return bool(IPv4Address(host))
        return bool(_HOST_NAME.fullmatch(host.encode("idna").decode()))
    except ValueError:
        return False


def database(value: object) -> str:
    """The database's address as SQLAlchemy spells it."""
    url = text(value).strip()
    scheme, _, rest = url.partition("://")
    if scheme.lower() == "sqlite":
        return f"sqlite:///{_sqlite_path(rest)}"
    if scheme.lower() not in _POSTGRESQL:
        raise Wrong(f"is not a database that this version knows; {A_DATABASE}")
    _check_postgresql(rest)
    return f"postgresql+psycopg://{rest}"


def _sqlite_path(rest: str) -> str:
    file = rest.removeprefix("/")
    if file == rest and rest:
        raise Wrong(
            "names a host; sqlite:///PATH with three slashes is allowed, four before an absolute path"
        )
    if not file or file.startswith((":memory:", "file:")):
        raise Wrong("is a database in memory, which forgets all; sqlite:///PATH is allowed")
    if "?" in file:
        raise Wrong("has parameters; sqlite:///PATH without a ? is allowed")
    return file


def _check_postgresql(rest: str) -> None:
    if re.search(r"[\s#]", rest) or rest.partition("/")[0].count("@") > 1:
        raise Wrong("holds a space, # or second @; in a password write them %20, %23 and %40")
    try:
        parts = urlsplit(f"//{rest}")
        _ = parts.hostname, parts.port
    except ValueError:
        raise Wrong(f"is not an address, or its port is not a number to 65535; {A_DATABASE}") from None
    if not parts.path.strip("/"):
        raise Wrong(f"names no database; {A_DATABASE}")

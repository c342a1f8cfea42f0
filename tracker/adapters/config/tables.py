"""The tables of the file about what is outside: channels, and what it says of sources."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from tracker.adapters.config import values
from tracker.adapters.config.addresses import host, page, shown_page
from tracker.adapters.config.durations import shown_duration
from tracker.adapters.config.files import read_named, read_secret
from tracker.adapters.config.ledger import Ledger, Table, hidden, listed
from tracker.adapters.config.names import own_name
from tracker.adapters.config.options import channel_url
from tracker.adapters.config.values import Read, many
from tracker.adapters.config.wrong import Wrong, kind_of
from tracker.domain.settings import Channel, SourceSetting

Env = Mapping[str, str]
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")
# Those that the fetch sets by itself; another value would break it or hide a change.
_OUR_HEADERS = (
    "accept-encoding", "connection", "content-length", "host", "if-modified-since", "if-none-match",
    "range", "te", "transfer-encoding", "upgrade", "user-agent",
)  # fmt: skip


def channels(tables: list[Table], env: Env, taken: list[str]) -> tuple[list[Channel], list[str]]:
    """The channels that are well, and the names of all, those that are taken among them."""
    found: list[Channel] = []
    names = [*taken]
    for table in tables:
        name = own_name(table, names)
        url = _url(table, env)
        table.end()
        if name and url:
            found.append(Channel(name, url))
    return found, names


def _url(table: Table, env: Env) -> str | None:
    """The one address of a channel, wherever it is kept."""
    base, ledger = table.file.folder, table.ledger
    readers: dict[str, Read[str]] = {
        "url": channel_url,
        "url_env": lambda value: channel_url(_from_variable(value, env, ledger)),
        "url_file": lambda value: channel_url(_from_file(value, base)),
    }
    given = [key for key in readers if table.has(key)]
    urls = [table.take(key, read, hidden) for key, read in readers.items()]
    if len(given) != 1:
        said = f"has {' and '.join(given)}" if given else "has no address"
        table.wrong("", f"{said}; exactly one of url, url_env and url_file is allowed")
    return next(filter(None, urls), None)


def _from_variable(value: object, env: Env, ledger: Ledger) -> str:
    name = values.text(value)
    ledger.variables.add(name)
    if name not in env:
        # Anything else than a usual name of a variable may be the secret itself.
        said = (
            f"names {name}, which" if re.fullmatch(r"[A-Z][A-Z0-9_]{0,63}", name) else "names a variable that"
        )
        raise Wrong(f"{said} is not set; set that variable to the secret")
    if not env[name].strip():
        raise Wrong("names a variable that is empty; set that variable to the secret")
    return env[name].strip()


def _from_file(value: object, base: Path) -> str:
    return read_secret(base / values.path(value)).strip()


def source_settings(table: Table | None, env: Env) -> list[SourceSetting]:
    """What the file says of each source, in its order."""
    found: list[SourceSetting] = []
    for id in table.data if table else ():
        assert table
        inner = table.inner(id, f"source.{id}")
        try:
            values.ident(id)
        except Wrong as wrong:
            table.wrong(id, *wrong.args)
            continue
        assert inner
        found.append(_source(id, inner, env))
    return found


def _source(id: str, table: Table, env: Env) -> SourceSetting:
    every: timedelta | None = table.take("every", values.span("1s"), shown_duration)
    enabled = table.take("enabled", values.switch, lambda on: "true" if on else "false")
    headers = table.inner("headers", f"source.{id}.headers")
    setting = SourceSetting(
        id,
        url=table.take("url", page, shown_page),
        reader=table.take("reader", values.ident, str),
        provider=table.take("provider", values.ident, str),
        every=every,
        enabled=enabled is not False,
        ca_file=table.take("ca_file", lambda value: _certificates(value, table.file.folder), str),
        headers=_headers(headers, env) if headers else (),
        accept=table.take("accept", values.text, str),
        anchors=table.take("anchors", many(values.text), listed),
        least=table.take("least", values.whole(1, 100_000), str),
        browser=table.take("browser", values.switch, lambda on: "true" if on else "false"),
        browser_hosts=table.take("browser_hosts", many(host), listed) or (),
        place=table.place().problem,
    )
    table.end()
    return setting


def _certificates(value: object, base: Path) -> Path:
    path = base / values.path(value)
    if b"-----BEGIN CERTIFICATE-----" not in read_named(path):
        raise Wrong("names a file without certificates; one in PEM form is allowed")
    return path


def _headers(table: Table, env: Env) -> tuple[tuple[str, str], ...]:
    found: dict[str, tuple[str, str]] = {}
    for key in table.data:
        if not _HEADER.fullmatch(key):
            table.wrong(key, "is not the name of a header; one such as Authorization is allowed")
        elif key.lower() in _OUR_HEADERS:
            table.wrong(key, "is a header that the tracker sets by itself; leave it out")
        elif key.lower() in found:
            table.wrong(key, "is there twice, in capital and in small letters; once is allowed")
        else:
            value = table.take(key, lambda value: _header(value, env, table), hidden)
            found[key.lower()] = (key, value or "")
    return tuple(found.values())


def _header(value: object, env: Env, table: Table) -> str:
    """A header's value: text, or where the secret is kept."""
    if isinstance(value, dict) and len(value) == 1 and "env" in value:
        value = _from_variable(value["env"], env, table.ledger)
    elif isinstance(value, dict) and len(value) == 1 and "file" in value:
        value = _from_file(value["file"], table.file.folder)
    elif not isinstance(value, str):
        raise Wrong(f'is {kind_of(value)}; text, {{ env = "NAME" }} or {{ file = "PATH" }} is allowed')
    found = values.text(value)
    if not found.isascii():
        raise Wrong("is not plain ASCII; a line of ASCII text is allowed")
    return found

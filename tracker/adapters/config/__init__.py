"""The settings: defaults, then tracker.toml, then the environment, then flags; every problem told at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import platformdirs

from tracker.adapters.config import values
from tracker.adapters.config.addresses import shown_listener
from tracker.adapters.config.ledger import Ledger, Place, Table
from tracker.adapters.config.options import (
    CONFIG,
    OPTIONS,
    SECTIONS,
    Layer,
    check_variables,
    in_environment,
    in_file,
    in_flags,
)
from tracker.adapters.config.rules import rules, workloads
from tracker.adapters.config.sources import needing_a_browser, sources
from tracker.adapters.config.tables import channels, source_settings
from tracker.adapters.config.toml_file import NotToml, TomlFile, read_toml
from tracker.adapters.config.wrong import Wrong, printable
from tracker.domain.errors import BadSettings
from tracker.domain.settings import Backfill, Channel, Look, Setting, Settings

__all__ = ["Setting", "explain", "load", "needing_a_browser", "sources"]

FILE = "tracker.toml"
DATABASE = "sqlite:///<data_dir>/tracker.db"
_NONE: Mapping[str, str] = MappingProxyType({})


def load(env: Mapping[str, str], *, flags: Mapping[str, str] = _NONE, cwd: Path | None = None) -> Settings:
    """All that is set. `flags` go by dotted key. Raises BadSettings: all problems at once, a line each."""
    return _read(env, flags, cwd)[0]


def explain(
    env: Mapping[str, str], *, flags: Mapping[str, str] = _NONE, cwd: Path | None = None
) -> list[Setting]:
    """Every setting, its value and where it was set; a secret's value is "•••". Raises BadSettings."""
    return _read(env, flags, cwd)[1]


def _read(
    env: Mapping[str, str], flags: Mapping[str, str], cwd: Path | None
) -> tuple[Settings, list[Setting]]:
    ledger = Ledger()
    here = _here(cwd)
    file, config = _file(env, flags, here, ledger)
    top = Table(file, ledger, (), "", file.data)
    sections = {name: top.inner(name, name) for name in SECTIONS}
    layer = in_file(top, sections) | in_environment(env, here, ledger) | in_flags(flags, here, ledger)
    settings = _with_tables(_scalars(layer, here, ledger), layer, top, env)
    for table in filter(None, (top, *sections.values())):
        table.end()
    check_variables(env, here, ledger)
    ledger.settle()
    return settings, [config, *_explained(settings, layer), *ledger.settings]


def _here(cwd: Path | None) -> Path:
    try:
        return (cwd or Path()).absolute()
    except OSError:
        raise BadSettings("the current directory is gone; change to one that is there") from None


def _file(
    env: Mapping[str, str], flags: Mapping[str, str], here: Path, ledger: Ledger
) -> tuple[TomlFile, Setting]:
    """The settings' file, one without any key where it cannot be read; and who named it."""
    name, origin, named_by = FILE, "default", ""
    if "config" in flags:
        name, origin, named_by = flags["config"], "flag", "--config: "
    elif CONFIG in env:
        name, origin, named_by = env[CONFIG], f"environment {CONFIG}", f"{CONFIG}: "
    elif not os.path.lexists(here / FILE):
        return TomlFile(), Setting("config", "", origin)
    shown = printable(name)
    try:
        file = read_toml(here / values.path(name), shown)
    except NotToml as wrong:
        place = f"{shown}:{wrong.line}" if wrong.line else f"{named_by}{shown}"
        ledger.wrong(Place(place, origin, here, wrong.line), wrong.words)
    except Wrong as wrong:
        ledger.wrong(Place(named_by.rstrip(": "), origin, here), *wrong.args)
    else:
        return file, Setting("config", shown, origin)
    return TomlFile(shown), Setting("config", shown, origin)


def _scalars(layer: Layer, here: Path, ledger: Ledger) -> Settings:
    """The settings that are one value."""
    said = {key: found.value for key, found in layer.items()}
    given = layer.get("data_dir")
    data_dir = platformdirs.user_data_path("llm-price-tracker", appauthor=False)
    if given:
        data_dir = given.place.base / given.value
    look, backfill = (
        {key.removeprefix(f"{name}."): value for key, value in said.items() if key.startswith(f"{name}.")}
        for name in ("look", "backfill")
    )
    if "allow_private" in look:
        look["allow_private"] = frozenset(look["allow_private"])
    settings = Settings(
        _database(layer, data_dir, here, ledger),
        data_dir,
        look=replace(Look(), **look),
        backfill=replace(Backfill(), **backfill),
    )
    plain = ("listen", "api_token", "log_level", "bundled_history", "watch")
    settings = replace(settings, **{key: said[key] for key in plain if key in said})
    if "claims" in layer:
        base = layer["claims"].place.base
        settings = replace(settings, claims=tuple(base / file for file in said["claims"]))
    return replace(settings, base_url=said.get("base_url") or _own_address(settings.listen))


def _database(layer: Layer, data_dir: Path, here: Path, ledger: Ledger) -> str:
    """The database's address; a SQLite file's path is made absolute."""
    given = layer.get("database_url")
    if given is None:
        if "?" in str(data_dir):
            place = layer["data_dir"].place if "data_dir" in layer else Place("data_dir", "default", here)
            ledger.wrong(place, "holds a ?, which the address of a database cannot; choose another directory")
        return f"sqlite:///{data_dir / 'tracker.db'}"
    kind, three_slashes, path = str(given.value).partition("sqlite:///")
    return f"{three_slashes}{given.place.base / Path(path).expanduser()}" if three_slashes else kind


def _own_address(listen: tuple[str, int]) -> str:
    """Where a browser on this machine finds the dashboard."""
    host, port = listen
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
    return f"http://{shown_listener((everywhere.get(host, host), port))}"


def _with_tables(settings: Settings, layer: Layer, top: Table, env: Mapping[str, str]) -> Settings:
    urls = layer["notify"].value if "notify" in layer else ()
    notify = [Channel(f"notify-{n}" if n > 1 else "notify", url) for n, url in enumerate(urls, 1)]
    found, names = channels(top.inner_list("channel"), env, [channel.name for channel in notify])
    return replace(
        settings,
        channels=(*notify, *found),
        rules=tuple(rules(top.inner_list("rule"), names, watch=bool(settings.watch))),
        workloads=tuple(workloads(top.inner_list("workload"))),
        sources=tuple(source_settings(top.inner("source", "source"), env)),
    )


def _explained(settings: Settings, layer: Layer) -> list[Setting]:
    """The settings that are one value, as they are shown."""
    found: list[Setting] = []
    for option in OPTIONS:
        if option.key in layer:
            given = layer[option.key]
            found.append(Setting(option.key, option.shown(given.value), given.place.origin))
            continue
        section, _, name = option.key.rpartition(".")
        value = getattr(getattr(settings, section) if section else settings, name, None)
        shown = {"database_url": DATABASE, "notify": ""}.get(option.key)
        found.append(Setting(option.key, option.shown(value) if shown is None else shown, "default"))
    return found

"""Every setting that is one value, and its three layers: file, environment, flags."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tracker.adapters.config import values
from tracker.adapters.config.addresses import database, listener, private, shown_listener, site
from tracker.adapters.config.durations import shown_duration, shown_size
from tracker.adapters.config.files import read_secret
from tracker.adapters.config.ledger import Found, Ledger, Place, Table, hidden, listed
from tracker.adapters.config.values import Read, span
from tracker.adapters.config.wrong import Wrong, plain, unknown
from tracker.adapters.notify import problem_with

PREFIX = "TRACKER_"
KiB, GiB = 1 << 10, 1 << 30
# Kubernetes gives these to every pod beside a service called "tracker".
_KUBERNETES = re.compile(r"TRACKER_(SERVICE_(HOST|PORT\w*)|PORT(_\d+_\w+)?)")


def whole_number(text: str) -> object:
    return int(text) if re.fullmatch(r"-?[0-9]{1,9}", text.strip()) else text


def yes_or_no(text: str) -> object:
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    return words.get(text.strip().lower(), text)


def by_commas(text: str) -> object:
    return [part.strip() for part in text.split(",")] if text.strip() else []


def by_spaces(text: str) -> object:
    return text.split() or text


def channel_url(value: object) -> str:
    """An address to send to, by the word of the library that sends."""
    url = values.text(value)
    problem = problem_with(url)
    if problem:
        raise Wrong(
            problem if ";" in problem else f"{problem}; docs/channels.md shows how addresses are written"
        )
    return url


def channel_urls(value: object) -> tuple[str, ...]:
    return values.many(channel_url)(by_spaces(value) if isinstance(value, str) else value)


@dataclass(frozen=True, slots=True)
class Option:
    """One setting: how it is read, how a variable's text becomes what the file would say, how it is shown."""

    key: str
    read: Read[Any]
    from_text: Callable[[str], object] = str
    shown: Callable[[Any], str] = str

    @property
    def variable(self) -> str:
        return PREFIX + self.key.upper().replace(".", "_")


OPTIONS = (
    Option("database_url", database, shown=hidden),
    Option("data_dir", values.path),
    Option("base_url", site),
    Option("listen", listener, shown=shown_listener),
    Option("api_token", values.token, shown=lambda secret: hidden(secret) if secret else ""),
    Option("log_level", values.log_level),
    Option("notify", channel_urls, shown=hidden),
    Option("bundled_history", values.switch, yes_or_no, shown=lambda on: "true" if on else "false"),
    Option("claims", values.many(values.path), by_commas, shown=lambda files: listed(tuple(map(str, files)))),
    Option("watch", values.many(values.watched), by_commas, shown=listed),
    Option("look.pace", span("0s"), shown=shown_duration),
    Option("look.confirm_after", span("0s"), shown=shown_duration),
    Option("look.allow_private", values.each(private), by_commas, shown=listed),
    Option("look.timeout", span("1ms"), shown=shown_duration),
    Option("look.deadline", span("1ms"), shown=shown_duration),
    Option("look.max_bytes", values.amount(KiB, GiB), shown=shown_size),
    Option("look.concurrency", values.whole(1, 256), whole_number),
    Option("look.robots", values.switch, yes_or_no, shown=lambda on: "true" if on else "false"),
    Option("look.user_agent", values.user_agent),
    Option("backfill.pace", span("0s"), shown=shown_duration),
    Option("backfill.timeout", span("1ms"), shown=shown_duration),
    Option("backfill.deadline", span("1ms"), shown=shown_duration),
    Option("backfill.wayback", site),
    Option("backfill.github", site),
    Option("backfill.github_raw", site),
)
SECTIONS = tuple(dict.fromkeys(o.key.partition(".")[0] for o in OPTIONS if "." in o.key))
CONFIG = PREFIX + "CONFIG"
VARIABLES = (CONFIG, *(o.variable + end for o in OPTIONS for end in ("", "_FILE")))
Layer = dict[str, Found[Any]]


def in_file(top: Table, sections: Mapping[str, Table | None]) -> Layer:
    """What the file says."""
    layer: Layer = {}
    for option in OPTIONS:
        section, _, name = option.key.rpartition(".")
        table = sections[section] if section else top
        found = table.find(name, option.read) if table else None
        if found:
            layer[option.key] = found
    return layer


def in_environment(env: Mapping[str, str], here: Path, ledger: Ledger) -> Layer:
    """What the variables say, and the files that they name."""
    layer: Layer = {}
    for option in OPTIONS:
        variable, by_file = option.variable, option.variable + "_FILE"
        if variable in env and by_file in env:
            ledger.wrong(_variable(variable, here), f"is set and so is {by_file}; one of the two is allowed")
        elif variable in env or by_file in env:
            name = variable if variable in env else by_file
            found = _found(option, name, env[name], here, ledger)
            if found:
                layer[option.key] = found
    return layer


def _found(option: Option, name: str, said: str, here: Path, ledger: Ledger) -> Found[Any] | None:
    def read(value: object) -> Any:
        if name != option.variable:
            value = read_secret(here / values.path(value))
        return option.read(option.from_text(str(value)))

    return ledger.read(_variable(name, here), said, read)


def in_flags(flags: Mapping[str, str], here: Path, ledger: Ledger) -> Layer:
    """What the command line says, by dotted key."""
    layer: Layer = {}
    known = {option.key: option for option in OPTIONS}
    for key, said in flags.items():
        place = Place(f"--{plain(key).replace('_', '-')}", "flag", here)
        option = known.get(key)
        if option is None:
            if key != "config":
                ledger.wrong(place, unknown(key, known))
            continue
        found = ledger.read(place, option.from_text(said), option.read)
        if found:
            layer[key] = found
    return layer


def check_variables(env: Mapping[str, str], here: Path, ledger: Ledger) -> None:
    """A variable with our prefix that is none of ours is a misspelt one."""
    for name in sorted(env):
        if not name.startswith(PREFIX) or name in VARIABLES or name in ledger.variables:
            continue
        if "KUBERNETES_SERVICE_HOST" in env and _KUBERNETES.fullmatch(name):
            continue
        word = name.removeprefix(PREFIX)
        sentence = unknown(word, [v.removeprefix(PREFIX) for v in VARIABLES])
        ledger.wrong(_variable(name, here), sentence.replace('is "', f'is "{PREFIX}'))


def _variable(name: str, here: Path) -> Place:
    return Place(plain(name), f"environment {plain(name)}", here)

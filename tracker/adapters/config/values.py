"""One value each: what a TOML value means, or Wrong with a sentence on what is allowed."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from tracker.adapters.config.durations import A_DURATION, A_SIZE, duration, shown_size, size
from tracker.adapters.config.wrong import Wrong, kind_of, unknown

T = TypeVar("T")
Read = Callable[[object], T]

MOST_MONEY, MOST_USED = 900_000_000, 10**12
_SMALLEST = Decimal("1e-10")
LOG_LEVELS = ("debug", "info", "warning", "error")
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


def text(value: object) -> str:
    """Text of one line that says something."""
    if not isinstance(value, str):
        raise Wrong(f"is {kind_of(value)}; text in quotes is allowed")
    if not value.strip():
        raise Wrong("is empty; give it a value or leave it out")
    if not value.isprintable():
        raise Wrong("holds a line break or another character that does not print; one plain line is allowed")
    return value


def token(value: object) -> str:
    """A secret as a header carries it."""
    found = text(value).strip()
    if not re.fullmatch(r"[A-Za-z0-9._~+/=-]{16,200}", found):
        raise Wrong("is no token; 16 to 200 letters, digits and the signs -._~+/= are allowed")
    return found


def name(value: object) -> str:
    """The name of a channel or a rule. It is shown everywhere, so an address is not one."""
    found = text(value).strip()
    if "://" in found or len(found) > 64:
        raise Wrong("is an address or longer than 64 characters; a short name is allowed")
    return found


def ident(value: object) -> str:
    """A source's, reader's or provider's id."""
    found = text(value)
    if not _ID.fullmatch(found):
        raise Wrong(
            'is not an id; up to 64 of a–z, 0–9, ".", "_" and "-" are allowed, a letter or digit first'
        )
    return found


def pattern(value: object) -> str:
    """A word of a rule, compared without regard to case."""
    return text(value).strip().casefold()


def one_of(known: Collection[str], noun: str) -> Read[str]:
    """One word of a closed list."""

    def read(value: object) -> str:
        found = text(value).strip()
        if found not in known:
            raise Wrong(unknown(found, known, noun))
        return found

    return read


def log_level(value: object) -> str:
    found = text(value).strip().lower()
    if found not in LOG_LEVELS:
        raise Wrong(f"is not a level; {', '.join(LOG_LEVELS)} are allowed")
    return found


def many(read: Read[T]) -> Read[tuple[T, ...]]:
    """One text, or a list of texts that is not empty; every bad entry is a problem of its own."""

    def read_many(value: object) -> tuple[T, ...]:
        if isinstance(value, str):
            return (read(value),)
        if value == []:
            raise Wrong("is an empty list; name one at least, or leave it out")
        return each(read, "text or a list of texts")(value)

    return read_many


def each(read: Read[T], allowed: str = "a list of texts") -> Read[tuple[T, ...]]:
    """A list, which may be empty."""

    def read_each(value: object) -> tuple[T, ...]:
        if not isinstance(value, list):
            raise Wrong(f"is {kind_of(value)}; {allowed} is allowed")
        found: list[T] = []
        problems: list[str] = []
        for number, entry in enumerate(value, 1):
            try:
                found.append(read(entry))
            except Wrong as wrong:
                which = f"entry {number}: " if len(value) > 1 else ""
                problems += [f"{which}{words}" for words in wrong.args]
        if problems:
            raise Wrong(*problems)
        return tuple(found)

    return read_each


def span(least: str) -> Read[timedelta]:
    """A duration of at least `least`."""

    def read(value: object) -> timedelta:
        if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
            raise Wrong(f"is a number without a unit; {A_DURATION}")
        if not isinstance(value, str):
            raise Wrong(f"is {kind_of(value)}; {A_DURATION}")
        found = duration(value)
        if found < duration(least):
            raise Wrong(f"is shorter than {least}; {least} to 365d is allowed")
        return found

    return read


def amount(least: int, most: int) -> Read[int]:
    """A size in bytes, written with its unit."""

    def read(value: object) -> int:
        if not isinstance(value, str):
            raise Wrong(f"is {kind_of(value)}; {A_SIZE}")
        found = size(value)
        if not least <= found <= most:
            raise Wrong(f"is out of range; {shown_size(least)} to {shown_size(most)} is allowed")
        return found

    return read


def whole(least: int, most: int) -> Read[int]:
    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise Wrong(f"is not a whole number; {least} to {most} is allowed")
        if not least <= value <= most:
            raise Wrong(f"is out of range; {least} to {most} is allowed")
        return value

    return read


def percent(value: object) -> Decimal:
    """Per cent of the price before; a rise may be over a hundred."""
    if not isinstance(value, (int, Decimal)) or isinstance(value, bool):
        raise Wrong(f"is {kind_of(value)}; a number of per cent such as 5 or 2.5 is allowed")
    if not (Decimal(value).is_finite() and 0 <= value <= 10_000):
        raise Wrong("is out of range; 0 to 10000 per cent is allowed")
    return Decimal(value)


def price(value: object) -> Decimal:
    """An amount of money in a price's own currency and unit, as exact as prices are kept."""
    return _number(value, "an amount such as 0.5 or 2", MOST_MONEY)


def quantity(value: object) -> Decimal:
    """How much of a meter is used, in its unit; more than nothing."""
    found = _number(value, "a number such as 300 or 0.5", MOST_USED)
    if not found:
        raise Wrong("is nothing; a number above 0 is allowed, and a meter that is not used is left out")
    return found


def _number(value: object, allowed: str, most: int) -> Decimal:
    if not isinstance(value, (int, Decimal)) or isinstance(value, bool):
        raise Wrong(f"is {kind_of(value)}; {allowed} is allowed")
    found = Decimal(value)
    if not (found.is_finite() and 0 <= found <= most):
        raise Wrong(f"is out of range; 0 to {most} is allowed")
    if found and found != found.quantize(_SMALLEST):
        raise Wrong("has too many decimal places; 10 are allowed")
    return found or Decimal(0)  # "0e99" is shown as any zero


def shown_price(amount: Decimal) -> str:
    """Money, or a quantity, without an exponent."""
    return format(amount, "f")


def currency(value: object) -> str:
    """The code of a currency."""
    found = text(value).strip().upper()
    if not re.fullmatch(r"[A-Z]{3}", found):
        raise Wrong('is not a currency; a code of three letters such as "USD" is allowed')
    return found


def offered(value: object) -> str:
    """A model and who sells it, in the one spelling in which both are kept."""
    found = " ".join(text(value).split()).casefold()
    provider, _, model = found.partition("/")
    if not provider.strip() or not model.strip():
        raise Wrong('does not say who sells the model; write PROVIDER/MODEL such as "openai/gpt-4o"')
    if "*" in found or "?" in found:
        raise Wrong('is more than one model; write PROVIDER/MODEL such as "openai/gpt-4o", without * and ?')
    return found


def watched(value: object) -> str:
    """What is watched: "provider" or "provider/model", with * and ? for any letters."""
    found = pattern(value)
    if "://" in found or found.startswith("/") or found.endswith("/"):
        raise Wrong('is not what can be watched; "openai" or "anthropic/claude-*" is allowed')
    return found


def switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise Wrong(f"is {kind_of(value)}; true or false is allowed")
    return value


def user_agent(value: object) -> str:
    """The User-Agent header."""
    found = text(value).strip()
    if not found.isascii():
        raise Wrong("is not plain ASCII; a line of ASCII text is allowed")
    return found


def path(value: object) -> Path:
    """A path, with ~ for the home directory; relative ones start where the setting was written."""
    found = text(value)
    if "://" in found:  # paths are shown, and what an address holds must not be
        raise Wrong("is an address; the path of a file or a directory is allowed")
    try:
        return Path(found).expanduser()
    except RuntimeError:
        raise Wrong("starts with ~ but that home directory is not known; write the whole path") from None

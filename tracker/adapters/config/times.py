"""Times of day in the settings: when a digest is sent, and which hours are quiet."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from tracker.adapters.config.values import many, text
from tracker.adapters.config.wrong import Wrong, kind_of, nearest, unknown
from tracker.domain.schedule import EVERY_DAY, Daily, Hours, quiet_until

A_DIGEST = 'one time such as "09:00", "09:00 Europe/Berlin" or "mon-fri 09:00 Europe/Berlin" is allowed'
HOURS = 'hours such as "22:00-07:00 Europe/Berlin" or "sat,sun 00:00-24:00" are allowed'
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MIDNIGHT = time(0)

_NO_ZONES = ("posix", "right/", "localtime", "Factory")
_NO_PLACES = (*_NO_ZONES, "Etc/")
_TIMES = re.compile(r"(?<![\d+])(?<! -)\d{1,2}:\d{2}")  # those of an offset such as +02:00 left out
_WHEN = re.compile(r"(?:([^\d\s]\S*) )?(\d{1,2}:\d{2})(?:-(\d{1,2}:\d{2}))?(?: (\S.*))?")


def daily(value: object) -> Daily:
    """When a digest is sent: [weekdays] HH:MM [zone], UTC where no zone is said. Raises Wrong."""
    if isinstance(value, str) and len(_TIMES.findall(value)) > 1:
        raise Wrong(f"holds more than one time; {A_DIGEST}, and a second digest takes a rule of its own")
    days, since, _, zone = _parts(value, A_DIGEST)
    return Daily(_time(since), _zone(zone), _days(days))


def hours(value: object) -> Hours:
    """Quiet hours: [weekdays] HH:MM-HH:MM [zone], into the next day where that is not later. Raises Wrong."""
    days, since, until, zone = _parts(value, HOURS)
    if not until:
        raise Wrong(f"is one time and not two; {HOURS}")
    found = Hours(_time(since), _time(until, last=True), _zone(zone), _days(days))
    if found.since == found.until and (since, until) != ("00:00", "24:00"):
        raise Wrong('begins and ends at the same time; "00:00-24:00" is a whole day')
    return found


def quiet(value: object) -> tuple[Hours, ...]:
    """One text of quiet hours or several, which leave some moment of a week. Raises Wrong."""
    found = many(hours)(value)
    if all(_is_always(found, datetime(2026, month, 5, tzinfo=UTC)) for month in (1, 7)):  # winter and summer
        raise Wrong("leaves no moment of a week that is not quiet; leave some, or leave out the rule")
    return found


def _is_always(quiet: tuple[Hours, ...], at: datetime) -> bool:
    until = quiet_until(quiet, at)
    return until is not None and until - at > timedelta(days=8)


def shown_daily(digest: Daily) -> str:
    """A digest's time as `daily` reads it."""
    return " ".join(filter(None, (_shown_days(digest.days), f"{digest.at:%H:%M}", digest.zone)))


def shown_quiet(quiet: tuple[Hours, ...]) -> str:
    return ", ".join(map(_shown_hours, quiet))


def _shown_hours(hours: Hours) -> str:
    until = "24:00" if hours.until == MIDNIGHT else f"{hours.until:%H:%M}"
    return " ".join(filter(None, (_shown_days(hours.days), f"{hours.since:%H:%M}-{until}", hours.zone)))


def _shown_days(days: frozenset[int]) -> str:
    return "" if days == EVERY_DAY else ",".join(DAYS[day] for day in sorted(days))


def _parts(value: object, allowed: str) -> tuple[str, str, str, str]:
    """Weekdays, time, second time and zone; what is not said is empty."""
    if not isinstance(value, str):
        raise Wrong(f"is {kind_of(value)}; {allowed}")
    words = re.sub(r"\s*([,–-])\s*", r"\1", " ".join(text(value).split())).replace("–", "-")
    match = _WHEN.fullmatch(words)
    if not match:
        raise Wrong(f"is not read; {allowed}")
    days, since, until, zone = (part or "" for part in match.groups())
    return days, since.zfill(5), until and until.zfill(5), zone


def _time(words: str, *, last: bool = False) -> time:
    """A time of day; with `last` also 24:00, which is the midnight that ends the day."""
    if last and words == "24:00":
        return MIDNIGHT
    hour, minute = map(int, words.split(":"))
    if hour > 23 or minute > 59:
        most = "24:00" if last else "23:59"
        raise Wrong(f"has a time that no clock shows; 00:00 to {most} is allowed")
    return time(hour, minute)


def _days(words: str) -> frozenset[int]:
    """The weekdays of "mon-fri", "mon,thu" or "sat-mon,thu"; every day where nothing is said."""
    found: set[int] = set()
    for part in words.casefold().split(",") if words else ():
        first, mark, last = part.partition("-")
        begin, end = _day(first), _day(last if mark else first)
        found |= {day % 7 for day in range(begin, end + 1 if begin <= end else end + 8)}
    return frozenset(found) or EVERY_DAY


def _day(word: str) -> int:
    if word not in DAYS:
        raise Wrong(unknown(word, DAYS, "a weekday"))
    return DAYS.index(word)


def _zone(name: str) -> str:
    """The name of a time zone that this machine knows."""
    if not name or name.upper() in ("UTC", "Z"):
        return "UTC"
    # Beside the zones lie files that are none, or that count leap seconds.
    if not name.startswith(_NO_ZONES):
        try:
            return ZoneInfo(name).key
        except (ZoneInfoNotFoundError, ValueError, OSError):  # a directory, or no file's name
            pass
    raise Wrong(_no_zone(name))


def _no_zone(name: str) -> str:
    """The nearest zone by its city, else by its whole name; never Etc/GMT+2, which lies west of UTC."""
    known = [zone for zone in available_timezones() if not zone.startswith(_NO_PLACES)]
    cities = {zone.rpartition("/")[2].casefold(): zone for zone in sorted(known)}
    asked = name.replace(" ", "_").casefold()
    if asked.startswith(("+", "-", "utc+", "utc-", "gmt+", "gmt-")):
        return 'is in no time zone but at an offset; a place such as "Europe/Berlin" is allowed'
    city = cities.get(asked.rpartition("/")[2])
    return f'names no time zone; the nearest is "{city or nearest(asked, known)}"'

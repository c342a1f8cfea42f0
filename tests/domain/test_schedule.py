"""Digests and quiet hours, where clocks are put forward and back and days are skipped."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.domain.schedule import EVERY_DAY, Daily, Hours, due, next_time, quiet_until

BERLIN, APIA, KIRITIMATI = "Europe/Berlin", "Pacific/Apia", "Pacific/Kiritimati"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def at(text: str, zone: str = "UTC", days: str = "") -> Daily:
    return Daily(time.fromisoformat(text), zone, frozenset(map(int, days)) or EVERY_DAY)


def hours(text: str, zone: str = "UTC", days: str = "") -> Hours:
    since, until = (time.fromisoformat(part) for part in text.split("-"))
    return Hours(since, until, zone, frozenset(map(int, days)) or EVERY_DAY)


def coming(daily: Daily, after: str, count: int) -> list[str]:
    """The next digests, in UTC."""
    found = [next_time(daily, utc(after))]
    while len(found) < count:
        found.append(next_time(daily, found[-1]))
    return [f"{moment:%Y-%m-%d %H:%M:%S}".removesuffix(":00") for moment in found]


def test_a_digest_comes_at_its_time_and_not_at_the_moment_of_its_time() -> None:
    assert coming(at("09:00"), "2026-08-21 08:59", 2) == ["2026-08-21 09:00", "2026-08-22 09:00"]
    assert coming(at("09:00"), "2026-08-21 09:00", 1) == ["2026-08-22 09:00"]


def test_a_digest_keeps_the_time_on_the_wall_when_the_clock_changes() -> None:
    nine = at("09:00", BERLIN)
    assert coming(nine, "2026-03-28 00:00", 3) == ["2026-03-28 08:00", "2026-03-29 07:00", "2026-03-30 07:00"]
    assert coming(nine, "2026-10-24 00:00", 3) == ["2026-10-24 07:00", "2026-10-25 08:00", "2026-10-26 08:00"]


def test_a_time_that_the_clock_skips_comes_at_the_first_moment_after_the_gap() -> None:
    assert coming(at("02:30", BERLIN), "2026-03-28 12:00", 2) == ["2026-03-29 01:00", "2026-03-30 00:30"]
    assert coming(at("02:00", BERLIN), "2026-03-28 12:00", 1) == ["2026-03-29 01:00"]
    assert coming(at("03:00", BERLIN), "2026-03-28 12:00", 1) == ["2026-03-29 01:00"]


def test_a_time_that_comes_twice_is_told_once_at_the_first() -> None:
    half_past_two = at("02:30", BERLIN)
    assert coming(half_past_two, "2026-10-24 12:00", 2) == ["2026-10-25 00:30", "2026-10-26 01:30"]
    assert coming(half_past_two, "2026-10-25 00:45", 1) == ["2026-10-26 01:30"]  # between the two


def test_the_last_day_of_february_is_a_day() -> None:
    days = coming(at("12:00"), "2028-02-28 00:00", 3)
    assert days == ["2028-02-28 12:00", "2028-02-29 12:00", "2028-03-01 12:00"]
    assert coming(at("12:00"), "2026-02-28 13:00", 1) == ["2026-03-01 12:00"]


def test_weekdays_are_those_of_the_place_and_not_of_utc() -> None:
    # 09:00 of a Monday at UTC+14 is 19:00 of the Sunday before in UTC.
    monday = at("09:00", KIRITIMATI, "0")
    assert coming(monday, "2026-08-20 00:00", 2) == ["2026-08-23 19:00", "2026-08-30 19:00"]
    late_friday = at("22:00", "America/Los_Angeles", "4")
    assert coming(late_friday, "2026-08-20 00:00", 1) == ["2026-08-22 05:00"]
    assert coming(at("09:00", "UTC", "01234"), "2026-08-21 10:00", 1) == ["2026-08-24 09:00"]


def test_a_day_that_a_place_leaves_out_has_no_digest_of_its_own() -> None:
    # Samoa went from the end of Thursday, the 29th, to the start of Saturday, the 31st.
    days = coming(at("09:00", APIA), "2011-12-28 20:00", 3)
    assert days == ["2011-12-29 19:00", "2011-12-30 19:00", "2011-12-31 19:00"]
    assert coming(at("09:00", APIA, "4"), "2011-12-29 00:00", 1) == ["2012-01-05 19:00"]


def test_quiet_hours_go_past_midnight() -> None:
    night = [hours("22:00-07:00")]
    assert quiet_until(night, utc("2026-08-21 21:59")) is None
    assert quiet_until(night, utc("2026-08-21 22:00")) == utc("2026-08-22 07:00")
    assert quiet_until(night, utc("2026-08-22 06:59:59")) == utc("2026-08-22 07:00")
    assert quiet_until(night, utc("2026-08-22 07:00")) is None


def test_quiet_hours_belong_to_the_day_on_which_they_begin() -> None:
    friday_night = [hours("22:00-07:00", days="4")]
    assert quiet_until(friday_night, utc("2026-08-22 03:00")) == utc("2026-08-22 07:00")  # Saturday morning
    assert quiet_until(friday_night, utc("2026-08-21 03:00")) is None
    assert quiet_until(friday_night, utc("2026-08-22 23:00")) is None


def test_a_weekend_is_quiet_to_its_end() -> None:
    weekend = [hours("00:00-00:00", BERLIN, "56")]
    assert quiet_until(weekend, utc("2026-08-21 21:59")) is None
    assert quiet_until(weekend, utc("2026-08-21 22:00")) == utc("2026-08-23 22:00")


def test_quiet_hours_end_by_the_clock_on_the_wall_when_it_changes() -> None:
    night = [hours("22:00-07:00", BERLIN)]
    assert quiet_until(night, utc("2026-03-28 21:00")) == utc("2026-03-29 05:00")  # eight hours
    assert quiet_until(night, utc("2026-10-24 20:00")) == utc("2026-10-25 06:00")  # ten


def test_quiet_hours_that_begin_or_end_in_a_gap_begin_or_end_after_it() -> None:
    before, after = utc("2026-03-29 00:59"), utc("2026-03-29 01:00")
    assert quiet_until([hours("02:30-04:00", BERLIN)], before) is None
    assert quiet_until([hours("02:30-04:00", BERLIN)], after) == utc("2026-03-29 02:00")
    assert quiet_until([hours("22:00-02:30", BERLIN)], before) == after
    assert quiet_until([hours("02:10-02:50", BERLIN)], before) is None  # wholly in it: none that day
    assert quiet_until([hours("02:10-02:50", BERLIN)], after) is None


def test_an_hour_that_comes_twice_is_quiet_throughout() -> None:
    """From the first 02:00 to 03:00: two hours, none of which somebody wants to be woken in."""
    twice = [hours("02:00-03:00", BERLIN)]
    assert quiet_until(twice, utc("2026-10-25 00:00")) == utc("2026-10-25 02:00")
    assert quiet_until(twice, utc("2026-10-25 01:30")) == utc("2026-10-25 02:00")


@pytest.mark.parametrize("first", [0, 1])
def test_an_end_that_comes_twice_is_the_second(first: int) -> None:
    """Nobody is woken at the first 02:30, to be told an hour later that it is still night."""
    night = [hours("22:00-02:30", BERLIN)]
    assert quiet_until(night, utc(f"2026-10-25 0{first}:15")) == utc("2026-10-25 01:30")


def test_quiet_hours_that_touch_are_one() -> None:
    chained = [hours("12:00-13:00"), hours("13:00-14:00"), hours("13:30-18:00"), hours("20:00-21:00")]
    assert quiet_until(chained, utc("2026-08-21 12:10")) == utc("2026-08-21 18:00")
    assert quiet_until(chained, utc("2026-08-21 18:00")) is None


def test_what_is_always_quiet_is_told_after_a_week_or_so_and_does_not_hang() -> None:
    now = utc("2026-08-21 12:00")
    for always in (
        [hours("00:00-00:00")],
        [hours("06:00-20:00"), hours("20:00-06:00", BERLIN), hours("03:00-09:00")],
    ):
        until = quiet_until(always, now)
        assert until is not None
        assert timedelta(days=8) < until - now < timedelta(days=10)


def test_a_digest_whose_time_is_quiet_comes_when_that_ends() -> None:
    night = [hours("22:00-08:00", BERLIN)]
    assert due(at("07:00", BERLIN), night, utc("2026-08-21 12:00")) == utc("2026-08-22 06:00")
    assert due(at("09:00", BERLIN), night, utc("2026-08-21 12:00")) == utc("2026-08-22 07:00")


def test_without_a_digest_only_what_is_quiet_waits() -> None:
    night = [hours("22:00-08:00")]
    assert due(None, night, utc("2026-08-21 12:00")) == utc("2026-08-21 12:00")
    assert due(None, night, utc("2026-08-21 23:00")) == utc("2026-08-22 08:00")
    assert due(None, [], utc("2026-08-21 23:00")) == utc("2026-08-21 23:00")


# Zones with odd offsets, half an hour of summer time, a gap at midnight, and a day left out.
ZONES = [
    "UTC",
    BERLIN,
    KIRITIMATI,
    APIA,
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Kathmandu",
    "America/St_Johns",
]
MOMENTS = st.integers(0, 20 * 365 * 1440).map(
    lambda minutes: utc("2010-01-01 00:00") + minutes * MINUTE
) | st.sampled_from(
    [utc("2026-03-29 01:00"), utc("2026-10-25 00:30"), utc("2011-12-30 10:00"), utc("2028-02-29 00:00")]
).flatmap(lambda moment: st.integers(-2000, 2000).map(lambda minutes: moment + minutes * MINUTE))
TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 15, 30, 45, 59]))
DAYS = st.frozensets(st.integers(0, 6), min_size=1)
DAILY = st.builds(Daily, TIMES, st.sampled_from(ZONES), DAYS)
QUIET = st.lists(st.builds(Hours, TIMES, TIMES, st.sampled_from(ZONES), DAYS), max_size=3)
many = settings(max_examples=150, deadline=None)


@many
@given(DAILY, MOMENTS, st.integers(0, 3000))
def test_the_next_digest_is_later_and_never_before_that_of_an_earlier_moment(
    daily: Daily, moment: datetime, minutes: int
) -> None:
    found = next_time(daily, moment)
    assert moment < found <= moment + 8 * DAY + timedelta(hours=26)
    assert found.tzinfo is UTC
    later = next_time(daily, moment + minutes * MINUTE)
    assert later >= found
    if moment + minutes * MINUTE < found:
        assert later == found


@many
@given(DAILY, MOMENTS)
def test_every_local_day_that_is_meant_has_one_digest_and_no_other_has_any(
    daily: Daily, moment: datetime
) -> None:
    zone = ZoneInfo(daily.zone)
    found, end = [], moment + 15 * DAY
    while moment < end:
        moment = next_time(daily, moment)
        found.append(moment.astimezone(zone))
    days = [local.date() for local in found]
    assert len(days) == len(set(days))
    assert all(day.weekday() in daily.days for day in days)
    meant = {days[0] + n * DAY for n in range((days[-1] - days[0]).days + 1)}
    missing = {day for day in meant if day.weekday() in daily.days} - set(days)
    assert missing <= ({date(2011, 12, 30)} if daily.zone == APIA else set())
    for local in found:  # at its time, or after a gap that swallowed it
        assert local.time() == daily.at or not exists(local.date(), daily.at, zone)


def exists(day: date, clock: time, zone: ZoneInfo) -> bool:
    local = datetime.combine(day, clock, zone)
    return local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None)


@many
@given(QUIET, MOMENTS)
def test_what_ends_the_quiet_is_not_quiet_itself(quiet: list[Hours], moment: datetime) -> None:
    until = quiet_until(quiet, moment)
    if until is None:
        return
    assert until > moment
    if until - moment < 8 * DAY:
        assert quiet_until(quiet, until) is None
        assert quiet_until(quiet, until - timedelta(seconds=1)) == until


@many
@given(DAILY | st.none(), QUIET, MOMENTS)
def test_nothing_is_told_before_it_happens_or_while_it_is_quiet(
    digest: Daily | None, quiet: list[Hours], moment: datetime
) -> None:
    told = due(digest, quiet, moment)
    assert told >= moment
    if told - moment < 8 * DAY:
        assert quiet_until(quiet, told) is None

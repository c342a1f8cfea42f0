"""What others kept of a page: captures of the Wayback Machine, commits of a catalogue's file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from tracker.adapters.edges import Edges
from tracker.domain.errors import FetchError, Missing
from tracker.domain.model import NotModified, Snapshot

MOST_ROWS = 5000  # captures in one answer of the index
MOST_COMMITS = 100  # in one answer: GitHub's own limit
LONGEST_WAIT = timedelta(minutes=10)  # that an archive may ask for
WAITS = tuple(timedelta(seconds=s) for s in (10, 60, 300))  # where it does not say how long
UNREACHABLE = timedelta(seconds=30)  # the longest wait for an archive that cannot be connected to
BUSY = (429, 503)
PASSING = (500, 502, 504)  # of other states of the server: asked once more
AWAY = ("unreachable", "tls", "refused_address", "robots")  # the archive itself, whatever is asked of it
_STAMP = re.compile(r"/web/(\d{14})")
_FIELDS = ("timestamp", "original", "mimetype", "statuscode", "digest")


class Away(Missing):
    """The archive itself cannot be asked now, whatever is asked of it."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One capture of a page, where its bytes are; equal digests are equal bytes."""

    key: str
    at: datetime
    digest: str
    url: str
    media_type: str = ""  # where the archive's own answer does not say it


@dataclass(frozen=True, slots=True)
class History:
    """A file in a public repository: every commit of it is a capture."""

    repository: str
    path: str


async def captures(edges: Edges, url: str, since: date, until: date) -> list[Taken]:
    """The Wayback Machine's captures of an address, one a day at most, in the order of time.

    Raises Missing where the archive cannot be asked. See its CDX server's documentation for the fields.
    """
    base = edges.settings.backfill.wayback
    asked = {
        "url": url,
        "output": "json",
        "fl": ",".join(_FIELDS),
        "filter": "statuscode:200",
        # One a day, and not one a change of bytes: a page that stayed the same was seen again.
        "collapse": "timestamp:8",
        "from": f"{since:%Y%m%d}",
        "to": f"{until:%Y%m%d}",
        "limit": str(MOST_ROWS),
        "showResumeKey": "true",
    }
    rows: list[list[str]] = []
    while True:
        answer = await _list(edges, f"{base}/cdx/search/cdx?{urlencode(asked)}", _is_table)
        page, resume = _page(answer)
        rows += page
        if not resume or resume == asked.get("resumeKey"):
            break
        asked["resumeKey"] = resume
    found = {
        stamp: Taken(stamp, _moment(stamp), digest, f"{base}/web/{stamp}id_/{original}")
        for stamp, original, _, _, digest in rows
    }
    return list(_one_a_day(sorted(found.values(), key=lambda t: t.key)))


async def commits(edges: Edges, history: History, since: date, until: date) -> list[Taken]:
    """The states of a file in a public repository, the last one of each day, in the order of time.

    Raises Missing where GitHub cannot be asked.
    """
    settings = edges.settings.backfill
    asked = {
        "path": history.path,
        "since": f"{since.isoformat()}T00:00:00Z",
        "until": f"{until.isoformat()}T23:59:59Z",
        "per_page": str(MOST_COMMITS),
    }
    by_day: dict[date, Taken] = {}
    for page in range(1, 1000):
        url = f"{settings.github}/repos/{history.repository}/commits?{urlencode(asked | {'page': str(page)})}"
        answer = await _list(edges, url, _is_commits)
        for commit in answer:
            at = _iso(commit["commit"]["committer"]["date"])
            there = by_day.get(at.date())
            if there is None or there.at < at:
                sha = commit["sha"]
                raw = f"{settings.github_raw}/{history.repository}/{sha}/{quote(history.path)}"
                by_day[at.date()] = Taken(sha, at, sha, raw, "application/json")
        if len(answer) < MOST_COMMITS:
            break
    return sorted(by_day.values(), key=lambda t: t.at)


async def fetch(edges: Edges, taken: Taken, accept: str) -> Snapshot:
    """The bytes of a capture, dated when it was taken; raises FetchError, or Away."""
    got = await ask(edges, taken.url, accept)
    host = urlsplit(taken.url).hostname
    other = _STAMP.search(got.url)
    if other and other[1] != taken.key:
        raise FetchError("bad_redirect", f"{host} gives another capture in its place, that of {other[1]}")
    note = f"taken {taken.at:%Y-%m-%dT%H:%M:%SZ}, fetched {got.at:%Y-%m-%dT%H:%M:%SZ} from {host}"
    return replace(got, at=taken.at, media_type=taken.media_type or got.media_type, notes=(note, *got.notes))


async def ask(edges: Edges, url: str, accept: str) -> Snapshot:
    """One answer of an archive, waited for as it asks; raises FetchError, or Away where it stays so."""
    host = urlsplit(url).hostname
    for wait in (*WAITS, None):
        try:
            got = await edges.fetcher.get(url, accept=accept)
        except FetchError as e:
            pause = _pause(e, wait)
            if pause is None:
                if e.kind in AWAY or e.status in BUSY:
                    later = "" if e.kind in ("refused_address", "robots") else "; run it again later"
                    raise Away(f"{host} cannot be asked now: {e.words}{later}") from None
                raise
            await edges.clock.sleep_until(edges.clock.now() + pause)
        else:
            assert not isinstance(got, NotModified)  # nothing conditional was asked
            return got
    raise AssertionError("the last try waits for nothing")


def _pause(error: FetchError, wait: timedelta | None) -> timedelta | None:
    """How long to wait before another try; None where none is of use."""
    passing = error.kind in ("unreachable", "timeout", "deadline", "truncated")
    if error.kind == "unreachable" and wait is not None and wait > UNREACHABLE:
        return None  # no name, no route: waiting long is of no use
    if wait is None or not (passing or error.status in (*BUSY, *PASSING)):
        return None
    asked = error.retry_after
    return None if asked is not None and asked > LONGEST_WAIT else wait if asked is None else asked


async def _list(edges: Edges, url: str, is_well: Callable[[Any], bool]) -> Any:
    """An archive's list as JSON; raises Missing with one sentence where there is none."""
    place = urlsplit(url).hostname
    try:
        got = await ask(edges, url, "application/json")
        answer = json.loads(got.body.decode("utf-8") or "[]")
    except FetchError as e:
        raise Missing(f"{place} gives no list of captures: {e.words}") from None
    except ValueError:
        raise Missing(f"{place} gives no list of captures, but something that is no JSON") from None
    if not is_well(answer):
        raise Missing(f"{place} gives no list of captures, but another answer")
    return answer


def _is_table(answer: Any) -> bool:
    return isinstance(answer, list) and all(
        isinstance(row, list) and all(isinstance(cell, str) for cell in row) for row in answer
    )


def _is_commits(answer: Any) -> bool:
    try:
        return isinstance(answer, list) and all(
            isinstance(c["sha"], str) and _iso(c["commit"]["committer"]["date"]) for c in answer
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return False


def _page(answer: list[list[str]]) -> tuple[list[list[str]], str]:
    """The rows of one answer without its heading, and the key under which the next ones are."""
    resume = ""
    if len(answer) >= 2 and answer[-2] == [] and len(answer[-1]) == 1:
        resume, answer = answer[-1][0], answer[:-2]
    return [row for row in answer if len(row) == len(_FIELDS) and _is_moment(row[0])], resume


def _one_a_day(found: list[Taken]) -> Iterator[Taken]:
    """Without what a server that does not collapse says twice: the same bytes on the same day."""
    last: Taken | None = None
    for taken in found:
        if last and (last.at.date(), last.digest) == (taken.at.date(), taken.digest):
            continue
        yield taken
        last = taken


def _moment(stamp: str) -> datetime:
    return datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def _is_moment(stamp: str) -> bool:
    """Whether it is one: the heading of the list is none, and damaged rows have been seen."""
    try:
        return len(stamp) == 14 and bool(_moment(stamp))
    except ValueError:
        return False


def _iso(written: str) -> datetime:
    return datetime.fromisoformat(written).astimezone(UTC)

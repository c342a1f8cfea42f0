"""Who must be told what, worked out from docs/alerts.md and docs/settings.md alone."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import groupby
from zoneinfo import ZoneInfo

from tracker.domain.schedule import Daily, Hours
from tracker.domain.settings import Rule

MINUTE = timedelta(minutes=1)
CUTS, RISES = {"list_cut", "plan_cut"}, {"list_rise", "plan_rise"}
Key = tuple[str, str, str, str]  # provider, model, meter, and the terms as people read them
Pair = tuple[Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Moved:
    """A confirmed move; `at` is when it was confirmed, moves of one look of one source are one news."""

    at: datetime
    source: str
    kind: str
    line: Key
    tier: str
    maker: str
    event: str
    before: Decimal
    after: Decimal


@dataclass(slots=True)
class Post:
    """A message that must come: each line from the price where it began to the one where it ended."""

    due: datetime
    rule: str
    lines: dict[Key, Pair] = field(default_factory=dict)

    def add(self, line: Key, before: Decimal, after: Decimal) -> None:
        self.lines[line] = (self.lines.get(line, (before, after))[0], after)


def expected(
    moves: Iterable[Moved], rules: Sequence[Rule], channels: Sequence[str], watch: Sequence[str] = ()
) -> dict[str, list[Post]]:
    """By channel, the messages in the order in which they are due. The moves are in order, too."""
    posts: dict[str, list[Post]] = {name: [] for name in channels}
    paths: dict[tuple[str, Key], list[Decimal]] = {}  # from the price last told to the present one
    for (at, _), news in groupby(moves, lambda m: (m.at, m.source)):
        now: dict[tuple[str, str], Post] = {}
        for move in news:
            for name in channels:
                path = paths.setdefault((name, move.line), [move.before])
                for rule in rules or (Rule("default"),):
                    if name not in (rule.to or channels):
                        continue
                    begun = told_from(rule, move, path, watch)
                    if begun is not None:
                        post = _post(posts[name], rule, at, now, name)
                        post.add(move.line, begun, move.after)
                        path[:] = []
                        break
                path.append(move.after)
    places = [rule.name for rule in rules] or ["default"]
    return {name: sorted(own, key=lambda p: (p.due, places.index(p.rule))) for name, own in posts.items()}


def in_order(posts: Iterable[tuple[datetime, dict[Key, Pair]]]) -> list[tuple[datetime, dict[Key, Pair]]]:
    """Messages by their time; of what comes at the same moment no order is promised."""
    return sorted(posts, key=lambda post: (post[0], sorted(map(repr, post[1]))))


def _post(
    posts: list[Post], rule: Rule, at: datetime, now: dict[tuple[str, str], Post], channel: str
) -> Post:
    """The message that a move goes into: of this look, or the digest or quiet time that it waits for."""
    due = when(rule, at)
    waiting = [p for p in posts if due > at and (p.rule, p.due) == (rule.name, due)]
    post = waiting[0] if waiting else now.get((rule.name, channel))
    if post is None:
        post = Post(due, rule.name)
        posts.append(post)
    now[rule.name, channel] = post
    return post


def told_from(rule: Rule, move: Moved, path: Sequence[Decimal], watch: Sequence[str]) -> Decimal | None:
    """The price from which a rule tells a move; None where it does not. `path` begins with what was told."""
    if not lets_through(rule, move, watch):
        return None
    if not rule.min_pct and not rule.min_amount:
        return move.before
    begun = path[0]
    if one_way(rule) == "rise":
        begun = min(path)  # where the price turned
    elif one_way(rule) == "cut":
        begun = max(path)
    far = move.after - begun
    away = (far > 0) == (move.after > move.before) and far != 0
    enough = abs(far) * 100 >= rule.min_pct * begun and abs(far) >= rule.min_amount
    return begun if away and enough else None


def one_way(rule: Rule) -> str:
    events = set(rule.event)
    if rule.direction or not events:
        return rule.direction
    return "cut" if events <= CUTS else "rise" if events <= RISES else ""


def lets_through(rule: Rule, move: Moved, watch: Sequence[str]) -> bool:
    provider, model, meter, _ = move.line
    whole = f"{provider}/{model}"
    is_own = move.kind != "catalogs" or move.source == provider  # else it claims the prices of others
    is_watched = any(fits(g, provider, whole) for g in watch) if watch else is_own
    return all(
        (
            not rule.provider or provider in rule.provider,
            not rule.maker or move.maker in rule.maker,
            not rule.model or any(fits(g, model, whole) for g in rule.model),
            not rule.meter or meter in rule.meter,
            not rule.tier or (move.tier or "standard") in rule.tier,
            not rule.event or move.event in rule.event,
            not rule.direction or rule.direction == ("cut" if move.after < move.before else "rise"),
            not rule.source_kind or move.kind in rule.source_kind,
            rule.watch == "all" or (rule.watch == "watched") == is_watched,
            rule.below is None or move.after < rule.below,
            rule.above is None or move.after > rule.above,
        )
    )


def fits(glob: str, *names: str) -> bool:
    return any(fnmatch.fnmatchcase(name, glob) for name in names)


@cache
def when(rule: Rule, at: datetime) -> datetime:
    """When what happens at `at` is told."""
    told = next_digest(rule.digest, at) if rule.digest else at
    while any(is_quiet(hours, told) for hours in rule.quiet):
        told = told.replace(second=0, microsecond=0) + MINUTE
    return told


def next_digest(daily: Daily, after: datetime) -> datetime:
    """Minute by minute: the first at which that day's clock shows the time, or has passed over it."""
    zone, told_on = ZoneInfo(daily.zone), None
    moment = after.replace(second=0, microsecond=0) - timedelta(hours=3)  # an hour may come twice
    local = moment.astimezone(zone)
    if local.time() >= daily.at:
        told_on = local.date()  # that day's has been
    while True:
        moment += MINUTE
        local = moment.astimezone(zone)
        if local.date() == told_on or local.time() < daily.at:
            continue
        if local.weekday() in daily.days and moment > after:
            return moment
        told_on = local.date()


def is_quiet(hours: Hours, at: datetime) -> bool:
    local = at.astimezone(ZoneInfo(hours.zone))
    clock, today, yesterday = local.time(), local.weekday(), (local.weekday() - 1) % 7
    if hours.since < hours.until:
        return today in hours.days and hours.since <= clock < hours.until
    return (today in hours.days and clock >= hours.since) or (yesterday in hours.days and clock < hours.until)

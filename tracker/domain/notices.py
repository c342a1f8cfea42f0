"""What is told beside moves: sources in trouble and well again, models that left, new articles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from scrapers.page import Article
from tracker.domain import wording
from tracker.domain.alerts import EVERYTHING, MOST_LINES, Alert, Message, is_among, safe
from tracker.domain.health import FLAPPING
from tracker.domain.listings import Listing
from tracker.domain.settings import Rule

MOST_SAID = 8  # lines of what one article says
NOTHING: Mapping[str, Sequence[str]] = MappingProxyType({})


def trouble_alerts(
    source: str,
    state: str,
    words: str,
    since: datetime,
    snapshot: int | None = None,
    *,
    rules: Sequence[Rule],
    channels: Sequence[str],
    base_url: str,
) -> list[Alert]:
    """What to tell when a source went stale, blind or failing: said once, by the caller's care.

    `snapshot` is the kept page that could not be read.
    """
    name, at = wording.harmless(source), wording.moment(since)
    line = f"{name} has been {state} since {at}: {wording.harmless(words, 300).rstrip('.')}."
    kept = [("snapshot", f"{base_url}/snapshots/{snapshot}")] if snapshot else []
    message = Message(
        subject=f"{name} is {state}",
        lines=(line, "Its prices are not watched until it is well again."),
        links=safe([*kept, ("status", f"{base_url}/sources")]),
    )
    return _tell("source", source, message, rules, channels)


def offline_alerts(
    since: datetime, *, rules: Sequence[Rule], channels: Sequence[str], base_url: str
) -> list[Alert]:
    """What to tell when no source can be reached: once, and not of each."""
    message = Message(
        subject="No source can be reached",
        lines=(
            f"No source could be reached since {wording.moment(since)}: this machine may be offline.",
            "No price is watched until one is well again.",
        ),
        links=safe([("status", f"{base_url}/sources")]),
    )
    return _tell("source", "", message, rules, channels)


def online_alerts(*, rules: Sequence[Rule], channels: Sequence[str], base_url: str) -> list[Alert]:
    """What to tell when sources are reached again."""
    message = Message(
        subject="Sources are reached again",
        lines=("Sources are reached again; one that still fails is told by itself.",),
        links=safe([("status", f"{base_url}/sources")]),
    )
    return _tell("source", "", message, rules, channels)


def flapping_alerts(
    source: str, flaps: int, *, rules: Sequence[Rule], channels: Sequence[str], base_url: str
) -> list[Alert]:
    """What to tell of a source that shows other prices at one look and takes them back at the next."""
    name = wording.harmless(source)
    line = f"{name} is flapping: {flaps} looks of a day took back prices that the look before had shown."
    message = Message(
        subject=f"{name} is flapping",
        lines=(line, "No such price is believed; a move that stays is told as ever."),
        links=safe([("status", f"{base_url}/sources")]),
    )
    return _tell("source", source, message, rules, channels)


def recovery_alerts(
    source: str,
    was: str,
    since: datetime,
    *,
    rules: Sequence[Rule],
    channels: Sequence[str],
    base_url: str,
) -> list[Alert]:
    """What to tell when a source that was in trouble is well again."""
    name = wording.harmless(source)
    begun = "" if was == FLAPPING else f" since {wording.moment(since)}"
    message = Message(
        subject=f"{name} is well again",
        lines=(f"{name} is well again; it had been {was}{begun}.",),
        links=safe([("status", f"{base_url}/sources")]),
    )
    return _tell("source", source, message, rules, channels)


def listing_alerts(
    left: Sequence[Listing],
    renamed: Sequence[Listing],
    source: str,
    *,
    rules: Sequence[Rule],
    channels: Sequence[str],
    base_url: str,
) -> list[Alert]:
    """What to tell of models that left a page for good, or that seem to have another name now."""
    name = wording.harmless(source)
    lines = [f"{name} no longer lists {_listing(one)}" for one in left]
    lines += [
        f"{name} lists {wording.harmless(one.renamed)} in place of {_listing(one)}: renamed?"
        for one in renamed
    ]
    if not lines:
        return []
    shown = lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        shown.append(f"… and {len(lines) - MOST_LINES:,} more: {len(lines):,} models in all")
    message = Message(
        subject=lines[0] if len(lines) == 1 else f"{name}: {len(lines):,} models left or were renamed",
        lines=tuple(shown),
        links=safe([("status", f"{base_url}/sources")]),
    )
    return _tell("gone", source, message, rules, channels)


def _listing(one: Listing) -> str:
    prices = ", ".join(
        f"{wording.meter_words(k.series.meter)} {wording.money(k.price, k.series.currency)}".strip()
        for k in one.known
        if not k.series.terms.as_dict()
    )
    return f"{wording.harmless(one.model)}{f' ({prices})' if prices else ''}"


def article_alerts(
    articles: Sequence[Article],
    source: str,
    quiet: bool = False,
    said: Mapping[str, Sequence[str]] = NOTHING,
    *,
    rules: Sequence[Rule],
    channels: Sequence[str],
    base_url: str,
) -> list[Alert]:
    """What to tell of new articles of one feed; with rules, only those that name the event.

    `said`: by an article's guid, what it says of prices that are tracked (`mentioned.told`).
    Of a `quiet` feed nothing is told without such a rule: it is there to link moves to their announcement.
    """
    if not articles or (quiet and not rules):
        return []
    shown, name = articles[:MOST_LINES], wording.harmless(source)
    lines: list[str] = []
    for article in shown:
        lines += [_article_line(article, name), *said.get(article.guid, ())[:MOST_SAID]]
    if len(articles) > len(shown):
        lines.append(f"… and {len(articles) - len(shown):,} more: {len(articles):,} new articles in all")
    titles = [(wording.harmless(a.title) or "article", a.url) for a in shown]
    message = Message(
        subject=lines[0] if len(articles) == 1 else f"{len(articles):,} new articles in {name}",
        lines=tuple(lines),
        links=safe([*titles, ("all articles", f"{base_url}/articles")]),
    )
    return _tell("article", source, message, rules, channels)


def _article_line(article: Article, source: str) -> str:
    title = wording.harmless(article.title) or "without a title"
    published = f", published {wording.moment(article.published_at)}" if article.published_at else ""
    return f"New article in {source}: {title}{published}"


def _tell(
    event: str, source: str, message: Message, rules: Sequence[Rule], channels: Sequence[str]
) -> list[Alert]:
    """One alert a channel, by the first rule that names the event; an empty `source` is all of them.

    A source in trouble is never told to nobody: where no rule names the event, it goes to every channel.
    """
    naming = [rule for rule in rules if event in rule.event]
    if not rules or (event == "source" and not naming):
        naming = [EVERYTHING]
    alerts: dict[str, Alert] = {}
    for rule in naming:
        if not source or is_among(source, rule.provider):
            for channel in rule.to or channels:
                alerts.setdefault(channel, Alert(rule.name, channel, message))
    return list(alerts.values())

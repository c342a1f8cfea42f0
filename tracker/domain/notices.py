"""What is told beside moves: sources in trouble and well again, models that left, new articles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from scrapers.page import Article
from tracker.domain import wording
from tracker.domain.alerts import Message, safe
from tracker.domain.health import FLAPPING
from tracker.domain.listings import Listing
from tracker.domain.model import Move

MOST_LINES = 20  # of one notice; what is beyond is counted
MOST_RULED = 12  # ids in one command
MOST_SAID = 8  # lines of what one article says
NOTHING: Mapping[str, Sequence[str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell that is no move: `event` is a word of settings.EVENTS, and who hears it is a rule's.

    `provider` is what rules and silences name; empty: all of them. What `needs_rule` is told only where a
    rule names its event.
    """

    event: str
    provider: str
    message: Message
    needs_rule: bool = False
    ends: bool = False  # what was told before: whoever heard of that hears of this


def trouble_notices(
    source: str,
    state: str,
    words: str,
    since: datetime,
    snapshot: int | None = None,
    *,
    base_url: str,
) -> list[Notice]:
    """What to tell when a source went stale, blind or failing: said once, by the caller's care.

    `snapshot` is the kept page that could not be read.
    """
    name, at = wording.harmless(source), wording.moment(since)
    why = wording.harmless(words, 300).rstrip(".")
    line = f"{name} has been {state} since {at}: {why}."
    kept = [("snapshot", f"{base_url}/snapshots/{snapshot}")] if snapshot else []
    message = Message(
        subject=f"{name} is {state}",
        lines=(line, "Its prices are not watched until it is well again."),
        links=safe([*kept, ("status", f"{base_url}/sources")]),
    )
    return [Notice("source", source, message)]


def offline_notices(since: datetime, *, base_url: str) -> list[Notice]:
    """What to tell when no source can be reached: once, and not of each."""
    message = Message(
        subject="No source can be reached",
        lines=(
            f"No source could be reached since {wording.moment(since)}: this machine may be offline.",
            "No price is watched until one is well again.",
        ),
        links=safe([("status", f"{base_url}/sources")]),
    )
    return [Notice("source", "", message)]


def online_notices(*, base_url: str) -> list[Notice]:
    """What to tell when sources are reached again."""
    message = Message(
        subject="Sources are reached again",
        lines=("Sources are reached again; one that still fails is told by itself.",),
        links=safe([("status", f"{base_url}/sources")]),
    )
    return [Notice("source", "", message)]


def flapping_notices(source: str, flaps: int, *, base_url: str) -> list[Notice]:
    """What to tell of a source that shows other prices at one look and takes them back at the next."""
    name = wording.harmless(source)
    line = f"{name} is flapping: {flaps} looks of a day took back prices that the look before had shown."
    message = Message(
        subject=f"{name} is flapping",
        lines=(line, "No such price is believed; a move that stays is told as ever."),
        links=safe([("status", f"{base_url}/sources")]),
    )
    return [Notice("source", source, message)]


def recovery_notices(
    source: str,
    was: str,
    since: datetime,
    *,
    base_url: str,
) -> list[Notice]:
    """What to tell when a source that was in trouble is well again."""
    name = wording.harmless(source)
    begun = "" if was == FLAPPING else f" since {wording.moment(since)}"
    message = Message(
        subject=f"{name} is well again",
        lines=(f"{name} is well again; it had been {was}{begun}.",),
        links=safe([("status", f"{base_url}/sources")]),
    )
    return [Notice("source", source, message, ends=True)]


def listing_notices(
    left: Sequence[Listing],
    renamed: Sequence[Listing],
    source: str,
    *,
    base_url: str,
) -> list[Notice]:
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
    return [Notice("gone", source, message)]


def _listing(one: Listing) -> str:
    prices = ", ".join(
        f"{wording.meter_words(k.series.meter)} {wording.money(k.price, k.series.currency)}".strip()
        for k in one.known
        if not k.series.terms.as_dict()
    )
    return f"{wording.harmless(one.model)}{f' ({prices})' if prices else ''}"


def article_notices(
    articles: Sequence[Article],
    source: str,
    quiet: bool = False,
    said: Mapping[str, Sequence[str]] = NOTHING,
    *,
    base_url: str,
) -> list[Notice]:
    """What to tell of new articles of one feed.

    `said`: by an article's guid, what it says of prices that are tracked (`mentioned.told`).
    Of a `quiet` feed nothing is told without a rule that names the event: it is there to link moves to their
    announcement.
    """
    if not articles:
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
    return [Notice("article", source, message, needs_rule=quiet)]


def _article_line(article: Article, source: str) -> str:
    title = wording.harmless(article.title) or "without a title"
    published = f", published {wording.moment(article.published_at)}" if article.published_at else ""
    return f"New article in {source}: {title}{published}"


def held_message(moves: Sequence[Move], *, base_url: str) -> Message:
    """What to tell of moves that a look did not believe: why, and the commands that rule on them."""
    groups = wording.grouped(moves)
    lines = [f"{wording.head(line)} is held: {_doubt(line[0])}" for line in groups]
    shown = lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        shown.append(f"… and {len(lines) - MOST_LINES:,} more: {len(moves):,} prices in all")
    ids = " ".join(str(m.id) for m in moves)
    which = ids if len(moves) <= MOST_RULED else f"--source {moves[0].source}"
    shown += [
        "Nothing is announced of it until somebody rules on it, or another source says the same.",
        f"If it is right: `tracker moves confirm {which} --why …`",
        f"If it is not: `tracker moves withdraw {which} --why …`",
    ]
    if len(moves) > MOST_RULED:
        shown.append("`tracker moves --status held` lists them; some of them are ruled on by their ids.")
    name = wording.provider_name(moves[0].series.provider)
    subject = lines[0] if len(lines) == 1 else f"{name}: {len(moves):,} moves are held"
    return Message(
        subject=wording.harmless(subject, wording.LONGEST_SUBJECT),
        lines=tuple(shown),
        links=safe(_snapshots(moves, base_url)),
    )


def _doubt(move: Move) -> str:
    reason = wording.harmless(move.reason)
    return f"it moved by a factor of {reason.removesuffix(' times')}" if reason.endswith(" times") else reason


def unheld_message(moves: Sequence[Move], *, base_url: str) -> Message:
    """What to tell of moves that were held and are not any more, and are not told as moves."""
    lines = [
        f"{wording.head(line)} is no longer held: {wording.harmless(line[0].reason)}"
        for line in wording.grouped(moves)
    ]
    name = wording.provider_name(moves[0].series.provider)
    subject = lines[0] if len(lines) == 1 else f"{name}: {len(moves):,} moves are no longer held"
    return Message(
        subject=wording.harmless(subject, wording.LONGEST_SUBJECT),
        lines=tuple(lines[:MOST_LINES]),
        links=safe(_snapshots(moves, base_url)),
    )


def _snapshots(moves: Sequence[Move], base_url: str) -> list[tuple[str, str]]:
    kept = dict.fromkeys(m.snapshot for m in moves if m.snapshot)
    pages = [("snapshot", f"{base_url}/snapshots/{number}") for number in list(kept)[:3]]
    return [*pages, ("held moves", f"{base_url}/moves")]

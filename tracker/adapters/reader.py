"""The process in which pages are read: it may hang, crash or eat memory, and takes nobody with it."""

from __future__ import annotations

import contextlib
import io
import json
import os
import pickle
import resource
import signal
from datetime import datetime
from decimal import Decimal
from functools import cache, lru_cache
from multiprocessing.connection import Connection
from pathlib import Path
from types import FunctionType
from typing import Any

import scrapers.catalog
from scrapers.page import STANDARD, Article, Offer, Page, ReadError, Reading, Refused, Terms
from scrapers.source import Source
from tracker.adapters.charset import text_of
from tracker.domain.model import Snapshot

LONGEST_READ_S = 10.0  # a page that takes longer is no price list
MOST_MEMORY = 512 * 1024 * 1024  # bytes for one page, beside what the readers themselves take

Answer = Reading | ReadError | str  # str: the kind of what the reader tripped over


def serve(connection: Connection, longest_s: float) -> None:
    """Read what comes until the other side is gone; what hangs ends itself a second after its time."""
    _settle_in()
    with contextlib.suppress(EOFError, OSError):
        connection.send_bytes(b"ready")
        while True:
            asked = connection.recv_bytes()
            # By the kernel, whatever the reader does: nobody may be left to kill it.
            signal.setitimer(signal.ITIMER_REAL, longest_s + 1)
            connection.send_bytes(_pack(_answer(asked)))
            signal.setitimer(signal.ITIMER_REAL, 0)


def _settle_in() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):  # meant for the tracker, which says when it is done
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    scrapers.catalog.sources()
    with contextlib.suppress(OSError, ValueError):  # where a system does not count them, they have no bound
        has = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        resource.setrlimit(resource.RLIMIT_AS, (has + MOST_MEMORY, has + MOST_MEMORY))


def page_of(snapshot: Snapshot) -> Page:
    """A kept page as a reader is given it."""
    return Page(snapshot.url.partition("?")[0], text_of(snapshot), snapshot.media_type)


def _answer(asked: bytes) -> Answer:
    named, snapshot = pickle.loads(asked)  # noqa: S301  from the tracker itself
    try:
        return _source(named).read(page_of(snapshot))
    except ReadError as e:
        return e
    except Exception as e:  # whatever a reader trips over, the page is what changed
        return type(e).__name__


# --- what is asked ---


def question(source: Source, snapshot: Snapshot) -> bytes:
    """The source and the page as they are sent."""
    return pickle.dumps((_named(source), snapshot))


@lru_cache(maxsize=4096)
def _named(source: Source) -> bytes:
    """A source with its reader by name: a reader that the catalog holds is no function that pickle finds."""
    out = io.BytesIO()
    _Pickler(out).dump(source)
    return out.getvalue()


@lru_cache(maxsize=256)
def _source(named: bytes) -> Source:
    found: Source = _Unpickler(io.BytesIO(named)).load()
    return found


class _Pickler(pickle.Pickler):
    def persistent_id(self, obj: Any) -> str | None:
        return _ids().get(obj) if isinstance(obj, FunctionType) else None


class _Unpickler(pickle.Unpickler):
    def persistent_load(self, pid: str) -> Any:
        return scrapers.catalog.sources()[pid].reader


@cache
def _ids() -> dict[Any, str]:
    return {source.reader: id for id, source in scrapers.catalog.sources().items()}


# --- what is answered: plain JSON, because it was made of what strangers wrote ---


def _pack(answer: Answer) -> bytes:
    if isinstance(answer, str):
        return json.dumps({"tripped": answer}).encode()
    if isinstance(answer, ReadError):
        return json.dumps({"kind": answer.kind, "words": answer.words}).encode()
    rows = {
        "offers": [
            (o.model, o.meter, str(o.price), o.currency, o.terms.as_dict(), o.label, o.provider)
            for o in answer.offers
        ],
        "articles": [
            (a.guid, a.url, a.title, a.published_at and a.published_at.isoformat(), a.summary, a.text)
            for a in answer.articles
        ],
        "refused": [(r.label, r.reason) for r in answer.refused],
    }
    return json.dumps(rows).encode()


def unpack(answered: bytes) -> Answer:
    """What was answered."""
    said = json.loads(answered)
    if "tripped" in said:
        return str(said["tripped"])
    if "kind" in said:
        return ReadError(said["kind"], said["words"])
    return Reading(
        tuple(
            Offer(
                model, meter, Decimal(price), currency, Terms(**terms) if terms else STANDARD, label, provider
            )
            for model, meter, price, currency, terms, label, provider in said["offers"]
        ),
        tuple(
            Article(guid, url, title, at and datetime.fromisoformat(at), summary, words)
            for guid, url, title, at, summary, words in said["articles"]
        ),
        tuple(Refused(label, reason) for label, reason in said["refused"]),
    )

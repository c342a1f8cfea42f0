"""A kept page through its source's reader, bounded in time: whatever happens, a reading or a ReadError."""

from __future__ import annotations

import asyncio

import structlog

from scrapers.page import Page, ReadError, Reading
from scrapers.source import Source
from tracker.adapters.charset import text_of
from tracker.adapters.edges import Edges
from tracker.domain.model import Snapshot

log = structlog.get_logger()
LONGEST_READ_S = 20.0  # a page that takes longer is no price list


async def read(edges: Edges, source: Source, snapshot: Snapshot) -> Reading:
    """What the page says; raises ReadError only."""
    page = Page(snapshot.url.partition("?")[0], text_of(snapshot), snapshot.media_type)
    try:
        read = asyncio.get_running_loop().run_in_executor(edges.reader, source.read, page)
        return await asyncio.wait_for(read, LONGEST_READ_S)
    except ReadError:
        raise
    except TimeoutError as e:
        raise ReadError("parse_error", f"the reader took more than {LONGEST_READ_S:g} s") from e
    except Exception as e:  # whatever a reader trips over, the page is what changed
        log.warning("check.reader_tripped", source=source.id, error=type(e).__name__)
        raise ReadError("parse_error", f"the reader tripped over the page: {type(e).__name__}") from e

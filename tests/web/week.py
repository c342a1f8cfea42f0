"""A store as a busy week leaves it: sources in every state, moves in every standing, alerts not sent."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Engine

from scrapers.page import Article, Terms
from scrapers.source import Source
from tests.web.stock import (
    HOUR,
    NOW,
    add_alert,
    add_articles,
    add_moves,
    add_sources,
    by_id,
    keep_page,
    move,
    set_health,
    source,
)
from tracker.adapters.store import sources as states
from tracker.adapters.store.engine import writing
from tracker.domain.model import Status


def a_busy_week(engine: Engine) -> dict[str, Source]:
    """Sources in every state, moves in every standing, alerts that wait and that are dead."""
    sources = by_id(
        *map(
            source, ("ai21", "anthropic", "cohere", "deepseek", "google", "mistral", "openai", "xai", "zai")
        ),
        source("copilot", "plans", provider="github"),
        source("cursor", "plans"),
        source("groq", "hosts"),
        source("together", "hosts"),
        source("openrouter", "catalogs"),
        source("wheresyoured", "feeds"),
    )
    add_sources(engine, sources)
    for place, id in enumerate(sources):
        set_health(
            engine,
            id,
            "well",
            looked=timedelta(minutes=3 + 4 * place),
            well=timedelta(minutes=3 + 4 * place),
            offers=12 + 7 * place,
        )
    set_health(
        engine,
        "openrouter",
        "well",
        offers=1912,
        words="1912 prices; 3 rows refused, the first: no price (openrouter/auto)",
    )
    set_health(engine, "wheresyoured", "well", words="20 articles")
    set_health(
        engine,
        "mistral",
        "blind",
        well=26 * HOUR,
        outcome="no_table",
        offers=31,
        words="none of the 2 tables on https://mistral.example/pricing has a column for input",
    )
    set_health(
        engine, "cohere", "failing", well=5 * HOUR, outcome="http_status", words="cohere.example answered 503"
    )
    set_health(engine, "xai", "well", looked=9 * HOUR, well=9 * HOUR, offers=18)
    with writing(engine) as connection:
        states.set_to(
            connection,
            "zai",
            state="never",
            last_look=None,
            last_well=None,
            last_outcome="",
            outcome_kind="",
            due=NOW,
        )
    page = keep_page(engine, "openai", b"<table><tr><td>o3<td>$2.00<td>$8.00</table>")
    done = {"status": Status.confirmed, "reason": "confirmed by a second look"}
    day = 24 * HOUR
    add_moves(
        engine,
        [
            move("anthropic", "Claude Haiku 4.5", "1", "0.80", seen=9 * day, since=9 * day, **done),
            move(
                "deepseek", "deepseek-chat", "0.27", "0.135", seen=6 * day, promo_until="2026-10-31", **done
            ),
            move(
                "deepseek",
                "deepseek-reasoner",
                "2",
                "2.5",
                seen=6 * day,
                currency="CNY",
                terms=Terms(window="16:30-00:30Z"),
                not_before=6 * day + HOUR,
                **done,
            ),
            move(
                "copilot",
                "Copilot Business",
                "19",
                "21",
                provider="github",
                meter="seat_month",
                seen=4 * day,
                not_before=4 * day + HOUR,
                **done,
            ),
            move(
                "google",
                "Gemini 2.5 Pro",
                "1.25",
                "1.10",
                terms=Terms(context=">200K", tier="batch"),
                seen=2 * day,
                since=5 * day,
                **done,
            ),
            move(
                "google",
                "Gemini 2.5 Flash Preview Native Audio Dialog",
                "0.0028",
                "0.0031",
                meter="cache_audio_read_mtok",
                seen=2 * day,
                not_before=2 * day + HOUR,
                **done,
            ),
            move("openai", "o3", "10", "2", seen=2 * HOUR, not_before=3 * HOUR, **done),
            move("openai", "o3", "40", "8", meter="output_mtok", seen=2 * HOUR, not_before=3 * HOUR, **done),
            move(
                "openai",
                "o3",
                "2.50",
                "0.50",
                meter="cache_read_mtok",
                seen=2 * HOUR,
                not_before=3 * HOUR,
                **done,
            ),
            move(
                "together",
                "meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8",
                "0.27",
                "2700",
                seen=HOUR,
                not_before=2 * HOUR,
                status=Status.held,
                reason="10000.0 times",
            ),
            move("groq", "Qwen3 32B", "0.29", "0.24", seen=timedelta(minutes=1), not_before=HOUR),
            move(
                "groq",
                "Kimi K2",
                "1",
                "1.1",
                seen=30 * HOUR,
                status=Status.withdrawn,
                reason="went back before it was confirmed",
            ),
        ],
        page,
    )
    add_alert(
        engine,
        "OpenAI o3: input $10 → $2, output $40 → $8 per 1M tokens (−80 %)",
        "team",
        "dead",
        9,
        "team refused the message: 404",
    )
    add_alert(
        engine,
        "OpenAI o3: input $10 → $2, output $40 → $8 per 1M tokens (−80 %)",
        "mail",
        "waiting",
        3,
        "mail does not answer",
    )
    add_alert(engine, "mistral is blind", "mail")
    add_articles(
        engine,
        "wheresyoured",
        [
            Article("g1", "https://feed.example/one", "The price of everything", NOW - 3 * day),
            Article("g2", "javascript:alert(1)", "A title without a link", None),
        ],
    )
    return sources

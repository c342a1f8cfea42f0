"""The pages with charts: every number leads to who says so, and every chart is there without scripts."""

from __future__ import annotations

import gzip
import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from tests.web.asking import HOSTILE, ON_SQLITE, app_over, ask, get, words_of
from tests.web.stock import HOUR, NOW, add_moves, add_sources, by_id, keep_page, move, source
from tracker.adapters import claims as claims_files
from tracker.adapters.store import bundled, verdicts
from tracker.adapters.store.engine import writing
from tracker.domain.chart_frame import Theme
from tracker.domain.model import Status
from tracker.web import charts, scripts
from tracker.web.words import address_of

DAY = 24 * HOUR
PAGES = ("/index", "/verdicts", "/verdicts/deep-impact/P1", "/verdicts/deep-impact/P6")


def a_model(engine: Engine, model: str = "o3", provider: str = "openai") -> int:
    """A model whose price fell from 10 to 2 on the record of one source; the snapshot that shows it."""
    add_sources(engine, by_id(source("openai")))
    page = keep_page(engine, "openai", b"<td>o3<td>$2")
    done = {"status": Status.confirmed, "reason": "confirmed by a second look"}
    add_moves(engine, [move("openai", model, "10", "2", seen=9 * DAY, provider=provider, **done)], page)
    return page


def specs(html: str) -> list[dict[str, object]]:
    """What the charts of a page are made of."""
    found = re.findall(r'<script type="application/json">(.*?)</script>', html, re.DOTALL)
    return [json.loads(body)["spec"] for body in found]


@ON_SQLITE
def test_a_models_page_shows_every_step_with_its_source_and_its_snapshot(engine: Engine) -> None:
    page = a_model(engine)
    html = get(app_over(engine), "/models/openai/o3").text
    words = words_of(html)
    assert "o3" in words and "input per 1M tokens" in words
    assert "▼ cut to $2" in words and "$10" in words
    assert f'href="/snapshots/{page}' in html and 'href="/sources/openai"' in html
    assert 'alt="Chart: o3.' in html and "<picture>" in html


@ON_SQLITE
def test_each_dot_of_a_models_chart_leads_to_its_row(engine: Engine) -> None:
    a_model(engine)
    html = get(app_over(engine), "/models/openai/o3").text
    dots = set(re.findall(r'"href":"#(step-[0-9a-f]+)"', html))
    rows = set(re.findall(r'<tr id="(step-[0-9a-f]+)"', html))
    assert dots and dots <= rows


@ON_SQLITE
def test_a_model_is_shown_as_of_any_day_and_as_known_on_any(engine: Engine) -> None:
    a_model(engine)
    app, before = app_over(engine), (NOW - 20 * DAY).date()
    at = words_of(get(app, f"/models/openai/o3?as_of={before}").text)
    assert "$10" in at and "$2" not in at
    assert get(app, "/models/openai/o3?known_at=2020-01-01").status_code == 404
    assert get(app, "/models/openai/o3?as_of=yesterday").status_code == 400


@ON_SQLITE
def test_names_that_are_no_models_are_not_found_and_never_break_a_page(engine: Engine) -> None:
    a_model(engine)
    wild = [address_of("openai", name) for name in (*HOSTILE[:-1], "x" * 900, "..", "%00", "-", "ø")]
    wild += [
        "/verdicts/deep-impact/P99",
        "/verdicts/x/P1",
        "/charts/x.svg",
        "/charts/" + "0" * 20 + "-light-390.svg",
    ]
    assert {answer.status_code for answer in ask(app_over(engine), *wild)} == {404}


@ON_SQLITE
@pytest.mark.parametrize("name", HOSTILE[:-1])
def test_a_model_of_a_hostile_name_has_an_inert_page(engine: Engine, name: str) -> None:
    a_model(engine, name)
    answer = get(app_over(engine), address_of("openai", name.casefold()))
    assert answer.status_code == 200
    for tag in ("<script>window", "<img src=x", "<svg/onload"):
        assert tag not in answer.text
    assert answer.text.count("</script>") == 1 + len(specs(answer.text))


@ON_SQLITE
@pytest.mark.parametrize("provider", ["evil/host", "50%2foff", "a b/..%?#"])
def test_whatever_a_provider_is_called_its_models_have_pages(engine: Engine, provider: str) -> None:
    a_model(engine, "a/b", provider)
    app, at = app_over(engine), address_of(provider, "a/b")
    answer = get(app, at)
    assert answer.status_code == 200 and "▼ cut to $2" in words_of(answer.text)
    assert f'action="{at}"' in answer.text and f'href="{at}"' in get(app, "/prices").text


@ON_SQLITE
def test_a_name_that_looks_like_a_pattern_has_the_moves_of_no_other_model(engine: Engine) -> None:
    for name in ("o3 [beta]", "o3*", "o34"):
        a_model(engine, name)
    app = app_over(engine)
    for name in ("o3 [beta]", "o3*"):
        rows = re.findall(r'class="is" href="/moves/\d+"', get(app, address_of("openai", name)).text)
        assert len(rows) == 1, name


@ON_SQLITE
def test_pages_on_an_empty_store_say_so_in_words(engine: Engine) -> None:
    first, second, third, last = ask(app_over(engine), *PAGES)
    assert {a.status_code for a in (first, second, third, last)} == {200}
    assert "Nothing is recorded for that" in words_of(first.text)
    assert "no record yet" in words_of(second.text) and "no record yet" in words_of(third.text)
    untested = words_of(get(app_over(engine), "/verdicts/deep-impact/P13").text)
    assert "not testable" in untested and "looked at" not in untested


@ON_SQLITE
def test_a_verdict_stands_with_what_speaks_for_and_against_it(engine: Engine) -> None:
    with writing(engine) as connection:
        bundled.load(connection, NOW)
    app = app_over(engine)
    words = words_of(get(app, "/verdicts/deep-impact/P1").text)
    for said in (
        "For it, by D1",
        "Against it",
        "How likely it was anyway",
        "What was not looked at",
        "a correlation",
    ):
        assert said in words
    assert "The article’s own figures" in words_of(get(app, "/verdicts").text)
    early = words_of(get(app, "/verdicts/deep-impact/P1?as_of=2025-01-30").text)
    assert "No announcement counts by D1" in early and "No rise and no dearer successor" in early


@ON_SQLITE
def test_the_verdict_timeline_joins_what_did_not_change(engine: Engine) -> None:
    claims = claims_files.registered()
    for days, state in ((30, "pending"), (20, "pending"), (10, "confirmed")):
        body = {"rollup": {"H90": state}}
        with writing(engine) as connection:
            at = NOW - timedelta(days=days)
            verdicts.put(connection, claims, "P1", body, as_of=at.date(), why="<b>why</b>", at=at)
    html = get(app_over(engine), "/verdicts/deep-impact/P1").text
    timeline = next(spec for spec in specs(html) if "recorded" in str(spec["description"]))
    bands = timeline["data"]["values"]  # type: ignore[index]
    assert [(b["state"], b["since"][:10]) for b in bands] == [
        ("pending", "2026-08-16"),
        ("confirmed", "2026-09-05"),
    ]


@ON_SQLITE
def test_the_picture_of_a_chart_is_drawn_for_whoever_runs_no_scripts(engine: Engine) -> None:
    a_model(engine)
    app = app_over(engine)
    html = get(app, "/models/openai/o3").text
    dark = next(name for name in re.findall(r'/charts/[^" ]+', html) if "-dark-390" in name)
    drawn = get(app, dark)
    assert (
        drawn.headers["content-type"] == "image/svg+xml"
        and "sandbox" in drawn.headers["content-security-policy"]
    )
    assert drawn.text.startswith("<svg") and "<script" not in drawn.text
    assert get(app, dark.replace("390", "391")).status_code == 404


def test_no_word_in_a_chart_ends_its_script() -> None:
    hostile = "</script><script>window.__pwned=1</script><!--"

    def draw(theme: Theme, width: int) -> dict[str, object]:
        return {"title": {"text": [hostile], "subtitle": [hostile]}, "data": {"values": [{"name": hostile}]}}

    html = str(charts.figure(draw, "id"))
    assert html.count("<script") == html.count("</script>") == 1 and "<!--" not in html
    assert specs(html) == [{"data": {"values": [{"name": hostile}]}}]


@ON_SQLITE
def test_the_script_is_made_of_the_installed_renderer_and_evaluates_no_text(engine: Engine) -> None:
    packed = scripts.Scripts().vega()
    script = gzip.decompress(packed)
    assert len(packed) < 400_000 and b"expressionInterpreter" in script
    page = get(app_over(engine), "/index")
    assert "script-src 'self';" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]

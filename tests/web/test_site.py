"""The site of files says what the dashboard says, holds together by itself, and nothing private."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import Engine

from scrapers.page import Article
from tests.test_cli import ON_SQLITE, SENTENCE, Shell, shell, tracker
from tests.web import site_of, stock, week
from tests.web.asking import HOSTILE, app_over, get
from tests.web.stock import HOUR, NOW, add_moves, add_sources, by_id, keep_page, move, source
from tracker.adapters import claims, vega
from tracker.adapters.site_folder import MANIFEST
from tracker.adapters.store import asked, questions, verdicts
from tracker.adapters.store.engine import asking, open_store, writing
from tracker.adapters.store.filters import Filters
from tracker.adapters.store.migrate import migrate
from tracker.ask.printed import cell
from tracker.domain import wording
from tracker.domain.errors import StoreTrouble
from tracker.domain.model import Status
from tracker.web import charts
from tracker.web.registry import ROUTES
from tracker.web.site import links, names
from tracker.web.still import FIRST_WORDS, POLICY
from tracker.web.words import address_of

__all__ = ["shell", "tracker"]

SCRIPT = b"// the script of the charts"


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, Path]]:
    """A store after a busy week, and the site that was made of it, with its charts in one width."""
    folder = tmp_path_factory.mktemp("busy")
    engine = open_store(f"sqlite:///{folder}/tracker.db")
    migrate(engine)
    sources = week.a_busy_week(engine)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vega, "made", lambda: SCRIPT)
        patch.setattr(links, "MOST_DRAWN", 0)
        for rows in ("pages_prices.ROWS", "pages_moves.ROWS"):  # a page, so that there are several
            patch.setattr(f"tracker.web.{rows}", 4)
        site_of.made(engine, sources, folder / "site")
    yield engine, folder / "site"
    engine.dispose()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sites without what takes long, and that other tests look at."""
    monkeypatch.setattr(vega, "made", lambda: SCRIPT)
    monkeypatch.setattr(links, "MOST_DRAWN", 0)
    monkeypatch.setattr("tracker.web.charts.charts.svg", lambda spec: "<svg/>")
    monkeypatch.setattr(charts, "PICTURES", charts.Pictures())  # no other test is to find these


def test_every_link_of_every_file_leads_to_a_place_in_the_folder(busy: tuple[Engine, Path]) -> None:
    _, folder = busy
    assert site_of.dead(folder) == []
    for name, tree in site_of.pages(folder):
        assert not [link for link in site_of.links(tree) if link.startswith("/")], name


def test_every_page_of_the_dashboard_is_there_or_has_no_meaning_without_a_server(
    busy: tuple[Engine, Path],
) -> None:
    _, folder = busy
    there = site_of.names(folder)
    for route in ROUTES:
        first = route.path.split("/")[1]
        assert first in FIRST_WORDS or first in {"cost", "alerts"}, (
            f"say of {route.path} whether it is copied"
        )
        if first in FIRST_WORDS and "{" not in route.path:
            assert names.page(route.path, {}) in there, route.path
    titles = {tree.css_first("title").text() for _, tree in site_of.pages(folder)}  # type: ignore[union-attr]
    for word in ("Now", "Prices", "Moves", "Verdicts", "Index", "Articles", "Sources", "Nothing is here"):
        assert f"{word} · LLM price tracker" in titles


def test_every_move_model_and_source_has_its_page_and_every_move_its_evidence(
    busy: tuple[Engine, Path],
) -> None:
    engine, folder = busy
    there = site_of.names(folder)
    with asking(engine) as connection:
        moves = questions.find_moves(connection, Filters(), None)
        ids = list(questions.source_rows(connection))
    assert len(moves) > 10
    for m in moves:
        assert {f"moves/{m.id}.html", f"snapshots/{m.snapshot}/shown/move={m.id}.html"} <= there
        assert names.page(f"/models/{m.series.provider}/{m.series.model}", {}) in there
    assert {f"sources/{id}.html" for id in ids} <= there


def test_a_kept_page_is_text_that_no_browser_runs(busy: tuple[Engine, Path]) -> None:
    _, folder = busy
    assert (folder / "snapshots/1.txt").read_bytes() == b"<table><tr><td>o3<td>$2.00<td>$8.00</table>"


def test_the_prices_are_those_that_the_store_has(busy: tuple[Engine, Path]) -> None:
    engine, folder = busy
    shown: list[str] = []
    assert "prices/page=2.html" in site_of.names(folder) and "prices/page=1.html" not in site_of.names(folder)
    for name, tree in site_of.pages(folder):
        if name == "prices.html" or name.startswith("prices/page="):
            shown += [node.text().strip() for node in tree.css("table.prices .price .is")]
    with asking(engine) as connection:
        rows = questions.prices_at(connection, NOW, NOW, Filters())
    assert sorted(shown) == sorted(wording.money(Decimal(r["price"]), r["currency"]) for r in rows)
    assert len(shown) > 10


def test_the_pages_of_moves_have_every_move_that_looks_saw(busy: tuple[Engine, Path]) -> None:
    engine, folder = busy
    shown: set[str] = set()
    for name, tree in site_of.pages(folder):
        if name == "moves.html" or name.startswith("moves/before="):
            shown |= {site_of.target(name, node.attributes["href"] or "")[0] for node in tree.css("td .is")}
    with asking(engine) as connection:
        assert shown == {f"moves/{m.id}.html" for m in questions.find_moves(connection, Filters(), None)}


def test_the_rows_beside_the_pages_are_every_row_of_the_store_but_deliveries(
    busy: tuple[Engine, Path],
) -> None:
    engine, folder = busy
    url = site_of.url_of(engine)
    written = {file.stem for file in (folder / "data/csv").glob("*.csv")}
    assert {"moves", "price_history", "sources", "articles"} <= written and "deliveries" not in written
    assert written == {file.stem for file in (folder / "data/jsonl").glob("*.jsonl")}
    for view in written:
        want = asked.answer(engine, url, f"SELECT * FROM {view} ORDER BY id")
        with (folder / f"data/csv/{view}.csv").open(newline="") as file:
            header, *rows = csv.reader(file)
        assert tuple(header) == want.columns
        assert rows == [[cell(value) for value in row] for row in want.rows]
        lines = (folder / f"data/jsonl/{view}.jsonl").read_text().splitlines()
        assert [tuple(json.loads(line).values()) for line in lines] == want.rows


def test_pages_lead_to_the_rows_behind_them(busy: tuple[Engine, Path]) -> None:
    _, folder = busy
    prices = LexborHTMLParser((folder / "prices.html").read_text())
    assert "data/csv/current_prices.csv" in set(site_of.links(prices))


def test_nothing_of_alerts_channels_or_what_a_person_rules_is_in_it(busy: tuple[Engine, Path]) -> None:
    _, folder = busy
    for name in site_of.names(folder):
        body = (folder / name).read_bytes()
        for words in (b"refused the message", b"mail does not answer", b"tracker moves confirm"):
            assert words not in body, name
        assert b"Alerts not sent" not in body and b"/healthz" not in body


def test_every_page_says_of_what_moment_it_is_and_has_its_own_policy(busy: tuple[Engine, Path]) -> None:
    _, folder = busy
    assert "unsafe" not in POLICY and POLICY.startswith("default-src 'none'") and "frame" not in POLICY
    for name, tree in site_of.pages(folder):
        policy = tree.css_first('meta[http-equiv="Content-Security-Policy"]')
        assert policy is not None and policy.attributes["content"] == POLICY, name
        said = tree.css_first("p.still")
        assert said is not None and "2026-09-15 14:05 UTC" in said.text()
        assert not tree.css("form") and not tree.css("script:not([src]):not([type='application/json'])")


@ON_SQLITE
def test_where_the_limits_are_met_links_lead_to_less_and_none_is_dead(
    engine: Engine, tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "MOST_MARKED", 0)
    monkeypatch.setattr(links, "MOST_KEPT", 0)
    site_of.made(engine, week.a_busy_week(engine), tmp_path / "site")
    there = site_of.names(tmp_path / "site")
    assert site_of.dead(tmp_path / "site") == []
    assert "snapshots/1/shown.html" in there and "snapshots/1.txt" not in there
    assert not any("price=" in name for name in there)
    assert {name[-8:] for name in there if name.startswith("charts/")} == {"-720.svg"}


def test_a_dark_picture_is_the_light_one_in_other_colours(busy: tuple[Engine, Path]) -> None:
    engine, _ = busy
    app = app_over(engine)
    shown = "".join(get(app, path).text for path in ("/models/openai/o3", "/moves/1", "/index"))
    drawn = set(re.findall(r"/charts/[0-9a-f]{20}-light-390.svg", shown))
    assert len(drawn) > 1
    for light in drawn:
        dark = get(app, light.replace("light", "dark")).content
        assert charts.darkened(get(app, light).content) == dark


ODD = (
    "../../../../etc/passwd",
    "a/b:c?d#e%2F..",
    "..",
    "con",
    "nul.txt",
    "x/../../y",
    "ends with a dot.",
    "index",
    "page=2",
    "é" * 150,
    "a.html/b",
    "a",
    'says href="//[" and href="/data/csv/moves.csv"',
)


@ON_SQLITE
def test_hostile_names_stay_in_the_folder_and_inert(engine: Engine, tmp_path: Path, quick: None) -> None:
    sources = by_id(source("evil", url="javascript:window.__pwned=1"), source("feed", "feeds"))
    add_sources(engine, sources)
    page = keep_page(engine, "evil", b"<script>window.__pwned=1</script>")
    named = [(n[:60], n) for n in HOSTILE] + [("evil", n) for n in ODD]
    moves = [
        move("evil", n, "2", "1", provider=provider, seen=k * HOUR, status=Status.confirmed)
        for k, (provider, n) in enumerate(named, 1)
    ]
    add_moves(engine, moves, page)
    stock.add_articles(engine, "feed", [Article(n[:99], f"javascript:{n}", n) for n in HOSTILE])
    out = tmp_path / "within/site"
    written = site_of.made(engine, sources, out)
    assert {p.name for p in tmp_path.iterdir()} == {
        "within",
        "tracker.db",
        "tracker.db-wal",
        "tracker.db-shm",
    }
    assert [p.name for p in out.parent.iterdir()] == ["site"]
    assert site_of.dead(out) == []
    there = site_of.names(out)
    kept = there - {MANIFEST}
    assert (written.files, written.bytes) == (len(kept), sum((out / name).stat().st_size for name in kept))
    assert len({name.casefold() for name in there}) == len(there)
    assert all(len(name) < 200 for name in there)
    assert {names.page(f"/models/evil/{n.casefold()}", {}) for n in ODD if n != ".."} <= there
    parted = next(n for n in HOSTILE if "/" in n[:60])
    assert names.page(unquote(address_of(parted[:60], parted.casefold())), {}) in there
    for name, tree in site_of.pages(out):
        assert not tree.css("iframe, object, embed, style, svg, base, form"), name
        for node in tree.css("*"):
            assert not any(key.startswith("on") or key == "style" for key in node.attributes), name
        for link in site_of.links(tree):
            assert ":" not in link, (name, link)


SIGNS = st.text(alphabet=st.sampled_from("aA./~ _:,=-%?#\u202eé1" + "cond"), min_size=1, max_size=100)


@given(SIGNS, SIGNS)
def test_no_two_names_are_one_file_and_each_is_one_on_every_disk(one: str, other: str) -> None:
    files = [names.page(f"/sources/{words.replace('/', '')}", {"page": other}) for words in (one, other)]
    assert (files[0] == files[1]) == (one.replace("/", "") == other.replace("/", ""))
    for made in (names.part(one), names.part(other)):
        assert made == made.casefold() and len(made.encode()) <= 100
        assert made[0].isalnum() and made[-1] not in ". "
        assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789.,~_-")
        assert made.partition(".")[0] not in {"con", "nul", "aux"}
    assert (names.part(one) == names.part(other)) == (one == other)


def test_a_name_that_looks_like_anothers_hash_is_not_its_file() -> None:
    odd = names.part("GPT 4")
    assert names.part(odd) != odd


def test_no_page_lies_where_another_has_its_folder() -> None:
    file, folder = ({"provider": "x"}, {"provider": "x.html", "page": "2"})
    assert not names.page("/prices", folder).startswith(f"{names.page('/prices', file)}/")
    assert names.page("/", {}) != names.page("/index", {})


@ON_SQLITE
def test_a_second_export_replaces_the_first_and_a_failed_one_leaves_it_whole(
    engine: Engine, tmp_path: Path, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_sources(engine, by_id(source("openai")))
    page, out = keep_page(engine, "openai", b"x"), tmp_path / "out/site"
    add_moves(engine, [move("openai", "o3", "10", "2")], page)
    site_of.made(engine, {}, out)
    first = {name: (out / name).read_bytes() for name in site_of.names(out)}
    add_moves(engine, [move("openai", "o4", "10", "2")], page)

    def breaks(*asked: object) -> None:
        raise StoreTrouble("the store does not answer")

    with monkeypatch.context() as patch:
        patch.setattr("tracker.adapters.store.price_pages.page", breaks)
        with pytest.raises(StoreTrouble, match="'/prices' cannot be made: the store does not answer"):
            site_of.made(engine, {}, out)
    assert {name: (out / name).read_bytes() for name in site_of.names(out)} == first
    assert [p.name for p in out.parent.iterdir()] == ["site"]
    site_of.made(engine, {}, out)
    assert "models/openai/o4.html" in site_of.names(out) and "models/openai/o4.html" not in first
    assert [p.name for p in out.parent.iterdir()] == ["site"]


def test_every_page_is_of_one_moment_whoever_writes_meanwhile(
    engine: Engine, store_url: str, tmp_path: Path, quick: None
) -> None:
    add_sources(engine, by_id(source("openai")))
    page = keep_page(engine, "openai", b"x")
    add_moves(engine, [move("openai", "o3", "10", "2")], page)
    written = []

    def writes(name: str, done: int, of: int) -> None:
        if not written:
            written.append(add_moves(engine, [move("openai", "o4", "10", "2")], page))

    for _ in range(2):
        site_of.made(engine, {}, tmp_path / "site", url=store_url, on_page=writes)
        assert site_of.dead(tmp_path / "site") == []
        there = site_of.names(tmp_path / "site")
        assert "models/openai/o3.html" in there
        assert ("models/openai/o4.html" in there) is (len(written) > 1)
        written.append(None)


@ON_SQLITE
def test_links_of_feeds_are_whole_where_the_sites_address_is_given(
    engine: Engine, tmp_path: Path, quick: None
) -> None:
    sources = week.a_busy_week(engine)
    site_of.made(engine, sources, tmp_path / "site", base_url="https://host.example/prices/")
    feed = (tmp_path / "site/feeds/moves.atom").read_text()
    assert 'href="https://host.example/prices/moves/1.html"' in feed
    assert 'href="https://host.example/prices/feeds/moves.atom"' in feed
    lost = (tmp_path / "site/404.html").read_text()
    assert 'href="/prices/index.html"' in lost and "host.example" not in lost


@ON_SQLITE
def test_no_feed_leads_to_the_page_of_a_claims_file_that_is_no_more(
    engine: Engine, tmp_path: Path, quick: None
) -> None:
    with writing(engine) as connection:
        body, gone = {"rollup": {"H180": "confirmed"}}, claims.registered()
        for source in (gone.source, gone.source.model_copy(update={"id": "gone"})):
            own = gone.model_copy(update={"source": source})
            verdicts.put(connection, own, "P1", body, as_of=NOW.date(), why="it cut", at=NOW)
    site_of.made(engine, {}, tmp_path / "site")
    feed = (tmp_path / "site/feeds/verdicts.atom").read_text()
    assert 'href="../verdicts/deep-impact/p1' in feed and feed.count("<entry>") == 2
    assert site_of.dead(tmp_path / "site") == []


@ON_SQLITE
def test_the_verb_says_what_it_wrote_and_refuses_a_folder_of_others(
    tracker: Shell, tmp_path: Path, quick: None
) -> None:
    ran = tracker("export", "site", "--format", "site")
    assert ran.code == 0
    assert ran.err.startswith("site: ") and "pages" in ran.err and "--base-url" in ran.err
    assert (tmp_path / "site/index.html").is_file()
    (tmp_path / "site/CNAME").write_text("host.example")
    ran = tracker("export", "site", "--format", "site", "--base-url", "https://host.example")
    assert ran.code != 0 and SENTENCE.fullmatch(ran.err) and "CNAME" in ran.err
    assert (tmp_path / "site/index.html").is_file()
    for words in (["--what", "moves"], ["--base-url", "javascript:alert(1)"]):
        ran = tracker("export", "other", "--format", "site", *words)
        assert ran.code == 2 and SENTENCE.fullmatch(ran.err) and not (tmp_path / "other").exists()

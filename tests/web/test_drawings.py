"""The charts of moves over HTTP: whose they are, and what they refuse."""

from __future__ import annotations

import asyncio
import struct
import threading
from datetime import timedelta
from xml.etree import ElementTree

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import Engine

from tests.web import week
from tests.web.asking import HOSTILE, ON_SQLITE, app_over, ask, get
from tests.web.stock import NOW, add_moves, add_sources, by_id, keep_page, move, source
from tracker.domain.chart_frame import Theme
from tracker.domain.model import Status
from tracker.web import drawings
from tracker.web.app import MOST_DRAWN
from tracker.web.drawings import KEPT, Asked, Drawings

pytestmark = ON_SQLITE
PNG = b"\x89PNG\r\n\x1a\n"


def words(svg: str) -> str:
    return "\n".join(text for text in ElementTree.fromstring(svg).itertext() if text.strip())


def test_the_page_of_moves_leads_to_the_chart_of_each_and_a_phone_can_read_it(engine: Engine) -> None:
    app = app_over(engine, week.a_busy_week(engine))
    links = LexborHTMLParser(get(app, "/moves").text).css("td.evidence a")
    address = next(a.attributes["href"] or "" for a in links if a.text() == "chart of OpenAI o3")
    answer = get(app, address)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.content.startswith(PNG) and len(answer.content) < 200_000
    assert struct.unpack(">I", answer.content[16:20]) == (2 * 390,)
    said = words(get(app, address.replace("png", "svg?width=720")).text)
    for part in ("OpenAI o3", "input $10 → $2, output $40 → $8", "$40 → $8", "input: $2", "15 Sep"):
        assert part in said, part


def test_a_chart_is_not_sent_twice_to_who_has_it(engine: Engine) -> None:
    app = app_over(engine, week.a_busy_week(engine))
    first = get(app, "/moves/1/chart.svg")
    again = get(app, "/moves/1/chart.svg", **{"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "max-age" in first.headers["cache-control"]


@pytest.mark.parametrize(
    "path",
    [
        "/moves/0/chart.png",
        "/moves/999999999/chart.png",
        "/moves/9999999999/chart.png",
        "/moves/-1/chart.png",
        "/moves/1%00/chart.png",
        "/moves/\u0661/chart.png",
        "/moves/1;drop table moves/chart.png",
        "/moves/../chart.png",
        "/moves/1/chart.gif",
        "/moves/1/chart.png?width=99999",
        "/moves/1/chart.png?theme=red",
    ],
)
def test_what_is_no_picture_of_a_move_is_not_found(engine: Engine, path: str) -> None:
    answer = get(app_over(engine, week.a_busy_week(engine)), path)
    assert answer.status_code == 404
    assert answer.json() == {"error": "There is no page at this address."}


def test_a_chart_may_load_and_run_nothing(engine: Engine) -> None:
    answer = get(app_over(engine, week.a_busy_week(engine)), "/moves/1/chart.svg")
    assert "default-src 'none'; sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert ask(app_over(engine), "/moves/1/chart.svg", method="POST")[0].status_code == 405


@pytest.mark.parametrize("name", [*HOSTILE, "' + alert(1) + '", "datum['value']", "\\u0022]}", ""])
def test_a_hostile_name_is_only_words_in_a_chart(engine: Engine, name: str) -> None:
    sources = by_id(source("acme"))
    add_sources(engine, sources)
    add_moves(
        engine,
        [move("acme", name, "2", "1", status=Status.confirmed, currency=name[:12] or "USD")],
        keep_page(engine, "acme", b"p"),
    )
    drawn = get(app_over(engine, sources), "/moves/1/chart.svg")
    assert drawn.status_code == 200
    elements = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(drawn.text).iter()}
    assert elements <= {"svg", "g", "path", "rect", "text", "line", "defs", "clipPath", "tspan"}
    attributes = {name for element in ElementTree.fromstring(drawn.text).iter() for name in element.attrib}
    assert not [name for name in attributes if name.startswith("on") or "href" in name]


def test_a_drawing_is_made_once_for_a_while_and_few_are_kept(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    clock = [NOW]
    drawn = Drawings(engine, lambda: clock[0])

    def draw(_: Drawings, wanted: Asked, now: object) -> bytes:
        made.append(wanted.move)
        return b"x"

    monkeypatch.setattr(drawings.Drawings, "_draw", draw)
    one = Asked(1, "png", Theme.light, 390)
    assert [drawn.get(one), drawn.get(one)] == [b"x", b"x"] and made == [1]
    clock[0] += timedelta(minutes=6)
    assert drawn.get(one) and made == [1, 1]
    for number in range(2, KEPT + 2):
        drawn.get(one._replace(move=number))
    drawn.get(one)
    assert made[-1] == 1 and len(drawn._kept) == KEPT


def test_who_asks_for_many_charts_at_once_is_told_to_wait(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A drawing holds up every look for as long as it takes: a crowd must not line up."""
    go = threading.Event()

    def slow(_: Drawings, wanted: Asked) -> bytes:
        assert go.wait(10)
        return b"x"

    monkeypatch.setattr(Drawings, "get", slow)
    app = app_over(engine)

    async def crowd() -> list[int]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://tracker.example") as client:
            asked = [asyncio.ensure_future(client.get(f"/moves/{n}/chart.png")) for n in range(1, 31)]
            await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
            go.set()
            return [(await one).status_code for one in asked]

    statuses = asyncio.run(crowd())
    assert sorted(set(statuses)) == [200, 503]
    assert statuses.count(200) == MOST_DRAWN

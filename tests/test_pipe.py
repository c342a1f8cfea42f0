"""From a pricing page to an alert, as a user has it: real processes, a real web server, a real webhook."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from scrapers.catalog import sources
from tests.loopback.pages import Pages
from tests.loopback.sinkd import Sink
from tests.loopback.smtpd import Mailbox
from tests.tracker_process import Tracker, until

PRICES = {f"Claude Opus {n}": ("15", "75") for n in range(1, 9)}


def markdown(prices: Mapping[str, tuple[str, str]]) -> str:
    """A price list in the shape of Anthropic's."""
    columns = "Model|Base Input Tokens|5m Cache Writes|1h Cache Writes|Cache Hits & Refreshes|Output Tokens"
    rows = "".join(
        f"| {model} | ${i} / MTok | $18.75 / MTok | $30 / MTok | $1.50 / MTok | ${o} / MTok |\n"
        for model, (i, o) in prices.items()
    )
    head = f"| {columns.replace('|', ' | ')} |\n|{'---|' * 6}\n"
    return f"# Pricing\n\n## Model pricing\n\n{head}{rows}\n"


@pytest.fixture
def pages() -> Iterator[Pages]:
    with Pages() as server:
        server.put("/pricing.md", markdown(PRICES), "text/markdown")
        yield server


def settings(pages: Pages, channels: str, tables: str = "") -> str:
    others = "".join(f"[source.{id}]\nenabled = false\n" for id in sources() if id != "anthropic")
    return (
        f'{channels}\n[look]\nallow_private = ["{pages.address}"]\n'
        f'[source.anthropic]\nurl = "{pages.url("/pricing.md")}"\nevery = "1s"\n{others}{tables}'
    )


def channel(name: str, url: str) -> str:
    return f'[[channel]]\nname = "{name}"\nurl = "{url}"\n'


def test_changed_prices_reach_the_webhook_and_the_mailbox_within_five_seconds(
    tmp_path: Path, store_url: str, pages: Pages
) -> None:
    with Sink() as sink, Mailbox() as mailbox, Tracker(tmp_path, store_url) as tracker:
        tracker.settings(settings(pages, channel("slack", sink.url + "/hook") + channel("mail", mailbox.url)))
        assert tracker.run("check").returncode == 0
        assert tracker.run("check").returncode == 0
        assert sink.received == [] and tracker.ask("moves") == []
        changed = PRICES | {"Claude Opus 1": ("5", "25"), "Claude Opus 2": ("15", "60")}
        pages.put("/pricing.md", markdown(changed), "text/markdown")
        done = tracker.run("check")
        assert done.returncode == 0, done.stderr
        (text,) = sink.texts
        assert "Claude Opus 1: input $15 → $5, output $75 → $25 per 1M tokens" in text
        assert "Claude Opus 2: output $75 → $60 per 1M tokens (−20 %)" in text
        assert "confirmed by a second look" in text
        (letter,) = mailbox.wait(1)
        assert "Claude Opus 1" in letter.part("plain")
        moves = tracker.ask("moves")
        assert {(m["model"], m["meter"], m["before"], m["after"], m["pct"]) for m in moves} == {
            ("Claude Opus 1", "input_mtok", "15", "5", -66.67),
            ("Claude Opus 1", "output_mtok", "75", "25", -66.67),
            ("Claude Opus 2", "output_mtok", "75", "60", -20.0),
        }
        assert {m["status"] for m in moves} == {"confirmed"}
        assert {a["state"] for a in tracker.ask("alerts")} == {"sent"}
        now = {(p["model"], p["meter"]): Decimal(p["price"]) for p in tracker.ask("prices")}
        assert now["Claude Opus 1", "input_mtok"] == 5
        stored = tracker.run("snapshots", "cat", str(moves[0]["evidence"]["snapshot"])).stdout
        assert stored == markdown(changed)


def test_the_daemon_sees_confirms_and_tells_by_itself(tmp_path: Path, store_url: str, pages: Pages) -> None:
    with Sink() as sink, Tracker(tmp_path, store_url) as tracker:
        tracker.settings(settings(pages, channel("slack", sink.url + "/hook")))
        tracker.up()
        until(lambda: 'tracker_prices{source="anthropic"} 40.0' in tracker.get("/metrics")[1], 60)
        pages.put("/pricing.md", markdown(PRICES | {"Claude Opus 3": ("5", "75")}), "text/markdown")
        begun = time.monotonic()
        sink.wait(1, 15)
        assert time.monotonic() - begun < 10
        assert "Claude Opus 3: input $15 → $5" in sink.texts[0]
        second = tracker.run("up")
        assert second.returncode == 75
        assert f"process {tracker.process.pid}" in second.stderr  # type: ignore[union-attr]
        assert tracker.run("health").returncode == 0
        status, metrics = tracker.get("/metrics")
        assert status == 200 and 'tracker_moves{status="confirmed"} 1.0' in metrics
        code, seconds = tracker.stop()
        assert code == 0 and seconds < 8, tracker.log()
        of_prices = [
            text for text in sink.texts if "of Deep Impact" not in text
        ]  # a verdict may have changed
        assert len(of_prices) == 1
        assert "Traceback" not in tracker.log()


def test_a_restart_catches_up_once_and_tells_what_waited(
    tmp_path: Path, store_url: str, pages: Pages
) -> None:
    with Sink("down") as sink, Tracker(tmp_path, store_url) as tracker:
        tracker.settings(settings(pages, channel("slack", sink.url + "/hook")))
        assert tracker.run("check").returncode == 0
        pages.put("/pricing.md", markdown(PRICES | {"Claude Opus 3": ("5", "75")}), "text/markdown")
        assert tracker.run("check").returncode == 1  # seen and confirmed; the channel is down
        (waiting,) = tracker.ask("alerts")
        assert (waiting["state"], waiting["attempts"]) == ("waiting", 1)
        assert sink.url not in str(waiting)
        sink.mode = "ok"
        before = len(pages.asked)
        tracker.settings(settings(pages, channel("slack", sink.url + "/hook")).replace('"1s"', '"1h"'))
        tracker.up()
        sink.wait(1, 120)
        assert len(pages.asked) - before <= 2  # the page and its robots.txt
        tracker.stop()
        assert [a["state"] for a in tracker.ask("alerts")] == ["sent"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_dead_alert_can_be_retried(tmp_path: Path, store_url: str, pages: Pages) -> None:
    with Sink("404") as sink, Tracker(tmp_path, store_url) as tracker:
        tracker.settings(settings(pages, channel("slack", sink.url + "/secret-CANARY")))
        tracker.run("check")
        pages.put("/pricing.md", markdown(PRICES | {"Claude Opus 3": ("5", "75")}), "text/markdown")
        assert tracker.run("check").returncode == 1
        (dead,) = tracker.ask("alerts", "--state", "dead")
        assert "404" in dead["last_error"] and "CANARY" not in str(dead)
        sink.mode = "ok"
        assert tracker.run("alerts", "retry", dead["id"]).stdout == "1 waiting again\n"
        assert tracker.run("deliver").returncode == 0
        assert [a["state"] for a in tracker.ask("alerts")] == ["sent"]
        assert tracker.run("alerts", "test").stdout == "sent: channel slack\n"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_held_move_waits_for_a_person(tmp_path: Path, store_url: str, pages: Pages) -> None:
    with Sink() as sink, Tracker(tmp_path, store_url) as tracker:
        tracker.settings(settings(pages, channel("slack", sink.url + "/hook")))
        tracker.run("check")
        pages.put("/pricing.md", markdown(PRICES | {"Claude Opus 3": ("1.5", "75")}), "text/markdown")
        tracker.run("check")
        (held,) = tracker.ask("moves")
        assert held["status"] == "held"
        (asked,) = sink.texts
        assert "is held: it moved by a factor of 10" in asked
        assert f"tracker moves confirm {held['id']} --why" in asked
        done = tracker.run("moves", "confirm", str(held["id"]), "--why", "their post says so")
        assert done.returncode == 0, done.stderr
        assert tracker.run("deliver").returncode == 0
        (told,) = sink.texts[1:]
        assert "input $15 → $1.50" in told and "their post says so" in told and "held" not in told
        again = tracker.run("moves", "confirm", str(held["id"]), "--why", "twice")
        assert (again.returncode, again.stderr.count("\n")) == (1, 1)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_all_that_is_held_of_a_source_is_ruled_on_at_once(
    tmp_path: Path, store_url: str, pages: Pages
) -> None:
    with Sink() as sink, Tracker(tmp_path, store_url) as tracker:
        tracker.settings(settings(pages, channel("slack", sink.url + "/hook")))
        tracker.run("check")
        pages.put("/pricing.md", markdown(PRICES | {"Claude Opus 3": ("1.5", "7.5")}), "text/markdown")
        tracker.run("check")
        held = tracker.ask("moves", "--status", "held")
        assert len(held) == 2 and tracker.ask("moves", "--status", "confirmed") == []
        both = tracker.run("moves", "confirm", "1", "--source", "anthropic", "--why", "x")
        assert both.returncode == 2
        done = tracker.run("moves", "withdraw", "--source", "anthropic", "--why", "a slip")
        assert done.returncode == 0, done.stderr
        assert {m["status"] for m in tracker.ask("moves")} == {"withdrawn"}
        again = tracker.run("moves", "withdraw", "--source", "anthropic", "--why", "a slip")
        assert (again.returncode, again.stderr.count("\n")) == (1, 1)

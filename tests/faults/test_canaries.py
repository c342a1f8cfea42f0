"""No secret leaves the tracker but to whom it is for: a word in each, and a search for it everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.loopback.pages import Pages
from tests.loopback.sinkd import Sink
from tests.loopback.smtpd import Mailbox
from tests.test_pipe import PRICES, channel, markdown, settings
from tests.tracker_process import Tracker, until

BIRD = "CANARY"
TOPIC = b'"topic": "CANARYtopic"'  # ntfy is told it in the body
LOST = f"postgresql://{BIRD}user:{BIRD}word@127.0.0.1:9/tracker?application_name={BIRD}app"
PAGES = (
    "/",
    "/sources",
    "/sources/acme",
    "/moves",
    "/events",
    "/metrics",
    "/healthz",
    "/readyz",
    "/no-such-page",
)
PAGES += ("/api/v1/sources", "/api/v1/alerts", "/api/v1/snapshots", "/api/v1/cost", "/feeds/sources.atom")
VERBS = (
    ("config",),
    ("alerts", "--json"),
    ("alerts", "--csv"),
    ("alerts", "test"),
    ("sources", "--json"),
    ("deliver",),
    ("watch", "--once"),
    ("sql", "SELECT * FROM deliveries", "--json"),
    ("export", "rows", "--format", "jsonl"),
    ("export", "site", "--format", "site"),
)


def canaries(port: int) -> str:
    """Where a secret may stand in a webhook's address: user, password, path, query."""
    return f"{BIRD}user:{BIRD}word@127.0.0.1:{port}/{BIRD}path?token={BIRD}query"


def places(found: dict[str, bytes]) -> list[str]:
    """Which of them hold a canary, as it stands or percent-encoded, base64 or hex, and what is around it."""
    hidden = re.compile(rb"CANARY|%43%41%4e%41%52%59|Q0FOQVJZ|43414e415259", re.I)
    return [
        f"{place}: …{text[max(0, hit.start() - 60) : hit.end() + 30]!r}"
        for place, text in found.items()
        if (hit := hidden.search(text))
    ]


def test_the_search_finds_a_canary_where_there_is_one() -> None:
    planted = {
        "log": b"token=CANARYx",
        "url": b"%43%41%4E%41%52%59",
        "basic": b"Basic Q0FOQVJZdXNlcjo=",
        "clean": b"canned",
    }
    assert [found.partition(":")[0] for found in places(planted)] == ["log", "url", "basic"]


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, bytes]]:
    """Everything that a tracker at DEBUG said, kept and sent while its channels failed in every way."""
    folder = tmp_path_factory.mktemp("swept")
    with ExitStack() as stack:
        pages = stack.enter_context(Pages())
        pages.put("/pricing.md", markdown(PRICES), "text/markdown")
        sinks = {
            mode: stack.enter_context(Sink(mode))
            for mode in ("ok", "401", "500", "302", "429", "drop", "down")
        }
        box, refusing = stack.enter_context(Mailbox()), stack.enter_context(Mailbox("550"))
        tracker = stack.enter_context(Tracker(folder, f"sqlite:///{folder}/tracker.db"))
        tracker.env |= {
            "TRACKER_LOG_LEVEL": "debug",
            "ACME_KEY": f"Bearer {BIRD}key",
            "HOOK": f"http://{canaries(sinks['ok'].port)}",
            "HTTPS_PROXY": f"http://{BIRD}proxy:{BIRD}word@127.0.0.1:9",
            "NO_PROXY": "127.0.0.1",
        }
        tracker.settings(_settings(pages, sinks, box, refusing))
        found = dict(_lived(tracker, pages, sinks["ok"]))
        found |= {f"store {file.name}": file.read_bytes() for file in folder.glob("tracker.db*")}
        found |= {f"exported {f.name}": f.read_bytes() for f in _exported(folder)}
        found["log"] = (folder / "log").read_bytes()
        for mode, sink in sinks.items():
            bodies = (r.body.replace(TOPIC, b"") for r in sink.received)
            found |= {f"sink {mode} {n}": body for n, body in enumerate(bodies)}
        found |= {f"mail {n}": mail.raw for n, mail in enumerate(box.received)}
        yield found


def _exported(folder: Path) -> list[Path]:
    return [f for name in ("rows", "site") for f in (folder / name).rglob("*") if f.is_file()]


def _settings(pages: Pages, sinks: dict[str, Sink], box: Mailbox, refusing: Mailbox) -> str:
    channels = '[[channel]]\nname = "hook"\nurl_env = "HOOK"\n'
    for mode, sink in sinks.items():
        channels += channel(f"hook-{mode}", f"http://{canaries(sink.port)}")
    options = f"+X-Key={BIRD}header"
    channels += channel("json", f"json://{canaries(sinks['401'].port)}&{options}")
    channels += channel("ntfy", f"ntfy://{BIRD}user:{BIRD}word@127.0.0.1:{sinks['500'].port}/{BIRD}topic")
    channels += channel("teams", f"workflows://127.0.0.1:{sinks['down'].port}/{BIRD}workflow/{BIRD}signature")
    sender = f"from=t@example.org&to=team@example.org&name={quote('Price tracker')}"
    channels += channel("mail", f"mailto://127.0.0.1:{box.port}?{sender}")
    channels += channel("mail-550", f"mailto://127.0.0.1:{refusing.port}?{sender}")
    channels += channel("mail-auth", f"mailto://{BIRD}user:{BIRD}word@127.0.0.1:{box.port}?{sender}")
    failing = (
        f'[source.acme]\nurl = "{pages.url("/gone")}"\nreader = "generic"\nevery = "1s"\n'
        'headers = { Authorization = { env = "ACME_KEY" } }\n'
    )
    headers = f'headers = {{ X-Api-Key = "{BIRD}source" }}\n'
    whole = settings(pages, channels, failing)
    return whole.replace('every = "1s"\n', f'every = "1s"\n{headers}', 1)


def _lived(tracker: Tracker, pages: Pages, sink: Sink) -> Iterator[tuple[str, bytes]]:
    """A life of some seconds: a first look, a move that is told, each page and verb, and an end."""
    tracker.up()
    until(lambda: 'tracker_prices{source="anthropic"} 40.0' in tracker.get("/metrics")[1], 60)
    pages.put("/pricing.md", markdown(PRICES | {"Claude Opus 3": ("5", "75")}), "text/markdown")
    until(lambda: any("Claude Opus 3" in text for text in sink.texts), 30)
    until(lambda: tracker.log().count("deliver.failed") >= 8, 30)
    for path in PAGES:
        yield f"page {path}", tracker.get(path)[1].encode()
    assert tracker.process is not None
    yield "command line", Path(f"/proc/{tracker.process.pid}/cmdline").read_bytes()
    for child in _children(tracker.process.pid):
        yield f"command line of {child}", Path(f"/proc/{child}/cmdline").read_bytes()
        yield f"environment of {child}", Path(f"/proc/{child}/environ").read_bytes()
    tracker.stop()
    with ThreadPoolExecutor(4) as several:
        lost = several.submit(tracker.run, "prices", env={"TRACKER_DATABASE_URL": LOST})
        ended = list(several.map(lambda verb: tracker.run(*verb), VERBS))
    yield "a lost database", (lost.result().stdout + lost.result().stderr).encode()
    for verb, done in zip(VERBS, ended, strict=True):
        yield " ".join(verb), (done.stdout + done.stderr).encode()
        assert "Usage:" not in done.stderr, done.stderr


def _children(pid: int) -> list[int]:
    return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_no_secret_is_shown_kept_or_sent(swept: dict[str, bytes]) -> None:
    assert places(swept) == []


def test_the_sweep_went_everywhere(swept: dict[str, bytes]) -> None:
    assert b"deliver.failed" in swept["log"] and b"debug" in swept["config"]
    assert all(swept[f"page {path}"] for path in PAGES)
    assert b"cannot be reached" in swept["a lost database"]
    assert b"acme" in swept["exported sources.jsonl"] + swept["exported sources.html"]
    assert b"acme" in swept["sources --json"] and b"mail-auth" in swept["config"]
    for words in (
        b"HTTP 401",
        b"HTTP 500",
        b"HTTP 302",
        b"HTTP 429",
        b"no connection",
        b"SMTP 550",
        b"UNKNOWN",
    ):
        assert words.lower() in swept["log"].lower() + b"unknown", words
    assert any(b"Claude Opus 3" in text for place, text in swept.items() if place.startswith("sink ok"))
    assert any(place.startswith("mail ") for place in swept)
    assert b"Claude Opus 3" in swept["store tracker.db"] + swept.get("store tracker.db-wal", b"")

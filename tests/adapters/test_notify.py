"""Messages really delivered: to webhooks, mail and chats on 127.0.0.1, that answer well and badly."""

from __future__ import annotations

import asyncio
import logging
import re
import time
import traceback
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import pytest
import requests
from apprise import NotifyBase
from apprise.plugins.discord import NotifyDiscord
from apprise.plugins.slack import NotifySlack
from apprise.plugins.telegram import NotifyTelegram

from scrapers.page import Terms
from tests.loopback.sinkd import Sink
from tests.loopback.smtpd import Mailbox
from tracker.adapters import answers, chat, notify
from tracker.domain.alerts import Message, message_of
from tracker.domain.errors import SendError
from tracker.domain.model import Move, Series
from tracker.domain.settings import Channel

HEAD = "OpenAI o3: input $10 → $2, output $40 → $8 per 1M tokens (−80 %)"
LINE = f"{HEAD}, seen 14:02 UTC, confirmed by a second look"
ONE = Message(
    subject=HEAD,
    lines=(LINE,),
    links=(
        ("page", "https://openai.com/api/pricing?a=1&b=2"),
        ("snapshot", "http://127.0.0.1:8321/snapshots/7"),
    ),
    table=(
        ("Model", "Meter", "Before", "After", "Change"),
        ("OpenAI o3", "input per 1M tokens", "$10", "$2", "−80 %"),
    ),
)
HOSTILE_NAMES = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<!channel> <!here> <@U123>",
    "@everyone @here",
    "[click](https://evil.example)",
    "{{7*7}} =cmd|' /C calc'!A0",
    "& < > &amp; *bold* _under_ ~struck~ `code`",
)
HOSTILE = Message(
    subject="X: 7 models moved (7 cuts), up to −80 %",
    lines=tuple(f"X {name}: input $10 → $2" for name in HOSTILE_NAMES),
    table=(("Model", "After"), *((name, "$2") for name in HOSTILE_NAMES)),
)
LONG = Message(
    subject="OpenAI: 100 models moved (100 cuts), up to −80 %",
    lines=tuple(
        f"OpenAI model-{n:03}: input $10 → $2 & more per 1M tokens (−80 %), {'words ' * 8}."
        for n in range(100)
    ),
)
STORM = message_of(
    [
        Move(
            Series("openai", f"model-{n}", "input_mtok", Terms(), "USD"),
            Decimal(10),
            Decimal(2),
            datetime(2026, 7, 1, 14, 2, tzinfo=UTC),
            datetime(2026, 7, 1, 14, 2, tzinfo=UTC),
            reason="confirmed by a second look",
            snapshot=7,
        )
        for n in range(10_000)
    ],
    page_url="https://openai.com/api/pricing",
    base_url="http://127.0.0.1:8321",
)
ID = "0b8f6c1e-5a4f-4c0e-9a55-3f1f6a0c7d11"


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as sink:
        yield sink


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with Mailbox() as box:
        yield box


def send(url: str, message: Message = ONE, delivery: str = ID, **how: Any) -> None:
    asyncio.run(notify.send(Channel("team", url), message, delivery, **how))


def refused(url: str, message: Message = ONE, **how: Any) -> SendError:
    with pytest.raises(SendError) as caught:
        send(url, message, **how)
    return caught.value


def as_json(sink: Sink) -> str:
    return sink.url.replace("http:", "json:") + "/hook"


# It arrives, complete


def test_a_slack_like_webhook_gets_the_line_and_the_links(sink: Sink) -> None:
    send(f"{sink.url}/services/x?token=1")
    (request,) = sink.received
    assert (request.method, request.path) == ("POST", "/services/x?token=1")
    assert request.headers["content-type"] == "application/json"
    assert request.headers["x-delivery-id"] == ID
    assert request.json == {
        "text": f"{LINE}\n<https://openai.com/api/pricing?a=1&amp;b=2|page> · "
        "<http://127.0.0.1:8321/snapshots/7|snapshot>"
    }


def test_several_lines_are_headed_by_the_subject(sink: Sink) -> None:
    send(sink.url, Message("OpenAI: 2 models moved", ("a: $1 → $2", "b: $1 → $2")))
    assert sink.texts == ["OpenAI: 2 models moved\na: $1 → $2\nb: $1 → $2"]


def test_a_json_address_gets_title_message_and_the_delivery_id(sink: Sink) -> None:
    send(as_json(sink))
    (request,) = sink.received
    assert request.json["title"] == ONE.subject
    assert request.json["message"].splitlines() == [LINE, *(f"{name}: {url}" for name, url in ONE.links)]
    assert request.json["delivery_id"] == request.headers["x-delivery-id"] == ID


def test_mail_is_a_table_with_a_text_beside_it(box: Mailbox) -> None:
    send(box.url)
    (mail,) = box.received
    assert mail.recipients == ("team@example.org",)
    assert mail.message["Subject"] == ONE.subject
    assert mail.message["X-Delivery-Id"] == ID
    page = mail.part("html")
    cells = re.findall(r"<td[^>]*>(.*?)</td>", page)
    assert [re.sub(r"<[^>]*>", " ", cell).split() for cell in cells] == [
        ["OpenAI", "o3", "input", "per", "1M", "tokens"],
        ["$10"],
        ["$2"],
        ["▼", "−80", "%"],
    ]
    assert 'href="https://openai.com/api/pricing?a=1&amp;b=2"' in page
    for text in (page, mail.part("plain")):
        assert LINE in text
    assert "https://openai.com/api/pricing?a=1&b=2" in mail.part("plain")


def test_a_subject_with_line_breaks_makes_no_header_of_its_own(box: Mailbox) -> None:
    send(box.url, Message("one\r\nBcc: victim@example.org\n\ntwo", ("line",)))
    (mail,) = box.received
    assert mail.message["Subject"] == "one Bcc: victim@example.org two"
    assert mail.message["Bcc"] is None
    assert mail.recipients == ("team@example.org",)


def test_a_slack_webhook_is_spoken_to_as_slack_shows_it(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NotifySlack, "webhook_url", f"{sink.url}/services")
    tokens = "T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7"
    send(f"https://hooks.slack.com/services/{tokens}")
    send(f"slack://{tokens}/")
    assert [r.path for r in sink.received] == [f"/services/{tokens}"] * 2
    assert all(text.startswith(LINE) for text in sink.texts)


@pytest.mark.parametrize(
    "service", ["ntfy", "mmost", "gotify", "discord", "tgram", "slack-bot", "form", "xml"]
)
@pytest.mark.parametrize("message", [ONE, STORM, LONG], ids=["one", "storm", "long"])
def test_every_service_gets_every_line(
    service: str, message: Message, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NotifyDiscord, "notify_url", f"{sink.url}/discord")
    monkeypatch.setattr(NotifyTelegram, "notify_url", f"{sink.url}/bot")
    monkeypatch.setattr(NotifySlack, "api_url", f"{sink.url}/api/{{}}")
    for plugin in (NotifyDiscord, NotifyTelegram, NotifySlack):
        monkeypatch.setattr(plugin, "request_rate_per_sec", 0)
    at = f"127.0.0.1:{sink.port}"
    url = {
        "discord": "discord://123456789/abcdefghijklmnop",
        "tgram": "tgram://123456789:abcdefghijklmnopqrstuvwxyz123456789/-1001234567890",
        "slack-bot": "slack://xoxb-1111111111-2222222222-abcdefghijkl/#prices",
        "mmost": f"mmost://{at}/abcdefghijklmnopqrstuvwxyz",
        "gotify": f"gotify://{at}/abcdefghijklmno",
        "ntfy": f"ntfy://{at}/topic",
    }.get(service, f"{service}://{at}/hook")
    sink.body = b'{"ok": true, "channel": "C1"}'
    monkeypatch.setattr(NotifyBase, "request_rate_per_sec", 0)
    send(url, message)
    said = "".join(_as_read(r.json if r.json is not None else r.text) for r in sink.received)
    for line in message.lines:
        assert _squeezed(line) in said
    assert len(sink.received) <= {ONE: 1, STORM: 3, LONG: 12}[message]


def _as_read(body: object) -> str:
    """What a person reads of a request: escapes undone, white space ignored."""
    text = repr(body) if not isinstance(body, str) else unquote_plus(body)
    return _squeezed(unescape(unescape(text)).replace("\\n", "\n").replace("\\r", "\r"))


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.catalogue
def test_ten_thousand_moves_are_one_mail_and_one_webhook_request(sink: Sink, box: Mailbox) -> None:
    send(sink.url, STORM)
    send(box.url, STORM)
    (text,) = sink.texts
    (mail,) = box.received
    for said in (text, mail.part("html")):
        assert re.search(r"… and 9,9\d\d more: 10,000 prices of 10,000 models in all", said)
        assert "http://127.0.0.1:8321/moves" in said


# What the names of models may not do


@pytest.mark.catalogue
def test_a_hostile_name_pings_nobody_and_links_nowhere(sink: Sink) -> None:
    send(sink.url, HOSTILE)
    (text,) = sink.texts
    assert "<" not in text
    assert ">" not in text
    assert not re.search(r"(?<!\w)@\w|\]\(", text)
    for name in HOSTILE_NAMES:  # and yet it is all there
        assert name in text.replace("\u200b", "").replace("&lt;", "<").replace("&gt;", ">").replace(
            "&amp;", "&"
        )


@pytest.mark.catalogue
def test_a_hostile_name_stays_text_in_mail(box: Mailbox) -> None:
    send(box.url, HOSTILE)
    page = box.received[0].part("html")
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    plain = box.received[0].part("plain")
    for name in HOSTILE_NAMES:
        assert _squeezed(name) in _squeezed(plain)


def test_a_model_name_with_an_at_sign_stays_as_it_is() -> None:
    assert chat.inert("claude-3-5-sonnet@20240620") == "claude-3-5-sonnet@20240620"


def test_a_link_s_words_cannot_end_the_link(sink: Sink) -> None:
    send(sink.url, Message("s", ("s",), (("a|b> <!channel>", "https://x.example/1"),)))
    assert sink.texts[0].splitlines()[1] == "<https://x.example/1|a¦b&gt; &lt;\u200b!channel&gt;>"


# Long messages


def test_a_long_message_goes_out_in_parts_and_loses_no_line(sink: Sink) -> None:
    send(sink.url, LONG)
    assert 1 < len(sink.texts) < 6
    assert all(len(text) <= 3900 for text in sink.texts)
    lines = "\n".join(sink.texts).replace("&amp;", "&").splitlines()
    assert lines == [LONG.subject, *LONG.lines]


def test_only_the_parts_that_are_missing_are_sent_again(sink: Sink) -> None:
    sink.script = ["ok", "500"]
    error = refused(sink.url, LONG)
    assert "HTTP 500" in error.words
    assert error.arrived == 1
    send(sink.url, LONG, skip=error.arrived)
    first, failed, again, *rest = sink.texts
    assert failed == again
    lines = "\n".join([first, again, *rest]).replace("&amp;", "&").splitlines()
    assert lines == [LONG.subject, *LONG.lines]


def test_a_line_that_is_too_long_by_itself_is_broken_at_a_space() -> None:
    words = " ".join(f"word{n}" for n in range(500))
    voice = replace(chat.SLACK, longest=300)
    parts = chat.texts(Message("short", ("short", words)), voice, titled=False)
    assert all(len(part) <= 300 for part in parts)
    assert " ".join(parts).split() == ["short", *words.split()]


# What went wrong


@pytest.mark.catalogue
@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
@pytest.mark.parametrize("kind", ["webhook", "json"])
def test_a_refusal_is_for_good(status: int, kind: str, sink: Sink) -> None:
    sink.mode = str(status)
    error = refused(as_json(sink) if kind == "json" else sink.url)
    assert error.words == f"channel team: refused for good (HTTP {status})"
    assert error.permanent
    assert not error.uncertain


@pytest.mark.catalogue
@pytest.mark.parametrize("status", [408, 429, 500, 502, 503])
@pytest.mark.parametrize("kind", ["webhook", "json"])
def test_a_passing_trouble_is_not_for_good(status: int, kind: str, sink: Sink) -> None:
    sink.mode = str(status)
    error = refused(as_json(sink) if kind == "json" else sink.url)
    assert error.words == f"channel team: not sent (HTTP {status})"
    assert not error.permanent
    assert error.retry_after == (timedelta(seconds=120) if status == 429 else None)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("0", timedelta(0)),
        ("7", timedelta(seconds=7)),
        ("99999999999999", timedelta(days=1)),
        ("-5", None),
        ("soon", None),
        ("Fri, 31 Dec 1999 23:59:59 GMT", timedelta(0)),
    ],
)
def test_retry_after_is_read_with_care(said: str, meant: timedelta | None, sink: Sink) -> None:
    sink.mode, sink.retry_after = "429", said
    assert refused(sink.url).retry_after == meant


def test_retry_after_may_be_a_date(sink: Sink) -> None:
    sink.mode = "429"
    sink.retry_after = format_datetime(datetime.now(UTC) + timedelta(minutes=10), usegmt=True)
    wait = refused(sink.url).retry_after
    assert wait is not None
    assert timedelta(minutes=9) < wait <= timedelta(minutes=10)


@pytest.mark.catalogue
@pytest.mark.parametrize("kind", ["webhook", "json", "ntfy", "gotify"])
def test_a_redirect_is_a_failure_and_is_not_followed(kind: str, sink: Sink) -> None:
    sink.mode = "302"
    at = f"127.0.0.1:{sink.port}"
    url = {"webhook": sink.url, "gotify": f"gotify://{at}/abcdefghijklmno"}.get(kind, f"{kind}://{at}/x")
    error = refused(f"{url}?redirect=yes")
    assert "HTTP 302" in error.words
    assert not error.permanent
    assert {r.path for r in sink.received} != {"/landing"}
    assert "/landing" not in {r.path for r in sink.received}


@pytest.mark.catalogue
def test_a_server_that_never_answers_may_have_taken_it(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "ANSWER_SECONDS", 0.2)
    sink.mode = "stall"
    for url in (sink.url, as_json(sink)):
        error = refused(url)
        assert error.words == "channel team: unknown whether it arrived (no answer within 0.2 s)"
        assert error.uncertain
        assert not error.permanent


def test_a_server_that_hangs_up_may_have_taken_it(sink: Sink) -> None:
    sink.mode = "drop"
    assert refused(sink.url).uncertain


@pytest.mark.catalogue
def test_a_slow_server_is_waited_for(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    """Six seconds are no loss: our patience counts, and not apprise's four seconds, here made shorter."""
    assert answers.ANSWER_SECONDS >= 10
    monkeypatch.setattr(NotifyBase, "socket_read_timeout", 0.1)
    sink.mode = "slow=0.4"
    send(as_json(sink))
    assert len(sink.received) == 1


def test_a_send_has_an_end_whatever_the_server_does(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notify, "BOUND_SECONDS", 0.2)
    sink.mode = "stall"
    started = time.monotonic()
    assert refused(sink.url).uncertain
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("scheme", ["http", "json", "ntfy"])
def test_nobody_listening_is_not_sent(scheme: str, sink: Sink) -> None:
    sink.mode = "down"
    error = refused(f"{scheme}://127.0.0.1:{sink.port}/x")
    assert error.words == "channel team: not sent (no connection)"
    assert not error.uncertain


@pytest.mark.parametrize(("mode", "permanent"), [("421", False), ("451", False), ("550", True)])
def test_a_mail_server_s_refusal_is_understood(mode: str, permanent: bool, box: Mailbox) -> None:
    box.mode = mode
    error = refused(box.url)
    assert f"(SMTP {mode})" in error.words
    assert error.permanent is permanent


def test_a_mail_server_that_falls_silent_may_have_taken_it(
    box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "ANSWER_SECONDS", 0.3)
    box.mode = "stall"
    error = refused(box.url)
    assert error.words == "channel team: unknown whether it arrived (the connection broke)"
    assert error.uncertain


def test_no_mail_server_is_not_for_good(sink: Sink) -> None:
    sink.mode = "down"
    error = refused(f"mailto://127.0.0.1:{sink.port}?from=a@example.org&to=b@example.org")
    assert error.words == "channel team: not sent (no connection to the mail server)"
    assert not error.permanent


def test_a_repeat_is_marked_with_the_delivery_s_id(sink: Sink, box: Mailbox) -> None:
    send(sink.url)
    send(sink.url, repeat=True)
    send(box.url, repeat=True)
    first, second = sink.texts
    assert ID not in first
    assert second.startswith(first)
    assert second.splitlines()[-1] == f"(This may be a repeat: delivery {ID}.)"
    assert ID in box.received[0].part("plain")


def test_the_address_cannot_make_a_failure_a_success(sink: Sink) -> None:
    sink.mode = "500"
    refused(f"{as_json(sink)}?optional=yes&retry=5&overflow=truncate")
    assert len(sink.received) == 1


def test_many_channels_are_sent_to_side_by_side(sink: Sink) -> None:
    sink.mode = "slow=0.3"

    async def all_at_once() -> None:
        await asyncio.gather(*(notify.send(Channel(f"c{n}", sink.url), ONE, f"{ID}{n}") for n in range(20)))

    started = time.monotonic()
    asyncio.run(all_at_once())
    assert time.monotonic() - started < 3
    assert sorted(r.headers["x-delivery-id"] for r in sink.received) == sorted(f"{ID}{n}" for n in range(20))


# What is wrong with an address, and what of it may be shown


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "it is empty"),
        ("CANARY-hooks.slack.com/services", "it has no scheme"),
        ("slakc://CANARY-1/2/3", "slakc:// is not a scheme that we know; did you mean slack://?"),
        ("smtp://user:CANARY-x@h", "did you mean mailto://?"),
        ("slack://CANARY-x", "this is not how a slack:// address is written"),
        ("https://", "it names no host"),
        ("http://h:99999/CANARY-x", "it names no host"),
        ("https://h/CANARY-x\nhttps://h/y", "it holds a line break"),
    ],
)
def test_a_wrong_address_is_explained_without_showing_it(url: str, words: str) -> None:
    problem = notify.problem_with(url)
    assert problem is not None
    assert words in problem
    assert "CANARY" not in problem


def test_every_address_in_the_documentation_is_understood() -> None:
    page = (Path(__file__).parents[2] / "docs" / "channels.md").read_text(encoding="utf-8")
    urls = re.findall(r"^\|.*\| `(\w+://[^`]+)` \|$", page, re.M)
    assert len(urls) > 10
    assert {url: notify.problem_with(url) for url in urls} == dict.fromkeys(urls)


@pytest.mark.catalogue
def test_no_secret_of_an_address_is_logged_or_raised(
    sink: Sink,
    box: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(answers, "ANSWER_SECONDS", 0.2)
    monkeypatch.setattr(NotifySlack, "webhook_url", f"{sink.url}/services")
    caplog.set_level(logging.DEBUG)
    for name in ("apprise", "urllib3", "urllib3.connectionpool", "requests", "asyncio"):
        caplog.set_level(logging.DEBUG, logger=name)
    at = f"127.0.0.1:{sink.port}"
    urls = [
        f"http://CANARY-user:CANARY-password@{at}/CANARY-path?token=CANARY-query",
        f"json://CANARYuser:CANARYpassword@{at}/CANARY-path?+X-Key=CANARY-header&:extra=CANARY-extra",
        f"ntfy://CANARYuser:CANARYpassword@{at}/CANARY-topic",
        "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/CANARYxxxxxxxxxxxxxxxxxx",
        f"mailto://127.0.0.1:{box.port}?from=CANARY@example.org&to=CANARY@example.org",
        f"mailto://CANARYuser:CANARYpassword@127.0.0.1:{box.port}?from=a@example.org&to=CANARY@example.org",
        "slakc://CANARY/1/2",
        "mailto://CANARY",
        "http://[CANARY/x",
    ]
    told = [notify.problem_with(url) or "" for url in urls]
    for mode in ("ok", "404", "429", "302", "drop", "stall", "down"):
        sink.mode, box.mode = mode, "550" if mode == "404" else "ok"
        for number, url in enumerate(urls):
            try:
                send(url, ONE, f"{mode}-{number}")
            except SendError as error:
                told += [*traceback.format_exception(error), repr(error), error.words]
    assert len(told) > 60
    output = capfd.readouterr()
    logged = [r.getMessage() for r in caplog.records if r.name != "mail.log"]  # our mail server's own
    assert "CANARY" not in "".join([*logged, output.out, output.err, *told, repr(Channel("team", urls[0]))])


def test_outside_a_send_other_code_s_requests_are_left_alone(sink: Sink) -> None:
    sink.mode = "302"
    answer = requests.get(f"{sink.url}/x", timeout=5)
    assert answer.url.endswith("/landing")
    assert "x-delivery-id" not in sink.received[0].headers


def test_a_message_that_leaves_late_says_when_it_was_written(sink: Sink) -> None:
    written = datetime(2026, 7, 1, 14, 2, tzinfo=UTC)
    asyncio.run(notify.send(Channel("team", sink.url), ONE, ID, repeat=True, late=written))
    last = sink.texts[0].splitlines()[-1]
    assert last == f"(Written 2026-07-01 14:02 UTC, sent late. This may be a repeat: delivery {ID}.)"

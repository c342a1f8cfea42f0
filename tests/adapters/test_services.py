"""Every service takes what it is sent: within its documented limits, whole, harmless, with its picture."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests
from apprise import NotifyBase
from apprise.plugins.discord import NotifyDiscord
from apprise.plugins.slack import NotifySlack
from apprise.plugins.telegram import NotifyTelegram
from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.test_notify import HOSTILE_NAMES, ID, LONG, ONE, STORM
from tests.loopback import chats
from tests.loopback.smtpd import Mailbox
from tracker.adapters import chat, notify
from tracker.domain.alerts import Message
from tracker.domain.errors import SendError
from tracker.domain.settings import Channel

PICTURE = chats.PNG + b"x" * 40_000
FORTY = Message(
    subject="Two providers: 40 models moved (20 cuts, 20 rises), up to −80 %",
    lines=tuple(
        f"OpenAI gpt_{n}_mini: input $10 → ${n + 0.25}, output $40 → $8 per 1M tokens (−80 %), seen 14:02 UTC"
        for n in range(40)
    ),
    notes=("Your bill (agents): $1,200 → $240 a month (−80 %)", "Cheapest offer of it now: DeepInfra, $1.80"),
    links=tuple((f"link {n}", f"https://tracker.example/moves/{n}?a=1&b=_2_") for n in range(6)),
    table=(("Model", "Meter", "Before", "After", "Change"), *(("gpt", "input", "$10", "$2", "−80 %"),) * 40),
)
NAMES = (
    *HOSTILE_NAMES,
    "javascript:alert(1)",
    "</script><script>",
    "\u202egnp.exe\u202c right to left",
    "## - > || heading ||spoiler||",
    "<t:1:R> <#1> <:x:1> @here",
    "x" * 10_000,
    "模型 " * 900,
    "🚀" * 3000,
)
HOSTILE = Message(
    subject=f"X {NAMES[0]}: 15 models moved\r\nBcc: x@example.org",
    lines=tuple(f"X {name}: input $10 → $2" for name in NAMES),
    links=(("[page](x)|<!channel>", "https://openai.com/?a=1&b=<2>".replace("<", "%3C").replace(">", "%3E")),
           ("script", "javascript:run()")),
    table=(("Model", "After"), *((name, "$2") for name in NAMES)),
)  # fmt: skip
CHINESE = Message("模型", ("模型 " * 430,), links=ONE.links)
MESSAGES = {"one": ONE, "chinese": CHINESE, "forty": FORTY, "storm": STORM, "long": LONG, "hostile": HOSTILE}
MOST_PARTS = {"one": 1, "chinese": 1, "forty": 5, "storm": 3, "long": 12, "hostile": 20}

SERVICES: dict[str, tuple[type[chats.Chat], str]] = {
    "webhook": (chats.SlackHook, "http://{at}/services/T1/B1/x"),
    "slack-bot": (chats.SlackBot, "slack://xoxb-1111111111-2222222222-abcdefghijkl/#prices"),
    "discord": (chats.Discord, "discord://123456789/abcdefghijklmnop"),
    "telegram": (chats.Telegram, "tgram://123456789:abcdefghijklmnopqrstuvwxyz123456789/-1001234567890"),
    "ntfy": (chats.Ntfy, "ntfy://{at}/prices"),
    "teams": (chats.Teams, "workflows://{at}/643e69f83c8944/4fcPkRuAZfZfN4Jz"),
    "json": (chats.OwnProgram, "json://{at}/prices"),
}
PICTURED = [name for name in SERVICES if name not in ("webhook", "teams")]


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], tuple[chats.Chat, str]]]:
    """Open a service by its name: the server, and the channel's address that leads there."""
    running: list[chats.Chat] = []
    monkeypatch.setattr(NotifyBase, "request_rate_per_sec", 0)
    straight = requests.Session.request

    def plain(session: requests.Session, method: str, url: str, **how: Any) -> requests.Response:
        return straight(session, method, url.replace("https://127.0.0.1", "http://127.0.0.1"), **how)

    monkeypatch.setattr(requests.Session, "request", plain)  # Teams' addresses are https alone

    def opened(name: str) -> tuple[chats.Chat, str]:
        kind, address = SERVICES[name]
        server = kind().__enter__()
        running.append(server)
        monkeypatch.setattr(NotifyDiscord, "notify_url", f"{server.url}/api/webhooks")
        monkeypatch.setattr(NotifyTelegram, "notify_url", f"{server.url}/bot")
        monkeypatch.setattr(NotifySlack, "api_url", f"{server.url}/api/{{}}")
        return server, address.format(at=f"127.0.0.1:{server.port}")

    yield opened
    for server in running:
        server.__exit__()


def send(url: str, message: Message, **how: Any) -> None:
    asyncio.run(notify.send(Channel("team", url), message, ID, **how))


def squeezed(text: str) -> str:
    """What a person reads: no white space, no characters that show nothing."""
    return re.sub(r"[\s\u200b\u202a-\u202e\u2066-\u2069]+", "", text)


@pytest.mark.parametrize("picture", [None, PICTURE], ids=["text", "picture"])
@pytest.mark.parametrize("kind", MESSAGES)
@pytest.mark.parametrize("name", SERVICES)
def test_every_service_takes_every_message_whole(
    name: str, kind: str, picture: bytes | None, service: Callable[[str], tuple[chats.Chat, str]]
) -> None:
    server, url = service(name)
    message = MESSAGES[kind]
    send(url, message, picture=picture)
    assert server.refused == []
    said = squeezed("".join(server.said))
    for line in (*message.lines, *message.notes):
        assert squeezed(line) in said, line[:80]
    assert "evil.example" in said or kind != "hostile"
    for words, address in message.links:
        shown = address in "".join(server.said)
        assert shown is address.startswith("http"), (words, address)
    assert len(server.said) <= MOST_PARTS[kind]
    assert server.pictures == ([PICTURE] if picture and name in PICTURED else [])
    assert all(r.headers["x-delivery-id"] == ID for r in server.received)


@pytest.mark.parametrize("kind", ["one", "forty"])
@pytest.mark.parametrize("name", PICTURED)
def test_a_picture_that_is_refused_neither_loses_nor_repeats_the_text(
    name: str, kind: str, service: Callable[[str], tuple[chats.Chat, str]]
) -> None:
    server, url = service(name)
    server.no_pictures = True
    send(url, MESSAGES[kind], picture=PICTURE)
    assert server.refused
    assert squeezed("".join(server.said)).count(squeezed(MESSAGES[kind].lines[-1])) == 1
    assert server.pictures == []


@pytest.mark.parametrize("name", SERVICES)
def test_a_repeat_says_so_and_goes_without_its_picture(
    name: str, service: Callable[[str], tuple[chats.Chat, str]]
) -> None:
    server, url = service(name)
    send(url, ONE, repeat=True, picture=PICTURE)
    assert server.refused == []
    (said,) = server.said
    assert f"may be a repeat: delivery {ID}" in said
    assert server.pictures == []


@pytest.mark.parametrize("name", [name for name in SERVICES if name != "json"])
def test_of_a_message_in_parts_those_that_arrived_are_left_out(
    name: str, service: Callable[[str], tuple[chats.Chat, str]]
) -> None:
    server, url = service(name)
    long = Message(LONG.subject, LONG.lines * 3)
    server.script = ["ok", "500"]
    with pytest.raises(SendError) as caught:
        send(url, long)
    assert caught.value.arrived == len(server.said) == 1
    send(url, long, skip=1)
    said = squeezed("".join(server.said))
    assert [said.count(squeezed(line)) for line in LONG.lines] == [3] * len(LONG.lines)


def test_which_services_show_a_picture_is_known_before_it_is_drawn() -> None:
    for name, (_, url) in SERVICES.items():
        assert notify.takes_pictures(Channel("x", url.format(at="127.0.0.1:9"))) is (name in PICTURED), name
    assert notify.takes_pictures(Channel("x", "mailtos://u:p@smtp.example.com?to=a@example.com"))
    assert not notify.takes_pictures(
        Channel("x", "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajk")
    )


@pytest.mark.parametrize(("error", "permanent"), [("invalid_auth", True), ("internal_error", False)])
def test_slack_s_no_is_understood_although_its_status_is_200(
    error: str,
    permanent: bool,
    service: Callable[[str], tuple[chats.Chat, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server, url = service("slack-bot")

    def no(_: object) -> None:
        raise chats.Refused(200, error)

    monkeypatch.setattr(server, "take", no)
    with pytest.raises(SendError) as caught:
        send(url, ONE)
    assert f"(Slack: {error})" in caught.value.words
    assert caught.value.permanent is permanent


@pytest.mark.parametrize(
    ("body", "seconds"),
    [(b'{"retry_after": 1.5}', 1.5), (b'{"parameters": {"retry_after": 35}}', 35), (b"[1]", None)],
)
def test_how_long_to_wait_is_read_where_discord_and_telegram_say_it(
    body: bytes, seconds: float | None, service: Callable[[str], tuple[chats.Chat, str]]
) -> None:
    server, url = service("discord")
    server.verdict = lambda _: (429, body)  # type: ignore[method-assign]
    server.retry_after = ""
    with pytest.raises(SendError) as caught:
        send(url, ONE)
    wait = caught.value.retry_after
    assert (wait.total_seconds() if wait else None) == seconds


@given(
    st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=400), min_size=1, max_size=6),
    st.sampled_from([chat.SLACK, chat.DISCORD, chat.TELEGRAM, chat.NTFY]),
    st.integers(60, 500),
)
def test_no_text_is_longer_than_its_service_takes_and_none_loses_a_character(
    lines: list[str], voice: chat.Voice, longest: int
) -> None:
    texts = chat.texts(Message("", tuple(lines)), replace(voice, longest=longest), titled=True)
    assert all(voice.size(text) <= longest for text in texts)
    shown = sum(len(squeezed(chat.clean(line))) for line in lines)
    assert len(squeezed("".join(texts))) >= shown


# Mail


def test_a_mail_is_the_same_mail_at_every_try() -> None:
    with Mailbox() as box:
        send(box.url, ONE)
        send(box.url, ONE, repeat=True)
    first, second = (mail.message for mail in box.received)
    assert first["Message-ID"] == second["Message-ID"] == f"<{ID}.price-tracker@example.org>"
    assert second["X-Delivery-Id"] == ID
    assert second["Auto-Submitted"] == "auto-generated"


def test_a_mail_s_chart_is_inside_it_and_an_attachment_to_who_does_not_show_it() -> None:
    with Mailbox() as box:
        send(box.url, FORTY, picture=PICTURE)
    (mail,) = box.received
    shown = [part for part in mail.message.walk() if part.get_content_type() == "image/png"]
    assert [part.get_payload(decode=True) for part in shown] == [PICTURE]
    assert shown[0].get_filename() == "chart.png"
    cid = shown[0]["Content-ID"].strip("<>")
    page = mail.part("html")
    assert f'src="cid:{cid}"' in page
    assert re.findall(r"""(?:src|background)=["'](?!cid:)|url\(|@import|<link""", page) == []
    for part in (page, mail.part("plain")):
        for line in (*FORTY.lines, *FORTY.notes, *(url for _, url in FORTY.links)):
            assert line.replace("&", "&amp;") in part or line in part


@pytest.mark.parametrize("kind", MESSAGES)
def test_a_mail_keeps_to_what_any_mail_server_takes(kind: str) -> None:
    with Mailbox() as box:
        send(box.url, MESSAGES[kind], picture=PICTURE)
    (mail,) = box.received
    lines = mail.raw.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert mail.raw.isascii()
    assert b"\n" not in mail.raw.replace(b"\r\n", b"")
    assert "\n" not in mail.message["Subject"]
    assert mail.message["Bcc"] is None
    assert not re.search(r"<(script|img(?! src=\"cid:))", mail.part("html"))
    assert mail.message["From"].addresses[0].addr_spec == "tracker@example.org"


def test_several_recipients_are_told_one_by_one_and_none_twice() -> None:
    with Mailbox() as box:
        send(
            f"mailto://127.0.0.1:{box.port}/a@example.org/b@example.org?from=t@example.org&cc=c@example.org",
            ONE,
        )
        assert [mail.recipients[0] for mail in box.received] == ["a@example.org", "b@example.org"]


def test_a_mail_server_that_takes_no_login_is_told_from_one_that_is_not_there() -> None:
    with Mailbox() as box, pytest.raises(SendError) as caught:
        send(f"mailto://user:word@127.0.0.1:{box.port}?from=t@example.org&to=a@example.org", ONE)
    assert caught.value.words == "channel team: not sent (the mail server takes no login or no TLS)"


def test_a_service_that_breaks_is_told_without_the_words_of_its_error(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> bool:
        raise LookupError("http://user:CANARY@example.org/CANARY")

    monkeypatch.setattr(NotifyBase, "resolve_format", broken)
    with pytest.raises(SendError) as caught:
        send("gotify://127.0.0.1:9/CANARYxxxxxxxxx", ONE)
    said = capfd.readouterr()
    assert "CANARY" not in said.out + said.err + caught.value.words
    assert "kind=LookupError" in re.sub(r"\x1b\[\d*m", "", said.out + said.err)


def test_a_recipient_who_is_gone_does_not_keep_the_others_from_being_told() -> None:
    with Mailbox() as box, pytest.raises(SendError) as caught:
        box.gone = "a@example.org"
        send(f"mailto://127.0.0.1:{box.port}/a@example.org/b@example.org?from=t@example.org", ONE)
    assert [mail.recipients for mail in box.received] == [("b@example.org",)]
    assert caught.value.permanent
    assert caught.value.arrived == 0


def test_a_chat_that_is_gone_is_tried_once_and_the_next_one_is_told_whole(
    service: Callable[[str], tuple[chats.Chat, str]],
) -> None:
    server, url = service("telegram")
    with pytest.raises(SendError) as caught:
        send(url.replace("/-1001", "/-1000/-1001"), LONG)
    assert server.refused == ["400 Bad Request: chat not found"]
    said = squeezed("".join(server.said))
    assert all(squeezed(line) in said for line in LONG.lines)
    assert (caught.value.permanent, caught.value.arrived) == (True, 0)


def test_a_bot_without_a_chat_asks_for_its_owner(
    service: Callable[[str], tuple[chats.Chat, str]],
) -> None:
    server, url = service("telegram")
    with pytest.raises(SendError):
        send(url.replace("/-1001234567890", ""), ONE)
    assert [r.path.rpartition("/")[2] for r in server.received] == ["getUpdates"]


def test_an_address_that_no_header_can_hold_is_refused_for_good() -> None:
    with Mailbox() as box, pytest.raises(SendError) as caught:
        send(f"{box.url}&+X-Team=one%0D%0ABcc:%20x@example.org", ONE)
    assert caught.value.permanent
    assert box.received == []


def test_an_address_in_a_name_is_no_link() -> None:
    assert "https://" not in chat.inert("see https://evil.example")

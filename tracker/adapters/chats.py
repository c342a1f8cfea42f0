"""What chats are sent, each in its own markup and within its own limits."""

# mypy: allow-untyped-calls
# (apprise says that it is typed, and is so in parts)

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import requests
from apprise.attachment.memory import AttachMemory
from apprise.plugins.discord import NotifyDiscord
from apprise.plugins.ntfy import NotifyNtfy
from apprise.plugins.slack import CHANNEL_RE, NotifySlack
from apprise.plugins.telegram import NotifyTelegram
from apprise.plugins.workflows import NotifyWorkflows

from tracker.adapters import answers, chat
from tracker.adapters.answers import Refusal
from tracker.adapters.letter import Letter, Part, titled
from tracker.domain.alerts import Message

CHART = "chart.png"
AGENT = {"User-Agent": "llm-price-tracker"}
CAPTION = 1024  # characters after entities parsing: https://core.telegram.org/bots/api#sendphoto
NTFY_TITLE = 200
NTFY_QUERY = 6000  # bytes of an address, which carries the text where a picture is the body
TEAMS_BYTES = 20_000  # of 28 KB, which Teams counts in its own way:
# https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook
_PASSING = ("fatal_error", "internal_error", "ratelimited", "request_timeout", "service_unavailable")


def post(address: str, **how: Any) -> bool:
    """One POST; what was wrong with it is heard by `answers.listening`."""
    with contextlib.suppress(requests.RequestException):
        how["headers"] = AGENT | how.get("headers", {})
        return requests.post(address, timeout=60, **how).ok
    return False


# --- Slack ---


def slack_bot(plugin: NotifySlack, letter: Letter) -> Iterator[Part]:
    for channel in plugin.channels:
        for place, text in enumerate(letter.texts(chat.SLACK)):
            found: dict[str, str] = {}  # where Slack put the text, for the picture to go there too
            yield Part(
                partial(_slack_post, plugin, channel, text, found),
                partial(_slack_picture, plugin, found),
                first=place == 0,
            )


def _slack_post(
    plugin: NotifySlack, channel: str, text: str, found: dict[str, str], _: bytes | None = None
) -> bool:
    said: dict[str, Any] = {"text": text, "unfurl_links": False, "unfurl_media": False}
    address = CHANNEL_RE.match(channel)
    if "@" in channel[1:]:
        said["channel"] = plugin.lookup_userid(channel)
    elif address:
        name = address["channel"]
        said["channel"] = name[1:] if name[0] == "+" else name if name[0] in "#@" else f"#{name}"
        said |= {"thread_ts": address["thread_ts"]} if address["thread_ts"] else {}
    answer = _slack(plugin, "chat.postMessage", json=said)
    found |= {"channel_id": answer.get("channel", "")}
    found |= {"thread_ts": said["thread_ts"]} if "thread_ts" in said else {}
    return bool(answer)


def _slack_picture(plugin: NotifySlack, found: dict[str, str], picture: bytes) -> None:
    """https://docs.slack.dev/reference/methods/files.getUploadURLExternal and what follows it."""
    asked = {"filename": CHART, "length": str(len(picture))}
    place = _slack(plugin, "files.getUploadURLExternal", data=asked) if found.get("channel_id") else {}
    file = {"file": (CHART, picture, "image/png")}
    if "upload_url" in place and post(str(place["upload_url"]), files=file):
        shown = {"files": [{"id": place.get("file_id"), "title": CHART}], **found}
        _slack(plugin, "files.completeUploadExternal", json=shown)


def _slack(plugin: NotifySlack, method: str, **how: Any) -> dict[str, Any]:
    """What Slack answers; empty where it says no, which it does with status 200."""
    headers = AGENT | {"Authorization": f"Bearer {plugin.access_token}"}
    with contextlib.suppress(requests.RequestException, ValueError):
        answer = requests.post(plugin.api_url.format(method), headers=headers, timeout=60, **how)
        said = answer.json() if answer.ok else {}
        if isinstance(said, dict) and said.get("ok"):
            return said
        if answer.ok:
            error = str(said.get("error", "")) if isinstance(said, dict) else ""
            words = (
                error if error.replace("_", "").isalnum() and len(error) < 60 else "no answer that we know"
            )
            answers.refused(Refusal(f"Slack: {words}", permanent=bool(error) and error not in _PASSING))
    return {}


# --- Discord, Telegram, ntfy, Teams ---


def discord(plugin: NotifyDiscord, letter: Letter) -> Iterator[Part]:
    for place, text in enumerate(letter.texts(chat.DISCORD)):
        yield Part(partial(_discord_post, plugin, text), first=place == 0)


def _discord_post(plugin: NotifyDiscord, text: str, picture: bytes | None) -> bool:
    said: dict[str, Any] = {"content": text, "allowed_mentions": {"parse": []}, "tts": plugin.tts}
    said |= {"flags": plugin.flags} if plugin.flags else {}
    said |= {"username": plugin.user} if plugin.user else {}
    said |= {"avatar_url": plugin.avatar_url} if plugin.avatar_url else {}
    address = f"{plugin.notify_url}/{plugin.webhook_id}/{plugin.webhook_token}"
    asked = {"wait": "true"} | ({"thread_id": plugin.thread_id} if plugin.thread_id else {})
    if picture is None:
        return post(address, params=asked, json=said)
    files = {"files[0]": (CHART, picture, "image/png")}
    return post(address, params=asked, data={"payload_json": json.dumps(said)}, files=files)


def telegram(plugin: NotifyTelegram, letter: Letter) -> Iterator[Part]:
    texts = letter.texts(chat.TELEGRAM)
    for chat_id, topic in plugin.targets:
        where = {"chat_id": chat_id, "disable_notification": plugin.silent}
        where |= {"message_thread_id": topic} if topic else {}
        for place, text in enumerate(texts):
            captioned = len(texts) == 1 and chat.TELEGRAM.size(text) <= CAPTION
            show = partial(_telegram_picture, plugin, where, "")
            send = partial(_telegram_post, plugin, where, text, captioned)
            yield Part(send, None if captioned else show, first=place == 0)


def _telegram_post(
    plugin: NotifyTelegram, where: dict[str, Any], text: str, captioned: bool, picture: bytes | None
) -> bool:
    if captioned and picture is not None:
        return _telegram_picture(plugin, where, text, picture)
    said = {"text": text, "parse_mode": "HTML", "disable_web_page_preview": not plugin.preview}
    return post(f"{plugin.notify_url}{plugin.bot_token}/sendMessage", json=where | said)


def _telegram_picture(plugin: NotifyTelegram, where: dict[str, Any], caption: str, picture: bytes) -> bool:
    said = where | ({"caption": caption, "parse_mode": "HTML"} if caption else {})
    fields = {name: json.dumps(v) if isinstance(v, bool) else str(v) for name, v in said.items()}
    files = {"photo": (CHART, picture, "image/png")}
    return post(f"{plugin.notify_url}{plugin.bot_token}/sendPhoto", data=fields, files=files)


def ntfy(plugin: NotifyNtfy, letter: Letter) -> Iterator[Part]:
    texts = letter.texts(chat.NTFY, titled=True)
    plugin.ntfy_json_upstream_size_limit = 1_000_000  # ours is the limit that counts, in UTF-8
    links = chat.web_links(letter.message)
    plugin.click = plugin.click or (links[0][1] if links else None)
    for topic in plugin.topics:
        for place, text in enumerate(texts):
            title = titled(chat.inert(letter.subject), NTFY_TITLE, place, len(texts))
            beside = len(json.dumps(text + title)) * 2 <= NTFY_QUERY
            yield Part(
                partial(_ntfy_post, plugin, topic, text, title),
                None if beside else partial(_ntfy_post, plugin, topic, "", ""),
                first=place == 0,
            )


def _ntfy_post(plugin: NotifyNtfy, topic: str, text: str, title: str, picture: bytes | None) -> bool:
    attached = AttachMemory(picture, CHART, "image/png") if picture is not None else None
    sent, _ = plugin._send(topic, body=text, title=title, attach=attached)
    return bool(sent)


def teams(plugin: NotifyWorkflows, letter: Letter) -> Iterator[Part]:
    """Cards of plain runs, in which no markup and no mention means anything; the last has the links."""
    buttons = [
        {"type": "Action.OpenUrl", "title": chat.clean(name)[:60], "url": url}
        for name, url in chat.web_links(letter.message)[:6]
    ]
    unlinked = Letter(Message("", letter.message.lines, (), (), letter.message.notes), "", letter.note)
    room = TEAMS_BYTES - len(json.dumps(buttons)) - len(json.dumps(letter.subject))
    voice = chat.Voice(chat.inert, chat.plain_link, room, lambda line: len(json.dumps(_run(line))) + 2)
    texts = unlinked.texts(voice, titled=True)
    for place, text in enumerate(texts):
        title = titled(chat.inert(letter.subject), 300, place, len(texts))
        yield Part(
            partial(
                _teams_post,
                plugin,
                _card(title, text.split("\n"), buttons if place + 1 == len(texts) else []),
            )
        )


def _run(line: str, **how: str) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": line, **how}]}


def _card(title: str, lines: list[str], buttons: list[dict[str, Any]]) -> dict[str, Any]:
    body = [_run(title, size="Medium", weight="Bolder"), *map(_run, lines)]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "actions": buttons,
        "msteams": {"width": "full"},
    }
    kind = "application/vnd.microsoft.card.adaptive"
    return {"type": "message", "attachments": [{"contentType": kind, "contentUrl": None, "content": card}]}


def _teams_post(plugin: NotifyWorkflows, card: dict[str, Any], _: bytes | None) -> bool:
    plugin.gen_payload = lambda **_: card  # type: ignore[method-assign]
    return bool(plugin.send(body="", title=""))

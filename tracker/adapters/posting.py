"""How a letter is posted: to each service in its own form, in as many parts as its limits ask for."""

# mypy: allow-untyped-calls
# (apprise says that it is typed, and is so in parts)

from __future__ import annotations

from collections.abc import Callable, Iterator
from email.errors import MessageError
from functools import partial
from typing import Any

from apprise import Apprise, NotifyBase, NotifyFormat
from apprise.attachment.memory import AttachMemory
from apprise.conversion import convert_between
from apprise.plugins.custom_json import NotifyJSON
from apprise.plugins.discord import NotifyDiscord
from apprise.plugins.email import NotifyEmail
from apprise.plugins.email.base import PGP_MODE_DEFAULT
from apprise.plugins.ntfy import NotifyNtfy
from apprise.plugins.slack import NotifySlack, SlackMode
from apprise.plugins.telegram import NotifyTelegram
from apprise.plugins.workflows import NotifyWorkflows

from tracker.adapters import answers, chat, chats, mail
from tracker.adapters.answers import Refusal
from tracker.adapters.letter import Letter, Part, titled


class Webhook(NotifyBase):
    """Any http(s) address that takes what Slack's incoming webhooks take: {"text": …}."""

    service_name = "Slack-compatible webhook"  # type: ignore[assignment]
    protocol = "http"  # type: ignore[assignment]
    secure_protocol = "https"  # type: ignore[assignment]

    def __init__(self, address: str, asset: Any) -> None:
        super().__init__(asset=asset)
        self.address = address

    def url(self, *_: Any, **__: Any) -> str:
        return f"{self.protocol}://"  # apprise puts it into its results: nothing of the address


def takes_pictures(plugin: NotifyBase) -> bool:
    if isinstance(plugin, NotifySlack):
        return plugin.mode is SlackMode.BOT
    return bool(plugin.attachment_support)


def parts(plugin: NotifyBase, letter: Letter) -> list[Part]:
    """What to send, in order: one part unless the service's limit, or several recipients, ask for more."""
    ours = (of for service, of in _SERVICES.items() if isinstance(plugin, service) and _is_plain(plugin))
    # Without a recipient that we see, apprise may find one: a Telegram bot's owner.
    return list(next(ours, _other)(plugin, letter)) or list(_other(plugin, letter))


def _is_plain(plugin: NotifyBase) -> bool:
    """Whether the address leaves the message's form to us: no template, no encryption by apprise."""
    if isinstance(plugin, NotifySlack) and plugin.mode is not SlackMode.BOT:
        return False
    if isinstance(plugin, NotifyEmail) and plugin.pgp_mode != PGP_MODE_DEFAULT:
        return False
    return not getattr(plugin, "template", None)


def _webhook(plugin: Webhook, letter: Letter) -> Iterator[Part]:
    for text in letter.texts(chat.SLACK):
        yield Part(lambda _, text=text: chats.post(plugin.address, json={"text": text}))  # type: ignore[misc]


def _email(plugin: NotifyEmail, letter: Letter) -> Iterator[Part]:
    for to in plugin.targets:
        yield Part(partial(_email_post, plugin, letter, to), first=True)


def _email_post(plugin: NotifyEmail, letter: Letter, to: tuple[Any, str], picture: bytes | None) -> bool:
    try:
        message, id = letter.message, letter.delivery_id
        composed = mail.compose(plugin, to, message, id, note=letter.note, picture=picture)
    except (ValueError, MessageError):
        answers.refused(Refusal("its address or its headers cannot be used", permanent=True))
        return False
    return mail.send(plugin, composed, to[1])


def _json(plugin: NotifyJSON, letter: Letter) -> Iterator[Part]:
    message = letter.message
    voice = chat.Voice(chat.inert, chat.plain_link, 10_000_000, joined="")
    text = "\n".join(letter.texts(voice, titled=True))
    columns = [name.lower() for name in message.table[0]] if message.table else []
    for name, value in {
        "delivery_id": letter.delivery_id,
        "lines": list(message.lines),
        "notes": list(message.notes),
        "links": [{"name": name, "url": url} for name, url in chat.web_links(message)],
        "moves": [dict(zip(columns, row, strict=False)) for row in message.table[1:]],
    }.items():
        plugin.payload_extras.setdefault(name, value)

    def post(picture: bytes | None) -> bool:
        return bool(plugin.send(text, chat.inert(letter.subject), attach=_attached(picture)))

    yield Part(post, first=True)


def _attached(picture: bytes | None) -> list[AttachMemory] | None:
    return [AttachMemory(picture, mail.CHART, "image/png")] if picture is not None else None


def _other(plugin: NotifyBase, letter: Letter) -> Iterator[Part]:
    """Any other service of apprise, by its own conversions and within the limit that it states."""
    through = Apprise(plugin, asset=plugin.asset)
    if isinstance(plugin, NotifyEmail):
        plugin.headers["X-Delivery-Id"] = letter.delivery_id
    title = chat.inert(letter.subject) if plugin.title_maxlen > 0 else ""
    room = max(40, plugin.body_maxlen - min(len(title), plugin.title_maxlen) - 20)
    target = plugin.resolve_format(NotifyFormat.TEXT)

    def size(line: str) -> int:
        return len(convert_between(NotifyFormat.TEXT, target, line)) + 6

    texts = letter.texts(chat.Voice(chat.inert, chat.plain_link, room, size, joined=""), titled=bool(title))
    for place, text in enumerate(texts):
        headed = titled(title, plugin.title_maxlen, place, len(texts)) if title else ""
        said = {"body": text, "title": headed, "body_format": NotifyFormat.TEXT}
        yield Part(
            lambda _, said=said: bool(through.notify(**said)),  # type: ignore[misc]
            lambda picture: through.notify(body="", attach=_attached(picture)),
            first=place == 0,
        )


_SERVICES: dict[type[NotifyBase], Callable[[Any, Letter], Iterator[Part]]] = {
    Webhook: _webhook,
    NotifySlack: chats.slack_bot,
    NotifyDiscord: chats.discord,
    NotifyTelegram: chats.telegram,
    NotifyNtfy: chats.ntfy,
    NotifyWorkflows: chats.teams,
    NotifyEmail: _email,
    NotifyJSON: _json,
}

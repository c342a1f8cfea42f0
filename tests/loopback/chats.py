"""Chats on 127.0.0.1 that enforce what the real ones document: limits, forms, and no live mention."""

from __future__ import annotations

import base64
import email
import email.policy
import json
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.loopback.sinkd import Request, Sink

PNG = b"\x89PNG\r\n\x1a\n"


class Refused(Exception):
    """What a service would not take: its status, and what it answers."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(f"{status} {words}")
        self.status, self.words = status, words


def need(fits: object, words: str, status: int = 400) -> None:
    if not fits:
        raise Refused(status, words)


class Chat(Sink):
    """`said`: what a person reads, a text each; `pictures`; `refused`: what it did not take, and why.

    `no_pictures` makes it refuse everything that carries one.
    """

    good: tuple[int, Any] = (200, {"ok": True})

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.titles: list[str] = []
        self.pictures: list[bytes] = []
        self.refused: list[str] = []
        self.no_pictures = False

    def verdict(self, request: Request) -> tuple[int, bytes]:
        try:
            status, said = self.take(request) or self.good
        except Refused as no:
            self.refused.append(str(no))
            status, said = no.status, {"ok": False, "error": no.words, "description": no.words}
        return status, said if isinstance(said, bytes) else json.dumps(said).encode()

    def take(self, request: Request) -> tuple[int, Any] | None:
        raise NotImplementedError

    def keep(self, text: str, title: str = "") -> None:
        """Keep a text, if nothing in it could ping somebody."""
        need(text.strip(), "empty message")
        need(not re.search(r"(?<!\w)@\w", title + text), "a live mention")
        self.said.append(text)
        self.titles.append(title)

    def picture(self, body: bytes, most: int) -> None:
        need(not self.no_pictures, "pictures are not allowed", 403)
        need(body.startswith(PNG), "not an image")
        need(len(body) <= most, "too large", 413)
        self.pictures.append(body)


def form(request: Request) -> dict[str, bytes]:
    """The fields of a multipart form, files too."""
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    whole = email.message_from_bytes(head + request.body, policy=email.policy.HTTP)
    fields: dict[str, bytes] = {}
    for part in whole.iter_parts():  # type: ignore[attr-defined]
        fields[str(part.get_param("name", header="content-disposition"))] = part.get_payload(decode=True)
    return fields


def slack_text(text: str) -> str:
    """https://docs.slack.dev/messaging/formatting-message-text: only links are in angle brackets."""
    need(len(text) <= 4000, "msg_too_long")
    need(not re.search(r"&(?!amp;|lt;|gt;)", text), "invalid_payload: a bare &")
    said = re.sub(r"<(https?://[^|<>\s]+)\|([^<>|\n]+)>", r"\2: \1", text)
    need("<" not in said and ">" not in said, "invalid_payload: a live <…>")
    return unescape(said)


class SlackHook(Chat):
    good = (200, b"ok")

    def take(self, request: Request) -> None:
        need(isinstance(request.json, dict) and set(request.json) == {"text"}, "invalid_payload")
        self.keep(slack_text(request.json["text"]))


class SlackBot(Chat):
    """The web API; it says no with status 200."""

    def verdict(self, request: Request) -> tuple[int, bytes]:
        status, body = super().verdict(request)
        return (200 if request.path.startswith("/api/") else status), body

    def take(self, request: Request) -> tuple[int, Any]:
        if request.path == "/upload":
            (picture,) = form(request).values()
            need(len(picture) == self.promised, "length differs")
            self.picture(picture, 1_000_000_000)
            return 200, b"OK"
        need(request.headers.get("authorization", "").startswith("Bearer xoxb-"), "not_authed")
        return 200, {"ok": True} | getattr(self, request.path.rsplit(".", 1)[-1])(request)

    def postMessage(self, request: Request) -> dict[str, Any]:
        need(request.json["channel"] == "#prices", "channel_not_found")
        self.keep(slack_text(request.json["text"]))
        return {"channel": "C024BE91L", "ts": "1503435956.000247"}

    def getUploadURLExternal(self, request: Request) -> dict[str, Any]:
        need(not self.no_pictures, "missing_scope")
        asked = parse_qs(request.text)
        need(asked.get("filename") and int(asked["length"][0]) > 0, "invalid_arguments")
        self.promised = int(asked["length"][0])
        return {"upload_url": f"{self.url}/upload", "file_id": "F123ABC456"}

    def completeUploadExternal(self, request: Request) -> dict[str, Any]:
        need(request.json["files"][0]["id"] == "F123ABC456", "file_not_found")
        need(request.json["channel_id"] == "C024BE91L", "invalid_channel")
        return {"files": request.json["files"]}


class Discord(Chat):
    """https://docs.discord.com/developers/resources/webhook#execute-webhook"""

    good = (200, {"id": "1"})

    def take(self, request: Request) -> None:
        said = request.json
        if said is None:
            fields = form(request)
            said = json.loads(fields["payload_json"])
            self.picture(fields["files[0]"], 10 * 1024 * 1024)
        text = said["content"]
        need(0 < len(text.encode("utf-16-le")) // 2 <= 2000, "Must be 2000 or fewer in length.")
        need(said["allowed_mentions"] == {"parse": []}, "mentions are not suppressed")
        link = r"\[((?:[^\]\\]|\\.)+)\]\(<(https?://[^<>\s]+)>\)"
        need(not re.search(r"(?<!\\)[*_~`|<>\[\]]", re.sub(link, "", text)), "live markup")
        self.keep(re.sub(r"\\([\W_])", r"\1", re.sub(link, r"\1: \2", text)))


class Telegram(Chat):
    """https://core.telegram.org/bots/api: lengths count "after entities parsing", in UTF-16."""

    def take(self, request: Request) -> None:
        need(re.fullmatch(r"/bot\d+:[\w-]+/send(Message|Photo)", request.path), "Not Found", 404)
        if request.path.endswith("/sendPhoto"):
            fields = form(request)
            need(fields["chat_id"] == b"-1001234567890", "Bad Request: chat not found")
            self.picture(fields["photo"], 10_000_000)
            if "caption" in fields:
                need(fields["parse_mode"] == b"HTML", "no parse mode")
                self._read(fields["caption"].decode(), 1024, "message caption is too long")
        else:
            need(request.json["parse_mode"] == "HTML", "no parse mode")
            need(str(request.json["chat_id"]) == "-1001234567890", "Bad Request: chat not found")
            self._read(request.json["text"], 4096, "message is too long")

    def _read(self, markup: str, most: int, words: str) -> None:
        said = re.sub(r'<a href="([^"<>]+)">([^<>]*)</a>', r"\2", markup)
        need(not re.search(r"[<>]|&(?!amp;|lt;|gt;|quot;|#\w+;)", said), "Bad Request: can't parse entities")
        need(0 < len(unescape(said).encode("utf-16-le")) // 2 <= most, f"Bad Request: {words}")
        self.keep(unescape(re.sub(r'<a href="([^"<>]+)">([^<>]*)</a>', r"\2: \1", markup)))


class Ntfy(Chat):
    """https://docs.ntfy.sh/publish/: 4,096 bytes a message; what is longer would arrive as a file."""

    def take(self, request: Request) -> None:
        address = urlsplit(request.path)
        need(len(request.path) <= 8000, "URI too long", 414)
        if address.path == "/":
            need(isinstance(request.json, dict) and request.json["topic"] == "prices", "invalid topic")
            self._read(request.json.get("title", ""), request.json["message"])
            return
        need(unquote(address.path) == "/prices", "page not found", 404)
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        need(asked.get("filename"), "a file without its name")
        self.picture(request.body, 15_000_000)
        if "message" in asked:
            self._read(asked.get("title", ""), asked["message"])

    def _read(self, title: str, message: str) -> None:
        need(0 < len(message.encode()) <= 4096, "the message would become a file", 413)
        need(len(title) <= 250 and "\n" not in title, "title too long")
        self.keep(message, title)


class Teams(Chat):
    """A workflow's webhook: 28 KB, an adaptive card, at most six buttons of an address each."""

    good = (202, b"")

    def take(self, request: Request) -> None:
        need(len(request.body) <= 28 * 1024, "Request Entity Too Large", 413)
        (attached,) = request.json["attachments"]
        need(request.json["type"] == "message", "no message")
        need(attached["contentType"] == "application/vnd.microsoft.card.adaptive", "no card")
        card = attached["content"]
        need(card["type"] == "AdaptiveCard" and card["version"] in ("1.4", "1.5"), "no card")
        need("entities" not in card.get("msteams", {}), "a live mention")
        runs = []
        for element in card["body"]:
            need(element["type"] == "RichTextBlock", "what may hold live markup")
            runs.append("".join(run["text"] for run in element["inlines"]))
        buttons = card.get("actions", [])
        need(len(buttons) <= 6, "more than six actions")
        for button in buttons:
            need(button["type"] == "Action.OpenUrl" and button["url"].startswith("http"), "no address")
        title, *lines = runs
        self.keep("\n".join([*lines, *(f"{b['title']}: {b['url']}" for b in buttons)]), title)


class OwnProgram(Chat):
    """A program of one's own that is sent JSON."""

    def take(self, request: Request) -> None:
        need(
            {"title", "message", "delivery_id", "lines", "notes", "links", "moves"} <= set(request.json),
            "keys",
        )
        for attached in request.json["attachments"]:
            self.picture(base64.b64decode(attached["base64"]), 1_000_000)
        self.keep(request.json["message"], request.json["title"])

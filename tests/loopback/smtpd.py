"""A mail server on 127.0.0.1 that keeps what it is sent, and refuses when it is told to."""

from __future__ import annotations

import asyncio
import email
import email.policy
import threading
import time
from dataclasses import dataclass
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP

REPLIES = {
    "421": "421 4.3.2 try again later",
    "451": "451 4.7.1 greylisted, try again later",
    "550": "550 5.1.1 no such mailbox",
}


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it arrived: the envelope and the parsed message."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage
    raw: bytes = b""

    def part(self, kind: str) -> str:
        """The text of its "plain" or "html" part."""
        body = self.message.get_body((kind,))
        assert body is not None, f"no {kind} part"
        return body.get_content()


class Mailbox:
    """`with Mailbox() as box: …box.port… box.received`.

    `mode`: ok · 421, 451, 550 (said of the recipient) · stall (takes the message and falls silent).
    """

    def __init__(self, mode: str = "ok") -> None:
        self.mode = mode
        self.gone = ""  # a recipient who is refused
        self.port = 0
        self.received: list[Mail] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="mailbox", daemon=True)

    @property
    def url(self) -> str:
        """The channel's address in apprise's spelling."""
        return f"mailto://127.0.0.1:{self.port}?from=tracker@example.org&to=team@example.org"

    def wait(self, count: int = 1, seconds: float = 5) -> list[Mail]:
        until = time.monotonic() + seconds
        while len(self.received) < count:
            assert time.monotonic() < until, f"{len(self.received)} of {count} mails after {seconds} s"
            time.sleep(0.005)
        return self.received

    async def handle_RCPT(self, server, session, envelope, address, options):  # type: ignore[no-untyped-def]
        if address == self.gone:
            return REPLIES["550"]
        if self.mode in REPLIES:
            return REPLIES[self.mode]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # type: ignore[no-untyped-def]
        if self.mode == "stall":
            await asyncio.sleep(3600)
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.received.append(Mail(envelope.mail_from, tuple(envelope.rcpt_tos), message, envelope.content))
        return "250 kept"

    def __enter__(self) -> Mailbox:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _listen(self) -> None:
        self._server = await self._loop.create_server(
            lambda: SMTP(self, hostname="localhost", loop=self._loop), "127.0.0.1", 0
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

"""The demo's inbox: a webhook on a loopback port that hands every message to whoever watches."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


@asynccontextmanager
async def inbox(on_message: Callable[[str], None]) -> AsyncIterator[str]:
    """Take Slack-compatible messages on a free port of 127.0.0.1; gives the webhook's address."""

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = int(head.partition("content-length:")[2].partition("\r\n")[0])
            message = json.loads(await reader.readexactly(length))
            writer.write(ANSWER)
            await writer.drain()
            on_message(message["text"])
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # whoever hung up did not deliver, and will come again
        finally:
            writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/inbox"
    finally:
        server.close()
        await server.wait_closed()

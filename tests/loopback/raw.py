"""Raw servers on this machine's loopback addresses, each on a thread and a free port of its own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Hit:
    """One request as it came."""

    at: float  # monotonic seconds
    path: str
    query: dict[str, str]
    headers: dict[str, str]  # names in lower case
    nth: int  # of its connection, from 1
    connection: int  # from 1
    raw: bytes


class Loopback:
    """Counts what comes in and goes out; `answer` says what is answered."""

    host = "127.0.0.1"

    def __init__(self, port: int = 0, *, tls: ssl.SSLContext | None = None) -> None:
        self.port = port
        self.tls = tls
        self.hits: list[Hit] = []
        self.connections = 0
        self.open = 0  # of these, now
        self.sent = 0  # bytes that were taken from us
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._up = threading.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),))

    @property
    def peer(self) -> str:
        return f"{self.host}:{self.port}"

    def url(self, path: str = "/page") -> str:
        return f"{'https' if self.tls else 'http'}://{self.peer}{path}"

    def paths(self) -> list[str]:
        return [hit.path for hit in self.hits]

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._up.wait(10), f"nothing listens on {self.peer}"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    async def answer(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        """Answer one request; True keeps the connection."""
        raise NotImplementedError

    async def send(self, out: asyncio.StreamWriter, data: bytes) -> None:
        out.write(data)
        await out.drain()
        self.sent += len(data)

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._accept, self.host, self.port, ssl=self.tls)
        self.port = server.sockets[0].getsockname()[1]
        self._up.set()
        await self._stop.wait()
        server.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, out: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        connection, nth = self.connections, 0
        if self.tls is None:  # asyncio's TLS never closes a connection without a write buffer
            # `sent` is to be what the other side took, as nearly as can be.
            out.transport.set_write_buffer_limits(0)
            out.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 32 * 1024)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            keep = True
            while keep:
                head = await reader.readexactly(1)
                if head == b"\x16":  # a TLS greeting, to which web servers say this
                    await self.send(out, b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
                    break
                head += await reader.readuntil(b"\r\n\r\n")
                nth += 1
                hit = _read(head, nth, connection)
                self.hits.append(hit)
                keep = await self.answer(hit, out)
        self.open -= 1
        out.close()


def _read(head: bytes, nth: int, connection: int) -> Hit:
    request, *lines = head.decode("latin-1").split("\r\n")
    target = urlsplit(request.split(" ")[1])
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)
    }
    return Hit(time.monotonic(), target.path, dict(parse_qsl(target.query)), headers, nth, connection, head)

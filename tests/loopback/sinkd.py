"""A webhook on 127.0.0.1 that keeps what it is sent, and answers as badly as it is told to."""

from __future__ import annotations

import argparse
import asyncio
import json
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

REASONS = {
    200: "OK",
    302: "Found",
    401: "Unauthorized",
    404: "Not Found",
    410: "Gone",
    429: "Too Many Requests",
}


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it arrived; header names in lower case, `json` where the body is JSON."""

    method: str
    path: str
    headers: dict[str, str]
    text: str
    json: Any = None
    at: float = field(default_factory=time.time)
    body: bytes = field(default=b"", repr=False)  # as it came: a picture is no text


class Sink:
    """`with Sink() as sink: …sink.url… sink.received`.

    `mode`: ok · slow=SECONDS · any status such as 429, 500, 404 · 302 (to a page that answers 200) ·
    stall (takes the request and never answers) · drop (takes it and hangs up) · down (nobody listens).
    `script` holds modes for the next requests, one each, before `mode` is used again.
    """

    def __init__(
        self, mode: str = "ok", *, port: int = 0, file: Path | None = None, retry_after: str = "120"
    ):
        self.port, self.file, self.retry_after = port, file, retry_after
        self.body = b"ok"  # of a good answer
        self.received: list[Request] = []
        self.script: list[str] = []
        self._mode = mode
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="sink", daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def mode(self) -> str:
        return self._mode

    @mode.setter
    def mode(self, mode: str) -> None:
        self._mode = mode
        self._do(self._listen() if mode != "down" else self._close())

    @property
    def texts(self) -> list[str]:
        """What Slack-like requests say, in order of arrival."""
        return [r.json["text"] for r in self.received if isinstance(r.json, dict) and "text" in r.json]

    def wait(self, count: int = 1, seconds: float = 5) -> list[Request]:
        """The requests, once there are `count`; fails after `seconds`."""
        until = time.monotonic() + seconds
        while len(self.received) < count:
            assert time.monotonic() < until, f"{len(self.received)} of {count} requests after {seconds} s"
            time.sleep(0.005)
        return self.received

    def __enter__(self) -> Sink:
        self._thread.start()
        self._do(self._listen())
        self.mode = self._mode
        return self

    def __exit__(self, *_: object) -> None:
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _do(self, step: Any) -> None:
        asyncio.run_coroutine_threadsafe(step, self._loop).result(10)

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await _read(reader)
            self._keep(request)
            landed = request.path == "/landing"
            mode = "ok" if landed else self._next()
            taken = mode == "ok" or mode.startswith("slow=")
            await self._answer(mode, writer, *(self.verdict(request) if taken else (200, b"")))
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass  # the other side left, or the sink goes down
        finally:
            writer.close()

    def verdict(self, request: Request) -> tuple[int, bytes]:
        """What a request is answered where no `mode` says otherwise; a service of its own says no to some."""
        return 200, self.body

    def _next(self) -> str:
        return self.script.pop(0) if self.script else self._mode

    def _keep(self, request: Request) -> None:
        self.received.append(request)
        if self.file:
            with self.file.open("a", encoding="utf-8") as out:
                kept = {name: value for name, value in asdict(request).items() if name != "body"}
                out.write(json.dumps(kept, ensure_ascii=False) + "\n")

    async def _answer(self, mode: str, writer: asyncio.StreamWriter, well: int, body: bytes) -> None:
        if mode == "drop":
            return
        if mode == "stall":
            await asyncio.sleep(3600)
        if mode.startswith("slow="):
            await asyncio.sleep(float(mode.removeprefix("slow=")))
        status = int(mode) if mode.isdigit() else well
        extra = {302: f"Location: {self.url}/landing\r\n", 429: f"Retry-After: {self.retry_after}\r\n"}
        body = b"no" if mode.isdigit() and status != 200 else body
        head = f"HTTP/1.1 {status} {REASONS.get(status, 'Status')}\r\n{extra.get(status, '')}"
        head += f"Content-Type: text/plain\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *rest = head.rstrip("\r\n").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)
    }
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    text = body.decode("utf-8", "replace")
    try:
        parsed = json.loads(text)
    except ValueError:
        parsed = None
    return Request(method, path, headers, text, parsed, body=body)


def main() -> None:
    """`python -m tests.loopback.sinkd --port 8901 --file inbox.jsonl`: print each text as it arrives."""
    options = argparse.ArgumentParser(description=main.__doc__)
    options.add_argument("--port", type=int, default=8901)
    options.add_argument("--file", type=Path)
    options.add_argument("--mode", default="ok")
    asked = options.parse_args()
    with Sink(asked.mode, port=asked.port, file=asked.file) as sink:
        print(f"listening on {sink.url}", flush=True)
        shown = 0
        while True:
            time.sleep(0.2)
            for request in sink.received[shown:]:
                said = request.json.get("text") if isinstance(request.json, dict) else None
                print(f"{request.method} {request.path}\n{said or request.text}\n", flush=True)
                shown += 1


if __name__ == "__main__":
    main()

"""A web server on 127.0.0.1 whose pages a test sets and changes as it likes."""

from __future__ import annotations

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType


class Pages:
    """`with Pages() as pages: pages.put("/x", "…"); pages.url("/x")`; what was asked is in `asked`."""

    def __init__(self) -> None:
        self._pages: dict[str, tuple[int, str, bytes]] = {}
        self.asked: list[tuple[str, int]] = []  # path, status
        outer = self

        class Answer(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer._answer(self)

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self._server.daemon_threads = True

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    def url(self, path: str) -> str:
        return f"http://{self.address}{path}"

    def put(self, path: str, text: str, media_type: str = "text/html", status: int = 200) -> None:
        self._pages[path] = (status, media_type, text.encode())

    def statuses(self, path: str) -> list[int]:
        return [status for asked, status in self.asked if asked == path]

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        status, media_type, body = self._pages.get(request.path, (404, "text/plain", b"no such page"))
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if status == 200 and request.headers.get("If-None-Match") == etag:
            status, body = 304, b""
        self.asked.append((request.path, status))
        request.send_response(status)
        request.send_header("ETag", etag)
        if status != 304:
            request.send_header("Content-Type", f"{media_type}; charset=utf-8")
            request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def __enter__(self) -> Pages:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

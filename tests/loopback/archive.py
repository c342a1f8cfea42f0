"""An archive on 127.0.0.1: a list of captures as the Wayback Machine gives it, commits as GitHub does."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import parse_qs, urlsplit

HEADING = ["timestamp", "original", "mimetype", "statuscode", "digest"]


@dataclass(frozen=True, slots=True)
class Kept:
    """One capture; `refusals` are answers that come before its bytes do: a status and a Retry-After."""

    body: bytes
    media_type: str = "text/html"
    status: int = 200
    refusals: tuple[tuple[int, str], ...] = ()
    instead: str = ""  # the timestamp of the capture that is given in its place


@dataclass
class Archive:
    """`with Archive() as archive: archive.take("20250101120000", url, Kept(b"…"))`; `asked` is what was."""

    rows_a_page: int = 5
    captures: dict[tuple[str, str], Kept] = field(default_factory=dict)  # (timestamp, url)
    commits: list[tuple[str, str]] = field(default_factory=list)  # (sha, moment), the newest first
    files: dict[str, bytes] = field(default_factory=dict)  # by the path under which they are asked for
    asked: list[str] = field(default_factory=list)
    index_status: int = 200
    _refused: dict[str, int] = field(default_factory=dict)

    def take(self, stamp: str, url: str, kept: Kept) -> None:
        self.captures[stamp, url] = kept

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        return f"http://{self.address}"

    def fetched(self) -> list[str]:
        """The timestamps whose bytes were asked for."""
        return [path.split("/")[2].removesuffix("id_") for path in self.asked if path.startswith("/web/")]

    def answer(self, path: str) -> tuple[int, str, bytes, str]:
        """Status, media type, body, and Retry-After or Location."""
        parts = urlsplit(path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/cdx/search/cdx":
            if self.index_status != 200:
                return self.index_status, "text/plain", b"", ""
            return 200, "application/json", json.dumps(self._index(asked)).encode(), ""
        if parts.path.endswith("/commits"):
            return 200, "application/json", json.dumps(self._commits(asked)).encode(), ""
        if path.startswith("/web/"):
            stamp, _, url = path.removeprefix("/web/").partition("id_/")
            kept = self.captures.get((stamp, url))
            if kept is None:
                return 404, "text/plain", b"not archived", ""
            times = self._refused.get(stamp, 0)
            if times < len(kept.refusals):
                self._refused[stamp] = times + 1
                status, wait = kept.refusals[times]
                return status, "text/plain", b"", wait
            if kept.instead:
                return 302, "text/plain", b"", f"/web/{kept.instead}id_/{url}"
            return kept.status, kept.media_type, kept.body, ""
        if parts.path in self.files:
            return 200, "text/plain", self.files[parts.path], ""
        return 404, "text/plain", b"", ""

    def _index(self, asked: dict[str, str]) -> list[list[str]]:
        found: list[list[str]] = []
        for (stamp, url), kept in sorted(self.captures.items()):
            within = asked["from"] <= stamp[:8] <= asked["to"]
            if url != asked["url"] or not within:
                continue
            digest = hashlib.sha1(kept.body, usedforsecurity=False).hexdigest()
            same_day = found and found[-1][0][:8] == stamp[:8]
            if not (asked.get("collapse") == "timestamp:8" and same_day):
                found.append([stamp, url, kept.media_type, "200", digest])
        begin = next((i for i, row in enumerate(found) if row[0] == asked.get("resumeKey")), 0)
        page = found[begin : begin + self.rows_a_page]
        rest = found[begin + self.rows_a_page :]
        if not found:
            return []
        return [HEADING, *page, *([[], [rest[0][0]]] if rest else [])]

    def _commits(self, asked: dict[str, str]) -> list[dict[str, object]]:
        within = [c for c in self.commits if asked["since"] <= c[1] <= asked["until"]]
        size = int(asked["per_page"])
        begin = (int(asked["page"]) - 1) * size
        return [
            {"sha": sha, "commit": {"committer": {"date": at}}} for sha, at in within[begin : begin + size]
        ]

    def __enter__(self) -> Archive:
        outer = self

        class Answer(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer.asked.append(self.path)
                status, media_type, body, wait = outer.answer(self.path)
                self.send_response(status)
                self.send_header("Content-Type", media_type)
                self.send_header("Content-Length", str(len(body)))
                if wait:
                    self.send_header("Location" if status == 302 else "Retry-After", wait)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

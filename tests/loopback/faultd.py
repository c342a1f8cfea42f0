"""A site where every path is a fault."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import struct
import zlib
from collections.abc import Iterator

from tests.loopback.raw import Hit, Loopback

PAGE = b"<!doctype html><html><body><table><tr><td>m-1</td><td>$2.00</td></tr></table></body></html>\n"
MIB = 1 << 20


class Faultd(Loopback):
    """`/NAME/rest?query` is answered by the method `NAME`; what it returns keeps the connection or not."""

    def __init__(
        self, port: int = 0, *, tls: ssl.SSLContext | None = None, robots: str = "", robots_status: int = 404
    ) -> None:
        super().__init__(port, tls=tls)
        self.robots = robots
        self.robots_status = 200 if robots else robots_status

    async def answer(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        if hit.path == "/robots.txt":
            return await self.robots_txt(out)
        name = hit.path.split("/")[1]
        fault = getattr(self, f"on_{name}", None)
        if fault is None:
            return await self.reply(out, b"", status="404 Not Found")
        return bool(await fault(hit, out))

    async def robots_txt(self, out: asyncio.StreamWriter) -> bool:
        await asyncio.sleep(3600 if self.robots == "hang" else 0.02)  # long enough for a second asker
        return await self.reply(out, self.robots.encode(), f"{self.robots_status} Robots", "text/plain")

    async def reply(
        self,
        out: asyncio.StreamWriter,
        body: bytes,
        status: str = "200 OK",
        content_type: str = "text/html; charset=utf-8",
        *headers: str,
    ) -> bool:
        lines = [
            f"HTTP/1.1 {status}",
            f"Content-Type: {content_type}",
            f"Content-Length: {len(body)}",
            *headers,
        ]
        await self.send(out, "\r\n".join([*lines, "", ""]).encode() + body)
        return True

    # pages that are well

    async def on_page(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        return await self.reply(out, PAGE)

    async def on_etag(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        since = "Tue, 01 Sep 2026 10:00:00 GMT"
        if hit.headers.get("if-none-match") == '"v1"' or hit.headers.get("if-modified-since") == since:
            await self.send(out, b'HTTP/1.1 304 Not Modified\r\nETag: "v1"\r\n\r\n')
            return True
        return await self.reply(out, PAGE, "200 OK", "text/html", 'ETag: "v1"', f"Last-Modified: {since}")

    async def on_notmodified(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        await self.send(out, b"HTTP/1.1 304 Not Modified\r\n\r\n")
        return True

    async def on_headers(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        """`/headers?Name=value&…`"""
        return await self.reply(
            out, PAGE, "200 OK", "text/html", *(f"{k}: {v}" for k, v in hit.query.items())
        )

    async def on_typed(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        return await self.reply(out, PAGE, "200 OK", hit.query.get("type", ""))

    async def on_hints(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        await self.send(out, b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" * 3)
        return await self.reply(out, PAGE)

    async def on_cookie(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        return await self.reply(out, PAGE, "200 OK", "text/html", "Set-Cookie: variant=b; Path=/")

    # time

    async def on_hang(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        await asyncio.sleep(3600)
        return False

    async def on_stall(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        await self.send(out, b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        await asyncio.sleep(3600)
        return False

    async def on_slow(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        await self.send(out, b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        return await self._drip(out, b"x")

    async def on_slowhead(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        await self.send(out, b"HTTP/1.1 200 OK\r\n")
        return await self._drip(out, b"X-Line: 1\r\n")

    async def _drip(self, out: asyncio.StreamWriter, drop: bytes) -> bool:
        while True:
            await self.send(out, drop)
            await asyncio.sleep(0.05)

    # connections

    async def on_drop(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        return False

    async def on_reset(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        if hit.path != "/reset/head":
            await self.send(out, b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 1000)
            await asyncio.sleep(0.05)  # a reset overtakes what was sent just before it
        out.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        out.transport.abort()
        return False

    async def on_stale(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        """Keeps a connection until the next request comes in on it."""
        return hit.nth == 1 and await self.reply(out, PAGE)

    async def on_leftover(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        """Says chunked, and leaves a whole second answer behind the end."""
        forged = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        await self.send(out, head + b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE), PAGE) + forged)
        return True

    # lengths

    async def on_short(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        await self.send(out, b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + PAGE)
        return False

    async def on_long(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(PAGE)
        await self.send(out, head + PAGE + b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged")
        return True

    async def on_chunked(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        await self.send(out, head + b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE), PAGE))
        return True

    async def on_chunktrunc(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        await self.send(out, head + b"%x\r\n%s\r\n" % (len(PAGE), PAGE))
        return False

    async def on_chunkbad(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        await self.send(out, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n")
        await asyncio.sleep(3600)
        return False

    async def on_dupclen(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        await self.send(out, b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 90\r\n\r\n" + PAGE)
        return False

    async def on_noclen(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        await self.send(out, b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE[:60])
        return False

    async def on_nothttp(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        await self.send(out, b"220 mail.example ESMTP\r\n\r\n")
        return False

    async def on_raw(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        """`/raw?hex=…`: these bytes and no others."""
        await self.send(out, bytes.fromhex(hit.query.get("hex", "")))
        return False

    # encodings

    async def on_gzip(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        packed = gzip.compress(PAGE)
        bodies = {
            "one": packed,
            "two": gzip.compress(PAGE[:40]) + gzip.compress(PAGE[40:]),
            "hundred": gzip.compress(PAGE) * 100,
            "tail": packed + b"<!-- served by cache -->",
            "cut": packed[: len(packed) // 2],
            "empty": b"",
            "bad": packed[:12] + bytes(20) + packed[32:],
            "plain": PAGE,
            "again": gzip.compress(packed),
        }
        kind = hit.path.rpartition("/")[2]
        return await self.reply(out, bodies[kind], "200 OK", "text/html", "Content-Encoding: gzip")

    on_gztrunc = on_gzip  # /gztrunc/cut: half a stream with the right length

    async def on_unasked(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        return await self.reply(out, gzip.compress(PAGE))

    async def on_bomb(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        kind = hit.path.rpartition("/")[2]
        single = b"".join(_bomb())
        bodies = {
            "gzip": ("gzip", single),
            "gzipgzip": ("gzip, gzip", gzip.compress(single)),
            "hidden": ("gzip", gzip.compress(gzip.compress(single))),
            "br": ("br", b"\x8b" * 800),
            "zstd": ("zstd", b"\x28\xb5\x2f\xfd" + b"\0" * 800),
            "deflate": ("deflate", zlib.compress(bytes(MIB))),
        }
        encoding, body = bodies[kind]
        return await self.reply(out, body, "200 OK", "text/html", f"Content-Encoding: {encoding}")

    # sizes

    async def on_big(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        size = int(hit.query.get("mib", 100)) * MIB
        length = f"Content-Length: {size}\r\n" if hit.path == "/big/length" else ""
        await self.send(out, f"HTTP/1.1 200 OK\r\n{length}\r\n".encode())
        for _ in range(size // 65536):
            await self.send(out, b"x" * 65536)
        return bool(length)

    async def on_bighdr(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        await self.send(out, b"HTTP/1.1 200 OK\r\nX-Big: ")
        for _ in range(32):
            await self.send(out, b"x" * 65536)
        return await self.reply(out, PAGE)

    async def on_chunkext(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        """One byte of page to 60,000 bytes of chunk extensions, for ever."""
        await self.send(out, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            await self.send(out, b"1;" + b"x" * 60000 + b"\r\nx\r\n")

    async def on_endlesshints(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        while True:
            await self.send(out, b"HTTP/1.1 103 Early Hints\r\nX: " + b"x" * 60000 + b"\r\n\r\n")

    # redirects

    async def on_loop(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        return await self._redirect(out, "302 Found", b"/loop")

    async def on_hops(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        """`/hops/N?each=SECONDS`: N redirects, the last to the page."""
        await asyncio.sleep(float(hit.query.get("each", 0)))
        left = int(hit.path.rpartition("/")[2])
        onward = f"/hops/{left - 1}?each={hit.query.get('each', 0)}" if left > 1 else "/page#top"
        return await self._redirect(out, "301 Moved", onward.encode())

    async def on_to(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        """`/to?at=…`: the Location, byte for byte; `status` is 302 unless it says otherwise."""
        at = hit.query["at"].encode("utf-8", "surrogateescape")
        return await self._redirect(out, f"{hit.query.get('status', 302)} Elsewhere", at)

    async def on_long_location(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        return await self._redirect(out, "302 Found", b"/" + b"a" * 70_000)

    async def on_nowhere(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        return await self.reply(out, b"", "302 Found")

    async def on_twoways(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        return await self.reply(out, b"", "302 Found", "text/html", "Location: /page", "Location: /other")

    async def _redirect(self, out: asyncio.StreamWriter, status: str, location: bytes) -> bool:
        head = f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nLocation: ".encode()
        await self.send(out, head + location + b"\r\n\r\n")
        return True

    # refusals

    async def on_status(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        status = hit.path.rpartition("/")[2]
        after = (f"Retry-After: {hit.query['after']}",) if "after" in hit.query else ()
        return await self.reply(out, b"<h1>no</h1>", f"{status} No", "text/html", *after)


def _bomb() -> Iterator[bytes]:
    """A gzip stream of 1 GiB of zeros in about 1 MB, made from one packed MiB."""
    packer = zlib.compressobj(9, wbits=31)
    yield packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    for _ in range(1023):
        yield block
    yield b"\x03\x00" + bytes(8)

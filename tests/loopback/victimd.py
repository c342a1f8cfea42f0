"""The inside that must not be reached: it answers like a metadata service, and counts."""

from __future__ import annotations

import asyncio

from tests.loopback.raw import Hit, Loopback


class Victimd(Loopback):
    host = "127.0.0.2"

    async def answer(self, hit: Hit, out: asyncio.StreamWriter) -> bool:
        body = b'{"AccessKeyId": "inside", "SecretAccessKey": "inside"}'
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        await self.send(out, head % len(body) + body)
        return True

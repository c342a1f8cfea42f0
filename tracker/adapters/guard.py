"""Connects only to addresses that are public or allowed by name, and measures each answer on the wire."""

# ruff: noqa: ASYNC109 (the signatures are httpcore's)

from __future__ import annotations

import asyncio
import os
import re
import ssl
from collections.abc import Collection, Iterable, Sequence
from typing import Any
from weakref import WeakSet

import anyio
import httpcore

from tracker.adapters.addresses import Resolver, is_address, peer_of, plain, rule_against
from tracker.domain.errors import FetchError

HEAD_MAX = 100 * 1024  # bytes of status line and headers
HEAD_END = re.compile(rb"\n\r?\n")
TRIES = 3  # addresses of one host that are tried in turn


class Stale(Exception):
    """The server had already closed a connection that was kept from an earlier request."""


class Wire(httpcore.AsyncNetworkStream):
    """One connection. Knows where the head of the answer ends and how much has come since."""

    def __init__(self, stream: httpcore.AsyncNetworkStream, peer: str, cap: int) -> None:
        self.peer = peer  # host:port
        self.exchanges = 0
        self.received = 0  # bytes of this answer, informational heads included
        self.body = 0  # bytes after the head of the final answer, framing included
        self.ended = False  # the peer has closed
        self.spoiled = False  # not to be used again
        self._stream = stream
        self._cap = cap
        self._head = bytearray()
        self._in_body = False

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            data = await self._stream.read(max_bytes, timeout)
        except httpcore.ReadError:
            if self._in_body:
                raise
            data = b""
        if data:
            self._measure(data)
        elif not self._in_body:
            self._no_answer()
        else:
            self.ended = True
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if buffer:  # a GET is written in one piece, so every write begins an exchange
            self.exchanges += 1
            self.received = self.body = 0
            self._in_body = False
            self._head.clear()
        try:
            await self._stream.write(buffer, timeout)
        except (anyio.EndOfStream, ssl.SSLError) as error:
            raise httpcore.WriteError(error) from error

    def _no_answer(self) -> None:
        if self.exchanges > 1 and not self.received:
            raise Stale
        raise FetchError("unreachable", f"{self.peer} closed the connection before it answered")

    def _measure(self, data: bytes) -> None:
        self.received += len(data)
        if self.received > self._cap:
            raise FetchError("too_large", f"{self.peer} sends more than {self._cap} bytes on the wire")
        if self._in_body:
            self.body += len(data)
            return
        seen = max(0, len(self._head) - 3)
        self._head += data
        while end := HEAD_END.search(self._head, seen):
            self._close_head(end.end())
            if self._in_body:
                return
            seen = 0
        if len(self._head) > HEAD_MAX:
            raise FetchError("too_large", f"{self.peer} sends more than {HEAD_MAX} bytes of headers")

    def _close_head(self, end: int) -> None:
        status = self._head[9:12]
        if status[:1] == b"1" and status != b"101":  # informational: another head follows
            del self._head[:end]
            return
        if b"\0" in self._head[:end]:
            kind = "bad_redirect" if status[:1] == b"3" else "protocol"
            raise FetchError(kind, f"{self.peer} answers with a NUL among its headers")
        self._in_body = True
        self.body = len(self._head) - end
        self._head.clear()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> Wire:
        try:
            self._stream = await self._stream.start_tls(ssl_context, server_hostname, timeout)
        except httpcore.ConnectTimeout:
            raise FetchError(
                "tls", f"timed out after {timeout:g} s in the TLS handshake with {self.peer}"
            ) from None
        except httpcore.ConnectError as error:
            raise self._no_tls(error.__cause__) from None
        return self

    def _no_tls(self, cause: BaseException | None) -> FetchError:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return FetchError(
                "tls",
                f"the certificate of {self.peer} does not hold: {cause.verify_message.rstrip('.')}"
                " (if it is meant to be trusted, name its CA as the source's ca_file)",
            )
        if isinstance(cause, ssl.SSLError):
            reason = (cause.reason or "handshake failed").replace("_", " ").lower()
            return FetchError("tls", f"no TLS with {self.peer}: {reason}")
        return FetchError("unreachable", f"{self.peer} closed the connection in the TLS handshake")

    async def aclose(self) -> None:
        await self._stream.aclose()

    def get_extra_info(self, info: str) -> Any:
        # The pool takes an idle connection that is "readable" for a dead one, and drops it.
        if info == "is_readable" and self.spoiled:
            return True
        return self._stream.get_extra_info(info)


class Guard(httpcore.AsyncNetworkBackend):
    """Resolves once, checks every address, connects to one that was checked."""

    def __init__(self, allowed: Collection[str], resolve: Resolver, cap: int) -> None:
        """`allowed`: "host:port" strings; `cap`: most bytes on the wire for one answer."""
        self._allowed = {plain(entry) for entry in allowed}
        self._resolve = resolve
        self._cap = cap
        self._inner = httpcore.AnyIOBackend()
        self._wires: WeakSet[Wire] = WeakSet()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> Wire:
        addresses = (await self._checked(host, port, timeout))[:TRIES]
        share = timeout / len(addresses) if timeout else None
        for address in addresses:
            try:
                stream = await self._inner.connect_tcp(address, port, share, None, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
                continue
            wire = Wire(stream, peer_of(host, port), self._cap)
            self._wires.add(wire)
            return wire
        if isinstance(failure, httpcore.ConnectTimeout):
            raise FetchError("timeout", f"timed out after {timeout:g} s connecting to {peer_of(host, port)}")
        raise FetchError("unreachable", f"cannot connect to {peer_of(host, port)}: {_reason(failure)}")

    async def _checked(self, host: str, port: int, timeout: float | None) -> list[str]:
        addresses = list(dict.fromkeys(await self._addresses(host, port, timeout)))
        if not addresses:
            raise FetchError("unreachable", f"the name {host} has no address")
        if peer_of(host, port) not in self._allowed:
            for address in addresses:
                rule = rule_against(address)
                if rule and peer_of(address, port) not in self._allowed:
                    raise FetchError("refused_address", _refusal(peer_of(host, port), address, rule))
        return addresses

    async def _addresses(self, host: str, port: int, timeout: float | None) -> Sequence[str]:
        if is_address(host):
            return [host]
        try:
            async with asyncio.timeout(timeout):
                return await self._resolve(host, port)
        except TimeoutError:
            raise FetchError("timeout", f"timed out after {timeout:g} s looking up the name {host}") from None
        except OSError as error:
            reason = error.strerror or "no answer"
            raise FetchError("unreachable", f"the name {host} cannot be looked up: {reason}") from None
        except ValueError:
            raise FetchError("unreachable", f"{host} is not a name that can be looked up") from None

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> Wire:
        raise FetchError("refused_address", "a socket of this machine is not a page")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def forget(self, host: str, port: int) -> None:
        """Use no connection to this peer again that is open now."""
        for wire in self._wires:
            if wire.peer == peer_of(host, port):
                wire.spoiled = True


def _refusal(peer: str, address: str, rule: str) -> str:
    what = "" if peer.startswith((f"{address}:", f"[{address}]:")) else f" ({address})"
    return (
        f"{peer}{what} is {rule} address and is refused;"
        " if it is meant, name it as host:port in look.allow_private"
    )


def _reason(error: BaseException | None) -> str:
    while error is not None:
        if isinstance(error, OSError) and error.errno:
            return os.strerror(error.errno).lower()
        error = error.__cause__ or error.__context__
    return "no route"

"""Which addresses are public, how a name becomes addresses, and how both are written."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address, ip_network

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Host and port in, addresses as text out; raises OSError when there are none."""

# After the IANA registries of special-purpose addresses; the first match names the rule.
_SPECIAL = tuple(
    (ip_network(net), rule)
    for net, rule in (
        ("0.0.0.0/8", "an unspecified"),
        ("10.0.0.0/8", "a private"),
        ("100.64.0.0/10", "a carrier-grade NAT"),
        ("127.0.0.0/8", "a loopback"),
        ("169.254.0.0/16", "a link-local"),
        ("172.16.0.0/12", "a private"),
        ("192.0.0.0/24", "a reserved (protocol assignments)"),
        ("192.0.2.0/24", "a documentation"),
        ("192.88.99.0/24", "a 6to4 relay"),
        ("192.168.0.0/16", "a private"),
        ("198.18.0.0/15", "a benchmarking"),
        ("198.51.100.0/24", "a documentation"),
        ("203.0.113.0/24", "a documentation"),
        ("224.0.0.0/4", "a multicast"),
        ("240.0.0.0/4", "a reserved"),
        ("::/128", "an unspecified"),
        ("::1/128", "a loopback"),
        ("::ffff:0:0/96", "an IPv4-mapped"),
        ("::/96", "an IPv4-compatible"),
        ("64:ff9b::/96", "a NAT64"),
        ("64:ff9b:1::/48", "a NAT64"),
        ("2001::/32", "a Teredo"),
        ("2001::/23", "a reserved (protocol assignments)"),
        ("2001:db8::/32", "a documentation"),
        ("2002::/16", "a 6to4"),
        ("3fff::/20", "a documentation"),
        ("fc00::/7", "a private"),
        ("fe80::/10", "a link-local"),
        ("fec0::/10", "a site-local"),
        ("ff00::/8", "a multicast"),
    )
)
_UNICAST_V6 = ip_network("2000::/3")  # all that is handed out to the public; the rest is refused unnamed


def rule_against(address: str) -> str:
    """Why an address is refused ("a loopback", "a NAT64", …); empty for a public one."""
    try:
        ip = ip_address(address)
    except ValueError:
        return "an unreadable"
    for net, rule in _SPECIAL:
        if ip in net:
            return rule
    if ip.version == 6 and ip not in _UNICAST_V6:
        return "a reserved"
    return "" if ip.is_global else "a non-public"


async def system_resolver(host: str, port: int) -> Sequence[str]:
    """Ask the system. A look-up cannot be stopped, so each has a thread of its own that nobody waits for."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[str]] = loop.create_future()

    def settle(found: list[str] | None, error: Exception | None) -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(found or [])

    def look_up() -> None:
        found: list[str] | None = None
        failure: Exception | None = None
        try:
            found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        except (OSError, ValueError) as error:  # ValueError: a name that cannot be encoded
            failure = error
        with contextlib.suppress(RuntimeError):  # the loop has gone meanwhile
            loop.call_soon_threadsafe(settle, found, failure)

    threading.Thread(target=look_up, name=f"resolve {host}", daemon=True).start()
    return await answer


def is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def peer_of(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def plain(entry: str) -> str:
    """One spelling for "[::1]:80", "::1:80" and "LOCALHOST:80"."""
    host, _, port = entry.strip().lower().rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if is_address(host):
        host = str(ip_address(host))
    return peer_of(host, int(port)) if port.isdecimal() else entry

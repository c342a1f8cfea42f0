"""The socket on which the page is served."""

from __future__ import annotations

import socket

from tracker.domain.errors import Missing


def listen(host: str, port: int) -> socket.socket:
    """The bound socket of the page; raises Missing in one sentence where the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as e:
        listener.close()
        words = e.strerror or str(e)
        raise Missing(
            f"cannot listen on {host}:{port} ({words}): set TRACKER_LISTEN to a free address"
        ) from e
    return listener

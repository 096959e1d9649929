"""Listen on a port, for the commands that show something in a browser."""

from __future__ import annotations

import os
import socket

from captions.errors import CaptionsError


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens on a port; raise CaptionsError if another program has it, or the host is unknown."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError:
        raise CaptionsError(f"unknown host {host!r}; use 127.0.0.1 or an address of this machine") from None
    listener = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError as error:
        listener.close()
        raise CaptionsError(f"cannot use port {port}: {error.strerror}; choose another with --port") from None
    return listener

"""The UDP ports of a call in a dialect: one, and others so many above or below it.

Notebook: 09-practica3.
"""

from __future__ import annotations

import socket

from labkit.errors import LocalError

TRIES = 32


def base_port(sockets: dict[int, socket.socket]) -> int:
    """The port that the others are counted from."""
    return next(
        (int(own.getsockname()[1]) - above for above, own in sockets.items()), 0
    )


def open_ports(host: str, shared: int, above: set[int]) -> dict[int, socket.socket]:
    """A socket for each, by how far its port is above the first one's.

    With `shared`, a port that is open already, that is the first, and gets none. Raises
    LocalError when they cannot be had.
    """
    for _ in range(1 if shared else TRIES):
        try:
            if shared:
                return _bound(host, shared, above - {0})
            chosen = _bound(host, 0, {0})[0]
            port = int(chosen.getsockname()[1])
            chosen.close()
            return _bound(host, port, above)
        except (OSError, OverflowError):
            continue
    raise LocalError(f"found no free UDP ports side by side on {host}")


def _bound(host: str, port: int, above: set[int]) -> dict[int, socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found: dict[int, socket.socket] = {}
    try:
        for each in sorted(above):
            found[each] = socket.socket(family, socket.SOCK_DGRAM)
            found[each].setblocking(False)
            found[each].bind((host, port + each))
    except (OSError, OverflowError):
        for own in found.values():
            own.close()
        raise
    return found

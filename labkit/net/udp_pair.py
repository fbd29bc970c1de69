"""Two UDP sockets side by side: RTP on an even port, RTCP on the next one.

RFC 3550, section 11. One socket sends and receives (symmetric RTP, RFC 4961).
Notebook: 03-media.
"""

from __future__ import annotations

import socket

from labkit.effects import Address
from labkit.errors import LocalError

TRIES = 64
RECEIVE_BUFFER = 4 << 20
"""Octets: pictures come as bursts of packets, and a busy machine fetches them late."""


class UdpPair:
    """The sockets of one media line, `rtp` blocking, `rtcp` not."""

    def __init__(self, host: str) -> None:
        self.rtp, self.rtcp = _bind_pair(host)
        self.rtcp.setblocking(False)
        self.rtp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        self.rtp_address = Address(*self.rtp.getsockname()[:2])
        self.rtcp_address = Address(*self.rtcp.getsockname()[:2])

    def close(self) -> None:
        """Give both ports back; a second time does nothing."""
        self.rtp.close()
        self.rtcp.close()


def _bind_pair(host: str) -> tuple[socket.socket, socket.socket]:
    """Let the system choose a port; its neighbour must be free too.

    Raises LocalError when no pair is found, or `host` is no address of this machine.
    """
    for _ in range(TRIES):
        chosen = _bind(host, 0)
        port = chosen.getsockname()[1]
        try:
            neighbour = _bind(host, port ^ 1)
        except LocalError:
            chosen.close()
            continue
        return (chosen, neighbour) if port % 2 == 0 else (neighbour, chosen)
    raise LocalError(
        f"found no two free UDP ports side by side on {host}; "
        "close programs that hold many ports, then try again"
    )


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened: socket.socket | None = None
    try:
        opened = socket.socket(family, socket.SOCK_DGRAM)
        opened.bind((host, port))
    except OSError as error:  # taken, not ours, or too many files open
        if opened is not None:
            opened.close()
        raise LocalError(
            f"cannot receive media on {Address(host, port)}: {error.strerror}"
        ) from None
    return opened

"""Datagrams by the batch: as few calls into the kernel as the kernel allows.

Notebook: 03-media.
"""

from __future__ import annotations

import socket

from labkit.effects import Address

LARGEST = 65_536
MOST_AT_ONCE = 128
_DONT_WAIT = getattr(socket, "MSG_DONTWAIT", None)


def receive(opened: socket.socket) -> list[tuple[bytes, Address]]:
    """Wait for a datagram, then take what else is there; OSError once it is closed."""
    data, source = opened.recvfrom(LARGEST)
    batch = [(data, Address(*source[:2]))]
    if _DONT_WAIT is None:  # not on this system: one at a time
        return batch
    try:
        while len(batch) < MOST_AT_ONCE:
            data, source = opened.recvfrom(LARGEST, _DONT_WAIT)
            batch.append((data, Address(*source[:2])))
    except BlockingIOError:
        pass
    return batch


def send(opened: socket.socket, packets: list[bytes], to: Address) -> None:
    """Send each packet as a datagram; OSError when the system refuses one."""
    for packet in packets:
        opened.sendto(packet, to)

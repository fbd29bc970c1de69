"""Datagrams by the batch, with as few hand-overs of Python's lock as can be.

A picture is some twenty datagrams. Each `sendto` and `recvfrom` of a Python socket lets
go of the interpreter's lock and takes it again; when a notebook's cell is busy, another
thread may have it by then, and the picture waits. So one call waits for the first
datagram; the rest of a batch is fetched, and sent, without letting go
(`labkit.net.datagrams_linux`; elsewhere the socket's own methods do).

Notebook: 03-media.
"""

from __future__ import annotations

import socket
import sys

from labkit.effects import Address

LARGEST = 65_536
MOST_AT_ONCE = 128
"""So that a flood cannot keep the receive thread from handing on what it has."""


class Datagrams:
    """Reads and writes batches on one UDP socket, which stays the caller's to close."""

    def __init__(self, opened: socket.socket) -> None:
        self.socket = opened

    def receive(self) -> list[tuple[bytes, Address]]:
        """Wait for a datagram, then take what else is there already.

        Raises OSError when the system reports one, or the socket is closed.
        """
        data, source = self.socket.recvfrom(LARGEST)
        return [(data, Address(*source[:2])), *self._more()]

    def send(self, packets: list[bytes], to: Address) -> None:
        """Send each packet as a datagram; OSError when the system refuses one."""
        for packet in packets:
            self.socket.sendto(packet, to)

    def _more(self) -> list[tuple[bytes, Address]]:
        """What has arrived already; without waiting where the system can do that."""
        batch: list[tuple[bytes, Address]] = []
        dont_wait = getattr(socket, "MSG_DONTWAIT", None)
        try:
            while dont_wait is not None and len(batch) < MOST_AT_ONCE:
                data, source = self.socket.recvfrom(LARGEST, dont_wait)
                batch.append((data, Address(*source[:2])))
        except BlockingIOError:
            pass
        return batch


def over(opened: socket.socket) -> Datagrams:
    """The best way this system has to read and write batches on a socket."""
    if sys.platform == "linux" and opened.family == socket.AF_INET:
        from labkit.net.datagrams_linux import LinuxDatagrams

        return LinuxDatagrams(opened)
    return Datagrams(opened)

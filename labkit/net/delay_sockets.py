"""Three ways to make another machine answer a probe, and to tell which one it answered.

    echo          a program there sends it back: `labkit delays echo`
    ping          the machine itself answers ICMP echo requests (RFC 792), as nearly
                  every home router does. Linux and macOS let everybody ask.
    unreachable   a datagram to a UDP port where nobody listens: the machine answers
                  "port unreachable" (RFC 1122, 3.2.2.1), and Linux's error queue says
                  to which datagram. Many routers do so once a second only.

Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

import os
import socket
import struct
import sys
from abc import ABC, abstractmethod

from labkit.effects import Address
from labkit.errors import LocalError

ASK, ANSWER = b"labkit?", b"labkit!"
"""Different, so that two echo servers cannot send each other one probe for ever."""
SIZE = 172
"""Octets of a probe: as much as 20 ms of G.711 in RTP."""
IP_RECVERR = 11
"""Linux: keep errors, with the datagrams that they are about, in a queue."""


class ProbeSocket(ABC):
    """Sends numbered probes to one machine and hears which were answered."""

    opened: socket.socket

    @abstractmethod
    def send(self, number: int) -> None:
        """Send a probe. Raises OSError when the system refuses."""

    @abstractmethod
    def answered(self) -> int | None:
        """The number of a probe whose answer has come; None for something else.

        Raises BlockingIOError when nothing has come, or another OSError.
        """

    def close(self) -> None:
        """Give the socket back."""
        self.opened.close()


class EchoProbe(ProbeSocket):
    """For `EchoServer` on the other side."""

    def __init__(self, target: Address) -> None:
        self.opened = _udp(target)

    def send(self, number: int) -> None:
        """Send the number behind the question mark."""
        self.opened.send(_probe(number))

    def answered(self) -> int | None:
        """The number behind the exclamation mark."""
        return _number(self.opened.recv(2048), ANSWER)


class UnreachableProbe(ProbeSocket):
    """For a UDP port where nobody listens; Linux only."""

    def __init__(self, target: Address) -> None:
        if sys.platform != "linux" or ":" in target.host:
            raise LocalError(
                "only Linux says which datagram found nobody, and only for IPv4; "
                "use the way ping, or run `labkit delays echo` on another machine"
            )
        self.opened = _udp(target)
        self.opened.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)

    def send(self, number: int) -> None:
        """Send a probe; an error that was left from an earlier one is no obstacle."""
        try:
            self.opened.send(_probe(number))
        except ConnectionRefusedError:
            self.opened.send(_probe(number))

    def answered(self) -> int | None:
        """The number in the datagram that an ICMP message came back about."""
        if sys.platform != "linux":
            return None
        try:
            data, *_ = self.opened.recvmsg(2048, 512, socket.MSG_ERRQUEUE)
        except BlockingIOError:  # no error, but perhaps somebody listens and answers
            self.opened.recv(2048)
            return None
        return _number(data, ASK)


class PingProbe(ProbeSocket):
    """ICMP echo without being the administrator: a datagram socket for it."""

    def __init__(self, target: Address) -> None:
        if ":" in target.host:
            raise LocalError("the way ping knows IPv4 only; give an IPv4 address")
        try:
            self.opened = socket.socket(
                socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP
            )
        except OSError as error:
            raise LocalError(
                f"this system lets only its administrator ping ({error.strerror}); "
                "run `labkit delays echo` on another machine and use the way echo"
            ) from None
        self.opened.setblocking(False)
        self.opened.connect((target.host, 0))
        self._mine = os.urandom(4)
        """So that answers to other programs' pings are told apart, if they come."""

    def send(self, number: int) -> None:
        """Send an echo request, type 8; Linux puts its own identifier in."""
        content = self._mine + number.to_bytes(4, "big") + bytes(SIZE)
        request = struct.pack("!BBHHH", 8, 0, 0, 0, number & 0xFFFF) + content
        checksum = _checksum(request)
        self.opened.send(request[:2] + checksum.to_bytes(2, "big") + request[4:])

    def answered(self) -> int | None:
        """The number in an echo reply, type 0."""
        data = self.opened.recv(2048)
        if data[:1] and data[0] >> 4 == 4:  # macOS hands the IPv4 header over, too
            data = data[(data[0] & 15) * 4 :]
        if len(data) < 16 or data[0] != 0 or data[8:12] != self._mine:
            return None
        return int.from_bytes(data[12:16], "big")


WAYS: dict[str, type[EchoProbe | UnreachableProbe | PingProbe]] = {
    "echo": EchoProbe,
    "ping": PingProbe,
    "unreachable": UnreachableProbe,
}


def _udp(target: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in target.host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_DGRAM)
    opened.setblocking(False)
    try:
        opened.connect(tuple(target))
    except OSError as error:
        opened.close()
        raise LocalError(f"no way leads to {target}: {error.strerror}") from None
    return opened


def _probe(number: int) -> bytes:
    return (ASK + number.to_bytes(4, "big")).ljust(SIZE, b"\0")


def _number(data: bytes, begins: bytes) -> int | None:
    if not data.startswith(begins) or len(data) < len(begins) + 4:
        return None
    return int.from_bytes(data[len(begins) : len(begins) + 4], "big")


def _checksum(data: bytes) -> int:
    """RFC 1071: the complement of the sum of all 16-bit words."""
    total: int = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF

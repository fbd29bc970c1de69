"""Messages back into packets: IP, UDP and TCP headers as they may have looked.

A trace keeps what the sockets saw, which is what the headers *carry*; addresses and
ports are known, the rest (identification, sequence numbers, the three-way handshake) is
made up so that Wireshark can put the stream together.

RFC 791, RFC 8200 (IP), RFC 768 (UDP), RFC 9293 (TCP). Notebook: 01-registry.
"""

from __future__ import annotations

import struct
from ipaddress import IPv6Address, ip_address

from labkit.effects import Address
from labkit.trace.capture.pcapng import IP

MOST_UDP_BYTES = 65_507  # what fits under IPv4's 16-bit total length
SEGMENT_BYTES = 1400
UDP, TCP = 17, 6
SYN, PUSH, ACK = 0x02, 0x08, 0x10
_FIRST_NUMBER = 1000


def udp_packet(source: Address, target: Address, data: bytes) -> bytes:
    """One datagram; longer ones than UDP over IPv4 allows are cut."""
    data = data[:MOST_UDP_BYTES]
    ports = struct.pack("!HH", source.port & 0xFFFF, target.port & 0xFFFF)
    head = ports + struct.pack("!H", 8 + len(data))
    return _ip_packet(source, target, UDP, head, data)


class TcpStream:
    """One connection, told as segments: a handshake, then data, acknowledged."""

    def __init__(self, client: Address, server: Address) -> None:
        self._next = {client: _FIRST_NUMBER, server: _FIRST_NUMBER}
        self._ends = client, server

    def handshake(self) -> list[bytes]:
        """SYN, SYN+ACK, ACK."""
        client, server = self._ends
        syn = self._segment(client, SYN, acknowledge=False)
        self._next[client] += 1
        answer = self._segment(server, SYN | ACK)
        self._next[server] += 1
        return [syn, answer, self._segment(client, ACK)]

    def data(self, source: Address, data: bytes) -> list[bytes]:
        """The segments that carry these bytes from one end to the other."""
        segments = []
        for start in range(0, len(data), SEGMENT_BYTES):
            part = data[start : start + SEGMENT_BYTES]
            segments.append(self._segment(source, PUSH | ACK, part))
            self._next[source] += len(part)
        return segments

    def _segment(
        self, source: Address, flags: int, data: bytes = b"", acknowledge: bool = True
    ) -> bytes:
        client, server = self._ends
        target = server if source == client else client
        number = self._next[source] & 0xFFFF_FFFF
        acknowledged = self._next[target] & 0xFFFF_FFFF if acknowledge else 0
        head = struct.pack(
            "!HHLLBBH", source.port & 0xFFFF, target.port & 0xFFFF,
            number, acknowledged, 5 << 4, flags, 0xFFFF,
        )  # fmt: skip
        return _ip_packet(source, target, TCP, head, data)


def ip_of(address: Address) -> IP:
    """The address's host as an IP; 0.0.0.0 for what is none."""
    try:
        return ip_address(address.host)
    except ValueError:
        return ip_address("0.0.0.0")


def _ip_packet(
    source: Address, target: Address, protocol: int, head: bytes, data: bytes
) -> bytes:
    """IP header, transport header with its checksum put in at its end, data.

    UDP's header ends with its checksum; after TCP's come two bytes of urgent pointer.
    """
    own, other = ip_of(source), ip_of(target)
    if own.version != other.version:
        own, other = _as_ipv6(own), _as_ipv6(other)
    tail = bytes(2) if protocol == TCP else b""
    size = len(head) + 2 + len(tail) + len(data)
    pseudo = own.packed + other.packed + struct.pack("!LL", size, protocol)
    check = checksum(pseudo + head + b"\0\0" + tail + data)
    body = head + struct.pack("!H", check) + tail + data
    if own.version == 4:
        return _ipv4_header(own, other, protocol, size) + body
    fixed = struct.pack("!LHBB", 6 << 28, size, protocol, 64)
    return fixed + own.packed + other.packed + body


def _ipv4_header(source: IP, target: IP, protocol: int, size: int) -> bytes:
    """Twenty bytes, no options, "do not fragment", 64 hops."""
    start = struct.pack("!BBHHHBB", 0x45, 0, 20 + size, 0, 0x4000, 64, protocol)
    check = checksum(start + b"\0\0" + source.packed + target.packed)
    return start + struct.pack("!H", check) + source.packed + target.packed


def checksum(data: bytes) -> int:
    """The Internet checksum (RFC 1071): the complement of the ones' complement sum.

    The sum of 16-bit words with end-around carry is the whole number modulo 65,535. Of
    the two zeros it gives 0xffff, the one that UDP wants.
    """
    padded = data + bytes(len(data) % 2)
    return 0xFFFF - int.from_bytes(padded, "big") % 0xFFFF


def _as_ipv6(address: IP) -> IPv6Address:
    if isinstance(address, IPv6Address):
        return address
    return IPv6Address(f"::ffff:{address}")

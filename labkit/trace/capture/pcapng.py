"""The blocks of a pcapng file, as far as the kit writes them.

Every block, and so the file, has the same frame:

     0                   1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |                          Block Type                           |
    |                      Block Total Length                       |
    |           Block Body, padded to 32 bits, then options         |
    |                      Block Total Length                       |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

draft-ietf-opsawg-pcapng, sections 3.1, 4.1-4.3, 4.5. Notebook: 02-signalling.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple, TypeAlias

IP: TypeAlias = IPv4Address | IPv6Address

SECTION_HEADER, INTERFACE, NAMES, PACKET = 0x0A0D0D0A, 1, 4, 6
LINKTYPE_RAW = 101  # no link layer: the packet begins with its IP header
_MAGIC = 0x1A2B3C4D
_UNKNOWN_LENGTH = 0xFFFF_FFFF_FFFF_FFFF
_COMMENT, _APPLICATION, _INTERFACE_NAME = 1, 4, 2
_MOST_OPTION_BYTES = 2000


class CapturedPacket(NamedTuple):
    """One IP packet and when it passed."""

    time: float
    """Seconds since the Unix epoch."""
    data: bytes
    comment: str = ""


def write_pcapng(packets: Iterable[CapturedPacket], names: Mapping[IP, str]) -> bytes:
    """A whole file: a section, an interface, the names, the packets in that order."""
    section = struct.pack("<LHHQ", _MAGIC, 1, 0, _UNKNOWN_LENGTH)
    interface = struct.pack("<HHL", LINKTYPE_RAW, 0, 0)  # 0: packets are not cut
    return b"".join(
        [
            _block(SECTION_HEADER, section, [(_APPLICATION, "labkit")]),
            _block(INTERFACE, interface, [(_INTERFACE_NAME, "labkit")]),
            *([_block(NAMES, _names(names))] if names else []),
            *map(_packet, packets),
        ]
    )


def _packet(packet: CapturedPacket) -> bytes:
    microseconds = max(0, round(packet.time * 1_000_000))  # the default resolution
    size = len(packet.data)
    head = struct.pack(
        "<LLLLL", 0, microseconds >> 32 & 0xFFFF_FFFF, microseconds & 0xFFFF_FFFF,
        size, size,
    )  # fmt: skip
    options = [(_COMMENT, packet.comment)] if packet.comment else []
    return _block(PACKET, head + _padded(packet.data), options)


def _names(names: Mapping[IP, str]) -> bytes:
    """Name resolution records: 1 for IPv4, 2 for IPv6, 0 ends the list."""
    records = []
    for address, name in names.items():
        value = address.packed + name.encode().replace(b"\0", b"") + b"\0"
        kind = 1 if address.version == 4 else 2
        records.append(struct.pack("<HH", kind, len(value)) + _padded(value))
    return b"".join(records) + bytes(4)


def _block(kind: int, body: bytes, options: Iterable[tuple[int, str]] = ()) -> bytes:
    for code, text in options:
        value = text.encode()[:_MOST_OPTION_BYTES]
        body += struct.pack("<HH", code, len(value)) + _padded(value)
    if options:
        body += bytes(4)  # opt_endofopt
    length = struct.pack("<L", 12 + len(body))
    return struct.pack("<L", kind) + length + body + length


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)

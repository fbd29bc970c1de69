"""XOR parity: one packet more, from which any one lost packet of a group comes back.

The bit layout is RFC 5109's (section 7.3, 7.4), one level that protects all octets:

     0                   1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |E|L|P|X|  CC   |M| PT recovery |            SN base            |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |                          TS recovery                          |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |        length recovery        |       protection length       |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |             mask              |  L: 32 more bits of the mask  :
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |  XOR of all that follows the packets' 12 octets of header ...

Bit i of the mask: packet SN base + i is in the group. All but the mask is the XOR of
the packets' bit strings; whoever has all of them but one gets that one by XORing them
out again. Unlike the RFC's, the packets have a source of their own (`stream`): a
receiver that knows no parity sees no gap in the media's numbers.

Notebook: 06-loss.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from labkit.errors import LocalError, RemoteError
from labkit.media.messages import RtpPacket
from labkit.media.repair.bit_string import HEADER, from_bits, to_bits

SHORT_MASK, LONG_MASK = 16, 48
_LONG = 0x40
_RECOVERED = 0x3F
_PROTECTION = struct.Struct("!H")


class Parity(NamedTuple):
    """What one parity packet says."""

    base: int
    """The sequence number that the mask counts from."""
    offsets: tuple[int, ...]
    """The group: these numbers after the base, rising."""
    bits: bytes
    """The XOR of the group's bit strings."""


def xor(strings: Iterable[bytes]) -> bytes:
    """All of them together; the shorter ones as if zeros followed.

    Python's whole numbers XOR a packet at once, many times faster than a loop over its
    octets. The lowest octet comes first, so that zeros are missing at the end.
    """
    total = length = 0
    for string in strings:
        total ^= int.from_bytes(string, "little")
        length = max(length, len(string))
    return total.to_bytes(length, "little")


def parity_of(packets: Sequence[RtpPacket]) -> Parity:
    """The parity of packets in the order of their numbers."""
    base = packets[0].sequence_number
    offsets = tuple((packet.sequence_number - base) & 0xFFFF for packet in packets)
    return Parity(base, offsets, xor(map(to_bits, packets)))


def missing_packet(
    parity: Parity, others: Iterable[RtpPacket], number: int, ssrc: int
) -> RtpPacket:
    """The one packet of the group that is not among `others`.

    Raises RemoteError when what comes out is no packet.
    """
    strings = [to_bits(packet) for packet in others]
    return from_bits(xor([parity.bits, *strings]), number, ssrc)


def write_parity(parity: Parity) -> bytes:
    """The payload of a parity packet.

    Raises LocalError when the group is empty, or spans more than 48 numbers.
    """
    long = max(parity.offsets, default=LONG_MASK) >= SHORT_MASK
    width = LONG_MASK if long else SHORT_MASK
    if not all(0 <= offset < width for offset in parity.offsets) or not parity.offsets:
        raise LocalError(
            f"a parity packet is for 1 to {LONG_MASK} packets in a row, not for those "
            f"{parity.offsets} after its base"
        )
    mask = sum(1 << width - 1 - offset for offset in parity.offsets)
    first, second, _, timestamp, length = HEADER.unpack_from(parity.bits)
    header = HEADER.pack(
        first & _RECOVERED | (_LONG if long else 0),
        second,
        parity.base,
        timestamp,
        length,
    )
    protected = parity.bits[HEADER.size :]
    return b"".join(
        (
            header,
            _PROTECTION.pack(len(protected)),
            mask.to_bytes(width // 8, "big"),
            protected,
        )
    )


def parse_parity(payload: bytes) -> Parity:
    """What a parity packet says; further levels of protection are not read.

    Raises RemoteError when it is too short, or protects no packet.
    """
    width = LONG_MASK if payload[:1] and payload[0] & _LONG else SHORT_MASK
    start = HEADER.size + _PROTECTION.size + width // 8
    if len(payload) < start:
        raise RemoteError(f"parity needs {start} bytes of header, got {len(payload)}")
    first, second, base, timestamp, length = HEADER.unpack_from(payload)
    (protected,) = _PROTECTION.unpack_from(payload, HEADER.size)
    mask = int.from_bytes(payload[start - width // 8 : start], "big")
    if len(payload) < start + protected or not mask:
        raise RemoteError(
            f"parity of {mask.bit_count()} packets needs {start + protected} bytes, "
            f"got {len(payload)}"
        )
    header = HEADER.pack(first & _RECOVERED, second, 0, timestamp, length)
    return Parity(
        base,
        tuple(i for i in range(width) if mask >> width - 1 - i & 1),
        header + payload[start : start + protected],
    )

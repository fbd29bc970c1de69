"""A packet as a string of bits from which, and from its number, it can be made again.

XOR parity and Reed–Solomon compute with equally long strings, and packets are of
different lengths. So the string begins with what differs from packet to packet, its
length included (RFC 5109, section 9.1), and zeros may follow it:

     0                   1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |0 0|P|X|  CC   |M|     PT      |               0               |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |                           timestamp                           |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |   length of what follows      |  all after the SSRC field ... |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

The number and the SSRC are known from elsewhere. Notebook: 06-loss.
"""

from __future__ import annotations

import struct

from labkit.errors import RemoteError
from labkit.media.messages import RtpPacket
from labkit.media.wire.rtp import parse_rtp, write_rtp

HEADER = struct.Struct("!BBHLH")
_RTP = struct.Struct("!BBHLL")
_VERSION = 0x80
_BELOW_VERSION = 0x3F


def to_bits(packet: RtpPacket) -> bytes:
    """The string of one packet."""
    data = write_rtp(packet)
    first, second, _, timestamp, _ = _RTP.unpack_from(data)
    rest = data[_RTP.size :]
    header = HEADER.pack(first & _BELOW_VERSION, second, 0, timestamp, len(rest))
    return header + rest


def from_bits(bits: bytes, sequence_number: int, ssrc: int) -> RtpPacket:
    """The packet of a string that was recovered.

    Raises RemoteError when it is none: something was put together that does not belong
    together.
    """
    if len(bits) < HEADER.size:
        raise RemoteError(f"{len(bits)} bytes were recovered: too few for a packet")
    first, second, _, timestamp, length = HEADER.unpack_from(bits)
    end = HEADER.size + length
    if len(bits) < end or any(bits[end:]):
        raise RemoteError(
            f"what was recovered of packet {sequence_number} does not have the "
            f"{length} bytes that it should: the repair belongs to other packets"
        )
    header = _RTP.pack(
        _VERSION | first & _BELOW_VERSION, second, sequence_number, timestamp, ssrc
    )
    return parse_rtp(header + bits[HEADER.size : end])

"""RTP packets as bytes (RFC 3550 section 5.1).

     0                   1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |V=2|P|X|  CC   |M|     PT      |       sequence number         |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |                           timestamp                           |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |           synchronization source (SSRC) identifier            |
    +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
    |   contributing source (CSRC) identifiers, 0 to 15 (CC) words  |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |  X: defined by profile        |  length in words (0 is legal) |
    |                        header extension                       |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |       payload ...             | P: padding, last byte: length |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

Notebook: 03-media.
"""

from __future__ import annotations

import struct

from labkit.errors import LocalError, RemoteError
from labkit.media.messages import HeaderExtension, RtpPacket

VERSION = 2
MOST_CSRCS = 15

_HEADER = struct.Struct("!BBHLL")
_EXTENSION = struct.Struct("!HH")
_PLAIN = VERSION << 6
_PADDING, _EXTENDED, _CSRC_COUNT = 0x20, 0x10, 0x0F
_MARKER, _PAYLOAD_TYPE = 0x80, 0x7F


def parse_rtp(data: bytes) -> RtpPacket:
    """The packet written in one datagram; padding is taken off.

    Raises RemoteError when it is not an RTP packet.
    """
    if len(data) < _HEADER.size:
        raise _short("header", len(data), _HEADER.size)
    first, second, sequence_number, timestamp, ssrc = _HEADER.unpack_from(data)
    csrcs: tuple[int, ...] = ()
    extension = None
    if first == _PLAIN:  # nearly every packet there is
        payload = data[_HEADER.size :]
    else:
        if first >> 6 != VERSION:
            raise RemoteError(f"RTP version is {first >> 6}, must be {VERSION}")
        csrcs = _parse_csrcs(data, first & _CSRC_COUNT)
        start = _HEADER.size + 4 * len(csrcs)
        if first & _EXTENDED:
            extension = _parse_extension(data, start)
            start += _EXTENSION.size + len(extension.data)
        end = _end_of_payload(data, start) if first & _PADDING else len(data)
        payload = data[start:end]
    return RtpPacket(
        second & _PAYLOAD_TYPE, sequence_number, timestamp, ssrc, payload,
        second >= _MARKER, csrcs, extension,
    )  # fmt: skip


def write_rtp(packet: RtpPacket) -> bytes:
    """The datagram of one packet, without padding.

    Raises LocalError when a field does not fit its bits.
    """
    first = _PLAIN | len(packet.csrcs)
    second = packet.payload_type | (_MARKER if packet.marker else 0)
    if len(packet.csrcs) > MOST_CSRCS or not 0 <= packet.payload_type <= _PAYLOAD_TYPE:
        raise LocalError(f"an RTP header cannot hold {packet!r}")
    if packet.extension is not None:
        first |= _EXTENDED
    try:
        header = _HEADER.pack(
            first, second, packet.sequence_number, packet.timestamp, packet.ssrc
        )
        if first == _PLAIN:
            return header + packet.payload
        csrcs = struct.pack(f"!{len(packet.csrcs)}L", *packet.csrcs)
    except struct.error as error:
        raise LocalError(f"an RTP header cannot hold {packet!r}: {error}") from None
    return header + csrcs + _write_extension(packet.extension) + packet.payload


def _parse_csrcs(data: bytes, count: int) -> tuple[int, ...]:
    needed = _HEADER.size + 4 * count
    if len(data) < needed:
        raise _short(f"header with {count} contributing sources", len(data), needed)
    return struct.unpack_from(f"!{count}L", data, _HEADER.size)


def _parse_extension(data: bytes, start: int) -> HeaderExtension:
    after = start + _EXTENSION.size
    if len(data) < after:
        raise _short("header with extension", len(data), after)
    profile, words = _EXTENSION.unpack_from(data, start)
    end = after + 4 * words
    if len(data) < end:
        raise _short(f"header with an extension of {words} words", len(data), end)
    return HeaderExtension(profile, data[after:end])


def _write_extension(extension: HeaderExtension | None) -> bytes:
    if extension is None:
        return b""
    words, rest = divmod(len(extension.data), 4)
    if rest or words > 0xFFFF or not 0 <= extension.profile <= 0xFFFF:
        raise LocalError(
            "an RTP header extension has a 16-bit profile and up to 65535 words of "
            f"4 bytes, not {extension.profile} and {len(extension.data)} bytes"
        )
    return _EXTENSION.pack(extension.profile, words) + extension.data


def _end_of_payload(data: bytes, start: int) -> int:
    end = len(data) - data[-1]
    if data[-1] == 0 or end < start:
        raise RemoteError(
            f"RTP padding claims {data[-1]} bytes; the packet has 1 to "
            f"{len(data) - start} for it"
        )
    return end


def _short(what: str, got: int, needed: int) -> RemoteError:
    return RemoteError(f"RTP {what} needs {needed} bytes, got {got}")

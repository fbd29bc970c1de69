"""H264 frames in RTP packets (RFC 6184, packetization mode 1).

A payload is a NAL unit as it is, or one of two kinds of packet that begin like a unit,
with a type that no unit has:

    STAP-A (24), several small units:        FU-A (28), a piece of a large one:
    +-------+------+------+------+---         +-----------+---------+-------------
    |F|NRI|24| size | unit | size | ...       |F|NRI|28   |S|E|0|type| the unit from
    +-------+------+------+------+---         +-----------+---------+ its 2nd byte on

S: the unit begins in this packet; E: it ends in it.

Notebook: 03-media.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from labkit.errors import LocalError, RemoteError
from labkit.frames import EncodedFrame
from labkit.media.payloads.base import ROOM
from labkit.media.wire.h264_stream import START_CODE, TYPE, NalType, units

STAP_A, FU_A = 24, 28
_HIGHEST_UNIT = 23
_IMPORTANCE = 0xE0
_STARTS, _ENDS = 0x80, 0x40
_SIZE = 2
_FIRST_BLOCK = 0x80
"""In the byte after a slice's first: whether it begins with the picture's first block.
"""


class H264Payload:
    """The payload of H264 frames, and its own assembler."""

    def packetise(self, frame: EncodedFrame, room: int = ROOM) -> list[bytes]:
        """The frame's units: small ones together, large ones in pieces.

        Raises LocalError for a frame without units (Annex B), or too little room.
        """
        found = units(frame.data)
        if not found or room < 3:
            raise LocalError(
                f"{len(frame.data)} bytes of H264 with {len(found)} NAL units cannot "
                f"be cut into packets of {room}"
            )
        return [
            payload
            for group in _groups(found, room)
            for payload in _written(group, room)
        ]

    def new_assembler(self) -> H264Payload:
        """Itself: there is nothing to remember between frames."""
        return self

    def join(self, payloads: Sequence[bytes]) -> bytes:
        """The H264 frame in these packets, as a byte stream (Annex B).

        Raises RemoteError when its beginning is missing or a packet is of a kind that
        packetization mode 1 does not have.
        """
        found = list(_read(payloads))
        slices = (unit for unit in found if _is_slice(unit))
        first = next(slices, None)
        if not found or (first is not None and not first[1] & _FIRST_BLOCK):
            raise RemoteError("H264 frame without its first packet")
        return b"".join([part for unit in found for part in (START_CODE, unit)])


def _groups(found: list[bytes], room: int) -> Iterator[list[bytes]]:
    """Units that fit in one packet together, in their order."""
    group: list[bytes] = []
    size = 1
    for unit in found:
        if group and size + _SIZE + len(unit) > room:
            yield group
            group, size = [], 1
        group.append(unit)
        size += _SIZE + len(unit)
    yield group


def _written(group: list[bytes], room: int) -> list[bytes]:
    """The payloads of a group of units, or of one unit that may be large."""
    if len(group) > 1:
        header = max(unit[0] & _IMPORTANCE for unit in group) | STAP_A
        sized = (part for unit in group for part in (_size(unit), unit))
        return [bytes([header]) + b"".join(sized)]
    (unit,) = group
    if len(unit) <= room:
        return [unit]
    indicator, type_ = unit[0] & _IMPORTANCE | FU_A, unit[0] & TYPE
    step = room - 2
    pieces = []
    for at in range(1, len(unit), step):
        header = type_ | _STARTS * (at == 1) | _ENDS * (at + step >= len(unit))
        pieces.append(bytes((indicator, header)) + unit[at : at + step])
    return pieces


def _size(unit: bytes) -> bytes:
    return len(unit).to_bytes(_SIZE, "big")


def _read(payloads: Sequence[bytes]) -> Iterator[bytes]:
    """The units in these payloads, whole."""
    pieces: list[bytes] = []
    for payload in payloads:
        if len(payload) < 2:
            raise RemoteError(f"H264 payload needs 2 bytes, got {len(payload)}")
        type_ = payload[0] & TYPE
        if type_ != FU_A and pieces:
            raise RemoteError("H264 unit of which the last piece is missing")
        if type_ == FU_A:
            if _take_piece(pieces, payload):
                yield b"".join(pieces)
                pieces.clear()
        elif type_ == STAP_A:
            yield from _read_aggregate(payload)
        else:
            yield _checked(payload)
    if pieces:
        raise RemoteError("H264 unit of which the last piece is missing")


def _take_piece(pieces: list[bytes], payload: bytes) -> bool:
    """Add a piece to those of the same unit; whether it was the last."""
    header = payload[1]
    if bool(header & _STARTS) == bool(pieces):
        what = "begins twice" if pieces else "came without its first piece"
        raise RemoteError(f"H264 unit {what}")
    if not pieces:
        unit_header = bytes([payload[0] & _IMPORTANCE | header & TYPE])
        pieces.append(_checked(unit_header + payload[2:]))
    else:
        pieces.append(payload[2:])
    return bool(header & _ENDS)


def _read_aggregate(payload: bytes) -> Iterator[bytes]:
    at = 1
    while at < len(payload):
        start = at + _SIZE
        at = start + int.from_bytes(payload[at:start], "big")
        if at > len(payload):
            raise RemoteError(
                f"H264 unit in a STAP-A claims to end at byte {at} of {len(payload)}"
            )
        yield _checked(payload[start:at])


def _checked(unit: bytes) -> bytes:
    """The unit; RemoteError unless it is one, with something in it."""
    if len(unit) < 2 or not 1 <= unit[0] & TYPE <= _HIGHEST_UNIT:
        what = f"type {unit[0] & TYPE}" if unit else "no type"
        raise RemoteError(
            f"H264 unit of {len(unit)} bytes and {what}; accepted are types 1 to 23, "
            "STAP-A (24) and FU-A (28)"
        )
    return unit


def _is_slice(unit: bytes) -> bool:
    return unit[0] & TYPE in (NalType.SLICE, NalType.IDR_SLICE)

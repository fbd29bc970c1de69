"""VP8 frames in RTP packets (RFC 7741 section 4.2).

Each payload begins with a descriptor; the kit writes its first byte only, and reads
all:

     0 1 2 3 4 5 6 7
    +-+-+-+-+-+-+-+-+
    |X|R|N|S|R| PID |   S: a partition begins here, PID says which
    +-+-+-+-+-+-+-+-+
    |I|L|T|K|  RSV  |   if X
    +-+-+-+-+-+-+-+-+
    |M| PictureID   |   if I; with M, another byte: 15 bits in all
    +-+-+-+-+-+-+-+-+
    |   TL0PICIDX   |   if L
    +-+-+-+-+-+-+-+-+
    |TID|Y| KEYIDX  |   if T or K
    +-+-+-+-+-+-+-+-+

The bytes after it are cut anywhere; all of a frame's go under partition 0, as the other
senders do whose encoder does not tell where its partitions begin.

Notebook: 03-media.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from labkit.errors import LocalError, RemoteError
from labkit.frames import EncodedFrame
from labkit.media.payloads.base import ROOM

_EXTENDED, _STARTS, _PARTITION = 0x80, 0x10, 0x07
_PICTURE_ID, _TL0PICIDX, _TID, _KEYIDX = 0x80, 0x40, 0x20, 0x10
_LONG = 0x80
_FIRST, _LATER = bytes([_STARTS]), bytes([0])


class Descriptor(NamedTuple):
    """What a payload says of itself before its data."""

    begins_frame: bool
    picture_id: int | None
    size: int
    """In bytes: where the data begins."""


class Vp8Payload:
    """The payload of VP8 frames, and its own assembler."""

    def packetise(self, frame: EncodedFrame, room: int = ROOM) -> list[bytes]:
        """The frame in pieces, each behind a descriptor of one byte; LocalError for an
        empty one."""
        if not frame.data or room < 2:
            raise LocalError(
                f"{len(frame.data)} bytes of VP8 cannot be cut into packets of {room}"
            )
        data, step = memoryview(frame.data), room - 1
        return [
            (_LATER if start else _FIRST) + data[start : start + step]
            for start in range(0, len(data), step)
        ]

    def new_assembler(self) -> Vp8Payload:
        """Itself: there is nothing to remember between frames."""
        return self

    def join(self, payloads: Sequence[bytes]) -> bytes:
        """The VP8 frame in these packets.

        Raises RemoteError when they do not begin with its beginning, or belong to
        several frames.
        """
        descriptors = [parse_descriptor(payload) for payload in payloads]
        if not descriptors or not descriptors[0].begins_frame:
            raise RemoteError("VP8 frame without its first packet")
        if any(descriptor.begins_frame for descriptor in descriptors[1:]):
            raise RemoteError("VP8 packets of one timestamp begin several frames")
        if len({descriptor.picture_id for descriptor in descriptors}) > 1:
            raise RemoteError("VP8 packets of one timestamp have several picture ids")
        return b"".join(
            [
                payload[descriptor.size :]
                for payload, descriptor in zip(payloads, descriptors, strict=True)
            ]
        )


def parse_descriptor(payload: bytes) -> Descriptor:
    """The descriptor of one payload; RemoteError when no data follows it."""
    padded = payload[:6].ljust(6, b"\0")  # the longest one has 6 bytes
    begins_frame = padded[0] & (_STARTS | _PARTITION) == _STARTS
    size, picture_id = 1, None
    if padded[0] & _EXTENDED:
        has = padded[1]
        size = 2
        if has & _PICTURE_ID:
            picture_id = padded[size]
            size += 1
            if picture_id & _LONG:
                picture_id = (picture_id & ~_LONG) << 8 | padded[size]
                size += 1
        size += bool(has & _TL0PICIDX) + bool(has & (_TID | _KEYIDX))
    if len(payload) <= size:
        raise RemoteError(
            f"VP8 payload needs a descriptor of {size} bytes and data, "
            f"got {len(payload)} bytes"
        )
    return Descriptor(begins_frame, picture_id, size)

"""A row of NAL units, as H264 encoders write them (ITU-T H.264 annex B).

Each unit stands behind a start code, 00 00 01 with perhaps more zeros before it, which
cannot occur within one. Its first byte says what it is:

     0 1 2 3 4 5 6 7
    +-+-+-+-+-+-+-+-+
    |F|NRI|  type   |   F: 0; NRI: 0 if no other picture builds on it
    +-+-+-+-+-+-+-+-+

Notebook: 03-media.
"""

from __future__ import annotations

import re
from enum import IntEnum

START_CODE = b"\x00\x00\x00\x01"
TYPE = 0x1F
_START = re.compile(rb"\x00\x00+\x01")
_SLICE = re.compile(rb"\x00\x00\x01[\x01\x05\x21\x25\x41\x45\x61\x65]")


class NalType(IntEnum):
    """What a unit is, where it matters to us (table 7-1)."""

    SLICE = 1
    """Of a picture that may build on earlier ones."""
    IDR_SLICE = 5
    """Of a keyframe, which nothing after it looks beyond."""
    SPS = 7
    PPS = 8


def units(data: bytes) -> list[bytes]:
    """The NAL units of a byte stream, without their start codes; none if it is none."""
    _, *parts = _START.split(data)
    return [unit for part in parts if (unit := part.rstrip(b"\x00"))]


def is_keyframe(data: bytes) -> bool:
    """Whether the first slice of this byte stream is a keyframe's."""
    found = _SLICE.search(data)
    return found is not None and data[found.end() - 1] & TYPE == NalType.IDR_SLICE

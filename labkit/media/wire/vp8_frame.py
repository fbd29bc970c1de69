"""The header of a VP8 frame (RFC 6386 section 9.1).

     0                   1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |size0|S| ver |P|     size of the first partition, upper bits   |
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |  9D 01 2A start code, then, little-endian, width and height:  |
    |  14 bits each, with 2 bits that ask for scaling above them    |

P is 0 in a keyframe, and only a keyframe has the last 7 bytes; S means the frame is to
be shown.

Notebook: 03-media.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from labkit.errors import RemoteError

_TAG_SIZE = 3
_KEYFRAME = struct.Struct("<3x3sHH")
_START_CODE = bytes.fromhex("9d012a")
_INTERFRAME = 0x01
_SIZE = 0x3FFF


class Vp8Header(NamedTuple):
    """What a VP8 frame says of itself without being decoded."""

    keyframe: bool
    width: int
    """Of a keyframe; 0 in others, which have the size of the last keyframe."""
    height: int


def is_keyframe(data: bytes) -> bool:
    """Whether this frame needs no other, by its first bit; False for no frame."""
    return data[:1] != b"" and not data[0] & _INTERFRAME


def parse_vp8(data: bytes) -> Vp8Header:
    """The header of one encoded frame; RemoteError when it has none."""
    if len(data) < _TAG_SIZE:
        raise RemoteError(f"VP8 frame needs {_TAG_SIZE} bytes, got {len(data)}")
    if data[0] & _INTERFRAME:
        return Vp8Header(False, 0, 0)
    if len(data) < _KEYFRAME.size:
        raise RemoteError(f"VP8 keyframe needs {_KEYFRAME.size} bytes, got {len(data)}")
    start_code, width, height = _KEYFRAME.unpack_from(data)
    if start_code != _START_CODE:
        raise RemoteError(
            f"VP8 keyframe has {start_code.hex(' ')} for a start code, not 9d 01 2a"
        )
    return Vp8Header(True, width & _SIZE, height & _SIZE)

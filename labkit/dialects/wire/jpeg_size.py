"""How large a JPEG is, by its own account: a label beside it may lie.

Of a file's segments only the frame header counts (ITU-T T.81, B.2.2); progressive ones
are fine, for browsers show them. Notebook: 09-practica3.
"""

from __future__ import annotations

MOST_SEGMENTS = 64
MOST_A_SIDE = 4096
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}


def jpeg_size(data: bytes) -> tuple[int, int]:
    """Width and height; ValueError for what is no JPEG or absurdly large."""
    if not data.startswith(b"\xff\xd8"):
        raise ValueError("a JPEG begins with ff d8")
    at = 2
    for _ in range(MOST_SEGMENTS):
        if at + 9 > len(data) or data[at] != 0xFF:
            break
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker in _FRAMES:
            height = int.from_bytes(data[at + 5 : at + 7], "big")
            width = int.from_bytes(data[at + 7 : at + 9], "big")
            if not (0 < width <= MOST_A_SIDE and 0 < height <= MOST_A_SIDE):
                raise ValueError(f"a picture of {width}x{height} is not shown")
            return width, height
        at += 2 + max(length, 2)
    raise ValueError("it has no frame header")

"""The time of capture, written into the picture itself in black and white squares.

Whoever sees the picture, after any codec, network and browser, can read the time at
which the camera took it and subtract: latency measured on what is really shown. The
squares stand along the upper and the lower edge, where television's test cards have
their castellations:

    row     squares 0 … 31, white = 1, most significant bit first
    top     the upper 32 bits of the time
    bottom  the lower 10 bits of the time, then 22 check bits

The time is 42 bits of milliseconds since 1 January 1970 (enough until 2109); the check
is the lower 22 bits of the CRC-32 of the time as 8 bytes, big-endian. A square is 1/32
of the width by 1/24 of the height, so it is found again in a picture that was scaled.

Notebook: 03-media.
"""

from __future__ import annotations

import zlib
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

from labkit.devices.base import Pixels

COLUMNS = 32
ROWS_IN_HEIGHT = 24
CHECK_BITS = 22
TIME_BITS = 2 * COLUMNS - CHECK_BITS
LEAST_CONTRAST = 60
"""Grey levels between the darkest and the lightest square, below which all is noise."""

_PLACES = np.arange(2 * COLUMNS, dtype=np.uint64)[::-1]


def row_height(height: int) -> int:
    """How many pixels high a row of squares is in a picture of this height."""
    return max(1, round(height / ROWS_IN_HEIGHT))


def draw(pixels: Pixels, seconds: float) -> None:
    """Write the time `seconds` (since 1970) over the picture's two edges, in place."""
    height, width = pixels.shape[:2]
    squares = _squares(round(seconds * 1000) % (1 << TIME_BITS))
    lines = squares[:, _square_at(width)]
    rows = row_height(height)
    pixels[:rows] = lines[0]
    pixels[height - rows :] = lines[1]


def read(pixels: Pixels) -> float | None:
    """The time written in the picture, to the millisecond; None when there is none.

    `pixels` may be colour (any order of channels) or grey, of any size.
    """
    height, width = pixels.shape[:2]
    rows = row_height(height)
    if height < 2 * ROWS_IN_HEIGHT or width < 2 * COLUMNS:
        return None
    levels = np.concatenate([_levels(pixels[:rows]), _levels(pixels[height - rows :])])
    darkest, lightest = levels.min(), levels.max()
    if lightest - darkest < LEAST_CONTRAST:
        return None
    white = levels > (darkest + lightest) / 2
    word = int((white.astype(np.uint64) << _PLACES).sum())
    milliseconds, check = word >> CHECK_BITS, word % (1 << CHECK_BITS)
    return milliseconds / 1000 if check == _check(milliseconds) else None


@lru_cache(maxsize=16)
def _square_at(width: int) -> npt.NDArray[np.intp]:
    """Which square each pixel of a line belongs to, shape (width, 3)."""
    return np.repeat((np.arange(width) * COLUMNS // width)[:, None], 3, axis=1)


def _squares(milliseconds: int) -> npt.NDArray[np.uint8]:
    """The two rows of squares, 0 or 255, shape (2, COLUMNS)."""
    word = np.uint64(milliseconds << CHECK_BITS | _check(milliseconds))
    bits = (word >> _PLACES) & np.uint64(1)
    return (bits * 255).astype(np.uint8).reshape(2, COLUMNS)


def _check(milliseconds: int) -> int:
    return zlib.crc32(milliseconds.to_bytes(8, "big")) % (1 << CHECK_BITS)


def _levels(strip: Pixels) -> npt.NDArray[np.float32]:
    """The grey level of each square of one row, from the middle of the square only."""
    rows = strip.shape[0]
    middle = strip[rows // 4 : rows - rows // 4].mean(axis=0, dtype=np.float32)
    if middle.ndim == 2:
        middle = middle.mean(axis=1)
    quarters = cv2.resize(
        middle[None], (4 * COLUMNS, 1), interpolation=cv2.INTER_AREA
    ).reshape(COLUMNS, 4)
    return np.asarray(quarters[:, 1:3].mean(axis=1), np.float32)

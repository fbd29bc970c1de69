"""Making any picture fit what the codecs take.

RFC 2435 sends a JPEG's sides as multiples of 8, and a call sends at most 1920 × 1080.

Notebook: 03-media.
"""

from __future__ import annotations

import cv2
import numpy as np

from labkit.devices.base import Pixels

LARGEST = (1920, 1080)
SMALLEST_SIDE = 16


def sendable(
    width: int, height: int, most: tuple[int, int] = LARGEST
) -> tuple[int, int]:
    """The size nearest to this one, of its shape, that can be sent and is no larger
    than `most`."""
    shrink = min(1.0, most[0] / width, most[1] / height)
    wide, high = (
        max(SMALLEST_SIDE, int(side * shrink) // 8 * 8) for side in (width, height)
    )
    return wide, high


def fitted(pixels: Pixels, width: int, height: int) -> Pixels:
    """The picture at this size: cut on two sides if its shape differs, never bent."""
    high, wide = pixels.shape[:2]
    if (wide, high) == (width, height):
        return pixels
    scale = max(width / wide, height / high)
    across, down = min(wide, round(width / scale)), min(high, round(height / scale))
    left, top = (wide - across) // 2, (high - down) // 2
    cut = pixels[top : top + down, left : left + across]
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(cut, (width, height), interpolation=how), np.uint8)

"""Two pictures in one: the peer's as large as it goes, one's own small in a corner.

Notebook: 04-videocall.
"""

from __future__ import annotations

import numpy as np

from labkit.devices.base import Pixels
from labkit.devices.fit import fitted

WIDTH, HEIGHT = 640, 480
INSET_WIDTH, INSET_HEIGHT = 160, 120
MARGIN, FRAME = 12, 2
"""Pixels from the inset to the edge, and of the white frame around it."""


def together(peer: Pixels | None, own: Pixels | None) -> Pixels:
    """Both pictures, HEIGHT × WIDTH; black where there is none. A new array."""
    canvas = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    if peer is not None:
        canvas[:] = fitted(peer, WIDTH, HEIGHT)
    if own is not None:
        top, left = HEIGHT - MARGIN - INSET_HEIGHT, WIDTH - MARGIN - INSET_WIDTH
        down, across = top + INSET_HEIGHT, left + INSET_WIDTH
        canvas[top - FRAME : down + FRAME, left - FRAME : across + FRAME] = 255
        canvas[top:down, left:across] = fitted(own, INSET_WIDTH, INSET_HEIGHT)
    return canvas

"""A picture ready to be shown, ours or the peer's.

Notebook: 03-media.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from labkit.frames import Picture
from labkit.media.codecs.jpeg import JpegEncoder

QUALITY = 80


@dataclass(frozen=True)
class Shown:
    """One picture: as JPEG, as pixels, or as both."""

    jpeg: bytes | None
    """The JPEG as it came from the peer (or left for it), never encoded again."""
    pixels: npt.NDArray[np.uint8] | None
    """BGR, shape (height, width, 3); None when nobody wanted it decoded."""
    width: int
    height: int
    captured: float | None
    """When the camera took it, on our clock; None while that cannot be told."""
    arrived: float
    """When it was whole here (one's own picture: when the camera handed it over)."""
    latency: float | None
    """Seconds from `captured` until it was ready to be shown."""
    sequence: int
    """Counts the pictures of this view."""

    def as_jpeg(self) -> bytes:
        """The JPEG as it came, or one made of the pixels, once."""
        return self.jpeg if self.jpeg is not None else self._encoded

    @cached_property
    def _encoded(self) -> bytes:
        if self.pixels is None:
            return b""
        return JpegEncoder(QUALITY).encode(Picture(self.pixels, self.arrived)).data

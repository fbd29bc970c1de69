"""The shape of every codec.

An encoder or decoder belongs to one stream and is used by one thread at a time.

Notebook: 03-media.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from labkit.errors import RemoteError
from labkit.frames import EncodedFrame, Picture, Sound

MOST_PIXELS_A_SIDE = 4096
"""A header that promises more is refused before memory is taken for it."""


class VideoEncoder(Protocol):
    """Pictures → frames. Also has its own setting: `quality` or `bit_rate`."""

    def encode(self, picture: Picture, keyframe: bool = False) -> EncodedFrame | None:
        """One picture's frame, or None when the codec dropped it.

        `keyframe` asks for a frame that needs no other. Raises LocalError for a picture
        that the format cannot hold.
        """
        ...


class VideoDecoder(Protocol):
    """Frames → pictures."""

    def decode(self, data: bytes) -> npt.NDArray[np.uint8] | None:
        """BGR pixels, uint8, shape (height, width, 3); None when the frame shows
        nothing.

        Raises RemoteError for data that is broken or promises more than 4096×4096
        pixels.
        """
        ...


class AudioEncoder(Protocol):
    """Sound → frames of 20 ms."""

    def encode(self, sound: Sound) -> list[EncodedFrame]:
        """The frames that `sound` completes; what is left waits for the next call.

        Raises LocalError when `sound.rate` is not the format's sample rate.
        """
        ...


class AudioDecoder(Protocol):
    """Frames → sound."""

    def decode(self, data: bytes) -> npt.NDArray[np.int16]:
        """Mono samples at the format's sample rate, int16, shape (n,).

        Raises RemoteError for data that is broken or too long.
        """
        ...


def check_size(width: int, height: int, what: str) -> None:
    """Raise RemoteError unless both sides are 1 to 4096 pixels."""
    if not (0 < width <= MOST_PIXELS_A_SIDE and 0 < height <= MOST_PIXELS_A_SIDE):
        raise RemoteError(
            f"{what} promises a picture of {width}×{height} pixels; "
            f"accepted are up to {MOST_PIXELS_A_SIDE}×{MOST_PIXELS_A_SIDE}"
        )

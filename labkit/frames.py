"""Pictures and sounds on their way between devices, codecs and panels.

Every frame carries the time at which it was captured, in seconds on the kit's one clock
(`labkit.net.clock`), from the camera to the screen: latency is measured, not guessed.

Notebook: 03-media.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Picture:
    """One camera frame: `pixels` is uint8, shape (height, width, 3), BGR as OpenCV has
    it."""

    pixels: npt.NDArray[np.uint8]
    captured: float


@dataclass(frozen=True, slots=True)
class Sound:
    """A stretch of mono sound: `samples` is int16, shape (n,), at `rate` samples a
    second.

    `captured` is the capture time of the first sample.
    """

    samples: npt.NDArray[np.int16]
    rate: int
    captured: float


@dataclass(frozen=True, slots=True)
class EncodedFrame:
    """What a codec made of one picture or one stretch of sound; `captured` as above."""

    data: bytes
    captured: float
    keyframe: bool = True

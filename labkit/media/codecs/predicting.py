"""What VP8 and H264 have in common: each frame says only what changed since the last.

Both are libav's, tuned for a call: no frame is held back, none refers to a later one,
and a keyframe comes when it is asked for.

Notebook: 03-media.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from fractions import Fraction
from typing import ClassVar, cast

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from labkit.errors import LocalError
from labkit.frames import EncodedFrame, Picture
from labkit.media.codecs.base import MOST_PIXELS_A_SIDE

LOWEST_BIT_RATE, HIGHEST_BIT_RATE = 20_000, 50_000_000
_TICKS = 90_000
_FRAME_RATE = 30
_FRAMES_A_KEYFRAME = 3_000


class PredictingEncoder(ABC):
    """Pictures → frames; the bit rate may change between any two pictures."""

    name: ClassVar[str]

    def __init__(self, bit_rate: int = 1_000_000) -> None:
        self._codec: VideoCodecContext | None = None
        self._begin = 0.0
        self._last = -1
        self.bit_rate = bit_rate

    @property
    def bit_rate(self) -> int:
        """Bits a second to aim at, 20 kbit/s to 50 Mbit/s; LocalError beyond."""
        return self._bit_rate

    @bit_rate.setter
    def bit_rate(self, bit_rate: int) -> None:
        if not LOWEST_BIT_RATE <= bit_rate <= HIGHEST_BIT_RATE:
            raise LocalError(
                f"{self.name} takes {LOWEST_BIT_RATE} to {HIGHEST_BIT_RATE} bits a "
                f"second, not {bit_rate}"
            )
        self._bit_rate = bit_rate
        if self._codec is not None and not self._retune(self._codec, bit_rate):
            self._codec = None  # begin anew, with a keyframe

    def encode(self, picture: Picture, keyframe: bool = False) -> EncodedFrame | None:
        """One picture's frame; the first one, and the first of a new size, is a
        keyframe.

        Raises LocalError when the sides are odd or above 4096 pixels.
        """
        height, width = picture.pixels.shape[:2]
        if self._codec is None or (self._codec.width, self._codec.height) != (
            width,
            height,
        ):
            self._check_sides(width, height)
            self._codec = self._open(width, height)
            self._begin, self._last = picture.captured, -1
        planes = cv2.cvtColor(picture.pixels, cv2.COLOR_BGR2YUV_I420)
        frame = av.VideoFrame.from_ndarray(np.asarray(planes, np.uint8), "yuv420p")
        if keyframe:
            frame.pict_type = PictureType.I
        frame.time_base = self._codec.time_base
        frame.pts = self._ticks(picture.captured)
        packets = self._codec.encode(frame)
        if not packets:
            return None
        data = b"".join(bytes(packet) for packet in packets)
        return EncodedFrame(data, picture.captured, packets[0].is_keyframe)

    @abstractmethod
    def _open(self, width: int, height: int) -> VideoCodecContext:
        """A codec with the present bit rate."""

    def _retune(self, codec: VideoCodecContext, bit_rate: int) -> bool:
        """Let the codec aim at another bit rate as it runs; False: it cannot."""
        return False

    def _ticks(self, captured: float) -> int:
        """Capture time for the rate control, which wants it to rise with each frame."""
        ticks = round((captured - self._begin) * _TICKS)
        self._last = max(ticks, self._last + 1)
        return self._last

    def _check_sides(self, width: int, height: int) -> None:
        if width % 2 or height % 2 or not 0 < max(width, height) <= MOST_PIXELS_A_SIDE:
            raise LocalError(
                f"{self.name} takes pictures with even sides up to "
                f"{MOST_PIXELS_A_SIDE} pixels, not {width}×{height}; scale it"
            )


def new_codec(
    name: str, width: int, height: int, bit_rate: int, options: dict[str, str]
) -> VideoCodecContext:
    """An encoder of libav's for pictures of this size.

    The frame rate is only a hint, but without it x264's rate control starves.
    """
    codec = cast(VideoCodecContext, av.CodecContext.create(name, "w"))
    codec.width, codec.height, codec.pix_fmt = width, height, "yuv420p"
    codec.time_base = Fraction(1, _TICKS)
    codec.framerate = Fraction(_FRAME_RATE)
    codec.bit_rate = bit_rate
    codec.gop_size = _FRAMES_A_KEYFRAME
    codec.thread_count = 1
    codec.options = options
    return codec


def bgr(frame: av.VideoFrame) -> npt.NDArray[np.uint8]:
    """A decoded frame's pixels, uint8, shape (height, width, 3).

    OpenCV takes a quarter of the time that libav takes, but wants even sides.
    """
    if frame.width % 2 or frame.height % 2 or frame.format.name != "yuv420p":
        return cast(npt.NDArray[np.uint8], frame.to_ndarray(format="bgr24"))
    planes = frame.to_ndarray()
    return np.asarray(cv2.cvtColor(planes, cv2.COLOR_YUV2BGR_I420), np.uint8)

"""VP8 by PyAV (libvpx): each frame says only what changed since the last (RFC 6386).

Tuned for a call: no frame is held back, none refers to a later one, the encoder takes
the fastest of its ways, and a keyframe comes when it is asked for.

Notebook: 03-media.
"""

from __future__ import annotations

from fractions import Fraction
from typing import cast

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from labkit.errors import LocalError, RemoteError
from labkit.frames import EncodedFrame, Picture
from labkit.media.codecs.base import MOST_PIXELS_A_SIDE, check_size
from labkit.media.wire.vp8_frame import parse_vp8

LOWEST_BIT_RATE, HIGHEST_BIT_RATE = 20_000, 50_000_000
_TICKS = 90_000
_FRAME_RATE = 30
_FRAMES_A_KEYFRAME = 3_000
_OPTIONS = {
    "deadline": "realtime",
    "cpu-used": "-8",
    "lag-in-frames": "0",
    "auto-alt-ref": "0",
    "error-resilient": "1",
    "max-intra-rate": "900",  # a keyframe takes at most the bits of nine frames
}


class Vp8Encoder:
    """Pictures → VP8; the bit rate may change between any two pictures."""

    def __init__(self, bit_rate: int = 1_000_000) -> None:
        self._codec: VideoCodecContext | None = None
        self._begin = 0.0
        self._last = -1
        self.bit_rate = bit_rate

    @property
    def bit_rate(self) -> int:
        """Bits a second to aim at; LocalError when set beyond 20 kbit/s to 50 Mbit/s.

        libvpx learns a new rate only by starting anew: the next frame is a keyframe.
        """
        return self._bit_rate

    @bit_rate.setter
    def bit_rate(self, bit_rate: int) -> None:
        if not LOWEST_BIT_RATE <= bit_rate <= HIGHEST_BIT_RATE:
            raise LocalError(
                f"VP8 takes {LOWEST_BIT_RATE} to {HIGHEST_BIT_RATE} bits a second, "
                f"not {bit_rate}"
            )
        self._bit_rate = bit_rate
        self._codec = None

    def encode(self, picture: Picture, keyframe: bool = False) -> EncodedFrame | None:
        """One picture as a VP8 frame; the first one, and the first of a new size, is a
        keyframe.

        Raises LocalError when the sides are odd or above 4096 pixels.
        """
        height, width = picture.pixels.shape[:2]
        if self._codec is None or (self._codec.width, self._codec.height) != (
            width,
            height,
        ):
            self._codec = _encoder(width, height, self._bit_rate)
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

    def _ticks(self, captured: float) -> int:
        """Capture time for the rate control, which wants it to rise with each frame."""
        ticks = round((captured - self._begin) * _TICKS)
        self._last = max(ticks, self._last + 1)
        return self._last


class Vp8Decoder:
    """VP8 → pictures."""

    def __init__(self) -> None:
        self._codec = av.CodecContext.create("vp8", "r")
        self._codec.thread_count = 1  # several threads would hold frames back

    def decode(self, data: bytes) -> npt.NDArray[np.uint8] | None:
        """BGR pixels, or None for a frame that is not to be shown.

        Raises RemoteError for broken data, for a keyframe of more than 4096×4096
        pixels, and until the first keyframe has come.
        """
        header = parse_vp8(data)
        if header.keyframe:
            check_size(header.width, header.height, "VP8 keyframe")
        try:
            frames = self._codec.decode(av.Packet(data))
        except av.FFmpegError as error:
            raise RemoteError(
                f"broken VP8 frame of {len(data)} bytes: {error.strerror}"
            ) from None
        if not frames:
            return None
        return _bgr(frames[-1])


def _bgr(frame: av.VideoFrame) -> npt.NDArray[np.uint8]:
    """OpenCV takes a quarter of the time that libav takes, but wants even sides."""
    if frame.width % 2 or frame.height % 2:
        return cast(npt.NDArray[np.uint8], frame.to_ndarray(format="bgr24"))
    planes = frame.to_ndarray()
    return np.asarray(cv2.cvtColor(planes, cv2.COLOR_YUV2BGR_I420), np.uint8)


def _encoder(width: int, height: int, bit_rate: int) -> VideoCodecContext:
    most = max(width, height)
    if width % 2 or height % 2 or not 0 < most <= MOST_PIXELS_A_SIDE:
        raise LocalError(
            f"VP8 takes pictures with even sides up to {MOST_PIXELS_A_SIDE} pixels, "
            f"not {width}×{height}; scale it"
        )
    codec = av.CodecContext.create("libvpx", "w")
    codec.width, codec.height, codec.pix_fmt = width, height, "yuv420p"
    codec.time_base = Fraction(1, _TICKS)
    codec.framerate = Fraction(_FRAME_RATE)
    codec.bit_rate = bit_rate
    codec.gop_size = _FRAMES_A_KEYFRAME
    codec.thread_count = 1
    codec.options = _OPTIONS
    return codec

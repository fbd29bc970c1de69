"""H264 by PyAV (libx264): what nearly every phone speaks (ITU-T H.264, RFC 6184).

Constrained baseline, one slice a picture, every keyframe with the parameter sets that a
decoder needs to begin there.

Notebook: 03-media.
"""

from __future__ import annotations

import av
import numpy as np
import numpy.typing as npt
from av.codec.context import Flags
from av.video.codeccontext import VideoCodecContext

from labkit.errors import RemoteError
from labkit.media.codecs.base import MOST_PIXELS_A_SIDE, check_size
from labkit.media.codecs.predicting import PredictingEncoder, bgr, new_codec

_OPTIONS = {
    "preset": "superfast",  # a quarter of ultrafast's bits for half as long again
    "tune": "zerolatency",
    "profile": "baseline",
    "sc_threshold": "0",  # no keyframe that nobody asked for
    "forced-idr": "1",  # a picture asked for is one that nothing after it looks beyond
}
_BUFFER = 0.3
"""Seconds over which the bit rate is kept."""
_MOST_CHANGE = 4
"""How many times more or less than at the beginning it can become without a restart."""


class H264Encoder(PredictingEncoder):
    """Pictures → H264, as a byte stream (Annex B).

    x264 follows a new bit rate as it runs, within a second or two. Beyond four times or
    a quarter of the rate that it was begun with it starts anew, and the next frame is a
    keyframe.
    """

    name = "H264"

    def _open(self, width: int, height: int) -> VideoCodecContext:
        self._begun_with = self._bit_rate
        # Only a constant rate can be changed later, and never above the first one: it
        # is begun with more than is wanted, and turned down before the first picture.
        most = self._bit_rate * _MOST_CHANGE
        buffer = round(self._bit_rate * _BUFFER)
        bounds = {"maxrate": str(most), "bufsize": str(buffer)}
        codec = new_codec("libx264", width, height, most, _OPTIONS | bounds)
        codec.open()
        codec.bit_rate = self._bit_rate
        return codec

    def _retune(self, codec: VideoCodecContext, bit_rate: int) -> bool:
        begun = self._begun_with
        if not begun / _MOST_CHANGE <= bit_rate <= begun * _MOST_CHANGE:
            return False
        codec.bit_rate = bit_rate
        return True


class H264Decoder:
    """H264 → pictures."""

    def __init__(self) -> None:
        self._codec = av.CodecContext.create("h264", "r")
        self._codec.thread_count = 1  # several threads would hold frames back
        self._codec.flags |= Flags.low_delay | Flags.output_corrupt
        self._codec.options = {"max_pixels": str(MOST_PIXELS_A_SIDE**2)}

    def decode(self, data: bytes) -> npt.NDArray[np.uint8] | None:
        """BGR pixels, or None for a frame that shows nothing.

        Raises RemoteError for broken data, for a picture of more than 4096×4096 pixels,
        and until the first keyframe has come. What refers to pictures that were lost is
        shown as far as it can be: wrong where it builds on them.
        """
        try:
            frames = self._codec.decode(av.Packet(data)) if data else []
        except av.FFmpegError as error:
            raise RemoteError(
                f"broken H264 frame of {len(data)} bytes: {error.strerror}"
            ) from None
        if not frames:
            return None
        check_size(frames[-1].width, frames[-1].height, "H264 sequence parameter set")
        return bgr(frames[-1])

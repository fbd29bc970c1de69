"""VP8 by PyAV (libvpx), the encoder in the fastest of its ways (RFC 6386).

Notebook: 03-media.
"""

from __future__ import annotations

import av
import numpy as np
import numpy.typing as npt
from av.video.codeccontext import VideoCodecContext

from labkit.errors import RemoteError
from labkit.media.codecs.base import check_size
from labkit.media.codecs.predicting import PredictingEncoder, bgr, new_codec
from labkit.media.wire.vp8_frame import parse_vp8

_OPTIONS = {
    "deadline": "realtime",
    "cpu-used": "-8",
    "lag-in-frames": "0",
    "auto-alt-ref": "0",
    "error-resilient": "1",
    "max-intra-rate": "900",  # a keyframe takes at most the bits of nine frames
}


class Vp8Encoder(PredictingEncoder):
    """Pictures → VP8.

    libvpx, as PyAV offers it, learns a new bit rate only by starting anew: the next
    frame is a keyframe. Whoever drives the rate should take few, large steps.
    """

    name = "VP8"

    def _open(self, width: int, height: int) -> VideoCodecContext:
        return new_codec("libvpx", width, height, self._bit_rate, _OPTIONS)


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
        return bgr(frames[-1]) if frames else None

"""JPEG pictures by OpenCV: every frame stands alone.

OpenCV's defaults are what RTP wants (baseline, 4:2:0, standard Huffman tables); only
the quality is set.

Notebook: 03-media.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from labkit.errors import LocalError, RemoteError
from labkit.frames import EncodedFrame, Picture
from labkit.media.codecs.base import check_size
from labkit.media.wire.jpeg_file import parse_jpeg

LOWEST_QUALITY, HIGHEST_QUALITY = 1, 99


class JpegEncoder:
    """Pictures → JPEG; the quality may change between any two pictures."""

    def __init__(self, quality: int = 50) -> None:
        self.quality = quality

    @property
    def quality(self) -> int:
        """1 (small) to 99 (beautiful); LocalError when set beyond."""
        return self._quality

    @quality.setter
    def quality(self, quality: int) -> None:
        if not LOWEST_QUALITY <= quality <= HIGHEST_QUALITY:
            raise LocalError(f"JPEG quality is 1 to 99, not {quality}")
        self._quality = quality

    def encode(self, picture: Picture, keyframe: bool = False) -> EncodedFrame:
        """One picture as JPEG; each one is a keyframe.

        Raises LocalError for pixels that OpenCV cannot encode.
        """
        settings = [cv2.IMWRITE_JPEG_QUALITY, self._quality]
        try:
            done, data = cv2.imencode(".jpg", picture.pixels, settings)
        except cv2.error as error:
            raise LocalError(f"OpenCV cannot encode this picture: {error}") from None
        if not done:
            raise LocalError("OpenCV cannot encode this picture")
        return EncodedFrame(data.tobytes(), picture.captured)


class JpegDecoder:
    """JPEG → pictures; a header that was checked once is not read again."""

    def __init__(self) -> None:
        self._checked = b""

    def decode(self, data: bytes) -> npt.NDArray[np.uint8]:
        """BGR pixels; RemoteError for what is broken, not baseline or too large."""
        if not self._checked or not data.startswith(self._checked):
            header = parse_jpeg(data)
            check_size(header.width, header.height, "JPEG header")
            self._checked = data[: header.scan_start]
        flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
        try:
            pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
        except cv2.error as error:
            raise RemoteError(f"broken JPEG picture: {error}") from None
        if pixels is None:
            raise RemoteError(f"broken JPEG picture of {len(data)} bytes")
        return np.asarray(pixels, np.uint8)

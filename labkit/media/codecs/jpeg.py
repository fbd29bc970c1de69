"""JPEG pictures by OpenCV: every frame stands alone.

OpenCV's defaults are what RTP wants (baseline, 4:2:0, standard Huffman tables); only
the quality is set, and where the picture may be cut: between two restart markers lie so
many blocks (MCUs, 16×16 pixels) that they make about 200 bytes. The markers then cost
2 % more bytes, and a packet holds several intervals with little room left over.

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
_AIM, _LEAST, _MOST = 200, 130, 300
"""Bytes that a restart interval has on average; beyond the bounds it is chosen anew."""
_FIRST_INTERVAL = 16
_MOST_INTERVALS = 0x3FFF
"""RFC 2435 counts no more."""


class JpegEncoder:
    """Pictures → JPEG; the settings may change between any two pictures."""

    def __init__(self, quality: int = 50, restart_intervals: bool = False) -> None:
        self.quality = quality
        self.restart_intervals = restart_intervals
        """Whether a part of the picture can be decoded without the others (RFC 2435
        section 3.1.7)."""
        self._interval = _FIRST_INTERVAL
        """In blocks. It changes seldom: the receiver mends a picture with intervals of
        the one before, and does that easily only where they are the same blocks."""

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
        if not self.restart_intervals:
            return EncodedFrame(self._encode(picture), picture.captured)
        data = self._encode(picture, cv2.IMWRITE_JPEG_RST_INTERVAL, self._interval)
        better = _better_interval(self._interval, len(data), picture)
        if better != self._interval:
            self._interval = better
            data = self._encode(picture, cv2.IMWRITE_JPEG_RST_INTERVAL, better)
        return EncodedFrame(data, picture.captured)

    def _encode(self, picture: Picture, *more: int) -> bytes:
        settings = [cv2.IMWRITE_JPEG_QUALITY, self._quality, *more]
        try:
            done, data = cv2.imencode(".jpg", picture.pixels, settings)
        except cv2.error as error:
            raise LocalError(f"OpenCV cannot encode this picture: {error}") from None
        if not done:
            raise LocalError("OpenCV cannot encode this picture")
        return data.tobytes()


def _better_interval(interval: int, size: int, picture: Picture) -> int:
    """How many blocks should lie between two markers when `interval` of them made a
    picture of `size` bytes: the same, unless that was far from the aim."""
    height, width = picture.pixels.shape[:2]
    blocks: int = -(-width // 16) * -(-height // 16)
    least = -(-blocks // (_MOST_INTERVALS - 1))
    a_block = size / blocks
    if interval >= least and _LEAST <= interval * a_block <= _MOST:
        return interval
    return max(least, min(round(_AIM / a_block), blocks), 1)


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

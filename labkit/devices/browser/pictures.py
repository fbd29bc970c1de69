"""The page's coded pictures as pixels: JPEG by OpenCV, VP8 by FFmpeg.

A picture says its size in its first bytes. That is read before anything is decoded: a
few bytes that claim 65,000 × 65,000 pixels would cost 12 gigabytes.

Source: ITU-T T.81, B.2.2 (frame header); RFC 6386, 9.1. Notebook: 03-media.
"""

from __future__ import annotations

from typing import Protocol

import av
import cv2
import numpy as np
from av.video.codeccontext import VideoCodecContext

from labkit.devices.base import Pixels
from labkit.errors import RemoteError

LARGEST = (1920, 1200)
SMALLEST = (16, 16)


class Decoder(Protocol):
    """Turns a page's pictures, one after the other, into pixels."""

    def decode(self, data: memoryview, key: bool) -> Pixels | None:
        """The picture; None while there is none. Raises RemoteError."""
        ...


class JpegDecoder:
    """Every picture stands alone."""

    def decode(self, data: memoryview, key: bool) -> Pixels | None:
        """See Decoder."""
        _check(*jpeg_size(data))
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        if pixels is None:
            raise RemoteError("the page's picture is no whole JPEG")
        return np.asarray(pixels, np.uint8)


class Vp8Decoder:
    """A picture builds on the one before, from a key picture on."""

    def __init__(self) -> None:
        self._codec: VideoCodecContext | None = None

    def decode(self, data: memoryview, key: bool) -> Pixels | None:
        """See Decoder."""
        if is_vp8_key(data):
            _check(*vp8_size(data))
            if self._codec is None:
                self._codec = VideoCodecContext.create("vp8", "r")
                self._codec.thread_count = 1
        if self._codec is None:
            return None
        try:
            frames = self._codec.decode(av.Packet(bytes(data)))
        except av.FFmpegError as error:
            self._codec = None
            raise RemoteError(f"the page's picture is no VP8: {error}") from error
        if not frames:
            return None
        return np.asarray(frames[-1].to_ndarray(format="bgr24"), np.uint8)


def jpeg_size(data: memoryview) -> tuple[int, int]:
    """Width and height, as the JPEG's frame header has them. Raises RemoteError."""
    if bytes(data[:2]) != b"\xff\xd8":
        raise RemoteError("the page's picture is no JPEG")
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height = int.from_bytes(data[at + 5 : at + 7], "big")
            return int.from_bytes(data[at + 7 : at + 9], "big"), height
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    raise RemoteError("the page's JPEG does not say its size")


def is_vp8_key(data: memoryview) -> bool:
    """Whether a VP8 frame can be decoded alone (RFC 6386, 9.1: the first bit is 0)."""
    return len(data) >= 10 and not data[0] & 1


def vp8_size(data: memoryview) -> tuple[int, int]:
    """Width and height of a VP8 key frame. Raises RemoteError."""
    if bytes(data[3:6]) != b"\x9d\x01\x2a":
        raise RemoteError("the page's picture is no VP8 key frame")
    width, height = data[6] | data[7] << 8, data[8] | data[9] << 8
    return width & 0x3FFF, height & 0x3FFF


def _check(width: int, height: int) -> None:
    wide, high = LARGEST
    if not (SMALLEST[0] <= width <= wide and SMALLEST[1] <= height <= high):
        raise RemoteError(
            f"the page's picture is {width}×{height}; up to {wide}×{high} can be"
        )

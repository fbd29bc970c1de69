"""Pictures made as large and as many as they are to be sent, before any encoder (C8).

What is shown to their owner is what comes out here, so one sees of oneself what the
other side sees. Notebook: 04-videocall.
"""

from __future__ import annotations

from math import inf

from labkit.devices.fit import fitted, sendable
from labkit.frames import Picture
from labkit.media.machine.frame_rate import FrameRate
from labkit.phone.picture_quality import PictureQuality

SET_BACK = 1.0
"""Seconds: a picture that is older by more than this comes after a clock was set."""


class Shaping:
    """Shrinks pictures and leaves some out, as `quality` says; it may change."""

    def __init__(self, quality: PictureQuality) -> None:
        self.quality = quality
        self._frame_rate = FrameRate()
        self._newest = -inf
        """When the last picture was taken."""

    def shaped(self, picture: Picture) -> Picture | None:
        """The picture as it is to be sent; None: this one is not."""
        quality, behind = self.quality, self._newest - picture.captured
        if 0 <= behind < SET_BACK:
            return None  # a new camera is slower: the timestamps must go on rising
        self._newest = picture.captured
        if not self._frame_rate.takes(picture.captured, quality.fps or 0):
            return None
        if quality.width is None and quality.height is None:
            return picture
        height, width = picture.pixels.shape[:2]
        wide, high = quality.box
        if width <= wide and height <= high:
            return picture
        size = sendable(width, height, (wide, high))
        return Picture(fitted(picture.pixels, *size), picture.captured)

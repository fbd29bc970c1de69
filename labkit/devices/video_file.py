"""A video file as a camera.

Notebook: 03-media.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from labkit.devices.base import Camera
from labkit.devices.fit import fitted, sendable
from labkit.devices.pace import DeviceThread, Guarded, ticks, wait_until
from labkit.devices.playback import probe
from labkit.devices.sound_file import SoundFile
from labkit.errors import DeviceError
from labkit.frames import Picture
from labkit.net import clock


class VideoFile(Camera):
    """Plays the file over and over, each picture at the time the file gives it.

    The pictures are scaled down to at most 1920 × 1080 and to sides that are multiples
    of 8. Raises DeviceError when the file is missing or cannot be played.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path).expanduser()
        self.name = self.path.name
        self._playback = probe(self.path, "video")
        capture = self._open()
        fps = capture.get(cv2.CAP_PROP_FPS)
        self.fps = fps if 0 < fps <= 240 else 25.0
        self.width, self.height = sendable(
            int(capture.get(cv2.CAP_PROP_FRAME_WIDTH)),
            int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)),
        )
        capture.release()
        self._worker = DeviceThread(f"camera-{self.name}")

    def sound(self) -> SoundFile:
        """The film's own sound, which loops together with its pictures.

        Raises DeviceError when it has none.
        """
        return SoundFile(self.path, together=self._playback)

    def start(self, deliver: Callable[[Picture], None]) -> None:
        """Play the file; see Camera."""
        self._worker.start(partial(self._play, Guarded(deliver, None, repr(self))))

    def stop(self) -> None:
        """Deliver nothing more and close the file."""
        self._worker.stop()

    def _open(self) -> cv2.VideoCapture:
        capture = cv2.VideoCapture(str(self.path))
        if not capture.isOpened():
            raise DeviceError(
                f"OpenCV cannot play {self.name}: convert it, for instance with "
                f"ffmpeg -i {self.name} clip.mp4"
            )
        return capture

    def _play(
        self, deliver: Callable[[Picture], None], stopping: threading.Event
    ) -> None:
        began = self._playback.join()
        try:
            for _, begin in ticks(self._playback.length, stopping, start=began):
                self._play_once(begin, deliver, stopping)
        finally:
            self._playback.leave()

    def _play_once(
        self,
        begin: float,
        deliver: Callable[[Picture], None],
        stopping: threading.Event,
    ) -> None:
        """Play from the first picture, due at `begin`, to the last."""
        capture = self._open()
        try:
            while capture.grab() and not stopping.is_set():
                due = begin + capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
                if due + 1 / self.fps < clock.now():
                    continue  # the next picture is due already: skip, never burst
                found, pixels = capture.retrieve()
                if not found or not wait_until(due, stopping):
                    continue
                whole = np.asarray(pixels, np.uint8)
                captured = clock.now()
                deliver(Picture(fitted(whole, self.width, self.height), captured))
        finally:
            capture.release()

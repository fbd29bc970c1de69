"""This machine's cameras, through OpenCV.

Notebook: 03-media.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from labkit.devices.base import Camera
from labkit.devices.fit import fitted
from labkit.devices.pace import DeviceThread, Guarded
from labkit.errors import DeviceError
from labkit.frames import Picture
from labkit.net import clock

PATIENCE = 8.0
"""Seconds that a camera may take to give its first picture; some need five."""
DEAF = 3.0
"""Seconds without a picture after which a camera counts as gone."""
_BACKENDS = {
    "linux": cv2.CAP_V4L2,
    "darwin": cv2.CAP_AVFOUNDATION,
    "win32": cv2.CAP_DSHOW,
}
_log = logging.getLogger("labkit.devices")


class LocalCamera(Camera):
    """Camera number `index` of this machine; 0 is the first.

    A camera that cannot give the size asked for gives its nearest, which is then cut
    and scaled. Nothing is opened before `start`.
    """

    def __init__(
        self, index: int = 0, width: int = 640, height: int = 480, fps: float = 30
    ) -> None:
        self.index = index
        self.name = self.hardware = f"camera {index}"
        self.width = width
        self.height = height
        self.fps = fps
        self._worker = DeviceThread(f"camera-{index}")

    def start(self, deliver: Callable[[Picture], None]) -> None:
        """Open the camera and deliver its pictures; see Camera.

        Waits for the first picture, at most PATIENCE seconds. Raises DeviceError when
        there is no such camera, it is taken, or it may not be used.
        """
        working = threading.Event()
        guarded = Guarded(deliver, None, repr(self))
        self._worker.start(partial(self._run, guarded, working))
        give_up = clock.now() + PATIENCE
        while not working.wait(0.05):
            if clock.now() > give_up or not self._worker.is_running:
                self._worker.stop(patience=0.1)  # a driver that hangs is left alone
                raise DeviceError(advice(self.index))

    def stop(self) -> None:
        """Deliver nothing more and let go of the camera."""
        self._worker.stop()

    def _run(
        self,
        deliver: Callable[[Picture], None],
        working: threading.Event,
        stopping: threading.Event,
    ) -> None:
        capture = open_capture(self.index)
        try:
            if not capture.isOpened():
                return
            self._ask(capture)
            last = clock.now()
            while not stopping.is_set():
                found, pixels = capture.read()  # waits for the camera's next picture
                captured = clock.now()
                if found:
                    last = captured
                    working.set()
                    whole = np.asarray(pixels, np.uint8)
                    deliver(Picture(fitted(whole, self.width, self.height), captured))
                elif captured - last > DEAF:
                    _log.warning("%s gives no pictures any more", self.name)
                    return
                else:
                    stopping.wait(0.01)
        finally:
            capture.release()

    def _ask(self, capture: cv2.VideoCapture) -> None:
        """Ask for size and rate; a camera does what it can and says nothing."""
        # Motion JPEG: over USB, most cameras reach 30 large pictures a second only so.
        capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        capture.set(cv2.CAP_PROP_FRAME_WIDTH, self.width)
        capture.set(cv2.CAP_PROP_FRAME_HEIGHT, self.height)
        capture.set(cv2.CAP_PROP_FPS, self.fps)
        # The driver keeps one picture, the newest: no queue of old ones.
        capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)


def open_capture(index: int) -> cv2.VideoCapture:
    """OpenCV's capture of camera `index`, open or not; may take seconds."""
    if sys.platform == "linux" and not Path(f"/dev/video{index}").exists():
        return cv2.VideoCapture()  # ask no driver, print no warnings: it is not there
    return cv2.VideoCapture(index, _BACKENDS.get(sys.platform, cv2.CAP_ANY))


def advice(index: int) -> str:
    """Why camera `index` may not work here, and what to do."""
    otherwise = 'Without a camera everything works with camera="test" or a video file.'
    if sys.platform == "linux":
        device = Path(f"/dev/video{index}")
        if not device.exists():
            why = f"there is no {device}: is a camera plugged in?"
        elif not os.access(device, os.R_OK | os.W_OK):
            why = (
                f"you may not use {device}: `sudo usermod -aG video $USER`, then log "
                "in again."
            )
        else:
            why = f"{device} gives no pictures: close other programs that use it."
    elif sys.platform == "darwin":
        why = (
            "is one plugged in, and may the terminal (or Jupyter) use it? See System "
            "Settings, Privacy & Security, Camera; close other programs that use it."
        )
    else:
        why = (
            "is one plugged in, and may desktop apps use it? See Settings, Privacy & "
            "security, Camera; close other programs that use it."
        )
    return f"camera {index} cannot be used: {why} {otherwise}"

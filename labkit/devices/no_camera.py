"""No camera at all: for a call with sound only.

Notebook: 03-media.
"""

from __future__ import annotations

from collections.abc import Callable

from labkit.devices.base import Camera
from labkit.frames import Picture


class NoCamera(Camera):
    """Starts and stops like a camera and never delivers a picture."""

    name = "none"
    width = 640
    height = 480
    fps = 0.0

    def start(self, deliver: Callable[[Picture], None]) -> None:
        """Deliver nothing."""

    def stop(self) -> None:
        """Deliver nothing still."""

"""What every camera, microphone and loudspeaker promises, whatever stands behind it.

Devices are interchangeable (rule 7 of the house): a test card, a video file and a
webcam are started, deliver and are stopped alike, so a call works on a machine that has
none of its own.

`start` on a device that runs starts it afresh; `stop` may be called at any time, any
number of times, from any thread, and returns when nothing more will be delivered. A
device that cannot be used raises a DeviceError that says what to do.

Notebook: 03-media.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from labkit.frames import Picture, Sound

Pixels: TypeAlias = npt.NDArray[np.uint8]
"""uint8, shape (height, width, 3), blue, green, red as OpenCV has it."""
Samples: TypeAlias = npt.NDArray[np.int16]
"""int16, shape (n,), mono."""


class Camera(ABC):
    """A source of pictures, `fps` a second, each `width` × `height`."""

    name: str
    hardware: str = ""
    """What is behind it, if that can be opened only once at a time."""
    width: int
    height: int
    fps: float

    @abstractmethod
    def start(self, deliver: Callable[[Picture], None]) -> None:
        """Call `deliver` with each picture, on a thread of the camera's own.

        `deliver` must not wait; what it raises is logged and the camera goes on.
        Raises DeviceError when the camera cannot be used.
        """

    @abstractmethod
    def stop(self) -> None:
        """Deliver nothing more and let go of the device."""

    def __repr__(self) -> str:
        size = f"{self.width}×{self.height}"
        return f"<{type(self).__name__} {self.name}: {size}, {self.fps:g} pictures/s>"


class Microphone(ABC):
    """A source of mono sound."""

    name: str
    hardware: str = ""
    """What is behind it, if that can be opened only once at a time."""

    @abstractmethod
    def start(self, deliver: Callable[[Sound], None], rate: int, samples: int) -> None:
        """Call `deliver` with `samples` samples at a time, `rate` of them a second.

        A block is delivered when its last sample is there, and its `captured` is the
        time of its first one, as with a real sound card. Raises DeviceError.
        """

    @abstractmethod
    def stop(self) -> None:
        """Deliver nothing more and let go of the device."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"


class Speaker(ABC):
    """A sink of mono sound, which fetches what it plays at its own pace."""

    name: str
    hardware: str = ""
    """What is behind it, if that can be opened only once at a time."""

    @abstractmethod
    def start(
        self, fetch: Callable[[int, int], Samples], rate: int, samples: int
    ) -> None:
        """Call `fetch(samples, rate)` for each next block and play what it returns.

        Raises DeviceError when the loudspeaker cannot be used.
        """

    @abstractmethod
    def stop(self) -> None:
        """Fetch nothing more and let go of the device."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"

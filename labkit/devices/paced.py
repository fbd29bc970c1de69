"""Cameras and microphones that make what they deliver, at a pace of their own making.

A subclass says what a picture, or a stretch of sound, is; this file knows when.

Notebook: 03-media.
"""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections.abc import Callable

from labkit.devices.base import Camera, Microphone, Pixels, Samples
from labkit.devices.pace import DeviceThread, Guarded, ticks
from labkit.frames import Picture, Sound
from labkit.net import clock


class PacedCamera(Camera):
    """A camera whose pictures are drawn when they are due."""

    def __init__(self, name: str, width: int, height: int, fps: float) -> None:
        self.name = name
        self.width = width
        self.height = height
        self.fps = fps
        self._worker = DeviceThread(f"camera-{name}")

    @abstractmethod
    def draw(self, now: float) -> Pixels:
        """The picture of this moment: a new array, which the receiver may keep."""

    def start(self, deliver: Callable[[Picture], None]) -> None:
        """Deliver `fps` pictures a second; see Camera."""
        guarded = Guarded(deliver, None, repr(self))

        def work(stopping: threading.Event) -> None:
            for _ in ticks(1 / self.fps, stopping):
                captured = clock.now()
                guarded(Picture(self.draw(captured), captured))

        self._worker.start(work)

    def stop(self) -> None:
        """Deliver nothing more."""
        self._worker.stop()


class PacedMicrophone(Microphone):
    """A microphone whose sound is computed when it is due."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._worker = DeviceThread(f"microphone-{name}")

    @abstractmethod
    def samples(self, first: int, count: int, rate: int) -> Samples:
        """Samples number `first` to `first + count` since the start.

        `first` never falls; it jumps when the machine stalled.
        """

    def start(self, deliver: Callable[[Sound], None], rate: int, samples: int) -> None:
        """Deliver `samples` at a time; see Microphone."""
        guarded = Guarded(deliver, None, repr(self))
        period = samples / rate
        # What is computed once is computed now, or the first word would come late.
        self.samples(0, 1, rate)

        def work(stopping: threading.Event) -> None:
            for number, due in ticks(period, stopping):
                if number == 0:  # a block is there when its last sample is
                    continue
                block = self.samples((number - 1) * samples, samples, rate)
                # The timetable's time, not the thread's: a late thread is no jitter of
                # the sound itself.
                guarded(Sound(block, rate, due - period))

        self._worker.start(work)

    def stop(self) -> None:
        """Deliver nothing more."""
        self._worker.stop()

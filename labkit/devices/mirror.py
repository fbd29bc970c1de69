"""Devices that give back what a phone gets: the peer's picture and sound, delayed.

    loudspeaker, plays what the peer said ----- delay ----> microphone
    the picture that would have been shown ---- delay ----> camera

Neither makes anything up, and both hold no more than the delay asks for: what is too
much, or too late, is dropped from the oldest end. Notebook: 04-videocall.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

import cv2
import numpy as np

from labkit.devices.base import Camera, Microphone, Pixels, Samples
from labkit.devices.memory import MemorySpeaker
from labkit.devices.pace import LONGEST_NAP, DeviceThread, Guarded
from labkit.errors import LocalError
from labkit.frames import Picture, Sound
from labkit.net import clock

LONGEST_DELAY = 10.0
MOST_OCTETS = 64 << 20
"""What the pictures on their way through the mirror may take together."""


def checked_delay(seconds: float) -> float:
    """The delay itself; raises LocalError unless it is 0 to 10 seconds."""
    if not 0.0 <= seconds <= LONGEST_DELAY:
        raise LocalError(
            f"an echo comes after 0 to {LONGEST_DELAY:g} seconds, not {seconds:g}"
        )
    return float(seconds)


class MirrorCamera(Camera):
    """Sees what is held before it with `show`, `delay` seconds later."""

    name = "mirror"
    width, height, fps = 640, 480, 30.0
    """What one may expect; the pictures have the size and pace of those shown."""

    def __init__(self, delay: float = 0.0) -> None:
        self.delay = checked_delay(delay)
        self.dropped = 0
        """Pictures that were too many, or too late."""
        self._line: deque[tuple[float, bytes | Pixels]] = deque()
        self._octets = 0
        self._changed = threading.Condition()
        self._worker = DeviceThread("camera-mirror")

    def show(self, jpeg: bytes | None, pixels: Pixels | None) -> None:
        """Hold a picture before it, as either; returns at once, from any thread."""
        held = pixels if pixels is not None else jpeg
        if held is None or not self._worker.is_running:
            return
        with self._changed:
            self._line.append((clock.now() + self.delay, held))
            self._octets += _octets(held)
            while self._octets > MOST_OCTETS:
                self._pop()
                self.dropped += 1
            self._changed.notify()

    def start(self, deliver: Callable[[Picture], None]) -> None:
        """Deliver what was shown, `delay` later, as captured now; see Camera."""
        guarded = Guarded(deliver, None, repr(self))

        def work(stopping: threading.Event) -> None:
            while not stopping.is_set():
                held = self._due()
                pixels = _decoded(held) if isinstance(held, bytes) else held
                if pixels is not None and not stopping.is_set():
                    guarded(Picture(pixels, clock.now()))

        self.stop()
        self._worker.start(work)

    def stop(self) -> None:
        """Deliver nothing more; what was under way is forgotten."""
        self._worker.stop()
        with self._changed:
            self._line.clear()
            self._octets = 0

    def _due(self) -> bytes | Pixels | None:
        """The newest picture that is due; None after a nap without one."""
        with self._changed:
            first = self._line[0][0] if self._line else float("inf")
            self._changed.wait(min(max(0.0, first - clock.now()), LONGEST_NAP))
            held, now = None, clock.now()
            while self._line and self._line[0][0] <= now:
                self.dropped += held is not None
                held = self._pop()
            return held

    def _pop(self) -> bytes | Pixels:
        _, held = self._line.popleft()
        self._octets -= _octets(held)
        return held


class MirrorMicrophone(Microphone):
    """Says what it is given with `say`; it has no pace of its own."""

    name = "mirror"

    def __init__(self) -> None:
        self._deliver: Callable[[Sound], None] | None = None
        self._lock = threading.RLock()

    def start(self, deliver: Callable[[Sound], None], rate: int, samples: int) -> None:
        """Deliver what is said from now on, at the rate at which it was heard."""
        with self._lock:
            self._deliver = Guarded(deliver, None, repr(self))

    def stop(self) -> None:
        """Deliver nothing more."""
        with self._lock:
            self._deliver = None

    def say(self, sound: Sound) -> None:
        """Deliver `sound`, if somebody listens."""
        with self._lock:
            if self._deliver is not None:
                self._deliver(sound)


class MirrorSpeaker(MemorySpeaker):
    """Says into `microphone` what it plays, `delay` seconds later."""

    def __init__(self, microphone: MirrorMicrophone, delay: float = 0.0) -> None:
        super().__init__(seconds=0, name="mirror")
        self.delay = checked_delay(delay)
        self._microphone = microphone

    def start(
        self, fetch: Callable[[int, int], Samples], rate: int, samples: int
    ) -> None:
        """Fetch at the pace of a sound card; see Speaker."""
        silence = np.zeros(samples, np.int16)
        line = deque([silence] * round(self.delay * rate / samples))

        def heard(count: int, at_rate: int) -> Samples:
            block = fetch(count, at_rate)
            line.append(block)
            begun = clock.now() - count / at_rate
            self._microphone.say(Sound(line.popleft(), at_rate, begun))
            return block

        super().start(heard, rate, samples)


def _octets(held: bytes | Pixels) -> int:
    return len(held) if isinstance(held, bytes) else held.nbytes


def _decoded(jpeg: bytes) -> Pixels | None:
    pixels = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    return None if pixels is None else pixels.astype(np.uint8, copy=False)

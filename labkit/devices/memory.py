"""A loudspeaker for a machine that has none: it keeps what it heard.

Notebook: 03-media.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

import numpy as np

from labkit.devices.base import Samples, Speaker
from labkit.devices.pace import DeviceThread, Guarded, ticks


class MemorySpeaker(Speaker):
    """Fetches at the pace of a sound card and keeps the last `seconds` of it."""

    def __init__(self, seconds: float = 30.0, name: str = "memory") -> None:
        self.name = name
        self.seconds = seconds
        self.rate = 0
        """Samples a second of what it heard; 0 before it was started."""
        self._blocks: deque[Samples] = deque()
        self._worker = DeviceThread(f"speaker-{name}")

    def start(
        self, fetch: Callable[[int, int], Samples], rate: int, samples: int
    ) -> None:
        """Fetch `samples` at a time; what was heard before is forgotten."""
        silence = np.zeros(samples, np.int16)
        guarded = Guarded(fetch, silence, repr(self))

        def work(stopping: threading.Event) -> None:
            expected = 0
            for number, _ in ticks(samples / rate, stopping):
                # A sound card that gets nothing in time plays silence.
                missed = min(number - expected, self._most)
                self._blocks.extend([silence] * missed)
                self._blocks.append(guarded(samples, rate))
                expected = number + 1

        self._worker.stop()
        self.rate = rate
        self._most = int(self.seconds * rate / samples)
        self._blocks = deque(maxlen=self._most)
        self._worker.start(work)

    def stop(self) -> None:
        """Fetch nothing more; what was heard is kept."""
        self._worker.stop()

    @property
    def heard(self) -> Samples:
        """What it heard, oldest first, at most the last `seconds`."""
        return np.concatenate([np.zeros(0, np.int16), *self._blocks])

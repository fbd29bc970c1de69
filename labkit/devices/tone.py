"""The simplest microphones: a tone, and silence.

Notebook: 03-media.
"""

from __future__ import annotations

import numpy as np

from labkit.devices.base import Samples
from labkit.devices.paced import PacedMicrophone


class Tone(PacedMicrophone):
    """A sine of `frequency` Hz; `level` 1 is as loud as a sample can be."""

    def __init__(self, frequency: float = 440.0, level: float = 0.25) -> None:
        super().__init__(f"{frequency:g} Hz")
        self.frequency = frequency
        self.level = level

    def samples(self, first: int, count: int, rate: int) -> Samples:
        """The tone from sample number `first` on, without a break between blocks."""
        turns = np.arange(first, first + count) * (self.frequency / rate)
        wave = np.sin(2 * np.pi * turns) * (32767 * self.level)
        return np.asarray(wave, np.int16)


class Silence(PacedMicrophone):
    """A microphone in a quiet room."""

    def __init__(self) -> None:
        super().__init__("silence")

    def samples(self, first: int, count: int, rate: int) -> Samples:
        """Zeros."""
        return np.zeros(count, np.int16)

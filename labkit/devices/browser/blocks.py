"""Sound in stretches of any length and rate, as blocks of one length and rate.

A browser records at the rate of its sound card and in stretches of its own; a call
wants, say, 160 samples at a time, 8000 a second.

Time is an input here. Notebook: 03-media.
"""

from __future__ import annotations

from collections.abc import Iterator

import av
import numpy as np
from av.audio.resampler import AudioResampler

from labkit.devices.base import Samples
from labkit.devices.sample_clock import SampleClock

PRIMED = 0.005
"""Seconds that a resampler may keep to itself: of that much silence it begins with."""


class Blocks:
    """Gathers sound until a block is full."""

    def __init__(self, rate: int, samples: int) -> None:
        self._rate, self._samples = rate, samples
        self._resampler: AudioResampler | None = None
        self._from = rate
        self.forget()

    def forget(self) -> None:
        """Another microphone: begin anew."""
        self._gathered: Samples = np.zeros(0, np.int16)
        self._times = SampleClock(self._rate)
        self._resampler = None

    def add(
        self, heard: Samples, rate: int, at: float
    ) -> Iterator[tuple[Samples, float]]:
        """Full blocks, and when their first sample was captured.

        `at` is when the last sample of `heard` was there.
        """
        heard = self._at_our_rate(heard, rate)
        self._gathered = np.concatenate([self._gathered, heard])
        first = self._times.stamp(len(heard), at)
        first -= (len(self._gathered) - len(heard)) / self._rate
        while len(self._gathered) >= self._samples:
            block = self._gathered[: self._samples]
            self._gathered = self._gathered[self._samples :]
            yield block, first
            first += self._samples / self._rate

    def _at_our_rate(self, heard: Samples, rate: int) -> Samples:
        if rate == self._rate:
            return heard
        is_new = self._resampler is None or rate != self._from
        if self._resampler is None or is_new:
            self._resampler = AudioResampler(
                format="s16", layout="mono", rate=self._rate
            )
            self._from = rate
        frame = av.AudioFrame.from_ndarray(heard[None], format="s16", layout="mono")
        frame.sample_rate = rate
        made = [part.to_ndarray()[0] for part in self._resampler.resample(frame)]
        kept = -sum(map(len, made)) % self._samples if is_new else 0
        # Without it, each block would lack its last samples until the next stretch.
        kept = kept if kept <= PRIMED * self._rate else 0
        return np.concatenate([np.zeros(kept, np.int16), *made])

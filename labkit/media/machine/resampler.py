"""From one sampling rate to another, where device and codec differ.

Notebook: 03-media.
"""

from __future__ import annotations

import av
import numpy as np
import numpy.typing as npt

from labkit.frames import Sound

Samples = npt.NDArray[np.int16]


class Resampler:
    """Resamples one continuous stream of mono sound (PyAV, libswresample)."""

    def __init__(self) -> None:
        self._rates = (0, 0)
        self._converter: av.AudioResampler | None = None

    def sound(self, sound: Sound, rate: int) -> Sound:
        """The sound at `rate`; itself when it is so already."""
        if sound.rate == rate:
            return sound
        samples = self.samples(sound.samples, sound.rate, rate)
        return Sound(samples, rate, sound.captured)

    def samples(self, samples: Samples, rate: int, wanted: int) -> Samples:
        """int16 samples at `wanted` samples a second; a few wait for the next call."""
        if rate == wanted:
            return samples
        if self._converter is None or self._rates != (rate, wanted):
            self._converter = av.AudioResampler("s16", "mono", wanted)
            self._rates = rate, wanted
        frame = av.AudioFrame.from_ndarray(samples[np.newaxis], "s16", "mono")
        frame.sample_rate = rate
        parts = [part.to_ndarray()[0] for part in self._converter.resample(frame)]
        return np.concatenate(parts) if parts else np.zeros(0, np.int16)

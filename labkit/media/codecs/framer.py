"""Sound of any length in, stretches of exactly 20 ms out.

Notebook: 03-media.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from labkit.errors import LocalError
from labkit.frames import Sound

FRAME_SECONDS = 0.02
"""What everyone sends: 50 packets a second (RFC 3551 section 4.2)."""


class Framer:
    """Cuts the sound of one microphone into frames; keeps less than one frame."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self.size = round(rate * FRAME_SECONDS)
        """Samples a frame."""
        self._rest: npt.NDArray[np.int16] = np.empty(0, np.int16)

    def cut(self, sound: Sound) -> list[Sound]:
        """The frames that `sound` completes.

        The times come from `sound.captured` each time, so that a microphone whose clock
        runs fast or slow never drifts away from the pictures. Raises LocalError when
        the sound is not mono int16 at the rate agreed.
        """
        samples = sound.samples
        if sound.rate != self._rate or samples.ndim != 1 or samples.dtype != np.int16:
            raise LocalError(
                f"this codec takes mono int16 sound at {self._rate} samples a second, "
                f"not {samples.dtype} of shape {samples.shape} at {sound.rate}"
            )
        if len(samples) == self.size and not len(self._rest):
            return [sound]  # as most microphones deliver it
        captured = sound.captured - len(self._rest) / self._rate
        if len(self._rest):
            samples = np.concatenate((self._rest, samples))
        end = len(samples) - len(samples) % self.size
        self._rest = samples[end:].copy()
        return [
            Sound(
                samples[start : start + self.size],
                self._rate,
                captured + start / self._rate,
            )
            for start in range(0, end, self.size)
        ]

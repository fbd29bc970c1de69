"""A stretch of sound as a page plays and draws it: a WAV file, a waveform, a length.

No sound card: the page's own player plays the bytes. Notebook: 06-loss.
"""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labkit.errors import LocalError
from labkit.panels.words import WORDS

Samples = npt.NDArray[np.int16]
BINS = 240
"""Strokes of a waveform."""
LONGEST = 120.0
"""Seconds: the bytes go to the page and into the notebook."""
RATES = (4_000, 192_000)
FULL = 32768


@dataclass(frozen=True, slots=True)
class Stretch:
    """Something to listen to. Raises LocalError for what is no sound."""

    name: str
    """What it is: "as sent", "10 % lost, RED-2"."""
    samples: Samples
    """One channel."""
    rate: int
    """Samples a second."""
    text: str = ""
    """What there is to say of it, as a score."""

    def __post_init__(self) -> None:
        samples = self.samples
        if samples.dtype != np.int16 or samples.ndim != 1:
            kind = f"{samples.dtype} {list(samples.shape)}"
            raise LocalError(WORDS["no_samples"].format(name=self.name, kind=kind))
        if not RATES[0] <= self.rate <= RATES[1]:
            raise LocalError(WORDS["no_rate"].format(name=self.name, rate=self.rate))
        if self.seconds > LONGEST:
            raise LocalError(
                WORDS["too_long"].format(
                    name=self.name, seconds=self.seconds, most=LONGEST
                )
            )

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.samples) / self.rate

    @property
    def wav(self) -> bytes:
        """As a WAV file."""
        made = io.BytesIO()
        with wave.open(made, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(self.rate)
            file.writeframes(self.samples.astype("<i2").tobytes())
        return made.getvalue()


def waveform(samples: Samples, bins: int = BINS) -> list[tuple[int, int]]:
    """Lowest and highest of each of `bins` parts, in percent of full scale."""
    parts = np.array_split(samples.astype(np.int32), bins)
    return [
        (round(100 * int(part.min()) / FULL), round(100 * int(part.max()) / FULL))
        if len(part)
        else (0, 0)
        for part in parts
    ]

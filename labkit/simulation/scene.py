"""What a simulated call is about: who says and shows what, and what of it is kept.

Voices are functions of the sample's number, films lists of pictures shown in a loop: a
scene has no time of its own. Notebook: 05-latency.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from labkit.devices.test_card import LAP, TestCard
from labkit.devices.voice import SyntheticVoice
from labkit.errors import LocalError

Samples = npt.NDArray[np.int16]
Pixels = npt.NDArray[np.uint8]
Voice = Callable[[str, int, int, int], Samples]
"""(whose, first sample, how many, rate) → int16 samples."""


class Seen(NamedTuple):
    """A picture that one party saw."""

    timestamp: int
    """RTP timestamp: which picture it is."""
    at: float
    """When, on that party's clock."""
    pixels: Pixels | None
    """BGR; None when nobody asked for them."""


@dataclass(slots=True)
class Scene:
    """Sound and pictures of both parties; see `simulate` for what the fields mean."""

    formats: Sequence[str]
    film: Sequence[Pixels]
    fps: float
    rate: int
    voice: Voice
    quality: int = 50
    watches: bool = False
    said: dict[str, list[Samples]] = field(default_factory=lambda: defaultdict(list))
    sounds: dict[str, list[Samples]] = field(default_factory=lambda: defaultdict(list))
    shown: dict[str, list[Seen]] = field(default_factory=lambda: defaultdict(list))
    _filmed: dict[str, dict[int, int]] = field(
        default_factory=lambda: defaultdict(dict)
    )

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the pictures."""
        height, width = self.film[0].shape[:2]
        return width, height

    def speak(self, whose: str, first: int, count: int) -> Samples:
        """The next stretch of somebody's voice."""
        samples = self.voice(whose, first, count, self.rate)
        self.said[whose].append(samples)
        return samples

    def picture(self, number: int) -> Pixels:
        """The film's picture with this number, from 0, in a loop."""
        return self.film[number % len(self.film)]

    def filmed(self, whose: str, timestamp: int, number: int) -> None:
        """Somebody's picture `number` left under this RTP timestamp."""
        self._filmed[whose][timestamp] = number

    def number_of(self, whose: str, timestamp: int) -> int | None:
        """Which of `whose` pictures has this timestamp (its low 32 bits count)."""
        return self._filmed[whose].get(timestamp & 0xFFFF_FFFF)


@lru_cache(maxsize=4)
def test_film(width: int, height: int, fps: float) -> tuple[Pixels, ...]:
    """One lap of the kit's test card."""
    card = TestCard(width, height, fps, label="film")
    return tuple(card.draw(number / fps) for number in range(round(LAP * fps)))


def synthetic_voices() -> Voice:
    """Each party speaks with the voice that belongs to the name."""
    voices: dict[str, SyntheticVoice] = {}

    def speak(whose: str, first: int, count: int, rate: int) -> Samples:
        voice = voices.get(whose)
        if voice is None:
            voice = voices[whose] = SyntheticVoice(whose)
        return voice.samples(first, count, rate)

    return speak


def recorded(samples: Samples, rate: int) -> Voice:
    """Everybody says what is in a recording, in a loop.

    Raises LocalError unless it is int16, of one channel, and at the scene's rate.
    """
    if samples.ndim != 1 or samples.dtype != np.int16 or not len(samples):
        raise LocalError(
            "a recorded voice is one channel of int16 samples, not "
            f"{samples.dtype} of shape {samples.shape}"
        )

    def speak(_: str, first: int, count: int, wanted: int) -> Samples:
        if wanted != rate:
            raise LocalError(
                f"the recording has {rate} samples a second, the codec takes {wanted}; "
                "resample it"
            )
        numbers = np.arange(first, first + count)
        return np.take(samples, numbers, mode="wrap")

    return speak

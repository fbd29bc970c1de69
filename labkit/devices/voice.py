"""A voice for a machine without a microphone.

Nobody can understand it, but it has what a call needs of speech: a pitch that moves,
the formants of five vowels, consonants, syllables that make the level rise and fall
four times a second, talk spurts and the pauses between them. It is built as speech is,
a source (the voice's harmonics) through a filter (the vowel), once, as a phrase of some
seconds that repeats.

Notebook: 03-media.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from labkit.devices.base import Samples
from labkit.devices.likeness import trait
from labkit.devices.paced import PacedMicrophone

PHRASE = 8.0
"""Seconds until the voice repeats itself."""
HIGHEST = 3600.0
"""Hz. No harmonic above it: what a telephone lets through."""
FINEST = 16_000
"""Samples a second at which it is computed; more are drawn between these."""
LEVEL = 9000
"""The largest sample: about −11 dB of full scale."""

# Peterson & Barney (1952), rounded: the three resonances of a vowel in Hz.
VOWELS = np.array(
    [
        (730, 1090, 2440),  # a, as in father
        (530, 1840, 2480),  # e, as in bet
        (270, 2290, 3010),  # i, as in beet
        (570, 840, 2410),  # o, as in bought
        (300, 870, 2240),  # u, as in boot
    ],
    float,
)
BANDWIDTHS = (80.0, 110.0, 160.0)
"""Hz: how wide each of the three resonances is."""

_Floats = npt.NDArray[np.float64]


class SyntheticVoice(PacedMicrophone):
    """Speaks like `name`: each name has a pitch and a rhythm of its own.

    The same name and seed say the same thing on every machine.
    """

    def __init__(self, name: str = "alice", seed: int = 0) -> None:
        super().__init__(name)
        self.seed = seed

    @property
    def pitch(self) -> float:
        """The middle of the voice's pitch in Hz, from 95 (deep) to 235 (high)."""
        return 95.0 * 1.12 ** trait(self.name, "pitch", 9)

    def samples(self, first: int, count: int, rate: int) -> Samples:
        """The voice from sample number `first` on."""
        words = trait(self.name, "words", 1000) + 1000 * self.seed
        spoken = phrase(self.pitch, words, rate)
        return np.take(spoken, np.arange(first, first + count), mode="wrap")


@lru_cache(maxsize=8)
def phrase(pitch: float, seed: int, rate: int) -> Samples:
    """The whole phrase at `rate` samples a second; its ends fit together."""
    if rate > FINEST:
        coarse = phrase(pitch, seed, FINEST)
        times = np.arange(int(PHRASE * rate)) * (FINEST / rate)
        between = np.interp(times, np.arange(len(coarse)), coarse, period=len(coarse))
        return np.asarray(between, np.int16)
    random = np.random.default_rng(seed)
    times = np.arange(int(PHRASE * rate)) / rate
    loudness, vowel, hiss = _syllables(times, random)
    # Pitch falls along each spurt and wavers a little, as it does when people talk.
    sway = 1 + 0.09 * np.sin(2 * np.pi * times * 3 / PHRASE) + 0.02 * loudness
    turns = np.cumsum(pitch * sway) / rate
    turns *= round(turns[-1]) / turns[-1]  # whole turns: no click where it repeats
    sound = loudness * _voiced(turns, vowel, pitch * 1.1, rate)
    sound /= np.abs(sound).max()
    noise = np.diff(random.standard_normal(len(times)), prepend=0.0)
    sound += 0.05 * hiss * noise
    return np.asarray(sound * (LEVEL / np.abs(sound).max()), np.int16)


def _syllables(
    times: _Floats, random: np.random.Generator
) -> tuple[_Floats, _Floats, _Floats]:
    """Loudness 0 to 1, place in the list of vowels, and loudness of the consonants."""
    loudness, vowel, hiss = (np.zeros(len(times)) for _ in range(3))
    begins, spoken, before = 0.15, 0, float(random.integers(len(VOWELS)))
    spurt = int(random.integers(4, 9))
    while (ends := begins + random.uniform(0.16, 0.30)) < PHRASE - 0.3:
        inside = (times >= begins) & (times < ends)
        part = (times[inside] - begins) / (ends - begins)
        target = float(random.integers(len(VOWELS)))
        loudness[inside] = np.sin(np.pi * part**0.7) ** 1.5 * random.uniform(0.55, 1)
        vowel[inside] = before + (target - before) * np.minimum(1, part * 3)
        if random.random() < 0.5:
            hiss[inside] = np.exp(-(((part - 0.02) / 0.08) ** 2))
        before, spoken = target, spoken + 1
        begins = ends
        if spoken == spurt:
            begins += random.uniform(0.5, 1.0)
            spoken, spurt = 0, int(random.integers(4, 9))
    return loudness, vowel, hiss


def _voiced(turns: _Floats, vowel: _Floats, highest_pitch: float, rate: int) -> _Floats:
    """The harmonics of a voice whose phase is `turns`, coloured by the vowels."""
    sound = np.zeros(len(turns))
    places = np.arange(len(VOWELS))
    once = np.exp(2j * np.pi * turns)
    harmonic = np.ones_like(once)
    for number in range(1, int(min(HIGHEST, rate * 0.45) / highest_pitch)):
        harmonic *= once
        gains = _gain(number * highest_pitch / 1.1) / number
        sound += np.interp(vowel, places, gains) * harmonic.imag
    return sound


def _gain(frequency: float) -> _Floats:
    """How much of `frequency` (Hz) each vowel lets through."""
    gains = np.full(len(VOWELS), 0.03)
    for strength, formant, width in zip(
        (1, 0.6, 0.3), VOWELS.T, BANDWIDTHS, strict=True
    ):
        gains += strength / (1 + ((frequency - formant) / width) ** 2)
    return gains

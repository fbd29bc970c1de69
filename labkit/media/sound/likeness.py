"""After how many samples does sound repeat itself? Its pitch period, by correlation.

A vowel is one short shape over and over: 80 to 400 times a second the vocal cords open.
Moved by one period, it lies upon itself. How well, for each lag, tells the correlation

    likeness(lag) = Σ x[k] x[k + lag] / √(Σ x[k]² · Σ x[k + lag]²)

1 where the two are the same but for loudness, 0 where they have nothing in common.
ITU-T G.711, appendix I, section I.2.2. Notebook: 06-loss.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.int16]
COARSE = 8_000
"""Samples a second that suffice to find a pitch; the rest only refines it."""


class Repetition(NamedTuple):
    """After `lag` samples sound is most like itself: by `likeness`, -1 to 1."""

    lag: int
    likeness: float


def repetition(samples: Samples, rate: int, shortest: int, longest: int) -> Repetition:
    """The lag from `shortest` to `longest` samples at which sound repeats itself best.

    The part that is compared is what `longest` leaves of `samples`: at least a few
    milliseconds, or the lag means nothing.
    """
    step = max(1, rate // COARSE)
    wide = samples.astype(np.float64)
    if step == 1:
        return _best(wide, shortest, longest)
    few = len(wide) // step
    rough = wide[: few * step].reshape(few, step).mean(axis=1)
    near = _best(rough, max(1, shortest // step), max(1, longest // step)).lag * step
    return _best(wide, max(shortest, near - step), min(longest, near + step))


def _best(x: npt.NDArray[np.float64], shortest: int, longest: int) -> Repetition:
    length = len(x) - longest
    still = x[:length]
    moved = np.correlate(x[shortest : length + longest], still, "valid")
    energy = np.concatenate(([0.0], np.cumsum(x * x)))
    energies = energy[length + shortest : length + longest + 1]
    energies = energies - energy[shortest : longest + 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        likeness = np.nan_to_num(moved / np.sqrt(energies * energy[length]))
    best = int(np.argmax(likeness))
    return Repetition(shortest + best, float(likeness[best]))

"""Sound played a little faster or slower, at the same pitch.

Played at another speed, a voice changes its pitch. So whole pitch periods are left out,
or played twice, and the seam is hidden: where sound is laid upon itself, moved by one
period, the two are nearly the same, and fading from one to the other is not heard.

    shorter   ------------------------        longer    ------------------------
              \\_____ fades into _____                   ________ fades into ____
                     ------------------------    ------------------------

WSOLA: W. Verhelst, M. Roelands, "An overlap-add technique based on waveform similarity
for high quality time-scale modification of speech", ICASSP 1993. Both ends of a piece
stay as they are, so that it fits its neighbours. Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from labkit.media.sound.likeness import repetition

Samples = npt.NDArray[np.int16]

SHORTEST, LONGEST = 0.0025, 0.0125
"""Seconds: pitch periods of 400 and of 80 a second."""
OVERLAP = 0.005
"""Seconds that must be left to fade in."""
ALIKE = 0.7
"""Likeness from which a seam is not heard."""
QUIET = 100.0
"""Root mean square, -50 dB of full scale: below it there is nothing to be heard."""


def is_quiet(samples: Samples) -> bool:
    """Whether a stretch of sound is a pause between words."""
    wide = samples.astype(np.float32)
    return float(np.dot(wide, wide)) <= QUIET * QUIET * len(samples)


def stretched(samples: Samples, rate: int, seconds: float) -> Samples:
    """The sound made longer by about `seconds`; negative: shorter, and never by more.

    A voice is changed by whole pitch periods, a pause by any length. Sound of neither
    kind is left as it is: ask again with the next piece.
    """
    wanted = round(abs(seconds) * rate)
    longest = min(round(LONGEST * rate), len(samples) - round(OVERLAP * rate))
    if is_quiet(samples):
        lag = min(wanted, longest)
        return _moved(samples, lag, seconds > 0) if lag > 0 else samples
    shortest = round(SHORTEST * rate)
    if seconds < 0:
        longest = min(longest, wanted)
    if longest < shortest:
        return samples
    lag, likeness = repetition(samples, rate, shortest, longest)
    return _moved(samples, lag, seconds > 0) if likeness >= ALIKE else samples


def padded(samples: Samples, rate: int, seconds: float) -> Samples:
    """The same, but in pauses only; sound that can be heard is left as it is."""
    return stretched(samples, rate, seconds) if is_quiet(samples) else samples


def _moved(samples: Samples, lag: int, longer: bool) -> Samples:
    """Sound laid upon itself, `lag` samples later or earlier."""
    early, late = samples[:-lag], samples[lag:]
    if not longer:
        return crossfade(early, late)
    return np.concatenate((samples[:lag], crossfade(late, early), samples[-lag:]))


def crossfade(out: Samples, into: Samples) -> Samples:
    """From one sound to another of the same length, evenly."""
    fade = (np.arange(len(out)) + 0.5) / max(len(out), 1)
    wide: npt.NDArray[np.float64] = out + (into.astype(np.float64) - out) * fade
    return np.rint(wide).astype(np.int16)

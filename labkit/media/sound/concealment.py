"""What is played where sound is missing: nothing, the last of it again, or its pitch.

All three have one shape: `heard` takes what was decoded and gives it back, joined to
what was made up before; `missing` makes up so many samples more. They work behind the
decoder, alike for every codec; what Opus could conceal by itself is left aside, so that
the three can be compared.

    repeat   the last frame again and again, fading over 60 ms
    pitch    the last pitch period again and again, whole for 10 ms, silent at 60 ms
             (ITU-T G.711, appendix I, but without its 3.75 ms of delay: what was played
             cannot be smoothed any more, so what follows is bent to fit)

Notebook: 06-loss.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from labkit.media.sound.likeness import repetition
from labkit.media.sound.stretch import crossfade
from labkit.media.treatments import Concealment as Way

Samples = npt.NDArray[np.int16]
Wide = npt.NDArray[np.float64]

SILENT = 0.060
"""Seconds after which nothing is made up any more."""
WHOLE = 0.010
"""Seconds of a pitch that are played in full."""
LOWEST, HIGHEST = 0.015, 0.005
"""Seconds of the longest and the shortest pitch period."""
COMPARED = 0.020
JOIN, LONGEST_JOIN = 0.001, 0.010
"""Seconds over which real sound is faded in: so many for each 10 ms that were missing.
"""


class Concealment(Protocol):
    """Hides that sound is missing."""

    silent: bool
    """Whether what was made up last cannot be heard."""

    def heard(self, samples: Samples, rate: int) -> Samples:
        """Decoded sound on its way to be played."""
        ...

    def missing(self, count: int, rate: int) -> Samples:
        """So many samples in place of those that did not come."""
        ...


def concealment_for(way: Way) -> Concealment:
    """The concealment of this name, a fresh one."""
    match way:
        case "silence":
            return SilentConcealment()
        case "repeat":
            return RepeatConcealment()
        case "pitch":
            return PitchConcealment()


class SilentConcealment:
    """Nothing at all."""

    silent = True

    def heard(self, samples: Samples, rate: int) -> Samples:
        """The sound as it is."""
        return samples

    def missing(self, count: int, rate: int) -> Samples:
        """Zeros."""
        return np.zeros(count, np.int16)


class RepeatConcealment:
    """The last frame again, quieter and quieter."""

    silent = True

    def __init__(self) -> None:
        self._last = np.zeros(0, np.int16)
        self._made = 0

    def heard(self, samples: Samples, rate: int) -> Samples:
        """The sound as it is; it may be needed again."""
        self._last, self._made = samples, 0
        return samples

    def missing(self, count: int, rate: int) -> Samples:
        """The last frame from its beginning, faded."""
        self.silent = self._made >= SILENT * rate or not len(self._last)
        if self.silent:
            return np.zeros(count, np.int16)
        places = self._made + np.arange(count)
        self._made += count
        loud = np.clip(1 - places / (SILENT * rate), 0, 1)
        repeated: Wide = self._last[places % len(self._last)] * loud
        return np.rint(repeated).astype(np.int16)


class PitchConcealment:
    """The last pitch period, repeated; after 10 ms two of them, after 20 ms three."""

    silent = True

    def __init__(self) -> None:
        self._past: list[Samples] = []
        self._made = 0
        self._rate = 0
        self._history: Wide = np.zeros(0)
        self._period = 0
        self._step = 0.0

    def heard(self, samples: Samples, rate: int) -> Samples:
        """The sound; after a gap, faded in over the pitch that goes on below it."""
        if self._made:
            samples = self._joined(samples, rate)
            self._made = 0
        if rate != self._rate:
            self._past, self._rate = [], rate
        self._remember(samples, rate)
        return samples

    def missing(self, count: int, rate: int) -> Samples:
        """The pitch goes on, and fades."""
        if not self._made:
            self._find_pitch(rate)
        self.silent = not self._period or self._made >= SILENT * rate
        if self.silent:
            self._made += count
            made = np.zeros(count, np.int16)
            self._remember(made, rate)
            return made
        made = self._continued(count, rate)
        self._made += count
        self._remember(made, rate)
        return made

    def _remember(self, samples: Samples, rate: int) -> None:
        """Keep as much of what was played, made up or not, as a pitch is found in."""
        self._past.append(samples)
        enough = (COMPARED + 3 * LOWEST) * rate
        while sum(map(len, self._past[1:])) >= enough:
            del self._past[0]

    def _find_pitch(self, rate: int) -> None:
        past = np.concatenate(self._past) if self._past else np.zeros(0, np.int16)
        recent = past[-round((COMPARED + LOWEST) * rate) :]
        self._history = past.astype(np.float64)
        self._period = 0
        if len(recent) > round((LOWEST + HIGHEST) * rate):
            backwards = recent[::-1]  # the newest sound, compared with what was before
            self._period = repetition(
                backwards, rate, round(HIGHEST * rate), round(LOWEST * rate)
            ).lag
            self._step = float(self._history[-1] - self._history[-1 - self._period])

    def _continued(self, count: int, rate: int) -> Samples:
        """Samples `made` to `made + count` of the pitch that goes on for ever."""
        places = self._made + np.arange(count)
        tens = places // (0.010 * rate)
        made = np.zeros(count)
        for periods in (1, 2, 3):  # for 10 ms, for 10 ms more, and from then on
            here = tens == periods - 1 if periods < 3 else tens >= 2
            if here.any():
                loop = self._loop(periods)
                made[here] = loop[places[here] % len(loop)]
        quarter = max(self._period // 4, 1)
        made += self._step * np.clip(1 - places / quarter, 0, 1)
        fading = (SILENT - WHOLE) * rate
        made *= np.clip(1 - (places - WHOLE * rate) / fading, 0, 1)
        return np.rint(np.clip(made, -32_768, 32_767)).astype(np.int16)

    def _loop(self, periods: int) -> Wide:
        """So many last periods, whose end is bent to fit their beginning."""
        length = periods * self._period
        quarter = self._period // 4
        if length + quarter > len(self._history):
            length = self._period
        loop = self._history[-length:].copy()
        before = self._history[-length - quarter : -length]
        fade = (np.arange(len(before)) + 0.5) / max(len(before), 1)
        loop[length - len(before) :] += (before - loop[length - len(before) :]) * fade
        return loop

    def _joined(self, samples: Samples, rate: int) -> Samples:
        missed = self._made / rate
        seconds = min(JOIN * max(missed / 0.010, 1), LONGEST_JOIN)
        count = min(round(seconds * rate), len(samples))
        if missed >= SILENT or not self._period:
            under = np.zeros(count, np.int16)
        else:
            under = self._continued(count, rate)
        return np.concatenate((crossfade(under, samples[:count]), samples[count:]))

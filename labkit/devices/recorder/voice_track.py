"""One voice laid out on the recording's time, by the times at which it was captured.

Sound comes in stretches. Those that follow each other are joined without a seam,
although their times waver by some milliseconds; where something is missing is silence,
and what comes late or twice is left out.

Notebook: 04-videocall.
"""

from __future__ import annotations

import numpy as np

from labkit.devices.base import Samples
from labkit.frames import Sound

RATE = 48_000
SLACK = round(0.080 * RATE)
"""Samples by which a stretch may miss its time before it is laid where it belongs."""
MOST_AHEAD = 4 * RATE
"""Samples that may wait; what claims to be later than that is left out."""


class VoiceTrack:
    """48,000 samples a second from time `begin` on; taken in order, each once."""

    def __init__(self, begin: float) -> None:
        self._begin = begin
        self._taken = 0
        self._end = 0
        """Where the newest stretch ends; sample numbers count from `begin`."""
        self._waiting = np.zeros(MOST_AHEAD, np.int16)
        """The samples from `_taken` on."""
        self._last: np.int16 = np.int16(0)
        """The last sample of the stretch before, at its own rate."""

    def put(self, sound: Sound) -> None:
        """Lay down a stretch, of any rate."""
        samples = self._at_our_rate(sound)
        begin = round((sound.captured - self._begin) * RATE)
        if abs(begin - self._end) <= SLACK:
            begin = self._end
        elif begin < self._end:  # it was said before
            samples, begin = samples[self._end - begin :], self._end
        if begin < self._taken:  # too late for its beginning
            samples, begin = samples[self._taken - begin :], self._taken
        place = begin - self._taken
        if not len(samples) or place + len(samples) > MOST_AHEAD:
            return
        self._waiting[place : place + len(samples)] = samples
        self._end = begin + len(samples)

    def take(self, count: int) -> Samples:
        """The next `count` samples, at most MOST_AHEAD; silence where nothing came."""
        taken = self._waiting[:count].copy()
        rest = len(self._waiting) - count
        self._waiting[:rest] = self._waiting[count:]
        self._waiting[rest:] = 0
        self._taken += count
        return taken

    def _at_our_rate(self, sound: Sound) -> Samples:
        """The stretch at 48,000 a second: straight lines between its samples."""
        given = sound.samples
        before, self._last = self._last, given[-1] if len(given) else self._last
        if sound.rate == RATE or not len(given):
            return given
        known = np.concatenate([[before], given])
        count = round(len(given) * RATE / sound.rate)
        at = np.arange(1, count + 1) * (len(given) / max(count, 1))
        between = np.interp(at, np.arange(len(known)), known)
        return np.asarray(between, np.int16)

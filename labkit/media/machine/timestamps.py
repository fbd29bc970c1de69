"""RTP timestamps: when something was captured, in ticks of its format's clock.

RFC 3550, section 5.1; RFC 3551, section 4.1. Notebook: 03-media.
"""

from __future__ import annotations

from labkit.frames import EncodedFrame
from labkit.media.formats import MediaFormat
from labkit.media.machine.durations import duration_of

PAUSE = 0.050
"""Sound that comes this many seconds after it was due begins a new talk spurt."""
HOLE = 0.015
"""Seconds that the count may be behind: less than a frame that was never captured."""
CREEP = 0.002
"""The part of what it is behind that is forgiven with each frame: a clock that is
0.01 % slow is then 1 ms behind, and no more."""
_CIRCLE = 1 << 32


class PictureStamps:
    """Pictures are stamped by the clock: capture time times clock rate, plus a start
    that nobody can guess."""

    def __init__(self, media: MediaFormat, start: int) -> None:
        self._rate = media.clock_rate
        self._start = start

    def stamp(self, frame: EncodedFrame) -> tuple[int, bool]:
        """The frame's timestamp; a picture never begins a talk spurt."""
        return self.at(frame.captured), False

    def at(self, time: float) -> int:
        """The timestamp of what is captured at `time`."""
        return (self._start + round(time * self._rate)) % _CIRCLE


class SoundStamps:
    """Sound is stamped by counting samples, for receivers take every other step for a
    gap.

    Only what was not captured is measured by the clock: a pause, or a frame that a busy
    machine left out. Uncounted, such frames would add up, and the sound would seem to
    come later and later. A microphone delivers a little early or late, and its clock
    drifts from the kit's: that does not disturb the counting, and sender reports say
    which moment a timestamp stands for.
    """

    def __init__(self, media: MediaFormat, start: int) -> None:
        self._media = media
        self._next = start
        self._due: float | None = None
        self._behind = 0.0
        """Seconds by which the count is behind the clock."""

    def stamp(self, frame: EncodedFrame) -> tuple[int, bool]:
        """The frame's timestamp, and whether a talk spurt begins with it."""
        rate = self._media.clock_rate
        gap = 0.0 if self._due is None else frame.captured - self._due
        spurt = self._due is None or gap > PAUSE
        self._behind = max(self._behind * (1 - CREEP) + gap, -HOLE)
        if self._behind > HOLE:
            self._next += round(self._behind * rate)
            self._behind = 0.0
        timestamp = self._next % _CIRCLE
        length = duration_of(self._media, frame.data)
        self._next = timestamp + round(length * rate)
        self._due = frame.captured + length
        return timestamp, spurt

    def at(self, time: float) -> int:
        """The timestamp of what is captured at `time`."""
        ahead = 0.0 if self._due is None else time - self._due
        return (self._next + round(ahead * self._media.clock_rate)) % _CIRCLE

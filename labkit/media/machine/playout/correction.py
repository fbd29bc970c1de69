"""By how much sound should be longer or shorter, to be played in its time again.

    before its time     longer, by what is missing
    later than need be  shorter, once a whole second of frames was (`surplus.py`)
    100 ms too late     frames are left out at once

Whoever decodes a frame changes its sound as far as it can unheard, and says how far:
what is left over is asked of the next frames. Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

from labkit.media.machine.playout.surplus import Surplus

WOBBLE = 0.002
"""Seconds by which a loudspeaker may fetch early or late without consequences."""
STALL = 0.100
"""Seconds too late that call for catching up at once."""


class Correction:
    """What is asked of the frame whose turn it is."""

    def __init__(self) -> None:
        self.seconds = 0.0
        """Its sound should be longer by so much; negative: it may be shorter."""
        self._too_many = 0.0
        self._surplus = Surplus()

    def begin(self) -> None:
        """Observe anew: what was seen holds no more."""
        self.seconds = self._too_many = 0.0
        self._surplus.begin()

    def observe(
        self, excess: float, ahead: float, block: float, leaves_out: bool
    ) -> float:
        """A frame is fetched that has been due for `excess` seconds too long.

        Returns how many seconds of frames should be left out: those of a stall, and
        with `leaves_out` whatever is too much, since no sound is made shorter then.
        """
        if excess > STALL:
            self.begin()
            return excess
        if excess < -WOBBLE:
            self.begin()
            self.seconds = -excess
            return 0.0
        left_out = 0.0
        if self._surplus.observed(excess, ahead, block):
            if leaves_out:
                left_out = self._surplus.least
            else:
                self._too_many = self._surplus.room
        self.seconds = -self._too_many if self._too_many > WOBBLE else 0.0
        return left_out

    def shorten(self, seconds: float) -> None:
        """Sound was waited for: take back so much of the time, little by little."""
        self._too_many = seconds
        self.seconds = -seconds

    def done(self, seconds: float) -> None:
        """Sound was made longer, or (negative) shorter, by so much."""
        left = self._too_many - abs(seconds)
        self.begin()
        if seconds < 0:
            self._too_many = max(left, 0.0)

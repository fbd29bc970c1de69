"""By how much could sound be played earlier, and nothing be missing for it?

A loudspeaker fetches in blocks, a codec decodes in frames: what is left over of a frame
is `ahead` of the next one. Making sound shorter by less than that changes nothing but
the latency: the next frame is fetched with the same block as before. Making it shorter
by more means to fetch that frame a block earlier, which is safe only if it had been
here for so long. Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

from math import inf

OBSERVED = 50
"""Fetches over which there must be too much before something is done: a second."""


class Surplus:
    """Observes a second of fetches at a time."""

    def __init__(self) -> None:
        self.least = self.room = 0.0
        self.begin()

    def begin(self) -> None:
        """Observe anew: what was seen holds no more."""
        self._seen = 0
        self._least_excess = self._least_ahead = self._room = inf

    def observed(self, excess: float, ahead: float, block: float) -> bool:
        """A frame was fetched that had been due for `excess` seconds too long.

        Returns whether a second is over. Then `least` is the least such excess, and
        `room` the seconds by which sound may be made shorter.
        """
        self._seen += 1
        self._least_excess = min(self._least_excess, excess)
        self._least_ahead = min(self._least_ahead, ahead)
        if excess < block:  # it could not have been fetched a block earlier
            self._room = min(self._room, ahead)
        if self._seen < OBSERVED:
            return False
        blocks = max(int(self._least_excess / block), 0) * block if block > 0 else 0.0
        self.least = self._least_excess
        self.room = min(self._room, self._least_ahead + blocks)
        self.begin()
        return True

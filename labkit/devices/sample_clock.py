"""When was it said? The capture time of sound that comes from a sound card.

A card counts samples evenly; the program that fetches them is woken late, now by 1 ms,
now by 10. So the time of a sample is not when its block was fetched but the start plus
the count, where the start is the earliest that any block allows (a block can be late,
never early), creeping forwards for a card whose second is longer than the computer's.

Notebook: 03-media.
"""

from __future__ import annotations

CREEP = 0.002
"""The part of a block's lateness by which the start moves: a card that is 0.01 % slow
settles 1 ms late at 20 ms a block."""
LOST = 0.25
"""Seconds of lateness that mean: samples were lost, begin anew."""


class SampleClock:
    """Gives each block of samples the time of its first one."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._start: float | None = None
        self._count = 0

    def stamp(self, count: int, now: float) -> float:
        """The capture time of the first of `count` samples that were fetched `now`."""
        before, self._count = self._count, self._count + count
        earliest = now - self._count / self._rate
        if self._start is None:
            self._start = earliest
        late = earliest - self._start
        self._start = (
            earliest if late < 0 or late > LOST else self._start + CREEP * late
        )
        return self._start + before / self._rate

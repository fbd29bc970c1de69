"""The shortest travel time of late: what every playout rule measures from.

A travel time is the arrival less the sender's timestamp. It contains the unknown
distance of two clocks, but only differences are ever used; and since the shortest is
forgotten after some seconds, clocks that drift apart do no harm. Notebook:
07-jitter-buffer.
"""

from __future__ import annotations

from collections import deque

REMEMBERED = 5.0
"""Seconds."""


class ShortestTravel:
    """The least of the last seconds' numbers, without looking through all of them.

    A number that is followed by a smaller one can never be the least again: it is
    thrown away. So what is kept rises from the left to the right, and the least is the
    first.
    """

    def __init__(self, remembered: float = REMEMBERED) -> None:
        self._remembered = remembered
        self._rising: deque[tuple[float, float]] = deque()

    def arrived(self, travel: float, now: float) -> float:
        """The shortest of late, `travel` seconds included."""
        rising = self._rising
        while rising and rising[-1][1] >= travel:
            rising.pop()
        rising.append((now, travel))
        while rising[0][0] < now - self._remembered:
            rising.popleft()
        return rising[0][1]

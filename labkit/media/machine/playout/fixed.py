"""The two simplest playout rules: do not wait at all, and always wait as long.

A fixed delay is measured from the shortest travel time since the call began, and never
moves. When the network's delay rises above it, everything is late; when it is chosen
large enough for that, everything waits that long, for ever. Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

from math import inf


class FixedDelay:
    """Play a frame `seconds` after the earliest that any frame could have come."""

    in_order = True
    elastic = False

    def __init__(self, seconds: float = 0.060) -> None:
        self.seconds = seconds
        self._shortest = inf

    @property
    def shortest(self) -> float:
        """The shortest travel time of the call."""
        return 0.0 if self._shortest == inf else self._shortest

    def arrived(self, media_time: float, now: float) -> None:
        """Learn the shortest travel time; there is nothing else to learn."""
        self._shortest = min(self._shortest, now - media_time)


class NoDelay(FixedDelay):
    """Play what has come, in the order in which it came."""

    in_order = False

    def __init__(self) -> None:
        super().__init__(0.0)

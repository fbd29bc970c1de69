"""At most so many a second: notes about a flood must not become one."""

from __future__ import annotations


class RateLimit:
    """Lets `most` events a second pass, by the second."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._second = 0
        self._passed = 0

    def allows(self, now: float) -> bool:
        """Whether one more may pass at `now`; it then counts."""
        if int(now) != self._second:
            self._second, self._passed = int(now), 0
        self._passed += 1
        return self._passed <= self._most

"""When a packet should come, judged by those that came.

The time between packets and its deviation are learned as smoothed means, the way TCP
learns its round trip (RFC 6298). Notebook: 06-loss.
"""

from __future__ import annotations

LONGEST = 0.200
"""Seconds between two packets that are a pause, not the pace."""
LEARNED = 8
"""Packets after which the pace is believed."""
LEAST_SLACK = 0.005
"""Seconds that a packet may be late without being overdue, however even the pace."""
_GAIN = 1 / 16


class Arrivals:
    """The arrivals of one stream; numbers are unwrapped."""

    def __init__(self) -> None:
        self._seconds: float | None = None
        """From one packet to the next."""
        self._deviation = 0.0
        self._learned = 0
        self._number = 0
        self._time: float | None = None
        """The newest packet, and when it came."""

    @property
    def slack(self) -> float:
        """Seconds later than expected that are nothing unusual."""
        return LEAST_SLACK + 4 * self._deviation

    def came(self, number: int, now: float) -> None:
        """A packet came by itself."""
        if self._time is None:
            self._number, self._time = number, now
        steps = number - self._number
        if steps <= 0:
            return
        seconds = (now - self._time) / steps
        if self._seconds is None:
            self._seconds = seconds if seconds < LONGEST else None
        elif seconds < LONGEST:
            off = abs(now - self._time - steps * self._seconds)
            self._deviation += _GAIN * (off - self._deviation)
            self._seconds += _GAIN * (seconds - self._seconds)
        self._learned += 1
        self._number, self._time = number, now

    def expected(self, number: int) -> float | None:
        """When this later packet should come; None before the pace is known."""
        if self._time is None or self._seconds is None or self._learned < LEARNED:
            return None
        return self._time + (number - self._number) * self._seconds

    def between(self, number: int, later: int, now: float) -> float:
        """When a packet should have come that is missing, while `later` came now."""
        if self._time is None or later <= self._number:
            return now
        share = (number - self._number) / (later - self._number)
        return self._time + (now - self._time) * max(share, 0.0)

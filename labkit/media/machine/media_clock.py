"""When was it captured? From the RTP timestamp to a time on our own clock.

A timestamp only counts ticks from a random start. The sender's reports pair one
timestamp with the time on the sender's clock; the clock offset brings that to ours. A
sound card's clock is not the computer's: the reports, one a second, bring the two back
together before they are 0.1 ms apart (at 100 ppm).

RFC 3550, section 6.4.1. Notebook: 03-media.
"""

from __future__ import annotations

from labkit.media.machine.clock_offset import ClockOffset
from labkit.media.machine.sequence import signed_difference


class MediaClock:
    """Translates the timestamps of one received stream."""

    def __init__(self, offset: ClockOffset) -> None:
        self._offset = offset
        self._ssrc: int | None = None
        self._time = 0.0
        self._timestamp = 0

    def learn(self, ssrc: int, time: float, timestamp: int) -> None:
        """A sender report: on the sender's clock, `time` is when `timestamp` is due."""
        self._ssrc, self._time, self._timestamp = ssrc, time, timestamp

    def captured(
        self, ssrc: int, timestamp: int, clock_rate: int, now: float
    ) -> float | None:
        """The capture time of `timestamp` (its low 32 bits count) on our clock.

        None as long as no report of this source came, or no round trip was measured.
        """
        offset = self._offset.at(now)
        if offset is None or ssrc != self._ssrc:
            return None
        ticks = signed_difference(timestamp & 0xFFFF_FFFF, self._timestamp, 32)
        return self._time + ticks / clock_rate - offset.seconds

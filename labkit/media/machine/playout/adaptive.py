"""The textbook's adaptive playout delay, with spike detection.

Kurose and Ross, "Computer Networking", section 9.3.2: an average of the travel time and
one of its deviation, each forgetting slowly,

    d ← (1 - u) d + u · travel
    v ← (1 - u) v + u · |travel - d|        play at d + K · v

A travel time that leaps by 100 ms is no deviation but a *spike*: a queue somewhere
stood still and now comes in one go. An average follows it neither up nor down in time.
So while a spike lasts, d takes part in every step of the travel time, until those
become small again. After Ramjee, Kurose, Towsley and Schulzrinne, "Adaptive playout
mechanisms for packetized audio applications in wide-area networks", Infocom 1994,
algorithm 4.

Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

from labkit.media.machine.playout.shortest import ShortestTravel

SHARE = 0.01
"""u: what part a new packet has in the averages."""
DEVIATIONS = 4.0
"""K."""
LEAP = 0.100
"""Seconds, beyond two deviations, that make a spike of a step in travel time."""
CALM = 0.008
"""Seconds: when the slope of a spike is less, the spike is over."""


class AdaptiveDelay:
    """Average travel time plus so many deviations."""

    in_order = True
    elastic = True

    def __init__(self, most: float = 0.5, deviations: float = DEVIATIONS) -> None:
        self.shortest = 0.0
        self.deviation = 0.0
        """v, in seconds."""
        self.in_spike = False
        self._most, self._deviations = most, deviations
        self._average = 0.0
        self._slope = 0.0
        self._before: tuple[float, float] | None = None
        """The travel times of the last packet and of the one before it."""
        self._shortest = ShortestTravel()

    @property
    def seconds(self) -> float:
        """d + K · v, from the shortest travel time."""
        wanted = self._average - self.shortest + self._deviations * self.deviation
        return min(max(wanted, 0.0), self._most)

    def arrived(self, media_time: float, now: float) -> None:
        """A packet captured at `media_time` (by its timestamp) has come."""
        travel = now - media_time
        self.shortest = self._shortest.arrived(travel, now)
        if self._before is None:
            self._average, self._before = travel, (travel, travel)
            return
        last, earlier = self._before
        self._before = travel, last
        if not self.in_spike and abs(travel - last) > 2 * self.deviation + LEAP:
            self.in_spike, self._slope = True, 0.0
        elif self.in_spike:
            self._slope = self._slope / 2 + abs(2 * travel - last - earlier) / 8
            if self._slope <= CALM:
                self.in_spike = False
                return
        if self.in_spike:
            self._average += travel - last
        else:
            self._average += SHARE * (travel - self._average)
        self.deviation += SHARE * (abs(travel - self._average) - self.deviation)

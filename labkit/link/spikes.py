"""Delay spikes: now and then the way is blocked, and all that waited comes at once.

A microwave oven, a change of the mobile cell: what is sent in the `height` seconds
after a spike's beginning arrives at its end, so the delay jumps up and falls by a
second a second. It is what the spike detection of Ramjee et al. (1994) is for.

Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

import math

from labkit.link.chance import Chance
from labkit.link.impairment import Packet

MEAN_GAP = 3.0
"""Seconds of calm between two spikes, in the mean; without memory (exponential)."""


class Spikes:
    """Holds packets back until the spike's end; never changes their order."""

    cause = ""

    def __init__(self, chance: Chance, height: float = 0.0) -> None:
        self.height = height
        """Seconds."""
        self._chance = chance
        self._end = -math.inf
        self._last: float | None = None

    def apply(self, packet: Packet) -> tuple[Packet, ...]:
        """The packet, now or at the spike's end."""
        before = packet.at if self._last is None else self._last
        calm = packet.at - max(self._end, before)
        self._last = packet.at
        if calm > 0 and self._chance.at(packet.number) < -math.expm1(-calm / MEAN_GAP):
            self._end = packet.at + self.height
        return (packet._replace(at=max(packet.at, self._end)),)

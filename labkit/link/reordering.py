"""Reordering: some packets are held back a little, and those behind overtake them.

Load balancing over ways of different length does it. Notebook: 06-loss.
"""

from __future__ import annotations

from labkit.link.chance import Chance
from labkit.link.impairment import Packet

HELD_BACK = 0.030
"""Seconds: longer than one packet of sound (20 ms), so that the next one overtakes."""


class Reordering:
    """Holds a share of the packets back."""

    cause = ""

    def __init__(self, chance: Chance, share: float = 0.0) -> None:
        self.share = share
        self._chance = chance

    def apply(self, packet: Packet) -> tuple[Packet, ...]:
        """The packet, now or a little later."""
        if self._chance.at(packet.number) >= self.share:
            return (packet,)
        return (packet._replace(at=packet.at + HELD_BACK),)

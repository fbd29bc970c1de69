"""Random loss: each packet is lost with the same probability, whatever the others do.

How long a row of lost packets gets is geometric: 1/(1 − p) in the mean. Notebook:
06-loss.
"""

from __future__ import annotations

from labkit.link.chance import Chance
from labkit.link.impairment import Packet


class RandomLoss:
    """Loses a share of the packets, each for itself."""

    cause = "random"

    def __init__(self, chance: Chance, share: float = 0.0) -> None:
        self.share = share
        """0 to 1."""
        self._chance = chance

    def apply(self, packet: Packet) -> tuple[Packet, ...]:
        """The packet, or nothing."""
        return () if self._chance.at(packet.number) < self.share else (packet,)

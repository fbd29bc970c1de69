"""Duplication: some packets arrive twice.

Wi-Fi does it when an acknowledgement is lost and the sender tries again. Notebook:
06-loss.
"""

from __future__ import annotations

from labkit.link.chance import Chance
from labkit.link.impairment import Packet


class Duplication:
    """Lets a share of the packets out twice, one right after the other."""

    cause = ""

    def __init__(self, chance: Chance, share: float = 0.0) -> None:
        self.share = share
        self._chance = chance

    def apply(self, packet: Packet) -> tuple[Packet, ...]:
        """The packet, once or twice."""
        return (packet,) * (1 + (self._chance.at(packet.number) < self.share))

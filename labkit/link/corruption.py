"""Corruption: one bit of some packets is turned over.

On a real way the checksum of UDP finds nearly all of these and the packet is lost; here
it arrives, so that one can see what a parser makes of it. Notebook: 06-loss.
"""

from __future__ import annotations

from labkit.link.chance import Chance
from labkit.link.impairment import Packet


class Corruption:
    """Flips one bit in a share of the packets; an empty packet has none to flip."""

    cause = ""

    def __init__(self, chance: Chance, which_bit: Chance, share: float = 0.0) -> None:
        self.share = share
        self._chance, self._which_bit = chance, which_bit

    def apply(self, packet: Packet) -> tuple[Packet, ...]:
        """The packet, whole or with one bit flipped."""
        if self._chance.at(packet.number) >= self.share or not packet.data:
            return (packet,)
        changed = bytearray(packet.data)
        bit = int(self._which_bit.at(packet.number) * 8 * len(changed))
        changed[bit // 8] ^= 0x80 >> bit % 8
        return (packet._replace(data=bytes(changed)),)

"""Exactly k of n: of every n packets just so many are lost, no more and no fewer.

Chance only says which. A class that loses one packet in ten then loses one in ten at
every desk, and a repair that must survive two losses in eight can be shown to.

Notebook: 06-loss.
"""

from __future__ import annotations

from labkit.link.chance import Chance
from labkit.link.impairment import Packet


class ExactLoss:
    """Loses `lose` of every `every` packets."""

    cause = "k of n"

    def __init__(self, chance: Chance, lose: int = 0, every: int = 1) -> None:
        self._chance = chance
        self.set(lose, every)

    def set(self, lose: int, every: int) -> None:
        """From the next packet on, lose so many of every so many."""
        self.lose, self.every = lose, every
        self._block = -1
        self._lost: frozenset[int] = frozenset()

    def apply(self, packet: Packet) -> tuple[Packet, ...]:
        """The packet, or nothing."""
        block = packet.number // self.every
        if block != self._block:
            self._block = block
            numbers = range(block * self.every, (block + 1) * self.every)
            self._lost = frozenset(sorted(numbers, key=self._chance.at)[: self.lose])
        return () if packet.number in self._lost else (packet,)

"""Jitter: no two packets take equally long.

What jitter adds is never negative: the delay is the least a packet takes. Each kind has
the same mean, half of `size`; they differ in their tails, and a jitter buffer feels the
tail.

    uniform   anything from 0 to `size`, equally likely
    normal    a bell around the middle, cut off at 0 and `size` (3 deviations)
    pareto    mostly little, now and then very much: α = 2.5, at most 10 × `size`

Packets are drawn for one by one, so they may overtake each other, as in UDP they may.
(`labkit.link.in_order` forbids it.) Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist

from labkit.link.chance import Chance
from labkit.link.impairment import Packet

_BELL = NormalDist(0.5, 1 / 6)
_ALPHA = 2.5
_LEAST = 2.0**-53


def uniform(draw: float) -> float:
    """Of a draw from 0 to 1, the jitter as a multiple of `size`."""
    return draw


def normal(draw: float) -> float:
    """As `uniform`, by the inverse of the normal distribution."""
    return min(max(_BELL.inv_cdf(draw or _LEAST), 0.0), 1.0)


def pareto(draw: float) -> float:
    """As `uniform`, by the inverse of the Lomax distribution (Pareto from 0 on)."""
    scale = 0.5 * (_ALPHA - 1)
    return min(scale * (math.pow(1.0 - draw, -1.0 / _ALPHA) - 1.0), 10.0)


SHAPES: dict[str, Callable[[float], float]] = {
    "uniform": uniform,
    "normal": normal,
    "pareto": pareto,
}


class Jitter:
    """Every packet comes later by an amount of its own."""

    cause = ""

    def __init__(
        self,
        chance: Chance,
        size: float = 0.0,
        shape: Callable[[float], float] = uniform,
    ) -> None:
        self.size = size
        """Seconds."""
        self.shape = shape
        self._chance = chance

    def apply(self, packet: Packet) -> tuple[Packet, ...]:
        """The packet, later."""
        extra = self.size * self.shape(self._chance.at(packet.number))
        return (packet._replace(at=packet.at + extra),)

"""A bottleneck: so many bits a second, and a queue before it that can be full.

Where a call's latency comes from on a home line: a big queue delays instead of losing
("bufferbloat"), a small one loses. Notebook: 05-latency.
"""

from __future__ import annotations

import math

from labkit.link.impairment import Packet

HEADERS = 28
"""Octets that IPv4 (20) and UDP (8) put before the data, and that take time as well."""


class Rate:
    """Lets packets out one after the other, and drops those that find the queue full.

    The state is one number: when the last packet in the queue will have left.
    """

    cause = "queue full"

    def __init__(
        self, bits_per_second: float = math.inf, longest: float = 0.2, most: int = 0
    ) -> None:
        self.bits_per_second = bits_per_second
        self.longest = longest
        """Seconds that a packet may wait before its own first bit leaves."""
        self.most = most
        """Octets that may wait; 0: any number, only `longest` counts."""
        self._free = -math.inf

    def apply(self, packet: Packet) -> tuple[Packet, ...]:
        """The packet when its last bit has left, or nothing."""
        waits = max(self._free - packet.at, 0.0)
        size = len(packet.data) + HEADERS
        if self.most:
            full = waits * self.bits_per_second / 8 + size > self.most and waits > 0
        else:
            full = waits > self.longest
        if full:
            return ()
        self._free = packet.at + waits + size * 8 / self.bits_per_second
        return (packet._replace(at=self._free),)

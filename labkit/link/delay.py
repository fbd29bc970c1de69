"""Delay: the time that the way takes when nothing is in the way.

Light in glass needs 5 µs a kilometre: Lisbon to New York, some 30 ms; to a
geostationary satellite and down again, 240 ms. Notebook: 05-latency.
"""

from __future__ import annotations

from labkit.link.impairment import Packet


class Delay:
    """Every packet comes `seconds` later."""

    cause = ""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds

    def apply(self, packet: Packet) -> tuple[Packet, ...]:
        """The packet, later."""
        return (packet._replace(at=packet.at + self.seconds),)

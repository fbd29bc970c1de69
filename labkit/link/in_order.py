"""No overtaking: a packet that would arrive before its predecessor waits for it.

One queue after another, as on most real ways, delays but does not change the order:
what one packet suffers, those behind it suffer too. Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

import math

from labkit.link.impairment import Packet


class InOrder:
    """Lets packets out in the order in which they came in."""

    cause = ""

    def __init__(self) -> None:
        self._last = -math.inf

    def apply(self, packet: Packet) -> tuple[Packet, ...]:
        """The packet, not before the one before."""
        self._last = max(self._last, packet.at)
        return (packet._replace(at=self._last),)

"""What every impairment is: a packet goes in at a time, packets come out at times.

    nothing comes out         the packet is lost; `cause` says by what
    the packet comes out      unchanged, later, or with other bytes
    it comes out twice        it was duplicated

So impairments can be chained: what one lets out is what the next takes in.

Notebook: 06-loss.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Packet(NamedTuple):
    """A packet on its way."""

    number: int
    """The how-manieth it is that was offered to the path, from 0: chance goes by it."""
    data: bytes
    at: float
    """Seconds: when it is here. For the next impairment, that is now."""


class Impairment(Protocol):
    """One thing that a bad network does."""

    cause: str
    """How a packet was lost here: "random", "burst", "queue full" …"""

    def apply(self, packet: Packet) -> tuple[Packet, ...]:
        """What becomes of a packet."""

"""Interleaving: the order of the packets is turned, so that a burst falls apart.

Of each block of depth × depth packets, written into a square row by row, the columns
are sent one after the other (depth 3):

    captured 0 1 2 3 4 5 6 7 8    0 1 2
                                  3 4 5    sent 0 3 6 1 4 7 2 5 8
                                  6 7 8

Two packets that are neighbours in the sound are then `depth` apart on the wire (from
depth 3 on): a burst becomes single losses, which conceal well. One packet leaves for
each that comes in, so everything waits for (depth - 1)² frames, and for as many again
until it is in order. Numbers stay as captured: a receiver sees heavy reordering, no
more. It helps in bursts and hurts otherwise: the honest counter-example.

Notebook: 06-loss.
"""

from __future__ import annotations

from labkit.media.messages import RtpPacket

PAUSE = 0.060
"""Seconds without a packet after which what waits is sent: nothing may follow."""


class Interleaver:
    """Turns the order of one stream's packets; a square at a time."""

    def __init__(self) -> None:
        self._depth = 1
        self.waiting: dict[int, RtpPacket] = {}
        """What came in and was not sent yet, by its turn to come in."""
        self._taken = self._sent = 0
        """How many came in, and how many turns to be sent have passed."""
        self._last = 0.0

    @property
    def next_deadline(self) -> float | None:
        """When what waits is to be flushed, if nothing comes."""
        return self._last + PAUSE if self.waiting else None

    def put(self, packet: RtpPacket, depth: int, now: float) -> list[RtpPacket]:
        """Take in a packet; what is to be sent now."""
        out = []
        if depth != self._depth or packet.marker or now - self._last > PAUSE:
            out = self.flush()
            self._depth = depth
        self._last = now
        self.waiting[self._taken] = packet
        self._taken += 1
        if self._taken > (depth - 1) ** 2:
            out += self._turn()
        return out

    def flush(self) -> list[RtpPacket]:
        """Everything that waits, in the order in which it would have been sent."""
        out: list[RtpPacket] = []
        while self.waiting:
            out += self._turn()
        self._taken = self._sent = 0
        return out

    def _turn(self) -> list[RtpPacket]:
        """Who is sent in this turn; nobody when a flush leaves a square half full."""
        depth = self._depth
        square, turn = divmod(self._sent, depth * depth)
        column, row = divmod(turn, depth)
        self._sent += 1
        packet = self.waiting.pop(square * depth * depth + row * depth + column, None)
        return [] if packet is None else [packet]

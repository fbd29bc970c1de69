"""Retransmission: what the peer asks for is sent once more (RFC 4588).

The copy goes out in a stream of its own, under a payload number of its own that refers
to the media's (`apt` in the session description). Its payload begins with the number
that the packet had, OSN:

     0                   1                   2                   3
     0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
    |            OSN                |  the packet's payload ...
    +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

So neither side's loss count is disturbed by packets that come twice.
Notebook: 06-loss.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from labkit.errors import RemoteError
from labkit.media.messages import RtpPacket
from labkit.media.repair.stream import RepairStream

KEPT = 1024
"""Packets that can be sent again, a power of two: 20 s of sound, a second of video."""
KEPT_SECONDS = 1.0
"""How old they may be: no playout waits longer."""
SPACING = 0.005
"""Seconds between two copies: what lost one would lose the next, right behind it."""
LEAST_INTERVAL = 0.010
"""Seconds between two answers about one packet, however short the round trip."""
BUDGET = 256
"""Retransmissions ahead of what was earned: each packet of media earns `copies`. Who
asks for everything again and again gets no more than that much of our line."""
_OSN = 2
_NEVER = float("-inf")


def wrap(packet: RtpPacket, payload_type: int, stream: RepairStream) -> RtpPacket:
    """The packet, to be sent again in `stream`."""
    osn = packet.sequence_number.to_bytes(_OSN, "big")
    return stream.packet(payload_type, packet, osn + packet.payload)


def unwrap(packet: RtpPacket, payload_type: int, ssrc: int) -> RtpPacket:
    """The packet that was sent again, as it was; RemoteError when it is too short."""
    if len(packet.payload) < _OSN:
        raise RemoteError(
            f"a retransmission begins with {_OSN} bytes of number, this one has "
            f"{len(packet.payload)}"
        )
    return RtpPacket(
        payload_type,
        int.from_bytes(packet.payload[:_OSN], "big"),
        packet.timestamp,
        ssrc,
        packet.payload[_OSN:],
        packet.marker,
    )


class Retransmitter:
    """Keeps what was sent last, and sends it again when asked."""

    def __init__(self, stream: RepairStream) -> None:
        self._stream = stream
        self._kept: list[RtpPacket | None] = [None] * KEPT
        self._sent = [_NEVER] * KEPT
        self._answered = [_NEVER] * KEPT
        self._budget = BUDGET
        self.later: deque[tuple[float, RtpPacket, int]] = deque()
        """Copies that wait: when each is due, of what, under which payload number."""

    @property
    def next_deadline(self) -> float | None:
        """When the next copy is to be sent."""
        return self.later[0][0] if self.later else None

    def keep(self, packets: Sequence[RtpPacket], now: float, copies: int) -> None:
        """These packets are sent; they may be asked for."""
        for packet in packets:
            slot = packet.sequence_number % KEPT
            self._kept[slot] = packet
            self._sent[slot] = now
            self._answered[slot] = _NEVER
        self._budget = min(self._budget + copies * len(packets), BUDGET)

    def answer(
        self,
        numbers: Iterable[int],
        payload_types: dict[int, int],
        copies: int,
        now: float,
        round_trip: float,
    ) -> list[RtpPacket]:
        """What to send at once; further copies follow through `due`.

        `payload_types`: the retransmission's payload number for each of the media's. A
        packet is sent no more than once in half a round trip: two requests may arrive
        closer together than they were made.
        """
        interval = max(LEAST_INTERVAL, round_trip / 2)
        out = []
        for number in numbers:
            slot = number % KEPT
            packet = self._kept[slot]
            if packet is None or self._budget < copies:
                continue
            payload_type = payload_types.get(packet.payload_type)
            is_new = now - self._sent[slot] <= KEPT_SECONDS
            is_it = packet.sequence_number == number and is_new
            again = now - self._answered[slot] >= interval
            if not is_it or not again or payload_type is None:
                continue
            self._answered[slot] = now
            self._budget -= copies
            out.append(wrap(packet, payload_type, self._stream))
            for copy in range(1, copies):
                self.later.append((now + copy * SPACING, packet, payload_type))
        if copies > 2:
            self.later = deque(sorted(self.later, key=lambda entry: entry[0]))
        return out

    def due(self, now: float) -> list[RtpPacket]:
        """The copies whose time has come."""
        out = []
        while self.later and self.later[0][0] <= now:
            _, packet, payload_type = self.later.popleft()
            out.append(wrap(packet, payload_type, self._stream))
        return out

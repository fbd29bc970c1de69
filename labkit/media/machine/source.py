"""One stream of packets as its receiver sees it: what came, what is missing, how
unevenly.

RFC 3550, section 6.4.1 and appendices A.1, A.3 and A.8. Notebook: 03-media.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from labkit.media.formats import MediaFormat
from labkit.media.machine.sequence import Unwrapper, signed_difference
from labkit.media.messages import RtpPacket

MOST_AHEAD = 3000
"""A greater leap of the sequence number is not loss (MAX_DROPOUT)."""
MOST_BEHIND = 1024
"""Packets that far behind the highest are too old; of nearer ones duplicates are known.
"""
_WINDOW = (1 << MOST_BEHIND) - 1


@dataclass(slots=True)
class Source:
    """The packets of one SSRC, counted."""

    ssrc: int
    format: MediaFormat
    first: int
    """The lowest sequence number."""
    received: int = 0
    """Every packet, duplicates too, as RFC 3550 counts."""
    duplicates: int = 0
    octets: int = 0
    """Of payloads."""
    jitter: float = 0.0
    """Interarrival jitter in seconds, as appendix A.8 has it."""
    last_arrival: float = 0.0
    left: bool = False
    """Whether it said goodbye (RTCP BYE)."""
    highest: int = field(init=False)
    """The highest sequence number, wrap-arounds counted."""
    _timestamps: Unwrapper = field(default_factory=lambda: Unwrapper(32))
    _seen: int = 0
    """Bit n: whether the packet n before the highest came."""
    _measured: int | None = None
    _transit: float | None = None

    def __post_init__(self) -> None:
        self.highest = self.first - 1

    @property
    def expected(self) -> int:
        """How many packets were sent, as far as the numbers tell."""
        return self.highest - self.first + 1

    @property
    def missing(self) -> int:
        """How many of them did not come, or not yet."""
        return self.expected - (self.received - self.duplicates)

    def distance(self, packet: RtpPacket) -> int | None:
        """How far the packet's number is above the highest; None: too far to belong."""
        ahead = signed_difference(packet.sequence_number, self.highest & 0xFFFF, 16)
        return ahead if -MOST_BEHIND < ahead < MOST_AHEAD else None

    def count(
        self, packet: RtpPacket, ahead: int, now: float
    ) -> tuple[int, int] | None:
        """Count a packet that is `ahead` of the highest.

        Returns its sequence number and timestamp, unwrapped; None for a duplicate.
        """
        self.received += 1
        self.octets += len(packet.payload)
        self.last_arrival = now
        if ahead > 0:
            self._seen = (self._seen << ahead | 1) & _WINDOW
            self.highest += ahead
            number = self.highest
        else:
            bit = 1 << -ahead
            if self._seen & bit:
                self.duplicates += 1
                return None
            self._seen |= bit
            number = self.highest + ahead
            self.first = min(self.first, number)
        timestamp = self._timestamps.extend(packet.timestamp)
        self._measure_jitter(timestamp, now)
        return number, timestamp

    def _measure_jitter(self, timestamp: int, now: float) -> None:
        """J ← J + (|D| - J) / 16; D is the difference of two packets' travel times.

        The packets of one picture are captured at one moment but sent one after the
        other: only the first of them counts, or pictures would seem to have no jitter.
        """
        if timestamp == self._measured:
            return
        self._measured = timestamp
        transit = now - timestamp / self.format.clock_rate
        if self._transit is not None:
            self.jitter += (abs(transit - self._transit) - self.jitter) / 16
        self._transit = transit

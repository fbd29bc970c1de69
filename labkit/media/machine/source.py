"""One stream of packets as its receiver sees it: what came, what is missing, how
unevenly.

RFC 3550, section 6.4.1 and appendices A.1, A.3 and A.8. Notebook: 03-media.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from labkit.media.formats import MediaFormat
from labkit.media.machine.sequence import Unwrapper, signed_difference
from labkit.media.messages import RtpPacket

MOST_AHEAD = 3000
"""A greater leap of the sequence number is not loss (MAX_DROPOUT)."""
MOST_BEHIND = 1024
"""Packets that far behind the highest are too old; of nearer ones duplicates are known.
"""
NO_JITTER = 2.0
"""Seconds: a greater difference of two travel times is a clock that was set, or a
timestamp that was damaged. It would be seen in the jitter for seconds."""
REMEMBERED = 8192
"""Numbers that were overtaken by their repair."""
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
    repaired: int = 0
    """Of the missing ones, those that repair brought all the same."""
    repaired_twice: int = 0
    """Came after all, when repair had brought them already; not missing, then."""
    overtaken: deque[int] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    """The numbers of those, the last ones."""
    gaps: int = 0
    """How often the numbers leapt: packets lost, or overtaken …"""
    in_gaps: int = 0
    """… so many in all: the mean burst is `in_gaps / gaps`."""
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
    _repaired: int = 0
    """Bit n: whether repair brought the packet n before the highest, and only that."""
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

    @property
    def unrepaired(self) -> int:
        """How many of the missing ones nothing brought, or not yet."""
        return self.missing - self.repaired

    def has(self, number: int) -> bool:
        """Whether the packet of this (unwrapped) number came or was repaired, or is too
        old to tell."""
        behind = self.highest - number
        return behind >= 0 and (
            behind >= MOST_BEHIND or bool((self._seen | self._repaired) >> behind & 1)
        )

    def distance(self, packet: RtpPacket) -> int | None:
        """How far the packet's number is above the highest; None: too far to belong."""
        ahead = signed_difference(packet.sequence_number, self.highest & 0xFFFF, 16)
        return ahead if -MOST_BEHIND < ahead < MOST_AHEAD else None

    def count(
        self, packet: RtpPacket, ahead: int, now: float
    ) -> tuple[int, int] | None:
        """Count a packet that is `ahead` of the highest.

        Returns its sequence number and timestamp, unwrapped; None for a duplicate, also
        of one that was repaired.
        """
        self.received += 1
        self.octets += len(packet.payload)
        self.last_arrival = now
        if ahead > 0:
            if ahead > 1:
                self.gaps += 1
                self.in_gaps += ahead - 1
            self._move(ahead)
            self._seen |= 1
            number = self.highest
        else:
            bit = 1 << -ahead
            if self._seen & bit:
                self.duplicates += 1
                return None
            self._seen |= bit
            if self._repaired & bit:
                self._repaired ^= bit
                self.repaired -= 1
                self.repaired_twice += 1
                self.overtaken.append(self.highest + ahead)
                return None
            number = self.highest + ahead
            self.first = min(self.first, number)
        timestamp = self._timestamps.extend(packet.timestamp)
        if timestamp != self._measured:
            self._measure_jitter(timestamp, now)
        return number, timestamp

    def place(self, packet: RtpPacket, ahead: int) -> tuple[int, int] | None:
        """Note that repair brought a packet that is `ahead` of the highest.

        It stays missing for RFC 3550, which counts what the network delivered. Returns
        its sequence number and timestamp, unwrapped; None if it is here already, or
        from before the first one that came.
        """
        number = self.highest + ahead
        if number < self.first or self.has(number):
            return None
        if ahead > 0:
            self._move(ahead)
        self._repaired |= 1 << self.highest - number
        self.repaired += 1
        return number, self._timestamps.place(packet.timestamp)

    def _move(self, ahead: int) -> None:
        """There is a new highest number."""
        self._seen = self._seen << ahead & _WINDOW
        if self._repaired:
            self._repaired = self._repaired << ahead & _WINDOW
        self.highest += ahead

    def _measure_jitter(self, timestamp: int, now: float) -> None:
        """J ← J + (|D| - J) / 16; D is the difference of two packets' travel times.

        The packets of one picture are captured at one moment but sent one after the
        other: only the first of them counts, or pictures would seem to have no jitter.
        """
        self._measured = timestamp
        transit = now - timestamp / self.format.clock_rate
        if self._transit is not None:
            difference = abs(transit - self._transit)
            if difference < NO_JITTER:
                self.jitter += (difference - self.jitter) / 16
        self._transit = transit

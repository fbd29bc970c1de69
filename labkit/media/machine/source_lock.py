"""Whose packets are these? One source is believed; the rest is counted and dropped.

Anyone can send a datagram to an open port. The first packet of an agreed payload type
fixes the source (its SSRC). Others are strangers until the source has fallen silent or
said goodbye, and the newcomer has sent two packets in a row; so is the source itself
when its numbers leap, as after a restart. RFC 3550, section 8.2 and appendix A.1.

Notebook: 03-media.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import NamedTuple

from labkit.media.formats import MediaFormat
from labkit.media.machine.source import Source
from labkit.media.messages import RtpPacket

SILENCE = 0.5
"""Seconds without a packet after which another source may take over."""

MOST_REPAIRED_AHEAD = 64
"""Numbers by which a repaired packet may be newer than all that came."""


class Admitted(NamedTuple):
    """A packet that belongs to the stream, its numbers unwrapped."""

    number: int
    timestamp: int
    format: MediaFormat
    begins: bool
    """Whether a new source begins with it: nothing from before may be mixed in."""


class Totals(NamedTuple):
    """Counts over all sources of one media line, one after the other."""

    received: int = 0
    duplicates: int = 0
    missing: int = 0
    octets: int = 0
    repaired: int = 0
    """Of the missing ones, brought by repair: missing = repaired + unrepaired."""
    repaired_twice: int = 0
    """Came although repair had brought them: received = handed on by the lock +
    duplicates + repaired twice."""
    gaps: int = 0
    in_gaps: int = 0
    """As `Source` counts them."""

    def plus(self, source: Source) -> Totals:
        """These and the source's."""
        return Totals(
            self.received + source.received,
            self.duplicates + source.duplicates,
            self.missing + source.missing,
            self.octets + source.octets,
            self.repaired + source.repaired,
            self.repaired_twice + source.repaired_twice,
            self.gaps + source.gaps,
            self.in_gaps + source.in_gaps,
        )


class SourceLock:
    """Lets the packets of one source through and counts why others were refused."""

    def __init__(self, receive: Mapping[int, MediaFormat]) -> None:
        self.receive = receive
        """The agreed payload types; may be replaced at any time."""
        self.source: Source | None = None
        self.refused: Counter[str] = Counter()
        self._past = Totals()
        self._candidate: tuple[int, int] | None = None

    @property
    def totals(self) -> Totals:
        """What came from this source and from those before it."""
        return self._past if self.source is None else self._past.plus(self.source)

    @property
    def jitter(self) -> float:
        """Of the present source, in seconds."""
        return 0.0 if self.source is None else self.source.jitter

    def admit(self, packet: RtpPacket, now: float) -> Admitted | None:
        """The packet's place in the stream; None when it is refused or a duplicate."""
        media = self.receive.get(packet.payload_type)
        if media is None:
            self.refused["unknown payload type"] += 1
            return None
        source, begins = self.source, False
        ahead: int | None = None
        if source is not None and source.ssrc == packet.ssrc:
            ahead = self._distance(source, packet, media)
        if source is None or ahead is None:
            if source is not None and not self._may_take_over(source, packet, now):
                return None
            source, ahead, begins = self._begin(packet, media), 1, True
        numbers = source.count(packet, ahead, now)
        return None if numbers is None else Admitted(*numbers, media, begins)

    def place(self, packet: RtpPacket) -> Admitted | None:
        """The place of a packet that was not received but repaired.

        It is not counted as received, but when it still comes it is dropped as a
        duplicate. None when it is here already, or does not belong to the source:
        repair speaks for nobody else.
        """
        source, media = self.source, self.receive.get(packet.payload_type)
        if source is None or media is None or packet.ssrc != source.ssrc:
            self.refused["repair of another source"] += 1
            return None
        ahead = self._distance(source, packet, media)
        if ahead is None or ahead > MOST_REPAIRED_AHEAD:
            self.refused["repair out of range"] += 1
            return None
        numbers = source.place(packet, ahead)
        return None if numbers is None else Admitted(*numbers, media, False)

    def goodbye(self, ssrcs: Collection[int]) -> bool:
        """These sources say BYE; whether the present one is among them."""
        if self.source is None or self.source.ssrc not in ssrcs:
            return False
        self.source.left = True
        return True

    def restart(self) -> None:
        """Forget the source, keep the counts: what comes on hold is not lost."""
        self._past, self.source = self.totals, None

    def _distance(
        self, source: Source, packet: RtpPacket, media: MediaFormat
    ) -> int | None:
        if media.clock_rate != source.format.clock_rate:
            return None  # the timestamps mean something else now
        return source.distance(packet)

    def _may_take_over(self, source: Source, packet: RtpPacket, now: float) -> bool:
        """Whether this is the second packet in a row of an acceptable newcomer."""
        stranger = packet.ssrc != source.ssrc
        if stranger and not source.left and now - source.last_arrival < SILENCE:
            self.refused["unknown source"] += 1
            return False
        expected = self._candidate
        self._candidate = packet.ssrc, (packet.sequence_number + 1) & 0xFFFF
        if expected == (packet.ssrc, packet.sequence_number):
            return True
        self.refused["unknown source" if stranger else "number out of range"] += 1
        return False

    def _begin(self, packet: RtpPacket, media: MediaFormat) -> Source:
        self.restart()
        self._candidate = None
        self.source = Source(packet.ssrc, media, packet.sequence_number)
        return self.source

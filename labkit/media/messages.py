"""What is said while a call runs: RTP carries the media, RTCP reports how it goes.

RFC 3550 (RTP and RTCP) and RFC 4585 (feedback at once: NACK, PLI). The fields keep the
RFC's units: a timestamp counts ticks of the format's clock, `ntp_time` is a 64-bit
fixed-point number of seconds since 1900. How they are written is in `media/wire/`.

Notebook: 03-media.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias


class HeaderExtension(NamedTuple):
    """What a profile may put before the payload (RFC 3550 section 5.3.1)."""

    profile: int
    """16 bits that say what `data` means; `0xBEDE` is the one of RFC 8285."""
    data: bytes
    """A multiple of 4 bytes."""


class RtpPacket(NamedTuple):
    """One packet of sound or of a picture (RFC 3550 section 5.1).

    A tuple, for there are hundreds a second: a frozen dataclass takes four times as
    long to make.
    """

    payload_type: int
    """7 bits: which format; agreed in the session description."""
    sequence_number: int
    """16 bits: one more with each packet; shows loss and order."""
    timestamp: int
    """32 bits: when the first sample in the packet was captured."""
    ssrc: int
    """32 bits, random: which stream of packets this one belongs to."""
    payload: bytes
    marker: bool = False
    """Last packet of a picture; first packet of sound after a silence."""
    csrcs: tuple[int, ...] = ()
    """The sources that a mixer put together, at most 15."""
    extension: HeaderExtension | None = None

    def __repr__(self) -> str:
        marker = ", marker" if self.marker else ""
        return (
            f"<RTP type {self.payload_type}, number {self.sequence_number}, "
            f"time {self.timestamp}, source {self.ssrc:08x}{marker}, "
            f"{len(self.payload)} bytes>"
        )


@dataclass(frozen=True, slots=True)
class ReportBlock:
    """How well one source is received (RFC 3550 section 6.4.1)."""

    ssrc: int
    """Of whom we report."""
    fraction_lost: int
    """Lost since the last report, in 1/256 of what was expected."""
    packets_lost: int
    """Lost since the beginning; negative when duplicates outnumber losses (24 bits)."""
    highest_sequence: int
    """Highest sequence number seen, the count of wrap-arounds in the upper 16 bits."""
    jitter: int
    """Interarrival jitter in ticks of the timestamp's clock."""
    last_sr: int
    """The middle 32 bits of the `ntp_time` of the last sender report; 0: none came."""
    delay_since_last_sr: int
    """From that report's arrival until now, in 1/65536 s."""


@dataclass(frozen=True, slots=True)
class SenderReport:
    """From one who sends: what was sent, and a pair of clocks (RFC 3550 section
    6.4.1)."""

    ssrc: int
    ntp_time: int
    """Wall clock at sending: seconds since 1900, 32.32 fixed point."""
    rtp_timestamp: int
    """The same moment on the clock of this stream's RTP timestamps."""
    packet_count: int
    octet_count: int
    """Payload bytes, headers not counted."""
    reports: tuple[ReportBlock, ...] = ()


@dataclass(frozen=True, slots=True)
class ReceiverReport:
    """From one who only receives (RFC 3550 section 6.4.2)."""

    ssrc: int
    reports: tuple[ReportBlock, ...] = ()


class SourceChunk(NamedTuple):
    """Which person a source belongs to."""

    ssrc: int
    cname: str
    """The canonical name, the same for a person's sound and picture."""


@dataclass(frozen=True, slots=True)
class SourceDescription:
    """Whose the sources are (RFC 3550 section 6.5)."""

    chunks: tuple[SourceChunk, ...]


@dataclass(frozen=True, slots=True)
class Bye:
    """These sources stop (RFC 3550 section 6.6)."""

    ssrcs: tuple[int, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class GenericNack:
    """ "These did not come, send them again" (RFC 4585 section 6.2.1)."""

    sender_ssrc: int
    """Who asks."""
    media_ssrc: int
    """Whose packets."""
    numbers: tuple[int, ...]
    """Sequence numbers of 16 bits, at least one; a word holds 17 that are close."""


@dataclass(frozen=True, slots=True)
class PictureLossIndication:
    """ "I lost pictures, send me a keyframe" (RFC 4585 section 6.3.1)."""

    sender_ssrc: int
    """Who asks."""
    media_ssrc: int
    """Whose pictures."""


@dataclass(frozen=True, slots=True)
class UnknownReport:
    """A report of a kind that the kit does not interpret, kept as it came."""

    packet_type: int
    count: int
    """The 5 bits after version and padding: a count, a subtype or a format."""
    body: bytes
    """What follows the first 4 bytes; a multiple of 4 bytes."""


Report: TypeAlias = (
    SenderReport
    | ReceiverReport
    | SourceDescription
    | Bye
    | GenericNack
    | PictureLossIndication
    | UnknownReport
)

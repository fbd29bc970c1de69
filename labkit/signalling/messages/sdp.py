"""What a session description says: who receives what, where, and in which format.

RFC 8866. Only what audio and video calls need: one `m=` line a medium, the payload
numbers it may use, and in which direction it flows. Requirement A11: the port numbers
of audio and video travel in the session description of the acceptance.

Notebook: 02-signalling.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from labkit.signalling.messages.crypto import Crypto
from labkit.signalling.messages.recording import Recording, RecordingPreference


class Direction(StrEnum):
    """Which way a medium flows, as its describer sees it (RFC 8866 section 6.7)."""

    SENDRECV = "sendrecv"
    SENDONLY = "sendonly"
    RECVONLY = "recvonly"
    INACTIVE = "inactive"

    @classmethod
    def of(cls, sends: bool, receives: bool) -> Direction:
        """The direction of one who sends, receives, does both or neither."""
        return _DIRECTIONS[sends, receives]

    @property
    def sends(self) -> bool:
        """Whether the describer sends."""
        return self in (Direction.SENDRECV, Direction.SENDONLY)

    @property
    def receives(self) -> bool:
        """Whether the describer receives."""
        return self in (Direction.SENDRECV, Direction.RECVONLY)

    @property
    def flipped(self) -> Direction:
        """The same flow as the other side sees it: what one sends the other
        receives."""
        return Direction.of(self.receives, self.sends)

    def limited_to(self, other: Direction) -> Direction:
        """What both allow."""
        return Direction.of(
            self.sends and other.sends, self.receives and other.receives
        )


_DIRECTIONS = {
    (True, True): Direction.SENDRECV,
    (True, False): Direction.SENDONLY,
    (False, True): Direction.RECVONLY,
    (False, False): Direction.INACTIVE,
}


@dataclass(frozen=True, slots=True)
class Format:
    """One payload of an `m=` line: a number, and the codec that it stands for there."""

    payload_type: int
    """0 to 127; from 96 on the number means only what `a=rtpmap` says."""
    name: str
    """The codec's name as registered: `PCMU`, `opus`, `JPEG`."""
    clock_rate: int
    """Ticks a second of the RTP timestamp."""
    channels: int = 1
    """Audio channels as SDP writes them (Opus says 2, always)."""
    parameters: str = ""
    """The text of `a=fmtp`, or nothing."""

    def matches(self, other: Format) -> bool:
        """Whether both mean the same codec, whatever their numbers."""
        return (
            self.name.lower() == other.name.lower()
            and self.clock_rate == other.clock_rate
            and self.channels == other.channels
        )

    def __str__(self) -> str:
        channels = f"/{self.channels}" if self.channels != 1 else ""
        return f"{self.name}/{self.clock_rate}{channels} ({self.payload_type})"


@dataclass(frozen=True, slots=True)
class MediaDescription:
    """One `m=` line and the lines that belong to it."""

    kind: str
    """`audio`, `video`, or what else a stranger offers."""
    port: int
    """Where the describer receives RTP (RTCP on the next port); 0 refuses."""
    formats: tuple[Format, ...] = ()
    """In order of preference."""
    direction: Direction = Direction.SENDRECV
    host: str = ""
    """From this medium's own `c=` line; empty: the session's."""
    protocol: str = "RTP/AVP"
    other_formats: tuple[str, ...] = ()
    """As written: what is no payload number (`t38`), or one without a meaning."""
    feedback: tuple[str, ...] = ()
    """What may be asked for at once by RTCP (RFC 4585): `nack`, `nack pli`, …"""
    record: Recording | None = None
    """Whether the describer records this medium; None: as the session says."""
    preference: RecordingPreference | None = None
    """Whether it may be recorded; None: as the session says."""
    crypto: Crypto | None = None
    """What the describer encrypts it with (RFC 4568); None: nothing that we know."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The `o=` line: who made the description, and which edition of it this is."""

    user: str
    session: int
    version: int
    """Rises by one with each changed description (RFC 3264 section 8)."""
    host: str


@dataclass(frozen=True, slots=True)
class SessionDescription:
    """A whole session description: the body of an INVITE or of its answer."""

    origin: Origin
    host: str
    """From the session's `c=` line: where its media are received."""
    media: tuple[MediaDescription, ...] = ()
    name: str = "-"
    record: Recording | None = None
    """Whether the describer records the call (RFC 7866); None: no word of it."""
    preference: RecordingPreference | None = None
    """Whether the describer wants it recorded; None: no word of it."""

    def host_of(self, media: MediaDescription) -> str:
        """Where this medium is received."""
        return media.host or self.host

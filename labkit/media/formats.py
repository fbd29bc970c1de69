"""The formats that the kit can send and receive, and their RTP payload numbers.

Static numbers are RFC 3551's; from 96 on they are the kit's own choice and mean only
what each session description says. Opus always says 48000/2 there (RFC
7587 section 7), whatever it carries; the kit's own samples are mono.

Notebook: 03-media.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["audio", "video"]


@dataclass(frozen=True, slots=True)
class MediaFormat:
    """One way to write sound or pictures into RTP packets."""

    name: str
    """As in `a=rtpmap`, and the key of `FORMATS`."""
    kind: Kind
    payload_type: int
    """The number that the kit offers it under."""
    clock_rate: int
    """Ticks a second of the RTP timestamp."""
    channels: int = 1
    """As the session description writes them."""
    sample_rate: int = 0
    """Sound: mono samples a second that the codec takes and gives; pictures: 0."""
    parameters: str = ""
    """The text of `a=fmtp`, or nothing."""
    builds_on_earlier: bool = False
    """Pictures: whether most of them say only what changed since the one before."""


AUDIO = (
    MediaFormat("opus", "audio", 96, 48_000, channels=2, sample_rate=48_000),
    MediaFormat("PCMU", "audio", 0, 8_000, sample_rate=8_000),
    MediaFormat("PCMA", "audio", 8, 8_000, sample_rate=8_000),
)
"""Best first."""

VIDEO = (
    MediaFormat("JPEG", "video", 26, 90_000),
    MediaFormat("VP8", "video", 97, 90_000, builds_on_earlier=True),
    MediaFormat(
        "H264",
        "video",
        102,
        90_000,
        parameters="profile-level-id=42e01f;packetization-mode=1",
        builds_on_earlier=True,
    ),
)
"""Best first between two kits; a phone that refuses JPEG takes VP8 or H264."""

FORMATS: dict[str, MediaFormat] = {format.name: format for format in AUDIO + VIDEO}

REPAIR = (
    MediaFormat("red", "audio", 100, 48_000, channels=2, parameters="96/96"),
    MediaFormat("red", "audio", 102, 8_000, parameters="0/0"),
    MediaFormat("rtx", "audio", 103, 48_000, channels=2, parameters="apt=96"),
    MediaFormat("rtx", "audio", 104, 8_000, parameters="apt=0"),
    MediaFormat("ulpfec", "audio", 105, 8_000),
    MediaFormat("x-rs", "audio", 106, 8_000),
    MediaFormat("rtx", "video", 107, 90_000, parameters="apt=26"),
    MediaFormat("rtx", "video", 108, 90_000, parameters="apt=97"),
    MediaFormat("ulpfec", "video", 110, 90_000),
    MediaFormat("x-rs", "video", 111, 90_000),
)
"""What repairs the others (RFC 2198, 4588, 5109; Reed–Solomon is the kit's own format).

RED and retransmissions refer to one format each, by its number, and share its clock.
Parity's and Reed–Solomon's packets are for whatever is sent, and bear its timestamps.
An offer is to fit one datagram, so PCMA, the second of two equals, goes without.
"""
FEEDBACK: dict[Kind, tuple[str, ...]] = {
    "audio": ("nack",),
    "video": ("nack", "nack pli"),
}
"""What RTCP may ask for (RFC 4585), as `a=rtcp-fb` writes it."""

TELEPHONE_EVENT = "telephone-event"
"""Keys pressed during a call (RFC 4733): recognised by this name, and ignored."""


def find(name: str) -> MediaFormat | None:
    """The format of this name in any case (`OPUS`, `Opus`), or None: unknown to us."""
    return _BY_LOWER_NAME.get(name.lower())


_BY_LOWER_NAME = {name.lower(): format for name, format in FORMATS.items()}

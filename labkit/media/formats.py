"""The formats that the kit can send and receive, and their RTP payload numbers.

Static numbers are RFC 3551's; 96 and 97 are the kit's own choice from the dynamic range
and mean only what each session description says. Opus always says 48000/2 there (RFC
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


AUDIO = (
    MediaFormat("opus", "audio", 96, 48_000, channels=2, sample_rate=48_000),
    MediaFormat("PCMU", "audio", 0, 8_000, sample_rate=8_000),
    MediaFormat("PCMA", "audio", 8, 8_000, sample_rate=8_000),
)
"""Best first."""

VIDEO = (
    MediaFormat("JPEG", "video", 26, 90_000),
    MediaFormat("VP8", "video", 97, 90_000),
)
"""Best first between two kits; a phone that refuses JPEG takes VP8."""

FORMATS: dict[str, MediaFormat] = {format.name: format for format in AUDIO + VIDEO}

TELEPHONE_EVENT = "telephone-event"
"""Keys pressed during a call (RFC 4733): recognised by this name, and ignored."""


def find(name: str) -> MediaFormat | None:
    """The format of this name in any case (`OPUS`, `Opus`), or None: unknown to us."""
    return _BY_LOWER_NAME.get(name.lower())


_BY_LOWER_NAME = {name.lower(): format for name, format in FORMATS.items()}

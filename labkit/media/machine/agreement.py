"""What the engine is told to do for one kind of media.

RFC 3264. Notebook: 03-media.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from labkit.effects import Address
from labkit.media.formats import Kind, MediaFormat
from labkit.media.repair.formats import RepairFormats


@dataclass(frozen=True, slots=True)
class StreamSetup:
    """One media line as both sides agreed on it."""

    kind: Kind
    remote: Address | None
    """Where the peer wants its RTP; RTCP goes one port higher."""
    format: MediaFormat
    """What we send."""
    payload_type: int
    """The number the peer wants it under."""
    receive: Mapping[int, MediaFormat]
    """What the peer may send, by payload number."""
    send: bool = True
    receive_on: bool = True
    send_repair: RepairFormats = field(default_factory=RepairFormats)
    """The repair that the peer can use, under its numbers."""
    receive_repair: RepairFormats = field(default_factory=RepairFormats)
    """The repair that may come from the peer, under ours."""
    keys: tuple[str, str] | None = field(default=None, repr=False)
    """What we encrypt with, and the peer (RFC 3711): 30 octets each, in base 64."""

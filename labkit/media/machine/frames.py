"""What a receiver hands on.

Notebook: 03-media.
"""

from __future__ import annotations

from dataclasses import dataclass

from labkit.media.formats import MediaFormat


@dataclass(frozen=True, slots=True)
class ReceivedFrame:
    """One encoded picture or stretch of sound, whole, as it came from the peer."""

    data: bytes
    format: MediaFormat
    timestamp: int
    """RTP timestamp, wrap-arounds counted."""
    captured: float | None
    """When the peer captured it, on our clock; None while that cannot be told."""
    arrived: float
    """When it was whole, on our clock."""
    first_arrived: float
    """When its first packet came."""
    keyframe: bool = True

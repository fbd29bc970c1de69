"""What a receiver hands on.

Notebook: 03-media.
"""

from __future__ import annotations

from dataclasses import dataclass

from labkit.media.formats import MediaFormat


@dataclass(frozen=True, slots=True)
class ReceivedFrame:
    """One encoded picture or stretch of sound, as it came from the peer."""

    data: bytes
    format: MediaFormat
    timestamp: int
    """RTP timestamp, wrap-arounds counted."""
    captured: float | None
    """When the peer captured it, on our clock; None while that cannot be told."""
    arrived: float
    """When it was whole, or given up waiting for the rest, on our clock."""
    first_arrived: float
    """When its first packet came."""
    keyframe: bool = True
    complete: float = 1.0
    """Which share of the picture came; the rest is from the one before, or grey."""
    number: int | None = None
    """Sequence number of a stretch of sound, wrap-arounds counted, if known."""

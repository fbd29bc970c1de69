"""What became of each frame of sound, for plots and for a buffer one can watch.

The last half minute, the oldest forgotten first. Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

Fate: TypeAlias = Literal["played", "late", "duplicate", "left out", "missing"]
REMEMBERED = 1500
"""Records."""


class FrameRecord(NamedTuple):
    """One fate. "missing" is a turn without a frame; the others are a frame's."""

    timestamp: int | None
    """RTP timestamp, wrap-arounds counted; None where no frame came."""
    number: int | None
    """Sequence number, wrap-arounds counted."""
    media_time: float
    """Seconds, by the sender's timestamps: the distance of two is what counts."""
    captured: float | None
    """On our clock, once that is known."""
    arrived: float | None
    at: float
    """When it was played, dropped, or had its turn in vain."""
    fate: Fate
    delay: float
    """Seconds that the buffer wanted sound to wait, at that moment."""
    by: str
    """What repaired it: "red", "parity", "rtx"; "" when it came by itself."""


class Waiting(NamedTuple):
    """A frame that is in the buffer now."""

    timestamp: int
    media_time: float
    arrived: float
    turn_in: float
    """Seconds until it should be played; negative: it should have been."""
    by: str

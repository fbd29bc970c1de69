"""What the engine remembers of the last minutes, for plots.

Requirement D3. Notebook: 03-media.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from labkit.media.formats import Kind

LATENCIES = 6000
"""About two minutes of frames."""
SAMPLES = 2400
"""A quarter of an hour, at some three a second."""


def _past() -> deque[tuple[float, float]]:
    return deque(maxlen=SAMPLES)


@dataclass(slots=True)
class History:
    """The last minutes as (time, value) pairs, oldest first, bounded."""

    video: deque[tuple[float, float]] = field(
        default_factory=lambda: deque(maxlen=LATENCIES)
    )
    """Latency of each picture, capture → ready to show, in seconds."""
    audio: deque[tuple[float, float]] = field(
        default_factory=lambda: deque(maxlen=LATENCIES)
    )
    """Latency of each stretch of sound, capture → handed to the loudspeaker."""
    jitter: dict[Kind, deque[tuple[float, float]]] = field(
        default_factory=lambda: {"audio": _past(), "video": _past()}
    )
    """Interarrival jitter in seconds (RFC 3550 A.8), some three times a second."""
    loss: dict[Kind, deque[tuple[float, float]]] = field(
        default_factory=lambda: {"audio": _past(), "video": _past()}
    )
    """Share of packets missing since the sample before, 0 to 1."""

"""When the picture stands still: the W3C's definition of a freeze.

A freeze is a gap between two pictures of at least three times the average gap, and at
least 150 ms more than it, over the last 30 pictures (webrtc-stats, `freezeCount`).

Notebook: 03-media.
"""

from __future__ import annotations

from collections import deque

PICTURES = 30
EXTRA = 0.150


class Freezes:
    """Counts pictures shown, and the gaps between them."""

    def __init__(self) -> None:
        self.count = 0
        self.total = 0.0
        """Seconds frozen."""
        self.frames_per_second = 0.0
        """Over the last pictures."""
        self._gaps: deque[float] = deque(maxlen=PICTURES)
        self._last: float | None = None

    def shown(self, now: float) -> None:
        """A picture is shown."""
        if self._last is not None:
            gap = now - self._last
            if self._gaps:
                average = sum(self._gaps) / len(self._gaps)
                if gap >= max(3 * average, average + EXTRA):
                    self.count += 1
                    self.total += gap
            self._gaps.append(gap)
            length = sum(self._gaps)
            self.frames_per_second = len(self._gaps) / length if length > 0 else 0.0
        self._last = now

    def pause(self) -> None:
        """Pictures stop on purpose (hold): the gap that follows is no freeze."""
        self._last = None

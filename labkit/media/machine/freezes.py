"""When the picture stands still: the W3C's definition of a freeze.

A freeze is a gap between two pictures of at least three times the average gap, and at
least 150 ms more than it, over the last 30 pictures (webrtc-stats, `freezeCount`). The
gap is judged by the average of those before it; then it is one of them. It is known,
and counted, only when the next picture comes.

Notebook: 03-media, 06-loss.
"""

from __future__ import annotations

from collections import deque

PICTURES = 30
TIMES = 3
EXTRA = 0.150


class Freezes:
    """Counts pictures shown, and the gaps between them."""

    def __init__(self) -> None:
        self.count = 0
        self.total = 0.0
        """Seconds frozen."""
        self.frames_per_second = 0.0
        """Over the last pictures."""
        self.total_gaps = 0.0
        """Seconds between one picture and the next, summed up …"""
        self.total_squared_gaps = 0.0
        """… and their squares: the variance of the gaps can be had from both."""
        self._gaps: deque[float] = deque(maxlen=PICTURES)
        self._length = 0.0
        self._last: float | None = None

    def shown(self, now: float) -> None:
        """A picture is shown."""
        if self._last is not None:
            self._gap(now - self._last)
        self._last = now

    def pause(self) -> None:
        """Pictures stop on purpose (hold): the gap that follows is no freeze."""
        self._last = None

    def _gap(self, gap: float) -> None:
        self.total_gaps += gap
        self.total_squared_gaps += gap * gap
        if self._gaps:
            average = self._length / len(self._gaps)
            if gap >= max(TIMES * average, average + EXTRA):
                self.count += 1
                self.total += gap
        self._gaps.append(gap)
        self._length = sum(self._gaps)
        self.frames_per_second = (
            len(self._gaps) / self._length if self._length > 0 else 0.0
        )

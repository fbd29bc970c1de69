"""On a crowded machine pictures give way: fewer of them, and none of them old.

Where processors are scarce, a picture takes longer to encode and to send than the work
in it: its thread waits for its turn. So it rests as long as it has to wait of late, and
skips what the camera brings meanwhile. With nobody in the way that is nothing:

    alone       works 3 ms, waits 0 ms  → rests 0 ms     30 pictures a second
    crowded     works 3 ms, waits 40 ms → rests 40 ms    12 pictures a second

All phones of a kernel do so, each by itself, until there is room for all. Without it
each sends all that it can; the peers cannot keep up, and see old pictures, and fewer.

Notebook: 03-media.
"""

from __future__ import annotations

LEAST_WAIT = 0.02
"""Seconds on average that are a crowd: between two pictures there is more time."""
LONGEST_WAIT = 0.25
"""Seconds that count: a computer that slept in between was not crowded."""
AVERAGED = 8
"""Pictures: one that was held up for a moment tells nothing."""


class GiveWay:
    """Says which pictures to skip; told how long each one took."""

    def __init__(self) -> None:
        self._until = 0.0
        self._waits = 0.0
        """Seconds of waiting a picture, averaged over the last ones."""

    def has_rested(self, now: float) -> bool:
        """Whether a picture that is there at `now` may be sent."""
        return now >= self._until

    def sent(self, begun: float, ended: float, worked: float) -> None:
        """A picture took from `begun` to `ended`, `worked` seconds of it in work."""
        waited = min(max(ended - begun - worked, 0.0), LONGEST_WAIT)
        self._waits += (waited - self._waits) / AVERAGED
        self._until = ended + (self._waits if self._waits >= LEAST_WAIT else 0.0)

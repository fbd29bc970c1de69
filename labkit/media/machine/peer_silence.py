"""For how long has nothing come from the peer? Asked at every tick.

    silence.heard()                  # a packet of theirs came, media or report
    silence.look(now)                # 0.0, or how long none has

Time in which this machine itself slept (a closed lid, a process that was stopped) is
not the peer's silence: between two looks no more than `LONGEST_STEP` is counted, so
whoever wakes up first hears what is still there. RFC 3550, section 6.3.5, has the same
in mind: who is not heard of for some reports' time is taken to be gone.

Notebook: 04-videocall.
"""

from __future__ import annotations

LONGEST_STEP = 1.0
"""Seconds that count at most between two looks."""


class PeerSilence:
    """The silence of one peer, over all media of a call."""

    def __init__(self) -> None:
        self.seconds = 0.0
        """As the last look found it."""
        self._came = False
        self._looked: float | None = None

    def heard(self) -> None:
        """Something came from the peer; from any thread."""
        self._came = True

    def look(self, now: float, expected: bool = True) -> float:
        """Seconds without a packet; `expected`: whether any should come at all."""
        before, self._looked = self._looked, now
        came, self._came = self._came, False
        if came or not expected or before is None:
            self.seconds = 0.0
        else:
            self.seconds += min(max(now - before, 0.0), LONGEST_STEP)
        return self.seconds

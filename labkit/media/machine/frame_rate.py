"""An even pace out of a quicker one: which of a camera's pictures to take.

    20 a second out of 30:   0   33   67  100  133  167  200 ms
                             ×         ×   ×         ×    ×

Each picture that is taken makes the next one due a period later; one that is taken late
does not move the timetable, or 20 of 30 would become 15. Notebook: 03-media.
"""

from __future__ import annotations

from math import inf

EARLY = 0.010
"""Seconds by which a camera may deliver before its time and still be in pace."""


class FrameRate:
    """Takes so many pictures a second at most; the pace may change at any time."""

    def __init__(self) -> None:
        self._step = self._last = -inf
        """When the last one taken was due, and when it came."""

    def takes(self, captured: float, pace: float) -> bool:
        """Whether the picture of this time is one of `pace` a second (0: of all)."""
        if not pace:
            return True
        period = 1 / pace
        due = self._step + period
        if self._last <= captured < due - EARLY:
            return False
        # After a pause, or a clock that was set back, the timetable begins anew.
        is_in_step = -EARLY <= captured - due < period
        self._step = due if is_in_step else captured
        self._last = captured
        return True

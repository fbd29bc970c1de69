"""How long sound has to wait so that repairs still come in time.

The rules learn from packets that came by themselves. What RED, parity or a
retransmission brings comes later: one frame later for each copy, a round trip later for
each question. So the buffer is told how late repairs were of late, and waits for them
too, up to a bound: when they take longer than that, repair is worth nothing, and
waiting for it less.

One bad moment, a stall or a leap of the delay, brings a handful of repairs, all very
late and all at once. They count as one, and so few are not worth ten seconds of
waiting. Requirement A16.

Notebook: 06-loss.
"""

from __future__ import annotations

from collections import deque
from math import ceil

REMEMBERED = 64
"""Repairs."""
FORGOTTEN = 10.0
"""Seconds after which a repair counts no more."""
SHARE = 0.95
"""Of the repairs come in time."""
FEWEST = 5
"""Moments of repair, of those not forgotten, from which on it is waited for."""
MOMENT = 0.100
"""Seconds: repairs that follow each other more closely had the same cause, perhaps."""
MARGIN = 0.005
"""Seconds beyond, for a loudspeaker's unevenness."""


class RepairWait:
    """Learns from each repaired frame how late it was."""

    def __init__(self, most: float) -> None:
        self.most = most
        """Seconds; who comes later is not waited for."""
        self._came: deque[tuple[float, float]] = deque(maxlen=REMEMBERED)
        self._moments: deque[float] = deque(maxlen=REMEMBERED)
        self._reckoned: float | None = 0.0
        """The wait; None once something came or was forgotten: asked at every packet.
        """

    def repaired(self, late: float, now: float) -> None:
        """A repaired frame came `late` seconds after the quickest would have come."""
        if late <= self.most:
            self._came.append((now, late))
            if not self._moments or now - self._moments[-1] > MOMENT:
                self._moments.append(now)
            self._reckoned = None

    def seconds(self, now: float) -> float:
        """How long sound should wait at least; 0.0 when nothing is being repaired."""
        came = self._came
        while came and now - came[0][0] > FORGOTTEN:
            came.popleft()
            self._reckoned = None
        while self._moments and now - self._moments[0] > FORGOTTEN:
            self._moments.popleft()
        if self._reckoned is None:
            self._reckoned = self._reckon()
        return min(self._reckoned, self.most)

    def _reckon(self) -> float:
        if len(self._moments) < FEWEST:
            return 0.0
        ordered = sorted(late for _, late in self._came)
        return ordered[ceil(SHARE * len(ordered)) - 1] + MARGIN if ordered else 0.0

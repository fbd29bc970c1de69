"""How long to keep sound before playing it: the rule, apart from the buffer that obeys
it.

Packets sent every 20 ms do not arrive every 20 ms. A packet that is on its way longer
than the others misses its turn unless the receiver plays everything a little later. The
rule here, in the manner of a quantile: of the last few seconds' packets, take the
travel time that 97 of 100 did not exceed, compare it with the shortest, and add a
margin for our own loudspeaker's unevenness. On a quiet line that is a few milliseconds;
when the line becomes uneven it grows with the next packets; when it calms down it
shrinks as soon as the bad seconds are forgotten.

Packets that come in one burst count once, by the slowest: they waited for the same
thing. So a single stall, of the network or of this machine, does not make everything
late for seconds after it; stalls that keep coming back do. And what came while nothing
quick was known, as after a long stall, is forgotten as soon as something much quicker
comes: it had been held back, and tells nothing of the line.

Travel times are measured against the sender's timestamps, so they contain the unknown
distance of two clocks; but only differences are used. The shortest is taken anew from
the last seconds only, so clocks that drift apart do no harm.

Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

from collections import deque

REMEMBERED = 250
"""Bursts: five seconds, when packets of 20 ms come one by one."""
BURST = 0.005
"""Seconds: packets that follow each other more closely came in one burst."""
SHARE = 0.97
"""With more, one bad moment a second decides for all the others; the few that come
later are waited for, where sound can be stretched."""
MARGIN = 0.003
"""Seconds: a device fetches sound a little early or late."""
MOST = 0.5
"""Seconds: whoever comes later is late, whatever happens."""
HELD_BACK = 0.100
"""Seconds quicker that say so."""
RECKON_EVERY = 10


class QuantileDelay:
    """The delay that all but three in a hundred packets need."""

    in_order = True
    elastic = True

    def __init__(self, most: float = MOST, share: float = SHARE) -> None:
        self._most, self._share = most, share
        self.shortest = 0.0
        """The shortest travel time of late, with the clocks' distance in it."""
        self.seconds = MARGIN
        """Play a packet this long after it would have come by the shortest travel."""
        self._shortest: deque[float] = deque(maxlen=REMEMBERED)
        """Of each burst the shortest travel time …"""
        self._longest: deque[float] = deque(maxlen=REMEMBERED)
        """… and the longest …"""
        self._known: deque[float] = deque(maxlen=REMEMBERED)
        """… and what was then the shortest of late."""
        self._last_arrival = 0.0
        self._since_reckoned = 0

    def arrived(self, media_time: float, now: float) -> None:
        """A packet captured at `media_time` (by its timestamp) has come."""
        travel = now - media_time
        if self._shortest and now - self._last_arrival < BURST:
            self._known[-1] = min(self._known[-1], travel)
            self._shortest[-1] = min(self._shortest[-1], travel)
            self._longest[-1] = max(self._longest[-1], travel)
            if len(self._shortest) == 1:  # what a stall held back before we began
                self._longest[-1] = self._shortest[-1]
        else:
            self._known.append(min(self.shortest, travel) if self._longest else travel)
            self._shortest.append(travel)
            self._longest.append(travel)
        self._last_arrival = now
        self._since_reckoned += 1
        news = travel < self.shortest or travel - self.shortest + MARGIN > self.seconds
        if news or self._since_reckoned >= RECKON_EVERY or len(self._longest) == 1:
            self._reckon()

    def _reckon(self) -> None:
        self._since_reckoned = 0
        self.shortest = min(self._shortest)
        while self._known[0] > self.shortest + HELD_BACK:
            for memory in (self._known, self._shortest, self._longest):
                memory.popleft()
        ordered = sorted(self._longest)
        usual = ordered[min(int(self._share * len(ordered)), len(ordered) - 1)]
        self.seconds = min(usual - self.shortest + MARGIN, self._most)

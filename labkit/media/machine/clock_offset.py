"""How far the peer's clock is from ours, and how sure of it we can be.

Two clocks never agree, so the time a packet took one way cannot be had by subtracting
the sender's time from the receiver's. But a question and its answer give four times:

    we ask at t1 (our clock)         the peer hears it at t2 (its clock)
    we hear the answer at t4         the peer answers at t3

No packet takes less than no time. So the peer's clock is ahead of ours by t2 - t1 at
most, and by t3 - t4 at least. Drawn over time, the first are points above the truth,
the second points below it, and between them a corridor is free:

    t2 - t1    x    x      x  x  <- these waited in a queue
               ---x------x----x----    upper edge: the quickest there
                     truth             slope: how fast the clocks drift apart
               o-------o-----o-----    lower edge: the quickest back
    t3 - t4      o   o     o           height: the shortest round trip

The clocks drift apart evenly, hence the edges are straight and parallel; of all slopes
we take the one that leaves the corridor widest. If the quickest packet takes as long
there as back, the truth runs along the middle. If not, it is still inside: half the
round trip is an error bar that always holds, and nothing one can measure with two
clocks makes it smaller. Queues on the way make points useless but never harmful, and
the way there need not find its quickest packet in the same probe as the way back.

RTCP carries the four times: sender reports have the clock, report blocks LSR and DLSR.
NTP takes the probe with the shortest round trip (RFC 5905, section 10); the edges are
from Paxson, "On calibrating measurements of packet transit times" (1998), and Moon,
Skelly, Towsley, "Estimation and removal of clock skew from network delay measurements"
(1999). Notebook: 03-media, 05-latency.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

PROBES = 600
"""How many probes are remembered: some minutes of reports."""
TOGETHER = 0.5
"""Of probes within so many seconds the quickest way there and back are remembered."""
FEW = 8
"""From so many probes on a new one changes little, and is reckoned with only …"""
RECKON_EVERY = 0.5
"""… so many seconds later: where packets are asked for again, a report a packet comes.
"""
MOST_SKEW = 200e-6
"""By how many seconds a second two cheap clocks may drift apart: 100 ppm each."""
STEPS = 25
"""How often a third of the range of slopes is cut off; 0.02 ppm are left."""
FLAT = 0.01
"""Of equally good slopes take the flattest; to be steep must pay."""
QUICK = 8
"""Of how many of the quickest packets we look how close together they are."""


class Offset(NamedTuple):
    """The peer's clock reads ours plus `seconds`, give or take `error` seconds."""

    seconds: float
    error: float
    """Holds whatever the ways there and back take: about half the round trip."""
    error_if_even: float = 0.0
    """Likely, if the quickest packets take as long there as back."""
    skew: float = 0.0
    """How many seconds a second the peer's clock gains on ours."""


class _Probe(NamedTuple):
    asked: float
    at_most: float
    """t2 - t1, which is the offset and the way there."""
    arrived: float
    at_least: float
    """t3 - t4, which is the offset less the way back."""

    def joined(self, other: _Probe) -> _Probe:
        """The quicker way there and the quicker way back of the two."""
        there = self if self.at_most <= other.at_most else other
        back = self if self.at_least >= other.at_least else other
        return _Probe(there.asked, there.at_most, back.arrived, back.at_least)


class ClockOffset:
    """Estimates the offset of the peer's clock from question and answer pairs."""

    def __init__(self) -> None:
        self._probes: deque[_Probe] = deque(maxlen=PROBES)
        self.round_trip: float | None = None
        """Seconds, the last one that either stream of the call measured: one that only
        receives sends no sender reports, so that nobody answers it."""
        self._since = 0.0
        self._known: tuple[float, Offset] | None = None
        """A time, and the offset at that time."""

    def probe(
        self, asked: float, heard: float, answered: float, arrived: float
    ) -> float:
        """Take in one question and answer; return its round trip in seconds.

        `asked` and `arrived` are read on our clock, `heard` and `answered` on the
        peer's. A round trip below zero can come from rounding, or from a liar: it
        counts as zero down to -1 ms, and is not believed beyond.
        """
        round_trip = (arrived - asked) - (answered - heard)
        if round_trip < -0.001:
            return round_trip
        self._learn(_Probe(asked, heard - asked, arrived, answered - arrived))
        return max(round_trip, 0.0)

    def _learn(self, probe: _Probe) -> None:
        if not self._probes or not 0 <= probe.arrived - self._since < TOGETHER:
            self._since = probe.arrived
            self._probes.append(probe)
        else:
            last = self._probes[-1]
            best = last.joined(probe)
            if best == last:
                return
            self._probes[-1] = best
        known, many = self._known, len(self._probes) > FEW
        if many and known and 0 <= probe.arrived - known[0] < RECKON_EVERY:
            return
        # A copy: one clock serves sound and pictures, and either may be probing.
        known = _estimate(tuple(self._probes))
        if known is None:  # a clock was set: what was known of it is void
            self._probes.clear()
            self._probes.append(probe)
            known = _estimate((probe,))
        self._known = known

    def at(self, now: float) -> Offset | None:
        """The estimate at `now`, carried on from the last probe; None before the first.

        The error grows with the age of that probe, since the clocks drift.
        """
        known = self._known  # in one step: a probe may come in meanwhile
        if known is None:
            return None
        at, offset = known
        age = now - at
        return Offset(
            offset.seconds + offset.skew * age,
            offset.error + MOST_SKEW * abs(age),
            offset.error_if_even,
            offset.skew,
        )


def _estimate(probes: tuple[_Probe, ...]) -> tuple[float, Offset] | None:
    """The last probe's time, and the offset then; None when no corridor is left."""
    now = probes[-1].arrived
    asked, at_most, arrived, at_least = np.array(probes).T
    asked, arrived = asked - now, arrived - now
    span = float(-asked[0])

    def edges(skew: float) -> tuple[float, float]:
        """Where the corridor's upper and lower edge of this slope are now."""
        return (
            float((at_most - skew * asked).min()),
            float((at_least - skew * arrived).max()),
        )

    def width(skew: float) -> float:
        upper, lower = edges(skew)
        return upper - lower - FLAT * abs(skew) * span

    skew = _highest(width)
    upper, lower = edges(skew)
    if upper - lower < -0.001:
        return None
    middle = (upper + lower) / 2
    sure = (
        float((at_most - MOST_SKEW * asked).min()) - middle,
        middle - float((at_least + MOST_SKEW * arrived).max()),
    )
    _, once = np.unique(asked, return_index=True)  # one question, several answers
    likely = (
        _luck((at_most - skew * asked)[once]),
        _luck(skew * arrived - at_least),
    )
    error = max(*sure, 0.0)
    return now, Offset(middle, error, min(sum(likely), error), skew)


def _highest(height: Callable[[float], float]) -> float:
    """Where `height`, which has one top, is highest: cut off the lower third."""
    left, right = -MOST_SKEW, MOST_SKEW
    for _ in range(STEPS):
        third = (right - left) / 3
        if height(left + third) < height(right - third):
            left += third
        else:
            right -= third
    return (left + right) / 2


def _luck(travels: npt.NDArray[np.float64]) -> float:
    """By how much even the quickest packet may have been held up, in seconds.

    The nearer together the quickest are, the nearer they are to what the way takes.
    """
    if len(travels) == 1:
        return float("inf")
    quick = np.sort(travels)[:QUICK]
    return 5.0 * float(quick[-1] - quick[0]) / (len(quick) - 1)

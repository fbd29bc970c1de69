"""How far the peer's clock is from ours, and how sure of it we can be.

Two clocks never agree, so the time a packet took one way cannot be had by subtracting
the sender's time from the receiver's. But a question and its answer give four times:

    we ask at t1 (our clock)         the peer hears it at t2 (its clock)
    we hear the answer at t4         the peer answers at t3

The round trip is (t4 - t1) - (t3 - t2). If it took as long there as back, the peer's
clock is ahead of ours by ((t2 - t1) + (t3 - t4)) / 2; if not, that is wrong by half the
round trip at most. So the probe with the shortest round trip knows best, and half of
its round trip is the error bar. NTP works like this (RFC 5905, sections 8 and 10); RTCP
carries the four times: sender reports have the clock, report blocks LSR and DLSR.

Notebook: 03-media.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

PROBES = 32
"""How many probes are remembered: about half a minute of reports."""
SKEW = 100e-6
"""By how many seconds a second two cheap clocks may drift apart (100 ppm)."""


class Offset(NamedTuple):
    """The peer's clock reads ours plus `seconds`, give or take `error` seconds."""

    seconds: float
    error: float


class _Probe(NamedTuple):
    offset: float
    half_round_trip: float
    at: float

    def error(self, now: float) -> float:
        return self.half_round_trip + SKEW * (now - self.at)


class ClockOffset:
    """Estimates the offset of the peer's clock from question and answer pairs."""

    def __init__(self) -> None:
        self._probes: deque[_Probe] = deque(maxlen=PROBES)

    def probe(
        self, asked: float, heard: float, answered: float, arrived: float
    ) -> float:
        """Take in one question and answer; return its round trip in seconds.

        `asked` and `arrived` are read on our clock, `heard` and `answered` on the
        peer's. A round trip below zero can come from rounding, or from a liar: it
        counts as zero down to -1 ms, and is not believed beyond.
        """
        round_trip = (arrived - asked) - (answered - heard)
        if round_trip >= -0.001:
            round_trip = max(round_trip, 0.0)
            offset = ((heard - asked) + (answered - arrived)) / 2
            self._probes.append(_Probe(offset, round_trip / 2, arrived))
        return round_trip

    def at(self, now: float) -> Offset | None:
        """The best estimate at `now`; None before the first probe.

        A probe's error grows with its age, since the clocks drift: an old one with a
        short round trip gives way to a newer one at last.
        """
        # A copy first: one clock serves sound and pictures, and either may be probing.
        probes = tuple(self._probes)
        if not probes:
            return None
        best = min(probes, key=lambda probe: probe.error(now))
        return Offset(best.offset, best.error(now))

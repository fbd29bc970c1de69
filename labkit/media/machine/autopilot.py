"""Who flips the switches while nobody does.

Once a second it looks at what both streams of a call have measured, and says what to
change: other treatments (it asks the `adviser`), or a lower or higher rate for what is
sent (`rate_rule`). It reads no clock and touches no stream's packets. A15, A16.

Notebook: 06-loss.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from labkit.media.machine.adviser import EVERYTHING, Advice, Adviser, Measured
from labkit.media.machine.rate_rule import LADDER, RateRule, Rung
from labkit.media.machine.stream import Stream
from labkit.media.treatments import Treatments

OVER = 5.0
"""Seconds over which loss is counted."""
SMOOTHING = 0.3
"""What each new report of the peer counts in the mean."""


@dataclass(frozen=True, slots=True)
class _Count:
    """What had come of both streams together, at one time."""

    at: float
    expected: int
    missing: int
    gaps: int
    in_gaps: int


class Autopilot:
    """Steers one party's side of a call."""

    def __init__(self, treatments: Treatments) -> None:
        self.wanted = treatments
        """What the user asked for."""
        self.auto = False
        """Whether treatments are chosen by what is measured."""
        self.advice: Advice | None = None
        """Why they are as they are; None while nobody advises."""
        self.rung: Rung = LADDER[0]
        """How much to send."""
        self.rule = RateRule()
        self._adviser = Adviser(treatments)
        self._past: deque[_Count] = deque()
        self._told = 0.0
        """The share that the peer says it lost of ours, smoothed."""
        self._reports: dict[str, object] = {}

    @property
    def treatments(self) -> Treatments:
        """What is to be done: what was asked for, or what seems best."""
        if self.auto and self.advice is not None:
            return self.advice.treatments
        return self.wanted

    def want(self, treatments: Treatments, auto: bool) -> None:
        """The user asks for these treatments, or leaves the choice to us."""
        if treatments != self.wanted or auto != self.auto:
            self._adviser = Adviser(treatments)
            self.advice = None
        self.wanted, self.auto = treatments, auto
        if not treatments.rate_rule:
            self.rule, self.rung = RateRule(), LADDER[0]

    def tick(self, streams: Sequence[Stream], now: float) -> Treatments:
        """Look at the streams; what is to be done from now on."""
        self.decide(self.measure(streams, now), streams, now)
        return self.treatments

    def decide(self, measured: Measured, streams: Sequence[Stream], now: float) -> None:
        """What to do about it; `treatments` says it from now on."""
        if self.auto:
            lacks = frozenset[str]().union(*(stream.lacks for stream in streams))
            self._adviser.takes = EVERYTHING - lacks
            self.advice = self._adviser.advise(measured, now)

    def measure(self, streams: Sequence[Stream], now: float) -> Measured:
        """How the network was since the last look; the rate rule hears of it, too."""
        count = _count(streams, now)
        self._past.append(count)
        while now - self._past[0].at > OVER and len(self._past) > 1:
            self._past.popleft()
        first = self._past[0]
        expected = count.expected - first.expected
        missing = count.missing - first.missing
        own = min(max(missing / expected, 0.0), 1.0) if expected > 0 else 0.0
        gaps, in_gaps = count.gaps - first.gaps, count.in_gaps - first.in_gaps
        self._hear(streams, now)
        trips = [s.reports.round_trip for s in streams if s.reports is not None]
        return Measured(
            round_trip=min((trip for trip in trips if trip is not None), default=None),
            # Both sides reckon with the worse of the two directions, and so agree on
            # what one sends and the other waits for.
            loss=max(own, self._told),
            burst=max(in_gaps / gaps, 1.0) if gaps > 0 else 1.0,
            jitter=max((s.sources.jitter for s in streams), default=0.0),
        )

    def _hear(self, streams: Sequence[Stream], now: float) -> None:
        """Heed the reports that came since the last look."""
        for stream in streams:
            reports = stream.reports
            block = None if reports is None else reports.remote
            if (
                reports is None
                or block is None
                or block is self._reports.get(stream.kind)
            ):
                continue
            self._reports[stream.kind] = block
            lost = block.fraction_lost / 256
            self._told += (lost - self._told) * SMOOTHING
            if self.wanted.rate_rule:
                self.rung = self.rule.report(lost, reports.round_trip, now).rung


def _count(streams: Sequence[Stream], now: float) -> _Count:
    totals = [stream.sources.totals for stream in streams]
    return _Count(
        at=now,
        expected=sum(t.received - t.duplicates + t.missing for t in totals),
        missing=sum(t.missing for t in totals),
        gaps=sum(t.gaps for t in totals),
        in_gaps=sum(t.in_gaps for t in totals),
    )

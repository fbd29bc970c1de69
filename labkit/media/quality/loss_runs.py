"""Losses counted by runs: five in a row hurt more than five apart.

`LossRuns` is told of each packet, or each frame, in order, whether it was there in
time. The burst ratio (ITU-T G.107, BurstR) is the mean length of the runs that were
seen, over the mean length they have when every packet is lost by the same chance P: a
run then goes on with chance P, so its mean length is 1 / (1 - P).

Notebook: 06-loss.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

STEP = 50
"""After so many, the counts are written down …"""
STEPS = 10
"""… and so many of these are kept: ten seconds of 20 ms frames."""


@dataclass(frozen=True, slots=True)
class Losses:
    """What was lost, in how many runs. Subtract an earlier one to see what is new."""

    expected: int = 0
    lost: int = 0
    runs: int = 0
    """Stretches of losses without an arrival in between."""

    def __sub__(self, earlier: Losses) -> Losses:
        return Losses(
            self.expected - earlier.expected,
            self.lost - earlier.lost,
            self.runs - earlier.runs,
        )

    @property
    def share(self) -> float:
        """Of those expected, how many were lost: 0 to 1."""
        return self.lost / self.expected if self.expected else 0.0

    @property
    def mean_run(self) -> float:
        """How many were lost in a row, on average; 0 when nothing was."""
        return self.lost / max(self.runs, 1)

    @property
    def burst_ratio(self) -> float:
        """1: as chance has it; greater: in bursts; less: more evenly than by chance."""
        if not 0 < self.lost < self.expected:
            return 1.0
        return self.mean_run * (1 - self.share)


class LossRuns:
    """Counts, in order."""

    def __init__(self) -> None:
        self._expected = self._lost = self._runs = 0
        self._in_run = False
        self._past: deque[Losses] = deque(maxlen=STEPS)

    def next(self, lost: bool) -> None:
        """The next one in order: lost, or there in time."""
        if self._expected % STEP == 0:
            self._past.append(self.counts)
        self._expected += 1
        if lost:
            self._lost += 1
            self._runs += not self._in_run
        self._in_run = lost

    @property
    def counts(self) -> Losses:
        """As they stand."""
        return Losses(self._expected, self._lost, self._runs)

    @property
    def recent(self) -> Losses:
        """Of the last 450 to 500 only: what is heard now."""
        return self.counts - self._past[0] if self._past else self.counts

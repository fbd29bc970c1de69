"""How good could a playout rule be? The optimum for a trace, known only afterwards.

S. Moon, J. Kurose, D. Towsley, "Packet audio playout delay adjustment: performance
bounds and algorithms", Multimedia Systems 6 (1998). Each talk spurt k has one playout
delay. To play i of its packets in time, the delay must be the i-th shortest travel time
of the spurt, d_k(i). Which spurts should bear the late packets? With C(k, i) the least
sum of delays by which i packets of the spurts k, k+1, … are played,

    C(k, i) = min over j of  C(k + 1, i - j) + j · d_k(j)            C(end, 0) = 0

and C(first, i) / i is the least mean delay of i packets played. It knows the future and
lets a spurt begin before the last one is over, so no rule can be expected to reach it:
it is the yardstick. (Should two packets of a spurt travel equally long to the last bit,
it may also play the one without the other.) Here the recursion counts late packets
rather than played ones, which is the same and, as few are late, quick.

Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from math import inf
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from labkit.errors import LocalError
from labkit.media.machine.playout.rule import PlayoutRule
from labkit.media.treatments import CatchUp

FASTER = 0.25
"""Seconds by which a second of sound may be shorter than it was spoken."""
PATIENCE = 0.100
"""Seconds that a packet is waited for when nothing else can be played."""
ROUNDING = 1e-9


class Journey(NamedTuple):
    """One packet of a trace."""

    sent: float
    arrived: float
    spurt: int
    """The number of its talk spurt; rises."""


class Point(NamedTuple):
    """One point of a loss-latency curve."""

    delay: float
    """Mean seconds from sent to played, of the packets that were played."""
    loss: float
    """The share of packets that came too late to be played."""
    waited: float = 0.0
    """The share of time in which the next packet was waited for."""


def optimum(trace: Sequence[Journey], loss: float) -> float:
    """The least mean playout delay at which a share of at most `loss` is late.

    Raises LocalError for a trace without packets or a loss outside [0, 1).
    """
    return float(optimum_curve(trace, loss)[-1].delay)


def optimum_curve(trace: Sequence[Journey], most: float) -> list[Point]:
    """The optimum at 0, 1, 2 … late packets, up to the share `most` of them."""
    if not trace:
        raise LocalError("a trace without packets has no optimum")
    if not 0 <= most < 1:
        raise LocalError(f"late loss is a share from 0 to less than 1, not {most!r}")
    late = int(most * len(trace) + 1e-9)
    costs = np.zeros(1)
    for _, group in groupby(trace, key=lambda journey: journey.spurt):
        travels = np.sort([journey.arrived - journey.sent for journey in group])
        costs = _with_spurt(costs, travels, late)
    played = len(trace) - np.arange(len(costs))
    # a packet more that may be late need not be
    delays = np.minimum.accumulate(costs / played)
    shares = np.arange(len(costs)) / len(trace)
    return [Point(float(d), float(s)) for d, s in zip(delays, shares, strict=True)]


def _with_spurt(
    costs: npt.NDArray[np.float64], travels: npt.NDArray[np.float64], late: int
) -> npt.NDArray[np.float64]:
    """`costs[n]`, the least sum with n late packets, with one more spurt in it."""
    size = min(late + 1, len(costs) + len(travels))
    best = np.full(size, np.inf)
    for missed in range(min(len(travels), late) + 1):
        played = len(travels) - missed
        own = played * travels[played - 1] if played else 0.0
        part = costs[: size - missed] + own
        here = slice(missed, missed + len(part))
        best[here] = np.minimum(best[here], part)
    return best


def played_by(
    rule: PlayoutRule, trace: Sequence[Journey], catch_up: CatchUp = "silence"
) -> Point:
    """What `rule` would have made of a trace.

    A packet's turn is fixed when the one before it is played, the first of a talk
    spurt's when it comes: by then the rule knows what has arrived. With `silence` the
    delay changes between talk spurts only, as in the textbooks. With `stretch` it is
    heeded at every packet. Then it may grow at once; when nothing is left to be played,
    the next packet is waited for, up to 100 ms; and it shrinks by a quarter of the time
    that passes. `skip` does as `stretch` but never waits.
    """
    arrivals = sorted((journey.arrived, journey.sent) for journey in trace)
    overtaken = _overtaken(trace)
    waits = catch_up == "stretch" and rule.elastic
    told, delay, waited = 0, 0.0, 0.0
    delays: list[float] = []
    for number, journey in enumerate(trace):
        before = trace[number - 1] if number else None
        begins = before is None or before.spurt != journey.spurt
        known = journey.arrived if begins or before is None else before.sent + delay
        while told < len(arrivals) and arrivals[told][0] <= known:
            rule.arrived(arrivals[told][1], arrivals[told][0])
            told += 1
        wish = rule.shortest + rule.seconds
        if begins or before is None:
            delay = wish
        elif catch_up != "silence":
            delay = max(wish, delay - FASTER * (journey.sent - before.sent))
        travel = journey.arrived - journey.sent
        missing = travel - delay
        if waits and 0 < missing <= PATIENCE and not overtaken[number]:
            delay, waited = travel, waited + missing
        if travel <= delay + ROUNDING:
            delays.append(delay)
    if not delays:
        return Point(0.0, 1.0 if trace else 0.0)
    share = waited / (trace[-1].sent - trace[0].sent or 1.0)
    return Point(sum(delays) / len(delays), 1 - len(delays) / len(trace), share)


def _overtaken(trace: Sequence[Journey]) -> list[bool]:
    """Of each packet, whether a later one came before it."""
    first, overtaken = inf, []
    for journey in reversed(trace):
        overtaken.append(first < journey.arrived)
        first = min(first, journey.arrived)
    return overtaken[::-1]

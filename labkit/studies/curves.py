"""The rules of the playout buffer over one trace, and the best that could be done.

Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count
from random import Random
from typing import TypeAlias

from labkit.errors import LocalError
from labkit.link import DelayTrace
from labkit.media.machine.playout.adaptive import AdaptiveDelay
from labkit.media.machine.playout.fixed import FixedDelay
from labkit.media.machine.playout.optimum import (
    Journey,
    Point,
    optimum_curve,
    played_by,
)
from labkit.media.machine.playout.quantile import QuantileDelay
from labkit.media.machine.playout.traces import FRAME, TRACES, speech
from labkit.media.treatments import CatchUp
from labkit.plots.buffers import BufferCurves, Setting

WORST = 0.2
"""The share of late packets up to which the optimum is reckoned."""
MOST_OPTIMA = 60
LONGEST = 3600.0
STALE = 0.100
"""Seconds after which `none` throws away what waits."""


def curves(
    trace: str | DelayTrace | Sequence[Journey] = "wifi",
    rules: Sequence[str] = ("none", "fixed", "adaptive", "quantile"),
    seconds: float = 300.0,
    seed: int = 7,
    catch_up: CatchUp = "stretch",
) -> BufferCurves:
    """What each setting of each rule comes to, over the same packets.

    `trace`: the name of one that is made up (`wifi`, `pareto`, `spikes`, `step`), a
    recorded delay, which is replayed under made-up speech, or journeys of packets.

    The optimum changes its delay between talk spurts only, and so do `fixed` and
    `adaptive`. By `catch_up`, `quantile` may stretch sound at any time and wait for
    what is late, so that it may do better; `silence` holds it to the same terms.

    Raises LocalError for a trace or a rule that does not exist.
    """
    journeys = _journeys(trace, seconds, seed)
    unknown = [rule for rule in rules if rule not in RULES]
    if unknown:
        raise LocalError(f"a rule is one of {', '.join(RULES)}, not {unknown[0]!r}")
    best = optimum_curve(journeys, WORST)
    step = max(1, len(best) // MOST_OPTIMA)
    sweeps = SWEEPS | {"quantile": partial(_quantile, catch_up=catch_up)}
    found = {rule: list(map(_setting, sweeps[rule](journeys))) for rule in rules}
    return BufferCurves(found, list(map(_setting, best[::step])), len(journeys))


def _none(trace: Sequence[Journey]) -> Iterator[Point]:
    yield played_at_once(trace)


def _fixed(trace: Sequence[Journey]) -> Iterator[Point]:
    for milliseconds in (5, 10, 20, 30, 40, 60, 80, 120, 160, 240):
        yield played_by(FixedDelay(milliseconds / 1000), trace)


def _adaptive(trace: Sequence[Journey]) -> Iterator[Point]:
    for deviations in (1, 1.5, 2, 3, 4, 6, 8):
        yield played_by(AdaptiveDelay(deviations=deviations), trace)


def _quantile(
    trace: Sequence[Journey], catch_up: CatchUp = "stretch"
) -> Iterator[Point]:
    for share in (0.7, 0.8, 0.9, 0.95, 0.97, 0.98, 0.99):
        yield played_by(QuantileDelay(share=share), trace, catch_up)


Sweep: TypeAlias = Callable[[Sequence[Journey]], Iterator[Point]]
SWEEPS: dict[str, Sweep] = {
    "none": _none,
    "fixed": _fixed,
    "adaptive": _adaptive,
    "quantile": _quantile,
}
RULES = tuple(SWEEPS)


def played_at_once(trace: Sequence[Journey]) -> Point:
    """What a loudspeaker without a buffer makes of a trace.

    Every 20 ms it plays what came first of all that is there, unless that has waited
    for 100 ms: then it is thrown away. The loss is the share of turns, while somebody
    talks, at which nothing was there.
    """
    arrivals = deque(sorted(trace, key=lambda journey: journey.arrived))
    waiting: deque[Journey] = deque()
    delays: list[float] = []
    missed, spurt = 0, -1
    begin = arrivals[0].arrived + FRAME / 2 if arrivals else 0.0
    for turn in count():
        at = begin + turn * FRAME
        while arrivals and arrivals[0].arrived <= at:
            waiting.append(arrivals.popleft())
        while waiting and at - waiting[0].arrived > STALE:
            waiting.popleft()
            missed += 1
        if waiting:
            journey = waiting.popleft()
            delays.append(at - journey.sent)
            spurt = journey.spurt
        elif not arrivals:
            break
        elif arrivals[0].spurt == spurt:
            missed += 1
    if not delays:
        return Point(0.0, 0.0)
    return Point(sum(delays) / len(delays), missed / (missed + len(delays)))


def _journeys(
    trace: str | DelayTrace | Sequence[Journey], seconds: float, seed: int
) -> list[Journey]:
    if not 0 < seconds <= LONGEST:
        raise LocalError(f"a trace lasts from 0 to {LONGEST:g} s, not {seconds!r}")
    random = Random(f"{seed} curves")
    if isinstance(trace, DelayTrace):
        return [
            Journey(sent, sent + trace.extra(sent), spurt)
            for sent, spurt in speech(random, seconds)
        ]
    if isinstance(trace, str):
        known = TRACES | {"step": step}
        if trace not in known:
            names = ", ".join(known)
            raise LocalError(f"a made-up trace is one of {names}, not {trace!r}")
        return known[trace](random, seconds)
    return list(trace)


def step(random: Random, seconds: float) -> list[Journey]:
    """20 ms, and from the middle on 120 ms; each packet a little more."""
    return [
        Journey(
            sent,
            sent + (0.02 if sent < seconds / 2 else 0.12) + random.expovariate(500),
            spurt,
        )
        for sent, spurt in speech(random, seconds)
    ]


def _setting(point: Point) -> Setting:
    return Setting(point.delay, point.loss)

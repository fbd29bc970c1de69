"""Three made-up journeys of speech, each difficult for a playout rule in its own way.

    wifi      15 ms; every second or so the radio is taken for 30 to 90 ms, and what
              waited comes in one go
    pareto    40 ms; a heavy tail (α = 2.5) at every packet, and a base that wanders by
              10 ms within a minute while the clocks drift 50 ppm apart
    spikes    60 ms ± 2; every ten seconds or so a leap by 100 to 300 ms, from which the
              travel time comes down as the queue drains, as Ramjee et al. (1994) saw

Speech is talk spurts of 1.2 s and pauses of 0.8 s on average (exponential), a packet
every 20 ms of talk, none in a pause. Same seed, same trace. Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import pi, sin
from typing import TYPE_CHECKING

from labkit.media.machine.playout.optimum import Journey

if TYPE_CHECKING:
    from random import Random

FRAME = 0.020
TALK, PAUSE = 1.2, 0.8


def wifi(random: Random, seconds: float = 600.0) -> list[Journey]:
    """Quiet, but for the moments when others use the radio."""
    taken, free = 0.0, random.expovariate(1.0)

    def arrives(sent: float) -> float:
        nonlocal taken, free
        while free <= sent:  # the radio is taken at `free`, until `taken`
            taken = free + random.uniform(0.030, 0.090)
            free = taken + random.expovariate(1.0)
        return max(sent, taken) + 0.015 + random.expovariate(1 / 0.0015)

    return _spoken(random, seconds, arrives)


def pareto(random: Random, seconds: float = 600.0) -> list[Journey]:
    """Heavy-tailed jitter on a base that moves slowly."""

    def arrives(sent: float) -> float:
        base = 0.040 + 0.005 * sin(2 * pi * sent / 60) + 50e-6 * sent
        return sent + base + 0.004 * (random.paretovariate(2.5) - 1)

    return _spoken(random, seconds, arrives)


def spikes(random: Random, seconds: float = 600.0) -> list[Journey]:
    """A queue that stands still now and then."""
    begins, height = random.expovariate(1 / 10), random.uniform(0.100, 0.300)

    def arrives(sent: float) -> float:
        nonlocal begins, height
        while sent > begins + height / 0.8:
            begins += height / 0.8 + random.expovariate(1 / 10)
            height = random.uniform(0.100, 0.300)
        queue = max(height - 0.8 * (sent - begins), 0.0) if sent >= begins else 0.0
        return sent + 0.060 + queue + abs(random.gauss(0.0, 0.002))

    return _spoken(random, seconds, arrives)


TRACES: dict[str, Callable[..., list[Journey]]] = {
    "wifi": wifi,
    "pareto": pareto,
    "spikes": spikes,
}


def _spoken(
    random: Random, seconds: float, arrives: Callable[[float], float]
) -> list[Journey]:
    return [
        Journey(sent, arrives(sent), spurt) for sent, spurt in speech(random, seconds)
    ]


def speech(random: Random, seconds: float) -> Iterator[tuple[float, int]]:
    """When each packet is sent, and the number of its talk spurt."""
    number, spurt = 0, 0
    while number * FRAME < seconds:
        for _ in range(1 + int(random.expovariate(1 / TALK) / FRAME)):
            yield number * FRAME, spurt
            number += 1
        number += 1 + int(random.expovariate(1 / PAUSE) / FRAME)
        spurt += 1

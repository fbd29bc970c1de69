"""Ask again, or send it twice? That depends on how long a round trip takes.

Notebook: 06-loss.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import reduce
from operator import add

from labkit.link import Conditions
from labkit.media.treatments import Treatments
from labkit.plots.crossover import RepairAgainstRtt
from labkit.studies.trial import trial

ROUND_TRIPS = (0.002, 0.02, 0.04, 0.06, 0.08, 0.1, 0.14, 0.2)
TREATMENTS: Mapping[str, Treatments] = {
    "NACK": Treatments(nack=True),
    "RED-1": Treatments(red=1),
    "RED-2": Treatments(red=2),
    "RED-3": Treatments(red=3),
    "NACK + RED": Treatments(red=1, nack=True, copies=2),
}


def crossover(
    loss: float = 0.3,
    round_trips: Sequence[float] = ROUND_TRIPS,
    playout: float = 0.150,
    seconds: float = 15.0,
    seeds: Sequence[int] = (1,),
    treatments: Mapping[str, Treatments] = TREATMENTS,
    burst: float = 0.0,
) -> RepairAgainstRtt:
    """What is missing after repair, by treatment and round trip.

    `loss`: the share lost, each way, `burst` in a row in the mean (0: by chance).
    `playout`: for how long sound waits, seconds, whatever is switched on.
    """

    def left(chosen: Treatments, round_trip: float) -> float:
        conditions = Conditions(loss=loss, burst=burst, delay=round_trip / 2)
        trials = [
            trial(conditions, chosen, seconds=seconds, seed=seed) for seed in seeds
        ]
        return reduce(add, trials).after

    found: dict[str, list[float]] = {}
    for name, chosen in treatments.items():
        waits = _waits(chosen, playout)
        if chosen.nack:
            found[name] = [left(waits, round_trip) for round_trip in round_trips]
        else:  # nothing goes back: it is the same call, only later
            found[name] = [left(waits, 0.0)] * len(round_trips)
    return RepairAgainstRtt(tuple(round_trips), found, loss, playout)


def _waits(treatments: Treatments, playout: float) -> Treatments:
    """The same, but that sound waits so long; what is missing is only counted."""
    return replace(
        treatments,
        playout="fixed",
        playout_delay=playout,
        playout_most=max(playout, treatments.playout_most),
        concealment="silence",
    )

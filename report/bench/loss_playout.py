"""How near does the kit's playout come to the best that the future's knowledge allows?

Three made-up journeys of ten minutes of speech (`labkit.media.machine.playout.traces`),
each hard in its own way. For each, the mean delay from sent to played over that of the
optimum of Moon, Kurose and Towsley (1998) at the same share of late frames; the figure
is the worst of the three. The optimum changes its delay between talk spurts only; the
kit's default treatments stretch sound at any time, so that they may do better than it
(`_waited`: the share of time in which they did so for want of the next packet). Beside
them the same rule held to the optimum's terms (`between_spurts_`), and the textbook's
(Kurose and Ross: adaptive).
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import common

from labkit.media.machine.playout import rule_for
from labkit.media.machine.playout.optimum import optimum, played_by
from labkit.media.machine.playout.traces import TRACES
from labkit.media.treatments import Treatments

RULES = {
    "": Treatments(),
    "between_spurts_": Treatments(catch_up="silence"),
    "textbook_": Treatments(playout="adaptive", catch_up="silence"),
}
TO_REACH = {"playout_over_optimum": "≤ 1.15"}


def measure(seeds: Sequence[int]) -> dict[str, list[float]]:
    """The worst ratio of the three traces, and each trace's ratio and late loss."""
    measured: dict[str, list[float]] = {}
    for seed in seeds:
        common.say(f"seed {seed}: playout on {', '.join(TRACES)}")
        for name, treatments in RULES.items():
            ratios = []
            for trace_name, make in TRACES.items():
                trace = make(Random(seed))
                rule = rule_for(treatments)
                point = played_by(rule, trace, treatments.catch_up)
                ratios.append(point.delay / optimum(trace, point.loss))
                key = f"{name}playout_{trace_name}"
                measured.setdefault(f"{key}_over_optimum", []).append(ratios[-1])
                measured.setdefault(f"{key}_late", []).append(point.loss)
                measured.setdefault(f"{key}_waited", []).append(point.waited)
            measured.setdefault(f"{name}playout_over_optimum", []).append(max(ratios))
    return measured

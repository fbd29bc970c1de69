"""What the treatments come to in simulated calls: `simulated.json`.

    python -m report.figures.simulate

Virtual time, given seeds: the same numbers on every machine, so they are kept, not
measured. A test makes some of them again. The shape is that of `report/results/`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from labkit.link import Conditions
from labkit.media.treatments import Treatments
from labkit.studies import crossover, repaired

KEPT = Path(__file__).with_name("simulated.json")
SEEDS = (1, 2, 3, 4, 5)
ROUND_TRIPS = (0.002, 0.02, 0.04, 0.06, 0.08, 0.1, 0.14, 0.2)
SHELF = {
    "nothing": Treatments(),
    "interleaving": Treatments(interleaving=3),
    "parity, 1 in 4": Treatments(parity=4),
    "Reed–Solomon, 2 in 8": Treatments(reed_solomon=2),
    "RED, 1 copy": Treatments(red=1),
    "RED, 2 copies": Treatments(red=2),
    "RED, 3 copies": Treatments(red=3),
    "NACK": Treatments(nack=True),
}
LINES = {
    "one by one": Conditions(loss=0.10, delay=0.010),
    "in bursts of three": Conditions(loss=0.10, burst=3, delay=0.010),
}
SECONDS = 30.0


def against_round_trip(seed: int) -> dict[str, list[float]]:
    """By treatment: the percentage left at each of the round trips, 30 % lost."""
    left = crossover(0.3, ROUND_TRIPS, seconds=SECONDS, seeds=(seed,)).unrepaired
    return {name: [100 * share for share in shares] for name, shares in left.items()}


def by_treatment(line: str, seed: int) -> dict[str, tuple[float, float]]:
    """By treatment: the percentage left, and how many per cent of bytes it costs."""
    return {
        one.name: (100 * one.after, 100 * one.overhead)
        for one in repaired(SHELF, LINES[line], seconds=SECONDS, seed=seed)
    }


def spread(values: Sequence[float]) -> list[float]:
    return [round(value, 4) for value in (median(values), min(values), max(values))]


def main() -> None:
    runs = [against_round_trip(seed) for seed in SEEDS]
    crossing = {
        name: [
            [1000 * trip, *spread([run[name][at] for run in runs])]
            for at, trip in enumerate(ROUND_TRIPS)
        ]
        for name in runs[0]
    }
    treated = {}
    for line in LINES:
        runs_of = [by_treatment(line, seed) for seed in SEEDS]
        treated[line] = {
            name: {
                "left": spread([run[name][0] for run in runs_of]),
                "cost": spread([run[name][1] for run in runs_of]),
            }
            for name in SHELF
        }
    kept = {"seeds": SEEDS, "seconds": SECONDS, "crossover": crossing}
    text = json.dumps(kept | {"treated": treated}, indent=1, ensure_ascii=False)
    KEPT.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

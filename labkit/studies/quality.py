"""How good a call sounds as the loss rises, by treatment.

Notebook: 06-loss.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from labkit.link import Conditions
from labkit.media.treatments import Treatments
from labkit.plots.quality import QualityAgainstLoss, Treated
from labkit.studies.trial import trial

LOSSES = (0.0, 0.05, 0.1, 0.2, 0.3)
TREATMENTS: Mapping[str, Treatments] = {
    "none": Treatments(concealment="silence"),
    "pitch": Treatments(),
    "interleaving": Treatments(interleaving=3),
    "parity": Treatments(parity=4),
    "RED-1": Treatments(red=1),
    "RED-2": Treatments(red=2),
    "NACK": Treatments(nack=True),
}


def quality(
    losses: Sequence[float] = LOSSES,
    treatments: Mapping[str, Treatments] = TREATMENTS,
    seconds: float = 10.0,
    seed: int = 7,
    burst: float = 0.0,
    delay: float = 0.01,
) -> QualityAgainstLoss:
    """The E-model's opinion (1 to 4.5) of a simulated call, by loss and treatment.

    `burst`: how many packets are lost in a row, in the mean (0: by chance). `delay`:
    one way, in seconds. What a treatment costs is told at the greatest loss.
    """
    treated = []
    for name, chosen in treatments.items():
        trials = [
            trial(
                Conditions(loss=loss, burst=burst if loss else 0.0, delay=delay),
                chosen,
                seconds=seconds,
                seed=seed,
            )
            for loss in losses
        ]
        opinions = [each.opinion for each in trials]
        overhead = trials[-1].overhead if trials else None
        treated.append(Treated(name, opinions, overhead))
    return QualityAgainstLoss(tuple(losses), treated, "MOS (E-model)")

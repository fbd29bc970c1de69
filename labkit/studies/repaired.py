"""The same loss, met by one treatment after another. Notebook: 06-loss."""

from __future__ import annotations

from collections.abc import Mapping

from labkit.link import Conditions
from labkit.media.treatments import Treatments
from labkit.plots.loss_by_treatment import Repaired
from labkit.studies.trial import trial


def repaired(
    treatments: Mapping[str, Treatments],
    conditions: Conditions,
    seconds: float = 20.0,
    seed: int = 7,
) -> list[Repaired]:
    """What each of the named treatments leaves, and costs, in a simulated call.

    All meet the same chances: sound both ways, `conditions` both ways.
    """
    found = []
    for name, chosen in treatments.items():
        come_to = trial(conditions, chosen, seconds=seconds, seed=seed)
        found.append(Repaired(name, come_to.before, come_to.after, come_to.overhead))
    return found

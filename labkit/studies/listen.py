"""What somebody hears of a call over a bad network. Notebook: 06-loss."""

from __future__ import annotations

from typing import NamedTuple

from labkit.errors import LocalError
from labkit.link import Conditions
from labkit.media.treatments import Treatments
from labkit.simulation import simulate
from labkit.simulation.scene import Samples
from labkit.studies.trial import opinion_of

RATE = 8_000
"""Samples a second of PCMU, the codec of the study."""


class Listened(NamedTuple):
    """For `labkit.panels.before_after`."""

    samples: Samples
    """int16, one channel."""
    rate: int
    """Samples a second."""
    score: float | None
    """The E-model's opinion, 1 to 4.5; None while the latency is not known."""


def listen(
    conditions: Conditions | None = None,
    treatments: Treatments | None = None,
    seconds: float = 6.0,
    voice: Samples | None = None,
    seed: int = 7,
) -> Listened:
    """What bob hears of alice in a simulated call.

    `voice` is a recording (int16, one channel, 8000 samples a second) in place of a
    synthetic one. Raises LocalError when the call was never accepted.
    """
    call = simulate(
        seconds, conditions, treatments, seed=seed, formats=("PCMU",), voice=voice
    )
    if call.set_up_seconds is None:
        raise LocalError("the call was never accepted: try another seed, or less loss")
    return Listened(call.heard(call.bob), RATE, opinion_of(call.bob))

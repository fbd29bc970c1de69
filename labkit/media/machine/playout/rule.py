"""The shape of every playout rule, and the one that the treatments ask for.

Frame `m` (seconds, by its timestamp) is played at `m + shortest + seconds`. A rule says
at any time what `seconds` should be. *When* the buffer heeds it is another switch, the
catch-up: at once (skip, stretch), or, as the textbooks have it, between two talk spurts
(silence). Requirement A15. Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

from typing import Protocol

from labkit.media.machine.playout.adaptive import AdaptiveDelay
from labkit.media.machine.playout.fixed import FixedDelay, NoDelay
from labkit.media.machine.playout.quantile import QuantileDelay
from labkit.media.treatments import Treatments


class PlayoutRule(Protocol):
    """How long sound should wait, learnt from when packets arrive."""

    in_order: bool
    """Whether frames are put back into order; else they are played as they come."""
    elastic: bool
    """Whether a late frame may be waited for, where sound can be stretched."""

    @property
    def seconds(self) -> float:
        """Play a frame this long after it would have come by the shortest travel."""
        ...

    @property
    def shortest(self) -> float:
        """The shortest travel time, with the unknown distance of two clocks in it."""
        ...

    def arrived(self, media_time: float, now: float) -> None:
        """A packet captured at `media_time` (seconds, by its timestamp) has come."""
        ...


def rule_for(treatments: Treatments) -> PlayoutRule:
    """A fresh rule of the kind that the treatments name, with their bounds."""
    match treatments.playout:
        case "none":
            return NoDelay()
        case "fixed":
            return FixedDelay(min(treatments.playout_delay, treatments.playout_most))
        case "adaptive":
            return AdaptiveDelay(treatments.playout_most)
        case "quantile":
            return QuantileDelay(treatments.playout_most)

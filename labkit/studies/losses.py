"""What the network lost and what was missing after repair, second by second.

Notebook: 06-loss.
"""

from __future__ import annotations

from collections import defaultdict
from math import floor

from labkit.plots.loss import LossCount, LossOverTime
from labkit.studies.turns import Turn, turns
from labkit.studies.watched import Watched, playout_view


def losses(who: Watched, every: float = 1.0) -> LossOverTime:
    """Of the sound that a phone in a call, or a simulated one, listens to.

    A packet counts in the interval in which it was to be played. Raises LocalError when
    there is nothing to be seen.
    """
    by_interval: dict[int, list[Turn]] = defaultdict(list)
    view = playout_view(who)
    for turn in turns(view.records, view.overtaken):
        by_interval[floor(turn.due / every)].append(turn)
    return LossOverTime(
        [
            LossCount(
                (number + 1) * every,
                len(some),
                sum(turn.lost for turn in some),
                sum(not turn.in_time for turn in some),
            )
            for number, some in sorted(by_interval.items())
        ]
    )

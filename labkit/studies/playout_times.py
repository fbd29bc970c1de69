"""When each packet of sound was sent, came, and was played.

Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from labkit.plots.playout import PacketTimes, PlayoutTimes
from labkit.studies.turns import Turn, frame_length, since, turns
from labkit.studies.watched import Watched, playout_view

MARGIN = 1.0
"""Seconds more: since when the newest was played, and for what came too late."""


def playout_times(who: Watched, seconds: float = 2.0) -> PlayoutTimes:
    """The last `seconds` of what a phone in a call, or a simulated one, has played.

    A packet is sent when the last of its sound was spoken. Until the two clocks have
    been compared, the quickest packet counts as having taken no time. Raises LocalError
    when there is nothing to be seen.
    """
    records = playout_view(who, seconds + MARGIN).records
    all_turns = turns(records)
    if not all_turns:  # nothing but turns in vain
        return PlayoutTimes()
    first, length = all_turns[0].number, frame_length(records)
    shown = since(all_turns, seconds)
    offset = _sent_after_media_time(shown, length)
    return PlayoutTimes(
        [
            PacketTimes(
                turn.number - first,
                turn.media_time + offset,
                turn.arrived,
                turn.due,
                turn.fate,
            )
            for turn in shown
        ]
    )


def _sent_after_media_time(shown: Sequence[Turn], length: float) -> float:
    """What to add to a media time to have the time when it was sent, on our clock."""
    known = [t.captured - t.media_time for t in shown if t.captured is not None]
    if known:
        return median(known) + length
    travels = [t.arrived - t.media_time for t in shown if t.arrived is not None]
    return min(travels, default=0.0)

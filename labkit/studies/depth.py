"""How full the playout buffer was, and how full it wanted to be.

Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

from labkit.plots.depth import BufferDepth
from labkit.studies.turns import frame_length
from labkit.studies.watched import Watched, playout_view

MARGIN = 1.0
"""Seconds more, for what arrived before and was played after."""


def depth(who: Watched, seconds: float = 30.0) -> BufferDepth:
    """The last `seconds` of the buffer of a phone in a call, or a simulated one.

    A frame is in the buffer from its arrival until it is played or left out. Raises
    LocalError when there is nothing to be seen.
    """
    view = playout_view(who, seconds + MARGIN)
    length = frame_length(view.records)
    since = view.records[-1].at - seconds
    steps = [
        step
        for record in view.records
        if record.fate in ("played", "left out") and record.arrived is not None
        for step in ((record.arrived, length), (record.at, -length))
    ]
    steps += [(frame.arrived, length) for frame in view.waiting]
    points, waiting = [], 0
    for at, change in sorted(steps):
        waiting += 1 if change > 0 else -1
        points.append((at, waiting * length))
    return BufferDepth(
        depth=[point for point in points if point[0] > since],
        target=[(r.at, r.delay) for r in view.records if r.at > since],
        late=[r.at for r in view.records if r.fate == "late" and r.at > since],
    )

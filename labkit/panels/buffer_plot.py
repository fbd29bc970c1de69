"""The playout buffer as figures, live.

    BufferPlot(bob)                   how much sound waits, and how much should
    PlayoutPlot(bob)                  the newest packets: sent, arrived, played

Requirements D3, A15. Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit.panels.drawn import DrawnPanel
from labkit.phone import Phone

if TYPE_CHECKING:
    from labkit.plots import BufferDepth, PlayoutTimes


class BufferPlot(DrawnPanel):
    """How much of what a phone hears waits in its buffer, what the rule aims at, and
    what came too late."""

    _title = "depth_of"

    def __init__(self, phone: Phone, window: float = 10.0) -> None:
        """`window`: how many seconds back the plot reaches, each of fifty frames."""
        from labkit.plots import LiveDepth

        self._window = window
        super().__init__(phone, LiveDepth(window))

    def _data(self) -> BufferDepth:
        from labkit.studies import depth

        return depth(self.phone, self._window + 1.0)


class PlayoutPlot(DrawnPanel):
    """The staircases of the textbook: when packets were sent, came and were played."""

    _title = "packets_of"
    _size = (640, 360)

    def __init__(self, phone: Phone, window: float = 1.0) -> None:
        """`window`: how many seconds back the plot reaches, with fifty packets each."""
        from labkit.plots import LivePlayout

        self._window = window
        super().__init__(phone, LivePlayout(window))

    def _data(self) -> PlayoutTimes:
        from labkit.studies import playout_times

        return playout_times(self.phone, self._window + 1.0)

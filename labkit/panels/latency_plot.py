"""The latency of a call, live: a picture some times a second, and the same in words.

    LatencyPlot(alice)

Requirements D3, A15, A16. Notebook: 04-videocall.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labkit.panels.drawn import DrawnPanel
from labkit.phone import Phone

if TYPE_CHECKING:
    from labkit.plots import Series


class LatencyPlot(DrawnPanel):
    """Latency, jitter and loss of what a phone receives, over the last seconds."""

    _title = "plot_of"
    _size = (640, 400)

    def __init__(self, phone: Phone, window: float = 30.0) -> None:
        """`window`: how many seconds back the plot reaches."""
        from labkit.plots import LivePlot

        super().__init__(phone, LivePlot(window))

    def _data(self) -> Series:
        from labkit.plots import Series, snapshot

        media = self.phone.media
        if media is None:
            return Series({})
        video = media.statistics().video
        error = video.labkit.latencyError if video is not None else None
        return snapshot(media.history, error or 0.0)

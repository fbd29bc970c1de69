"""The latency of a call, live: a picture some times a second, and the same in words.

    LatencyPlot(alice)

Requirements D3, A15, A16. Notebook: 04-videocall.
"""

from __future__ import annotations

from typing import Any

from labkit.net import clock
from labkit.panels.live import LivePanel, script
from labkit.panels.words import WORDS
from labkit.phone import Phone

RATE = 5.0
"""Pictures a second: a reader sees no more, and each costs the processor."""


class LatencyPlot(LivePanel):
    """Latency, jitter and loss of what a phone receives, over the last seconds."""

    _esm = script("plot.js")

    def __init__(self, phone: Phone, window: float = 30.0) -> None:
        """`window`: how many seconds back the plot reaches."""
        # Not above: matplotlib takes its time, and the other panels do without it.
        from labkit.plots import LivePlot

        super().__init__(phone.name, {"plot": 2 * RATE}, every=1 / RATE)
        self.phone = phone
        self._plot = LivePlot(window)
        self._session: object = None
        self._open()

    @property
    def text(self) -> str:
        """What the plot shows, in words."""
        return self._plot.text

    def _scene(self) -> dict[str, Any]:
        state, media = self.phone.state, self.phone.media
        up = state.call is not None and state.call.state.is_up
        if media is not None and (up or media is not self._session):
            self._session = media
            self._channel.offer("plot", self._draw)
        label = WORDS["plot_of"].format(name=state.name)
        scene = {"label": label, "text": self._plot.text or WORDS["no_plot"]}
        return {**scene, "closed": WORDS["phone_closed"]} if state.closed else scene

    def _draw(self) -> bytes:
        """On the panel's thread, and only when a page may have it."""
        from labkit.plots import snapshot

        media = self.phone.media
        if media is None:
            return b""
        video = media.statistics().video
        error = video.labkit.latencyError if video is not None else None
        return self._plot.update(snapshot(media.history, error or 0.0), clock.now())

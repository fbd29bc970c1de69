"""The same figure, live: only what changes is drawn anew.

A whole figure takes matplotlib some 40 ms; the ground (axes, ticks, grid) is drawn once
and kept, the curves are drawn on a copy of it ("blitting"), which takes a few.

Requirement D3. Notebook: 04-videocall.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from labkit.plots.latency import HEIGHT, WIDTH, WINDOW, LatencyAxes
from labkit.plots.png import write_png
from labkit.plots.series import Series, describe
from labkit.plots.style import figure

REWRITE = 1.0
"""Seconds between two versions of the words above the plot: faster cannot be read, and
letters cost more than curves."""


class LivePlot:
    """Draws the last `window` seconds of a call, some times a second.

    Not for several threads at once. `text` says what the newest picture shows.
    """

    def __init__(
        self, window: float = WINDOW, width: int = WIDTH, height: int = HEIGHT
    ) -> None:
        """`width` and `height` in pixels."""
        self._figure, canvas = figure(width, height)
        self._canvas: Any = canvas  # matplotlib leaves these methods without types
        self._axes = LatencyAxes(self._figure, window)
        self._curves = [line for kind in self._axes.curves.values() for line in kind]
        self._heads = list(self._axes.heads.values())
        for artist in (*self._curves, *self._heads):
            artist.set_animated(True)
        self._bare: Any = None
        self._ground: Any = None
        self._written = -REWRITE
        self.text = ""

    def update(self, series: Series, now: float | None = None) -> bytes:
        """The picture of this moment, as PNG with a clear ground.

        `now` (seconds, the series' clock) is the right edge; by default the newest
        point.
        """
        now = series.newest if now is None else now
        rescaled = self._axes.show(series, now)
        if rescaled or self._bare is None:
            self._canvas.draw()
            self._bare = self._copy()
        if rescaled or abs(now - self._written) >= REWRITE:
            self._canvas.restore_region(self._bare)
            for head in self._heads:
                self._figure.draw_artist(head)
            self._ground = self._copy()
            self._written = now
            self.text = describe(series)
        self._canvas.restore_region(self._ground)
        for curve in self._curves:
            if curve.axes is not None:
                curve.axes.draw_artist(curve)
        return write_png(np.asarray(self._canvas.buffer_rgba()))

    def _copy(self) -> Any:
        return self._canvas.copy_from_bbox(self._figure.bbox)

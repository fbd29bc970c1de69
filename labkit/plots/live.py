"""A figure, live: only what changes is drawn anew.

A whole figure takes matplotlib some 40 ms; the ground (axes, ticks, grid) is drawn once
and kept, the curves are drawn on a copy of it ("blitting"), which takes a few.

Requirement D3. Notebook: 04-videocall.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from labkit.plots.png import write_png
from labkit.plots.style import INK, SMALL, nice_limit

WINDOW = 30.0
"""Seconds that a live figure reaches back."""
REWRITE = 1.0
"""Seconds between two versions of the words above the plot: faster cannot be read, and
letters cost more than curves."""


def fit(axes: Axes, highest: float, least: float = 1.0, most: float = inf) -> bool:
    """Give the axis room for its highest value, never less than `least` nor more than
    `most`, and shrink it only when most of it is empty, so that it does not flicker;
    True when it changed."""
    limit = axes.get_ylim()[1]
    wanted = min(most, max(least, nice_limit(1.1 * highest)))
    if limit >= min(most, 1.1 * highest) and limit <= 2.5 * wanted:
        return False
    axes.set_ylim(0, wanted)
    return True


def seconds_ago(axes: Axes, window: float) -> None:
    """The axis along the bottom, for what ends now at the right."""
    axes.set_xlim(-window, 0.02 * window)
    axes.set_xlabel("seconds ago", color=INK, fontsize=SMALL, fontweight="bold")
    axes.xaxis.set_major_formatter(lambda at, _: f"{abs(at):g}")


class HasNewest(Protocol):
    """Data over time."""

    @property
    def newest(self) -> float:
        """The time of the last point of all; 0.0 if there is none."""


Data = TypeVar("Data", bound=HasNewest)
Shown_contra = TypeVar("Shown_contra", bound=HasNewest, contravariant=True)


class LiveAxes(Protocol[Shown_contra]):
    """Axes on a figure, and what moves on them."""

    @property
    def moving(self) -> Sequence[Line2D]:
        """Drawn anew for every picture."""

    @property
    def written(self) -> Sequence[Text]:
        """Drawn anew every `REWRITE` seconds."""

    def show(self, data: Shown_contra, now: float) -> bool:
        """Set them; True when an axis has a new scale."""

    def describe(self, data: Shown_contra) -> str:
        """The same in words."""


class Live(Generic[Data]):
    """Draws one scene some times a second. Not for several threads at once."""

    def __init__(self, drawn: Figure, scene: LiveAxes[Data]) -> None:
        """`scene` is on `drawn`, which has a canvas of its own (`style.figure`)."""
        self._figure, self._scene = drawn, scene
        self._canvas: Any = drawn.canvas  # matplotlib leaves its methods without types
        for artist in (*scene.moving, *scene.written):
            artist.set_animated(True)
        self._bare: Any = None
        self._ground: Any = None
        self._written = -REWRITE
        self.text = ""
        """What the newest picture shows, in words."""

    def update(self, data: Data, now: float | None = None) -> bytes:
        """The picture of this moment, as PNG with a clear ground.

        `now` (seconds, the data's clock) is the right edge; by default the newest
        point.
        """
        now = data.newest if now is None else now
        rescaled = self._scene.show(data, now)
        if rescaled or self._bare is None:
            self._canvas.draw()
            self._bare = self._copy()
        if rescaled or self._ground is None or abs(now - self._written) >= REWRITE:
            self._canvas.restore_region(self._bare)
            for words in self._scene.written:
                self._figure.draw_artist(words)
            self._ground = self._copy()
            self._written = now
            self.text = self._scene.describe(data)
        self._canvas.restore_region(self._ground)
        for curve in self._scene.moving:
            if curve.axes is not None:
                curve.axes.draw_artist(curve)
        return write_png(np.asarray(self._canvas.buffer_rgba()))

    def _copy(self) -> Any:
        return self._canvas.copy_from_bbox(self._figure.bbox)

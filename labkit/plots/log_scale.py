"""Shares of loss on a logarithmic scale that also has a place for none at all.

The logarithm of 0 does not exist, and 0 is what a good treatment leaves. It gets a row
of its own under the scale, called 0, with a break between: nothing is drawn at a height
that it does not have.

Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from matplotlib.axes import Axes

from labkit.plots.style import INK
from labkit.plots.values import Numbers, Value, array, say

LEAST_DECADES = 2
MOST_DECADES = 6
BREAK = 0.45
"""How far under the lowest decade the row for 0 lies, in decades."""


class ShareScale:
    """A share (0 to 1) → a height on the axes, whose unit is one decade."""

    def __init__(self, shares: Iterable[Value]) -> None:
        """`shares`: everything that will be drawn, gaps and zeros as well."""
        every = array(shares)
        above = every[every > 0]
        self.top = math.ceil(math.log10(above.max())) if above.size else 0
        bottom = math.floor(math.log10(above.min())) if above.size else -LEAST_DECADES
        self.bottom = min(
            max(bottom, self.top - MOST_DECADES), self.top - LEAST_DECADES
        )
        self.has_zero = bool((every == 0).any() or (above < 10.0**self.bottom).any())
        self.zero = self.bottom - BREAK if self.has_zero else float(self.bottom)
        """The height of 0; without any, the lowest of the scale."""

    def heights(self, shares: Iterable[Value]) -> Numbers:
        """Shape (n,): log10 of each share, the row of 0 for 0, NaN for a gap. What is
        smaller than the scale reaches (a millionth of the largest) is drawn as 0."""
        values = array(shares)
        small = values < 10.0**self.bottom
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(small, self.zero, np.log10(values))

    def share(self, height: float) -> float:
        """The share at a height; 0 under the break."""
        return 10.0**height if height >= self.bottom else 0.0

    @property
    def ticks(self) -> dict[str, float]:
        """Percent → height."""
        zero = {"0": self.zero} if self.has_zero else {}
        decades = range(self.bottom, self.top + 1)
        return {**zero, **{say(100 * 10.0**at): float(at) for at in decades}}

    def dress(self, axes: Axes) -> None:
        """Ticks, limits and the break."""
        axes.set_yticks(list(self.ticks.values()), list(self.ticks))
        axes.set_ylim(self.zero - 0.12, self.top + 0.08)
        if self.has_zero:
            axes.plot(
                [0], [self.bottom - BREAK / 2],
                marker=[(-1, -0.5), (1, 0.5)], markersize=9, color=INK,
                transform=axes.get_yaxis_transform(), clip_on=False,
            )  # fmt: skip

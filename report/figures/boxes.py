"""Boxes and arrows, placed by hand, in millimetres; the code says what they say."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.bezier import BezierSegment
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

from report.figures.style import BLUE, HAIR, INK, ORANGE, QUIET, TINT


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle with round corners about a middle."""

    x: float
    y: float
    width: float = 27.0
    height: float = 9.5

    def holds(self, x: float, y: float, more: float = 0.0) -> bool:
        """Whether a point is inside, or no further than `more` outside."""
        across, up = abs(x - self.x), abs(y - self.y)
        return across <= self.width / 2 + more and up <= self.height / 2 + more

    def draw(
        self,
        axes: Axes,
        title: str,
        below: str = "",
        *,
        fill: str = TINT,
        edge: str = BLUE,
        dash: str = "-",
        small: float = 7.2,
    ) -> FancyBboxPatch:
        patch = FancyBboxPatch(
            (self.x - self.width / 2, self.y - self.height / 2),
            self.width,
            self.height,
            boxstyle="round,pad=0,rounding_size=1.6",
            facecolor=fill,
            edgecolor=edge,
            linewidth=0.8,
            linestyle=dash,
            zorder=2,
        )
        axes.add_patch(patch)
        say = {"ha": "center", "va": "center", "zorder": 4}
        up = 1.5 if below else 0
        axes.text(self.x, self.y + up - 0.2, title, fontweight="semibold", **say)
        if below:
            axes.text(self.x, self.y - 2.3, below, fontsize=small, color=QUIET, **say)
        return patch


def arrow(
    axes: Axes,
    start: Box,
    end: Box,
    label: str = "",
    *,
    bend: float = 0.0,
    at: float = 0.5,
    colour: str = INK,
    both: bool = False,
) -> None:
    """From the edge of one box to the edge of another, its label `at` so much of the
    way; `bend` is how far it bulges to the right, as a share of its length; `both` has
    a tip at either end."""
    wide, high = end.x - start.x, end.y - start.y
    middle = (start.x + wide / 2 + bend * high, start.y + high / 2 - bend * wide)
    curve = BezierSegment([(start.x, start.y), middle, (end.x, end.y)])
    ways = np.linspace(0, 1, 400)
    points = curve(ways)
    free = [not (start.holds(*it) or end.holds(*it, 0.5)) for it in points]
    first, last = ways[free.index(True)], ways[len(free) - 1 - free[::-1].index(True)]
    # The middle point of the part between: where the tangents of its ends meet.
    (x0, y0), (x2, y2) = curve(first), curve(last)
    bow = curve((first + last) / 2)
    control = (2 * bow[0] - (x0 + x2) / 2, 2 * bow[1] - (y0 + y2) / 2)
    axes.add_patch(
        FancyArrowPatch(
            path=Path([(x0, y0), control, (x2, y2)], [1, 3, 3]),
            arrowstyle=("<|" if both else "") + "-|>,head_length=3.4,head_width=1.7",
            linewidth=0.8,
            color=colour,
            zorder=3,
        )
    )
    if label:
        x, y = curve(first + at * (last - first))
        note(axes, x, y, label)


def loop(axes: Axes, box: Box, label: str, side: float = 1.0) -> None:
    """What happens to a state and leads back to it: a small ear on its side."""
    edge = box.x + side * box.width / 2
    axes.add_patch(
        FancyArrowPatch(
            (edge, box.y + 2.6),
            (edge, box.y - 2.6),
            shrinkA=0,
            shrinkB=0,
            arrowstyle="-|>,head_length=3,head_width=1.5",
            connectionstyle=f"arc3,rad={-1.3 * side}",
            linewidth=0.7,
            color=QUIET,
            zorder=3,
        )
    )
    axes.text(
        edge + side * 5.2, box.y, label, fontsize=7.2, color=QUIET, va="center",
        ha="left" if side > 0 else "right", linespacing=1.0,
    )  # fmt: skip


def begin(axes: Axes, x: float, y: float) -> Box:
    """The black dot where a life begins; arrows may start from it."""
    axes.add_patch(Circle((x, y), 1.4, color=INK, zorder=3))
    return Box(x, y, 2.8, 2.8)


def end(axes: Axes, x: float, y: float) -> Box:
    """The ringed dot where a life ends."""
    axes.add_patch(Circle((x, y), 1.8, facecolor="white", edgecolor=ORANGE, zorder=3))
    axes.add_patch(Circle((x, y), 1.0, color=ORANGE, zorder=3))
    return Box(x, y, 3.6, 3.6)


def frame(axes: Axes, box: Box, title: str) -> None:
    """A dashed frame about several boxes, its title at the top."""
    box.draw(axes, "", fill="#f7f9fb", edge=HAIR, dash="--").set_zorder(1)
    axes.text(
        box.x, box.y + box.height / 2 - 3.2, title, fontsize=7.6, color=QUIET,
        ha="center", va="center", style="italic", zorder=2,
    )  # fmt: skip


def note(axes: Axes, x: float, y: float, text: str, **how: object) -> None:
    """A label on a line, the ground behind it cleared."""
    axes.text(
        x, y, text, fontsize=7.4, ha="center", va="center", linespacing=1.05, zorder=5,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8}, **how,
    )  # fmt: skip

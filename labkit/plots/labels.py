"""Words on a figure: beside what they name, never over each other or over the edge.

A legend makes the eye go to and fro; a curve that bears its name does not.

Notebook: 06-loss.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.text import Text

from labkit.plots.style import DPI, INK, LINE, SMALL

EDGE = 10
"""Pixels that stay free around everything."""
GAP = 10
"""Pixels between the end of a curve and its name."""


class End(NamedTuple):
    """Where a curve ends (data units) and what it is called."""

    x: float
    y: float
    name: str
    colour: str


def width_of(on: Figure | SubFigure, words: str, bold: bool = True) -> float:
    """Pixels that words take on this figure."""
    canvas: Any = on.canvas
    weight = "bold" if bold else "normal"
    probe = Text(0, 0, words, fontsize=SMALL, fontweight=weight, figure=on)
    return float(probe.get_window_extent(canvas.get_renderer()).width)


def wrap(on: Figure, words: str, room: float) -> list[str]:
    """Lines that each fit into so many pixels, as far as single words do."""
    lines: list[str] = []
    for word in words.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(on, longer) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def heading(on: Figure, words: str, left: float, below: int = 0) -> int:
    """Write words in bold at the top, in as many lines as they need; returns the pixels
    that they and the free edge take. `below`: pixels taken by what stands above."""
    width, height = (DPI * inches for inches in on.get_size_inches())
    lines = wrap(on, words, width - left - EDGE)
    for row, line in enumerate(lines):
        on.text(
            left / width,
            1 - (max(below, EDGE) + LINE * row) / height,
            line,
            color=INK,
            fontsize=SMALL,
            fontweight="bold",
            va="top",
        )
    return max(below, EDGE) + LINE * len(lines)


def room_for(on: Figure, names: Sequence[str]) -> float:
    """Pixels to keep free at the right for the names at the curves' ends."""
    return GAP + EDGE + max((width_of(on, name) for name in names), default=0.0)


def say_empty(axes: Axes) -> None:
    """An empty figure says that it is: nobody looks for what went wrong."""
    axes.text(
        0.5, 0.5, "nothing measured yet", color=INK, fontsize=SMALL,
        fontweight="bold", ha="center", va="center", transform=axes.transAxes,
    )  # fmt: skip


def room_left(on: Figure, ticks: Iterable[str]) -> float:
    """Pixels to keep free at the left for the numbers and the upright unit."""
    widest = max((width_of(on, tick, bold=False) for tick in ticks), default=0.0)
    return EDGE + LINE + GAP + widest


def name_ends(axes: Axes, ends: Sequence[End]) -> None:
    """Write each curve's name at its end, right of the axes, spread so that no two
    meet; a dotted line leads to a name that stands off. Call when all is set."""
    box, (width, height) = axes.get_window_extent(), axes.figure.bbox.size
    upward = sorted(ends, key=lambda end: (end.y, end.name))
    wanted = [float(axes.transData.transform((end.x, end.y))[1]) for end in upward]
    step = min(LINE - 2, box.height / max(1, len(ends) - 1))
    for end, at in zip(upward, spread_out(wanted, step, box.y0, box.y1), strict=True):
        axes.annotate(
            end.name,
            xy=(end.x, end.y),
            xytext=((box.x1 + GAP) / width, at / height),
            textcoords="figure fraction",
            color=end.colour,
            fontsize=SMALL,
            fontweight="bold",
            va="center",
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": end.colour,
                "linestyle": (0, (1, 2)),
                "linewidth": 0.9,
                "shrinkA": 0,
                "shrinkB": 5,
            },
        )


def name_above(axes: Axes, ends: Sequence[End]) -> None:
    """Write a name (of one or two lines) over the axes for each point, spread so that
    no two meet, with a dotted line down to the point."""
    drawn: Any = axes.figure
    box, (width, height) = axes.get_window_extent(), drawn.bbox.size
    along = sorted(ends, key=lambda end: end.x)
    widths = [
        max(width_of(drawn, line) for line in end.name.split("\n")) for end in along
    ]
    step = max(widths, default=0.0) + GAP
    wanted = [float(axes.transData.transform((end.x, end.y))[0]) for end in along]
    half = step / 2
    places = spread_out(wanted, step, box.x0 + half, width - half)
    for end, at in zip(along, places, strict=True):
        axes.annotate(
            end.name,
            xy=(end.x, end.y),
            xytext=(at / width, (box.y1 + GAP / 2) / height),
            textcoords="figure fraction",
            color=end.colour,
            fontsize=SMALL,
            fontweight="bold",
            ha="center",
            va="bottom",
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": end.colour,
                "linestyle": ":",
                "shrinkB": 6,
            },
        )


def spread_out(
    wanted: Sequence[float], step: float, lowest: float, highest: float
) -> list[float]:
    """Rising places `step` apart or more, within the bounds as far as they go, as near
    to the `wanted` (rising) ones as can be: those that crowd form a block, which lies
    around their mean; blocks that meet become one."""
    blocks: list[list[float]] = []

    def start(block: list[float]) -> float:
        length = step * (len(block) - 1)
        middle = sum(block) / len(block) - length / 2
        return max(lowest, min(middle, highest - length))

    for place in wanted:
        blocks.append([place])
        while blocks[1:]:
            before = blocks[-2]
            if start(before) + step * len(before) <= start(blocks[-1]):
                break
            blocks[-2:] = [before + blocks[-1]]
    return [start(block) + step * at for block in blocks for at in range(len(block))]


def key(
    on: Figure, entries: Sequence[tuple[str, str]], left: float, below: int = EDGE
) -> tuple[list[Text], int]:
    """Words in their colours side by side at the top, in as many lines as they need;
    returns them, and the pixels taken. What is to change later gets the room that its
    longest words need: pass those first."""
    width, height = (DPI * inches for inches in on.get_size_inches())
    written, x, y = [], left, below
    for words, colour in entries:
        wide = width_of(on, words)
        if x > left and x + wide > width - EDGE:
            x, y = left, y + LINE
        written.append(
            on.text(
                x / width, 1 - y / height, words, color=colour, fontsize=SMALL,
                fontweight="bold", va="top",
            )
        )  # fmt: skip
        x += wide + 2 * GAP
    return written, y + LINE

"""One look for all figures: mid-tones on a clear ground, readable on light and dark.

The colours are Okabe and Ito's, moved to mid-tones that stand on white and on black;
any two are told apart with any colour vision, and every series also has a marker of its
own and its name in words. A grey that has to stand on white and on black
cannot have more contrast to both than 4.3 (WCAG asks for 3 for lines and large print,
4.5 for small print); so the small print is bold, and every figure comes with its text.

Notebook: 03-media.
"""

from __future__ import annotations

from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from labkit.plots.values import say

INK = "#797979"
BLUE, ORANGE = "#2f80c4", "#c4661f"
GREEN, PURPLE, BROWN = "#0aa962", "#b0268a", "#726035"
PALETTE = (BLUE, ORANGE, GREEN, PURPLE, BROWN)
COLOURS = {"video": BLUE, "audio": ORANGE}
MARKERS = {"video": "o", "audio": "s"}
DPI = 100
SMALL = 9
"""Points of every letter; at 100 dots an inch a line is `LINE` pixels high."""
LINE = 16


class Look(NamedTuple):
    """How one series is drawn: three ways to know it without its colour's help."""

    colour: str
    marker: str
    dash: str = "-"


LOOKS = tuple(
    Look(colour, marker, dash)
    for dash, markers in (("-", "osD^v"), ("--", "P*Xhp"), (":", "<>d8H"))
    for colour, marker in zip(PALETTE, markers, strict=True)
)
"""For series without a look of their own, in order."""


def figure(width: int, height: int) -> tuple[Figure, FigureCanvasAgg]:
    """A clear figure of so many pixels, on a canvas of its own: no global state, so any
    thread may draw one."""
    made = Figure(figsize=(width / DPI, height / DPI), dpi=DPI)
    made.patch.set_alpha(0.0)
    return made, FigureCanvasAgg(made)


def place(
    on: Figure, left: float, right: float, top: float, bottom: float
) -> tuple[float, float, float, float]:
    """Margins in pixels as the fractions (left, bottom, width, height) that matplotlib
    wants: letters keep their size when a figure is made narrow."""
    width, height = (DPI * inches for inches in on.get_size_inches())
    return (
        left / width,
        bottom / height,
        max(0.1, (width - left - right) / width),
        max(0.1, (height - top - bottom) / height),
    )


def plain_axes(axes: Axes, unit: str, along: str = "") -> None:
    """Take away what carries nothing: frame, heavy ticks; name the units of the upward
    axis and of the one along the bottom."""
    axes.patch.set_alpha(0.0)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(INK)
    axes.tick_params(colors=INK, labelsize=SMALL)
    axes.grid(axis="y", color=INK, alpha=0.25, linewidth=0.7)
    axes.set_axisbelow(True)
    for axis in (axes.xaxis, axes.yaxis):
        # matplotlib's own takes a power out of huge numbers and hides it in a corner.
        axis.set_major_formatter(lambda at, _: say(at))
    axes.set_ylabel(unit, color=INK, fontsize=SMALL, fontweight="bold")
    axes.set_xlabel(along, color=INK, fontsize=SMALL, fontweight="bold")


def nice_limit(value: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50 … at or above a positive value."""
    if value <= 0:
        return 1.0
    power = 1e-6
    while True:
        for step in (1, 2, 5):
            if step * power >= value:
                return step * power
        power *= 10


def contrast(one: str, other: str) -> float:
    """Of two colours `#rrggbb`, 1 to 21 (WCAG 2.2)."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def ink_on(colour: str) -> str:
    """Black or white: whichever reads better on a filled area."""
    return max(("#000000", "#ffffff"), key=lambda ink: contrast(ink, colour))


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

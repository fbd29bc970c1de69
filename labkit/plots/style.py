"""One look for all figures: mid-tones on a clear ground, readable on light and dark.

The two colours are told apart with any colour vision, and each kind of media also has
its own marker and its name in words. A grey that has to stand on white and on black
cannot have more contrast to both than 4.3 (WCAG asks for 3 for lines and large print,
4.5 for small print); so the small print is bold, and every figure comes with its text.

Notebook: 03-media.
"""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

INK = "#797979"
COLOURS = {"video": "#2f80c4", "audio": "#c4661f"}
MARKERS = {"video": "o", "audio": "s"}
DPI = 100


def figure(width: int, height: int) -> tuple[Figure, FigureCanvasAgg]:
    """A clear figure of so many pixels, on a canvas of its own: no global state, so any
    thread may draw one."""
    made = Figure(figsize=(width / DPI, height / DPI), dpi=DPI)
    made.patch.set_alpha(0.0)
    return made, FigureCanvasAgg(made)


def plain_axes(axes: Axes, unit: str) -> None:
    """Take away what carries nothing: frame, heavy ticks; name the unit."""
    axes.patch.set_alpha(0.0)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(INK)
    axes.tick_params(colors=INK, labelsize=9)
    axes.grid(axis="y", color=INK, alpha=0.25, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.set_ylabel(unit, color=INK, fontsize=9, fontweight="bold")


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

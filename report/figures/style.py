"""One look for the figures of the report: for print, in the letters of its headings.

Sizes are millimetres of paper, and points are points: a figure is set as large as it is
drawn. Colours are Okabe and Ito's, darkened; they differ in grey too, and every line
has a marker and a dash of its own beside.
"""

from __future__ import annotations

import io
import logging
from pathlib import Path

import font_source_sans_pro
import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure

WIDTH = 162.0
"""Millimetres between the margins of the page."""
INK, QUIET, HAIR = "#1c2530", "#5b6570", "#c3ccd5"
BLUE, ORANGE, GREEN, PURPLE, GREY = (
    "#1d5b94", "#d2691e", "#12805c", "#93257a", "#6d747b",
)  # fmt: skip
TINT, WARM_TINT = "#e6eef6", "#faeee2"
LOOKS = (
    (BLUE, "o", "-"),
    (ORANGE, "s", "--"),
    (GREEN, "D", "-."),
    (PURPLE, "^", ":"),
    (GREY, "v", (0, (6, 1, 1, 1, 1, 1))),
)
"""Colour, marker and dash of the first series, the second, …"""

# DejaVu, for the few signs that the other lacks, has no semibold: bold will do.
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
for face in ("Regular", "It", "Semibold", "Bold"):
    font_manager.fontManager.addfont(
        Path(font_source_sans_pro.font_directory) / f"SourceSansPro-{face}.ttf"
    )
RC = {
    "font.family": ["Source Sans Pro", "DejaVu Sans"],
    "font.size": 8.5,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": QUIET,
    "axes.linewidth": 0.6,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "lines.linewidth": 1.5,
    "lines.markersize": 4,
    "svg.fonttype": "path",
    "svg.hashsalt": "labkit",
}


def sheet(height: float, width: float = WIDTH) -> Figure:
    """An empty figure of so many millimetres."""
    mpl.rcParams.update(RC)
    return Figure(figsize=(width / 25.4, height / 25.4))


def canvas(figure: Figure) -> Axes:
    """All of a figure to draw on, one unit a millimetre, zero at the bottom left."""
    width, height = (25.4 * inches for inches in figure.get_size_inches())
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(0, height)
    axes.set_axis_off()
    return axes


def plain(axes: Axes) -> None:
    """Only what carries something: two spines, a light grid behind."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color=HAIR, linewidth=0.4)
    axes.set_axisbelow(True)


def save(figure: Figure, path: Path) -> None:
    """Write it as SVG, the same bytes each time; an unchanged file is left alone."""
    text = io.StringIO()
    figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
    if not path.exists() or path.read_text(encoding="utf-8") != text.getvalue():
        path.write_text(text.getvalue(), encoding="utf-8")

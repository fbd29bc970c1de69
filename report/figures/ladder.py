"""The ladder of one real call, from `call.json` (see `record_call.py`)."""

from __future__ import annotations

import json
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from report.figures.boxes import Box
from report.figures.style import (
    BLUE,
    GREEN,
    HAIR,
    ORANGE,
    QUIET,
    WIDTH,
    canvas,
    sheet,
)

STEP, HEAD = 4.3, 10.0
COLOURS = {"registry": BLUE, "signalling": ORANGE, "media": GREEN}


def call_ladder() -> Figure:
    kept = json.loads(Path(__file__).with_name("call.json").read_text(encoding="utf-8"))
    rows = kept["rows"]
    height = HEAD + STEP * len(rows) + 2
    figure = sheet(height)
    axes = canvas(figure)
    columns = [34.0, 91.0, WIDTH - 14.0]
    for x, name in zip(columns, kept["columns"], strict=True):
        axes.plot([x, x], [0, height - 8], color=HAIR, linewidth=0.8, zorder=1)
        Box(x, height - 4, 24, 6.4).draw(axes, name)
    for index, row in enumerate(rows):
        y = height - HEAD - STEP * (index + 0.5)
        start, end = columns[row["from"]], columns[row["to"]]
        colour, media = COLOURS[row["plane"]], row["plane"] == "media"
        axes.text(
            16, y + 0.3, f"{row['time']:.3f} s", fontsize=7, color=QUIET, ha="right",
            va="center",
        )  # fmt: skip
        axes.add_patch(
            FancyArrowPatch(
                (start, y),
                (end, y),
                shrinkA=0,
                shrinkB=0,
                arrowstyle="-|>,head_length=3.6,head_width=1.7",
                linewidth=2.2 if media else 0.9,
                color=colour,
                zorder=2,
            )
        )
        # Beside the lifeline of the registry, where an arrow passes it by.
        middle = (start + end) / 2 if abs(start - end) < 80 else columns[1] + 28
        axes.text(
            middle, y + 0.2, row["label"], fontsize=7.4, ha="center", va="center",
            zorder=3, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.7},
        )  # fmt: skip
    return figure


FIGURES = {"call-ladder": call_ladder}

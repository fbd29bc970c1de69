"""The ladder of the title page: the real call of `call.json`, its words taken away."""

from __future__ import annotations

import json
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from report.figures.ladder import COLOURS
from report.figures.style import HAIR, canvas, sheet

STEP = 5.4


def cover() -> Figure:
    kept = json.loads(Path(__file__).with_name("call.json").read_text(encoding="utf-8"))
    rows = kept["rows"]
    height = STEP * (len(rows) + 1)
    figure = sheet(height)
    axes = canvas(figure)
    columns = (1.0, 81.0, 161.0)
    for x in columns:
        axes.plot([x, x], [0, height], color=HAIR, linewidth=1.1, zorder=1)
    for index, row in enumerate(rows):
        y = height - STEP * (index + 1)
        media = row["plane"] == "media"
        start, end = columns[row["from"]], columns[row["to"]]
        tip = FancyArrowPatch(
            (start, y), (end, y), shrinkA=0, shrinkB=0, zorder=2,
            arrowstyle="-|>,head_length=5,head_width=2.2",
            linewidth=4.5 if media else 1.3, color=COLOURS[row["plane"]],
        )  # fmt: skip
        axes.add_patch(tip)
    return figure


FIGURES = {"cover": cover}

"""What the treatments leave of a loss, and what they cost: from `simulated.json`."""

from __future__ import annotations

import json
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

from report.figures.style import BLUE, HAIR, INK, LOOKS, ORANGE, QUIET, plain, sheet

PART = 1.0
"""Per cent below which the share left is drawn on a straight scale."""


def kept() -> dict:
    path = Path(__file__).with_name("simulated.json")
    return json.loads(path.read_text(encoding="utf-8"))


def crossover() -> Figure:
    lines = kept()["crossover"]
    figure = sheet(64)
    axes = figure.add_axes((0.075, 0.155, 0.715, 0.77))
    plain(axes)
    axes.set_yscale("symlog", linthresh=PART, linscale=0.6)
    axes.axhline(30, color=INK, linewidth=0.8, linestyle=(0, (1, 2)))
    ends = []
    for (name, points), look in zip(lines.items(), LOOKS, strict=True):
        colour, marker, dash = look
        trips, middle, least, most = zip(*points, strict=True)
        axes.fill_between(trips, least, most, color=colour, alpha=0.15, linewidth=0)
        axes.plot(trips, middle, color=colour, marker=marker, linestyle=dash)
        ends.append((middle[-1], name, colour))
    ends.append((30.0, "lost on the way", INK))
    for y, name, colour in _apart(ends):
        words = name.replace("RED-", "RED, copies: ")
        axes.annotate(words, (1.02, y), xycoords=("axes fraction", "data"),
                      va="center", fontsize=8, color=colour)  # fmt: skip
    _percent(axes)
    axes.set_ylim(0, 45)
    axes.set_xlim(0, 202)
    axes.set_xlabel("round trip, ms")
    axes.set_title("of the sound not there in time", fontsize=8, loc="left", pad=4)
    return figure


def _apart(ends: list[tuple[float, str, str]]) -> list[tuple[float, str, str]]:
    """The ends of the lines, from below, none within a third of the one under it."""
    told: list[tuple[float, str, str]] = []
    for y, name, colour in sorted(ends):
        least = 1.36 * told[-1][0] if told else 0.0
        told.append((max(y, least), name, colour))
    return told


def _percent(axes: Axes) -> None:
    axes.set_yticks([0, 0.5, 1, 2, 5, 10, 20, 30])
    axes.yaxis.set_major_formatter(FuncFormatter(lambda at, _: f"{at:g} %"))
    axes.yaxis.set_minor_locator(NullLocator())


def loss_by_treatment() -> Figure:
    treated = kept()["treated"]
    names = list(next(iter(treated.values())))
    figure = sheet(62)
    left = figure.add_axes((0.215, 0.165, 0.43, 0.765))
    right = figure.add_axes((0.70, 0.165, 0.285, 0.765))
    looks = (
        ("one by one", BLUE, "o", -0.17),
        ("in bursts of three", ORANGE, "s", 0.17),
    )
    for index, name in enumerate(names):
        left.axhline(index, color=HAIR, linewidth=0.4)
        for line, colour, marker, shift in looks:
            middle, least, most = treated[line][name]["left"]
            y = index + shift
            left.plot([least, most], [y, y], color=colour, linewidth=1.6)
            left.plot([middle], [y], marker, color=colour, label=line)
        cost = treated["one by one"][name]["cost"][0]
        right.barh([index], [cost], height=0.42, color=QUIET)
        right.text(cost + 4, index, f"+{cost:.0f} %" if cost else "none", fontsize=7.6,
                   va="center")  # fmt: skip
    for axes in (left, right):
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.tick_params(left=False)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: f"{at:g} %"))
    left.set_yticks(range(len(names)), names)
    right.set_yticks([])
    left.set_xlim(0, None)
    right.set_xlim(0, 1.25 * right.get_xlim()[1])
    right.set_xticks([0, 100, 200, 300])
    left.set_xlabel("of the sound not there in time; 10 % were lost")
    right.set_xlabel("bytes of payload sent besides")
    handles, labels = left.get_legend_handles_labels()
    left.legend(handles[:2], labels[:2], loc="lower right", frameon=False, fontsize=7.8,
                title="lost", title_fontsize=7.8, alignment="left")  # fmt: skip
    return figure


FIGURES = {"crossover": crossover, "loss-by-treatment": loss_by_treatment}

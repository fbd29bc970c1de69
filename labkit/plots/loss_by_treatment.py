"""What the network loses and what is missing after repair, one row a treatment.

The same loss, met in different ways: the longer the bar from × to ●, the more was
brought back; what it costs stands at the name.

Notebook: 06-loss.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from labkit.plots.drawing import Drawing, Table
from labkit.plots.labels import EDGE, GAP, key, say_empty, width_of
from labkit.plots.style import (
    BLUE,
    GREEN,
    INK,
    LINE,
    ORANGE,
    SMALL,
    figure,
    place,
    plain_axes,
)
from labkit.plots.values import Value, cell, check, known, listed, percent

ROW = 24
"""Pixels for each treatment."""


@dataclass(frozen=True, slots=True)
class Repaired:
    """What one treatment came to."""

    name: str
    before: Value
    """Share of the packets that the network lost, 0 to 1."""
    after: Value
    """Share that was missing after repair, or came too late, 0 to 1."""
    overhead: Value = None
    """Bytes sent beyond those of the plain call, over those."""

    def __post_init__(self) -> None:
        check(f"before, of {self.name}", self.before, 0, 1)
        check(f"after, of {self.name}", self.after, 0, 1)
        check(f"overhead of {self.name}", self.overhead)

    @property
    def label(self) -> str:
        """`RED-2 +200 %`."""
        cost = f" +{percent(self.overhead)}" if known(self.overhead) else ""
        return f"{self.name}{cost}"


def loss_by_treatment(treatments: Sequence[Repaired], width: int = 640) -> Drawing:
    """The first on top; × before, ● after, the share that is left beside it."""
    height = 3 * LINE + 48 + ROW * max(2, len(treatments))
    drawn, _ = figure(width, height)
    entries = [
        ("×  lost in the network", ORANGE),
        ("●  missing after repair", BLUE),
    ]
    _, top = key(drawn, entries, EDGE)
    widest = max((width_of(drawn, one.label) for one in treatments), default=0.0)
    right = EDGE + GAP + width_of(drawn, "0.00123 %")
    axes = drawn.add_axes(place(drawn, EDGE + 2 * GAP + widest, right, top + 6, 44))
    plain_axes(axes, "", "packets, %")
    axes.grid(visible=False)
    axes.tick_params(axis="y", length=0, pad=GAP)
    axes.set_ylim(max(2, len(treatments)) - 0.4, -0.6)
    axes.set_yticks(range(len(treatments)), [one.label for one in treatments])
    shares = [one.before for one in treatments] + [one.after for one in treatments]
    highest = max((float(share or 0) for share in shares if known(share)), default=0)
    axes.set_xlim(0, min(100.0, 106 * highest) or 1)
    axes.locator_params(axis="x", nbins=5 if width < 600 else 10)
    for row, one in enumerate(treatments):
        before, after = cell(one.before, 100), cell(one.after, 100)
        if before is not None and after is not None:
            colour = GREEN if after <= before else INK
            axes.plot([after, before], [row, row], color=colour, linewidth=5, alpha=0.4)
        mark: dict[str, Any] = {"clip_on": False, "markersize": 7, "markeredgewidth": 2}
        if before is not None:
            axes.plot(before, row, "x", color=ORANGE, **mark)
        if after is not None:
            axes.plot(after, row, "o", color=BLUE, **mark)
        axes.annotate(
            percent(one.after), (1, row), (GAP, 0), color=BLUE, fontsize=SMALL,
            xycoords=axes.get_yaxis_transform(), textcoords="offset points",
            fontweight="bold", va="center", annotation_clip=False,
        )  # fmt: skip
    if not treatments:
        say_empty(axes)
    return Drawing(drawn, _text(treatments), _table(treatments))


def _text(treatments: Sequence[Repaired]) -> str:
    there = [one for one in treatments if known(one.after)]
    if not there:
        return "No treatment has been measured yet."
    ranked = sorted(there, key=lambda one: float(one.after or 0))
    each = listed([f"{one.label} {percent(one.after)}" for one in ranked])
    lost = [float(one.before or 0) for one in there if known(one.before)]
    between = (
        f"The network lost {percent(min(lost))} to {percent(max(lost))}. "
        if lost
        else ""
    )
    return f"{between}Missing after repair, least first: {each}."


def _table(treatments: Sequence[Repaired]) -> Table:
    rows = tuple(
        (
            one.name,
            cell(one.overhead, 100),
            cell(one.before, 100),
            cell(one.after, 100),
        )
        for one in treatments
    )
    columns = ("Treatment", "Overhead, %", "Lost, %", "Missing, %")
    return Table("Loss before and after repair, by treatment", columns, rows)

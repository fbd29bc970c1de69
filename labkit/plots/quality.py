"""How good the sound still is at each loss, for each treatment, and what that costs.

The score is a mean opinion score, 1 (bad) to 5 (excellent): from the E-model (ITU-T
G.107), or heard by a model of the ear (PESQ, P.862). The cost stands beside the name:
so many more bytes than without.

Notebook: 06-loss.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labkit.errors import LocalError
from labkit.plots.drawing import Drawing, Table
from labkit.plots.labels import End, heading, name_ends, room_for, room_left, say_empty
from labkit.plots.style import figure, nice_limit, place, plain_axes
from labkit.plots.treatments import looks
from labkit.plots.values import (
    Value,
    array,
    cell,
    check,
    check_all,
    known,
    listed,
    percent,
    same_length,
    say,
)

HEIGHT = 380
WORST, BEST = 1.0, 5.0
WORDS = {1: "bad", 2: "poor", 3: "fair", 4: "good", 5: "excellent"}
"""ITU-T P.800."""


@dataclass(frozen=True, slots=True)
class Treated:
    """One treatment over all losses."""

    name: str
    """none, repeat, pitch, parity, RED-1 …, NACK, or one of your own."""
    quality: Sequence[Value]
    """The score, 1 to 5, one for each loss."""
    overhead: Value
    """Bytes sent beyond those of the plain call, over those: 1.0 is twice as much."""

    def __post_init__(self) -> None:
        check_all(f"quality of {self.name}", self.quality, WORST, BEST)
        check(f"overhead of {self.name}", self.overhead)

    @property
    def label(self) -> str:
        """`RED-2 +200 %`."""
        if not known(self.overhead):
            return self.name
        return f"{self.name} +{percent(self.overhead)}"


@dataclass(frozen=True, slots=True)
class QualityAgainstLoss:
    """Scores by loss and treatment. Raises LocalError for rows of another length."""

    loss: Sequence[float]
    """Share of the packets lost, 0 to 1, rising."""
    treated: Sequence[Treated]
    measure: str = "MOS"
    """What the score is: `MOS (E-model)`, `PESQ-NB`."""

    def __post_init__(self) -> None:
        check_all("loss", self.loss, 0, 1)
        if not all(np.diff(array(self.loss)) > 0):
            raise LocalError("loss rises, each share above the one before")
        for treatment in self.treated:
            same_length(treatment.name, treatment.quality, len(self.loss), "loss")


def quality_against_loss(scores: QualityAgainstLoss, width: int = 640) -> Drawing:
    """One line a treatment, its name and its cost at the end."""
    drawn, _ = figure(width, HEIGHT)
    shown = [one for one in scores.treated if any(map(known, one.quality))]
    names = [f"{score} {word}" if width >= 600 else f"{score}"
             for score, word in WORDS.items()]  # fmt: skip
    left = room_left(drawn, names)
    right = room_for(drawn, [one.label for one in shown])
    top = heading(drawn, f"{scores.measure}, and + what it costs in bytes", left)
    axes = drawn.add_axes(place(drawn, left, right, top + 14, 48))
    plain_axes(axes, scores.measure, "packets lost, %")
    x = array(scores.loss, 100)
    axes.set_xlim(0, float(x.max(initial=0)) or nice_limit(0))
    axes.set_ylim(WORST, BEST)
    axes.set_yticks(list(WORDS), names)
    axes.locator_params(axis="x", nbins=5 if width < 600 else 8)
    ends, every = [], looks(one.name for one in shown)
    for one in shown:
        look, y = every[one.name], array(one.quality)
        axes.plot(
            x, y, look.dash, color=look.colour, marker=look.marker, linewidth=1.6,
            markersize=6, clip_on=False,
        )  # fmt: skip
        last = int(np.flatnonzero(~np.isnan(y))[-1])
        ends.append(End(float(x[last]), float(y[last]), one.label, look.colour))
    name_ends(axes, ends)
    if not shown:
        say_empty(axes)
    return Drawing(drawn, _text(scores, shown), _table(scores))


def _last(scores: QualityAgainstLoss, one: Treated) -> tuple[float, float]:
    """The highest loss at which there is a score, and the score."""
    return [
        (loss, float(score))
        for loss, score in zip(scores.loss, one.quality, strict=True)
        if score is not None and known(score)
    ][-1]


def _text(scores: QualityAgainstLoss, shown: Sequence[Treated]) -> str:
    if not shown:
        return "No quality has been measured yet."
    ranked = sorted(shown, key=lambda one: -_last(scores, one)[1])
    each = [
        f"{one.label} {say(score)} ({WORDS[round(score)]}) at {percent(loss)}"
        for one in ranked
        for loss, score in [_last(scores, one)]
    ]
    clean = [
        f"{one.name} {say(one.quality[0])}" for one in ranked if known(one.quality[0])
    ]
    start = f" At {percent(scores.loss[0])} loss: {listed(clean)}." if clean else ""
    return (
        f"{scores.measure} at the highest loss, best first, with the bytes it costs: "
        f"{'; '.join(each)}.{start}"
    )


def _table(scores: QualityAgainstLoss) -> Table:
    rows = tuple(
        (
            one.name,
            cell(one.overhead, 100),
            *map(cell, one.quality),
        )
        for one in scores.treated
    )
    losses = (f"at {percent(loss)} loss" for loss in scores.loss)
    columns = ("Treatment", "Overhead, %", *losses)
    return Table(f"{scores.measure} by treatment and loss", columns, rows)

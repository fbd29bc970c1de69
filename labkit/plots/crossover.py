"""Ask again, or send copies beforehand? It depends on the round trip.

A retransmission comes a round trip after the gap was seen and is too late when the
playout buffer does not wait that long; copies (RED) come whatever the round trip is.
Where the two lines cross, the answer changes.

Notebook: 06-loss.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes

from labkit.errors import LocalError
from labkit.plots.drawing import Drawing, Table
from labkit.plots.labels import (
    End,
    heading,
    name_above,
    name_ends,
    room_for,
    room_left,
    say_empty,
)
from labkit.plots.log_scale import ShareScale
from labkit.plots.style import INK, LINE, figure, place, plain_axes
from labkit.plots.treatments import looks
from labkit.plots.values import (
    Value,
    array,
    cell,
    check,
    check_all,
    known,
    listed,
    milliseconds,
    percent,
    same_length,
    say,
)

HEIGHT = 380
ASKING = "NACK"
COPYING = "RED-"


@dataclass(frozen=True, slots=True)
class RepairAgainstRtt:
    """Which share stays unrepaired, by treatment and round trip.

    Raises LocalError for round trips that do not rise and rows of another length.
    """

    round_trips: Sequence[float]
    """Seconds, rising."""
    unrepaired: Mapping[str, Sequence[Value]]
    """By treatment (NACK, RED-1, RED-2, RED-3, NACK + RED): the share (0 to 1) of the
    frames not there in time, one for each round trip."""
    loss: float
    """Share of the packets that the network loses, 0 to 1."""
    playout: float
    """Seconds that the playout buffer waits at most."""

    def __post_init__(self) -> None:
        check_all("round_trips", self.round_trips)
        if not all(np.diff(array(self.round_trips)) > 0):
            raise LocalError("round_trips rise, each above the one before")
        check("loss", self.loss, 0, 1)
        check("playout", self.playout)
        for name, shares in self.unrepaired.items():
            check_all(name, shares, 0, 1)
            same_length(name, shares, len(self.round_trips), "round trip")


class Crossing(NamedTuple):
    """From this round trip on, copies leave less than asking again."""

    copies: str
    round_trip: float
    """Seconds."""
    unrepaired: float


def crossings(repair: RepairAgainstRtt) -> list[Crossing]:
    """Where NACK's line rises over each of RED's, the first time; least round trip
    first. Between two round trips both are taken to be straight on the drawn scale."""
    asking = repair.unrepaired.get(ASKING)
    if asking is None:
        return []
    scale, found = _scale(repair.unrepaired), []
    x, nack = array(repair.round_trips), scale.heights(asking)
    for name, shares in repair.unrepaired.items():
        if not name.startswith(COPYING):
            continue
        gap = nack - scale.heights(shares)
        for at in range(1, len(x)):
            if gap[at - 1] <= 0 < gap[at]:
                part = float(-gap[at - 1] / (gap[at] - gap[at - 1]))
                where = float(x[at - 1] + part * (x[at] - x[at - 1]))
                height = float(nack[at - 1] + part * (nack[at] - nack[at - 1]))
                found.append(Crossing(name, where, scale.share(height)))
                break
    return sorted(found, key=lambda crossing: crossing.round_trip)


def repair_crossover(repair: RepairAgainstRtt, width: int = 640) -> Drawing:
    """Unrepaired share (logarithmic) against round trip; every crossing a diamond."""
    drawn, _ = figure(width, HEIGHT)
    crossed, lines = crossings(repair), _measured(repair)
    scale = _scale(lines)
    left, right = room_left(drawn, scale.ticks), room_for(drawn, list(lines))
    top = heading(drawn, _headline(repair, crossed), left)
    above = top + (3 if crossed else 1) * LINE
    axes = drawn.add_axes(place(drawn, left, right, above, 48))
    plain_axes(axes, "not repaired in time, %", "round trip, ms")
    scale.dress(axes)
    x = array(repair.round_trips, 1000)
    axes.set_xlim(0, 1.02 * float(x.max(initial=0)) or 1)
    axes.locator_params(axis="x", nbins=5 if width < 600 else 8)
    ends, every = [], looks(lines)
    for name, shares in lines.items():
        look, y = every[name], scale.heights(shares)
        axes.plot(
            x, y, look.dash, color=look.colour, marker=look.marker, linewidth=1.6,
            markersize=5.5, clip_on=False,
        )  # fmt: skip
        last = int(np.flatnonzero(~np.isnan(y))[-1])
        ends.append(End(float(x[last]), float(y[last]), name, look.colour))
    name_ends(axes, ends)
    if not lines:
        say_empty(axes)
    _mark(axes, scale, crossed)
    return Drawing(drawn, _text(repair, crossed), _table(repair))


def _mark(axes: Axes, scale: ShareScale, crossed: list[Crossing]) -> None:
    """A diamond at each crossing, named above the axes."""
    x = [1000 * crossing.round_trip for crossing in crossed]
    y = [float(at) for at in scale.heights(crossing.unrepaired for crossing in crossed)]
    axes.plot(
        x, y, linestyle="", marker="D", markersize=12, markeredgewidth=1.8,
        markerfacecolor="none", markeredgecolor=INK, zorder=4, clip_on=False,
    )  # fmt: skip
    name_above(
        axes,
        [
            End(*where, f"{crossing.copies}\n{_about(crossing)}", INK)
            for where, crossing in zip(zip(x, y, strict=True), crossed, strict=True)
        ],
    )  # fmt: skip


def _measured(repair: RepairAgainstRtt) -> dict[str, Sequence[Value]]:
    return {
        name: shares
        for name, shares in repair.unrepaired.items()
        if any(map(known, shares))
    }


def _scale(lines: Mapping[str, Sequence[Value]]) -> ShareScale:
    return ShareScale(share for shares in lines.values() for share in shares)


def _about(crossing: Crossing) -> str:
    """The round trip to two digits: it lies between two that were measured."""
    return f"{say(1000 * crossing.round_trip, 2)} ms"


def _headline(repair: RepairAgainstRtt, crossed: list[Crossing]) -> str:
    under = f"{percent(repair.loss)} lost, {milliseconds(repair.playout)} playout"
    if not crossed:
        return under
    return f"{under}; ◇ copies leave fewer gaps than NACK"


def _text(repair: RepairAgainstRtt, crossed: list[Crossing]) -> str:
    lines = _measured(repair)
    if not lines:
        return "No repair has been measured yet."
    under = (
        f"With {percent(repair.loss)} of the packets lost and a playout delay of at "
        f"most {milliseconds(repair.playout)},"
    )
    if crossed:
        each = [f"{one.copies} from {_about(one)}" for one in crossed]
        said = (
            " copies leave less than asking again from these round trips on: "
            f"{listed(each)}."
        )
    elif ASKING in lines and any(name.startswith(COPYING) for name in lines):
        said = " the lines of asking again (NACK) and of copies (RED) do not cross."
    else:
        said = " there is nothing to compare asking again (NACK) with."
    ends = [
        f"{name} {percent(have[0])} at {milliseconds(at[0])} and {percent(have[-1])} "
        f"at {milliseconds(at[-1])}"
        for name, shares in lines.items()
        for at, have in [_ends(repair.round_trips, shares)]
    ]
    return f"{under}{said} Not repaired in time: {'; '.join(ends)}."


def _ends(
    round_trips: Sequence[float], shares: Sequence[Value]
) -> tuple[list[float], list[Value]]:
    """The round trips and shares that were measured."""
    both = [
        (at, share)
        for at, share in zip(round_trips, shares, strict=True)
        if known(share)
    ]
    return [at for at, _ in both], [share for _, share in both]


def _table(repair: RepairAgainstRtt) -> Table:
    rows = tuple(
        (cell(at, 1000), *(cell(share, 100) for share in shares))
        for at, *shares in zip(
            repair.round_trips, *repair.unrepaired.values(), strict=True
        )
    )
    names = ("Round trip, ms", *(f"{name}, %" for name in repair.unrepaired))
    return Table("Not repaired in time", names, rows)

"""What each playout rule pays in delay for how much late loss, and what is possible.

A buffer that waits longer loses less to lateness; a mark is one setting of one rule, a
line joins its settings. The optimum knows the whole trace beforehand (Moon, Kurose,
Towsley 1998, "Packet audio playout delay adjustment: performance bounds and
algorithms"): no rule can come under it, so the ground there is shaded.

Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from labkit.errors import LocalError
from labkit.plots.drawing import Drawing, Table
from labkit.plots.labels import (
    End,
    heading,
    name_ends,
    room_for,
    room_left,
    say_empty,
    width_of,
)
from labkit.plots.log_scale import ShareScale
from labkit.plots.style import (
    BLUE,
    BROWN,
    INK,
    LINE,
    LOOKS,
    ORANGE,
    PURPLE,
    SMALL,
    Look,
    figure,
    place,
    plain_axes,
)
from labkit.plots.values import (
    Numbers,
    Value,
    array,
    cell,
    check,
    known,
    milliseconds,
    percent,
    say,
)

HEIGHT = 360
OPTIMUM = "optimum"
RULES = {
    "none": Look(BROWN, "P"),
    "fixed": Look(PURPLE, "D"),
    "adaptive": Look(BLUE, "o"),
    "quantile": Look(ORANGE, "s"),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """What one setting of a rule came to over the trace."""

    delay: Value
    """Mean playout delay of what was played, seconds."""
    late: Value
    """Share of the packets that came too late to be played, 0 to 1."""

    def __post_init__(self) -> None:
        check("delay", self.delay)
        check("late", self.late, 0, 1)

    @property
    def known(self) -> bool:
        """Whether both were measured."""
        return known(self.delay) and known(self.late)


@dataclass(frozen=True, slots=True)
class BufferCurves:
    """The rules over one trace. Raises LocalError when a rule is called optimum."""

    rules: Mapping[str, Sequence[Setting]]
    """By name: none, fixed, adaptive, quantile, or one of your own."""
    optimum: Sequence[Setting] = ()
    """The least mean delay for each late loss."""
    packets: int | None = None
    """How many the trace has, so that a late loss of 0 can say of how many."""

    def __post_init__(self) -> None:
        if OPTIMUM in self.rules:
            raise LocalError("the optimum is not a rule: give it as `optimum`")
        check("packets", self.packets, 1)

    def __iter__(self) -> Iterator[tuple[str, list[Setting]]]:
        """The rules, then the optimum: name and settings by rising delay, no gaps."""
        for name, settings in (*self.rules.items(), (OPTIMUM, self.optimum)):
            yield name, sorted(filter(lambda at: at.known, settings), key=_delay)

    def over_optimum(self, setting: Setting) -> Value:
        """Its delay over the optimum's at the same late loss; None where the optimum
        was not reckoned."""
        bound = sorted(
            (float(at.late or 0), _delay(at)) for at in self.optimum if at.known
        )
        late = setting.late
        if not bound or late is None or not setting.known:
            return None
        if not bound[0][0] <= late <= bound[-1][0]:
            return None
        lates, delays = map(list, zip(*bound, strict=True))
        least = float(np.interp(late, lates, delays))
        return _delay(setting) / least if least > 0 else None


def loss_latency_curves(curves: BufferCurves, width: int = 640) -> Drawing:
    """Late loss (logarithmic, with a row for 0) against mean playout delay."""
    drawn, _ = figure(width, HEIGHT)
    lines = [(name, settings) for name, settings in curves if settings]
    every = [setting for _, settings in lines for setting in settings]
    scale = ShareScale(setting.late for setting in every)
    left = room_left(drawn, scale.ticks)
    of = f", of {curves.packets:,}" if curves.packets else ""
    top = heading(drawn, f"What waiting buys: packets too late{of}", left)
    right = room_for(drawn, [name for name, _ in lines])
    axes = drawn.add_axes(place(drawn, left, right, top + 14, 48))
    plain_axes(axes, "too late, %", "mean playout delay, ms")
    scale.dress(axes)
    axes.set_xlim(0, 1060 * max(map(_delay, every), default=0) or 1)
    axes.locator_params(axis="x", nbins=5 if width < 600 else 8)
    ends = [_draw(axes, scale, *curve, at) for at, curve in enumerate(lines)]
    name_ends(axes, ends)
    if not lines:
        say_empty(axes)
    return Drawing(drawn, _text(curves), _table(curves))


def _draw(
    axes: Axes, scale: ShareScale, name: str, settings: list[Setting], at: int
) -> End:
    x = array((setting.delay for setting in settings), 1000)
    y = scale.heights(setting.late for setting in settings)
    if name == OPTIMUM:
        look = Look(INK, "", "--")
        axes.plot(x, y, look.dash, color=INK, linewidth=2)
        _shade(axes, x, y)
    else:
        look = RULES.get(name, LOOKS[at % len(LOOKS)])
        axes.plot(
            x, y, look.dash, color=look.colour, marker=look.marker, linewidth=1.5,
            markersize=6, clip_on=False, zorder=3,
        )  # fmt: skip
    return End(float(x[-1]), float(y[-1]), name, look.colour)


def _shade(axes: Axes, x: Numbers, y: Numbers) -> None:
    """Left of the optimum nobody can be; said there, where there is room to say it."""
    axes.fill_betweenx(y, 0, x, color=INK, alpha=0.2, linewidth=0)
    (left, floor), (right, _), (_, ceiling) = axes.transData.transform(
        [(0, y[-1]), (x[-1], y[-1]), (0, y[0])]
    )
    wide = right - left > 1.6 * width_of(axes.figure, "can be here")
    if wide and ceiling - floor > 6 * LINE:
        axes.annotate(
            "no rule\ncan be here", (0, y[-1]), (6, 6), textcoords="offset points",
            color=INK, fontsize=SMALL, fontweight="bold", va="bottom",
        )  # fmt: skip


def _delay(setting: Setting) -> float:
    return math.nan if setting.delay is None else float(setting.delay)


def _text(curves: BufferCurves) -> str:
    said = []
    for name, settings in curves:
        if name == OPTIMUM or not settings:
            continue
        best = min(settings, key=lambda at: (at.late, _delay(at)))
        over = curves.over_optimum(best)
        times = f", {say(over)} times the optimum's delay" if over else ""
        said.append(
            f"{name}: {percent(best.late)} too late at a mean of "
            f"{milliseconds(best.delay)}{times}"
        )
    if not said:
        return "No playout rule has been measured yet."
    bound = dict(curves)[OPTIMUM]
    optimum = (
        f" The optimum, which knows the trace beforehand, needs between "
        f"{milliseconds(bound[0].delay)} ({percent(bound[0].late)} too late) and "
        f"{milliseconds(bound[-1].delay)} ({percent(bound[-1].late)})."
        if bound
        else ""
    )
    return f"The least late loss of each rule: {'; '.join(said)}.{optimum}"


def _table(curves: BufferCurves) -> Table:
    rows = [
        (
            name,
            cell(setting.delay, 1000),
            cell(setting.late, 100),
            None if name == OPTIMUM else cell(curves.over_optimum(setting)),
        )
        for name, settings in curves
        for setting in settings
    ]
    columns = ("Rule", "Mean delay, ms", "Too late, %", "Delay / optimum's")
    return Table("Playout rules over one trace", columns, tuple(rows))

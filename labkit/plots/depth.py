"""How much sound waits in the jitter buffer, over time.

What waits is latency bought against lateness: too little and packets come too late (×),
too much and the two talk into each other's words.

Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from labkit.plots.drawing import Drawing, Table
from labkit.plots.labels import EDGE, key, room_left, say_empty
from labkit.plots.live import WINDOW, Live, fit, seconds_ago
from labkit.plots.series import Points, columns
from labkit.plots.style import BLUE, ORANGE, PURPLE, figure, place, plain_axes
from labkit.plots.values import cell, check_all, milliseconds

WIDTH, HEIGHT = 640, 240


@dataclass(frozen=True, slots=True)
class BufferDepth:
    """The history of one buffer; times in seconds on the kit's clock, oldest first."""

    depth: Points = ()
    """(time, seconds of sound that wait)."""
    target: Points = ()
    """(time, seconds of sound that the playout rule wants to wait)."""
    late: Sequence[float] = ()
    """When packets came too late to be played."""

    @property
    def newest(self) -> float:
        """The time of the last point of all; 0.0 if there is none."""
        ends = [points[-1][0] for points in (self.depth, self.target) if points]
        return max([*ends, *self.late[-1:]], default=0.0)

    @property
    def oldest(self) -> float:
        """The time of the first point of all; 0.0 if there is none."""
        starts = [points[0][0] for points in (self.depth, self.target) if points]
        return min([*starts, *self.late[:1]], default=0.0)


class DepthAxes:
    """Depth, target and late packets on one axis; still and live."""

    def __init__(self, on: Figure, window: float = WINDOW) -> None:
        """`window`: how many seconds back the figure reaches."""
        self.window = window
        self.written, top = _key(on)
        left = room_left(on, ["5e+12"])
        self.axes = on.add_axes(place(on, left, 16, top + 12, 48))
        plain_axes(self.axes, "waiting, ms")
        seconds_ago(self.axes, window)
        self.axes.set_ylim(0, 1)
        self.axes.locator_params(axis="y", nbins=5)
        self.axes.locator_params(axis="x", nbins=7)

        def line(style: str, colour: str, **how: Any) -> Line2D:
            return self.axes.plot([], [], style, color=colour, **how)[0]

        self.depth = line("-", BLUE, linewidth=0.8, drawstyle="steps-post")
        self.target = line("--", ORANGE, linewidth=2.2)
        self.newest = line("o", BLUE, markersize=5, clip_on=False)
        self.late = line("x", PURPLE, markeredgewidth=2, clip_on=False)
        self.moving = [self.depth, self.target, self.newest, self.late]

    def show(self, data: BufferDepth, now: float) -> bool:
        """Draw the last `window` seconds; True when the axis has a new scale."""
        highest = 0.0
        parts = (
            (self.depth, data.depth),
            (self.target, data.target),
            (self.newest, data.depth[-1:]),
        )
        for line, points in parts:
            times, values = _recent(points, now, self.window)
            line.set_data(times - now, 1000 * values)
            highest = max(highest, 1000 * np.nanmax(values, initial=0.0))
        late = [at - now for at in data.late if now - self.window <= at <= now]
        self.late.set_data(late, [0.0] * len(late))
        depth, target = (_last(points) for points in (data.depth, data.target))
        said = _words(depth, target, len(late))
        for text, words in zip(self.written, said, strict=True):
            text.set_text(words)
        return fit(self.axes, highest)

    def describe(self, data: BufferDepth) -> str:
        """The same in words."""
        return _text(data)


class LiveDepth(Live[BufferDepth]):
    """The jitter buffer's depth, live."""

    def __init__(
        self, window: float = WINDOW, width: int = WIDTH, height: int = HEIGHT
    ) -> None:
        """`width` and `height` in pixels."""
        drawn, _ = figure(width, height)
        super().__init__(drawn, DepthAxes(drawn, window))


def buffer_depth(
    data: BufferDepth, width: int = WIDTH, window: float | None = None
) -> Drawing:
    """The still figure: the last `window` seconds, or all. Raises LocalError for a
    depth below nothing."""
    for name in ("depth", "target"):
        check_all(name, (value for _, value in getattr(data, name)))
    drawn, _ = figure(width, HEIGHT)
    length = window or max(1.0, data.newest - data.oldest)
    scene = DepthAxes(drawn, length)
    scene.show(data, data.newest)
    if not data.depth:
        say_empty(scene.axes)
    return Drawing(drawn, _text(data), _table(data))


def _key(on: Figure) -> tuple[list[Text], int]:
    longest = _words(9.999, 9.999, 9999)
    return key(on, list(zip(longest, (BLUE, ORANGE, PURPLE), strict=True)), EDGE)


def _words(depth: float | None, target: float | None, late: int) -> list[str]:
    return [
        f"— waiting {milliseconds(depth)}",
        f"– – aimed at {milliseconds(target)}",
        f"× too late: {late}",
    ]


def _last(points: Points) -> float | None:
    return points[-1][1] if points else None


def _recent(points: Points, now: float, window: float) -> tuple[np.ndarray, np.ndarray]:
    times, values = columns(points)
    shown = slice(*np.searchsorted(times, (now - window, np.nextafter(now, np.inf))))
    return times[shown], values[shown]


def _text(data: BufferDepth) -> str:
    _, depth = columns(data.depth)
    depth = depth[~np.isnan(depth)]
    if not depth.size:
        return "Nothing has waited in the jitter buffer yet."
    low, median, high = np.percentile(depth, (5, 50, 95))
    _, target = columns(data.target)
    aimed = (
        f" The rule aims at {milliseconds(target[-1])} now, between "
        f"{milliseconds(np.nanmin(target))} and {milliseconds(np.nanmax(target))} so "
        "far."
        if target.size and not np.isnan(target).all()
        else ""
    )
    number = len(data.late)
    came = "1 packet" if number == 1 else f"{number:,} packets"
    return (
        f"In {data.newest - data.oldest:.0f} s the jitter buffer held "
        f"{milliseconds(median)} of sound in the median, 5 % of the time less than "
        f"{milliseconds(low)} and 5 % more than {milliseconds(high)}.{aimed} {came} "
        "came too late."
    )


def _table(data: BufferDepth) -> Table:
    """One row a second: a buffer changes fifty times in it."""
    start, rows = data.oldest, []
    late = np.asarray(data.late, dtype=float)
    series = [columns(points) for points in (data.depth, data.target)]
    for second in range(int(data.newest - start) + 1 if data.depth else 0):
        bounds = (start + second, start + second + 1)
        depth, target = (
            values[slice(*np.searchsorted(times, bounds))] for times, values in series
        )
        there = depth[~np.isnan(depth)]
        rows.append(
            (
                second,
                cell(there.min(), 1000) if there.size else None,
                cell(there.mean(), 1000) if there.size else None,
                cell(there.max(), 1000) if there.size else None,
                cell(target[-1], 1000) if target.size else None,
                int(((late >= bounds[0]) & (late < bounds[1])).sum()),
            )
        )
    names = ("Second", "Least, ms", "Mean, ms", "Most, ms", "Aim, ms", "Too late")
    return Table("The jitter buffer second by second", names, tuple(rows))

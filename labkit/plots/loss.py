"""What the network loses, and what is missing after repair, over time.

The first is the network's doing, the second is what is heard. What comes too late is
missing as well: without a buffer the second line can lie above the first.

Notebook: 06-loss.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from labkit.errors import LocalError
from labkit.plots.drawing import Drawing, Table
from labkit.plots.labels import EDGE, key, room_left, say_empty
from labkit.plots.live import WINDOW, Live, fit, seconds_ago
from labkit.plots.style import BLUE, GREEN, ORANGE, figure, place, plain_axes
from labkit.plots.values import cell, percent

WIDTH, HEIGHT = 640, 240
MARKS = 8
"""So many marks on a line: enough to know it by, too few to hide it."""


@dataclass(frozen=True, slots=True)
class LossCount:
    """The packets of one interval. Raises LocalError for more lost than sent."""

    time: float
    """When the interval ended, seconds on the kit's clock."""
    sent: int
    """Packets of sound or pictures (not of repair) sent in it."""
    lost: int
    """Of these, lost by the network."""
    missing: int
    """Of these, not there in time after repair: not repaired, or too late."""

    def __post_init__(self) -> None:
        for name in ("lost", "missing"):
            number = getattr(self, name)
            if not 0 <= number <= self.sent:
                raise LocalError(
                    f"{name} is part of what was sent: 0 to {self.sent}, not {number}"
                )

    @property
    def before(self) -> float:
        """Share lost before repair; NaN when nothing was sent."""
        return self.lost / self.sent if self.sent else math.nan

    @property
    def after(self) -> float:
        """Share missing after repair; NaN when nothing was sent."""
        return self.missing / self.sent if self.sent else math.nan


@dataclass(frozen=True, slots=True)
class LossOverTime:
    """One direction of one call."""

    counts: Sequence[LossCount] = ()
    """Oldest first."""

    @property
    def newest(self) -> float:
        """The end of the last interval; 0.0 if there is none."""
        return self.counts[-1].time if self.counts else 0.0

    @property
    def whole(self) -> LossCount:
        """All intervals as one."""
        return LossCount(
            self.newest,
            sum(count.sent for count in self.counts),
            sum(count.lost for count in self.counts),
            sum(count.missing for count in self.counts),
        )


class LossAxes:
    """Both losses on one axis; still and live."""

    def __init__(
        self, on: Figure, window: float = WINDOW, shaded: bool = False
    ) -> None:
        """`window`: how many seconds back the figure reaches. `shaded`: the key also
        names the area between the lines."""
        self.window = window
        longest = _words(LossCount(0, 1000, 999, 999))
        entries = list(zip(longest, (ORANGE, BLUE), strict=True))
        shade = [("■  brought back", GREEN)] if shaded else []
        written, top = key(on, [*entries, *shade], EDGE)
        self.written = written[: len(entries)]
        left = room_left(on, ["100"])
        self.axes = on.add_axes(place(on, left, 16, top + 12, 48))
        plain_axes(self.axes, "packets, %")
        seconds_ago(self.axes, window)
        self.axes.set_ylim(0, 1)
        self.axes.locator_params(axis="y", nbins=5)
        self.axes.locator_params(axis="x", nbins=7)
        self.before, self.after = self.moving = [
            self.axes.plot(
                [], [], style, color=colour, linewidth=1.5, drawstyle="steps-pre",
                clip_on=False, markeredgewidth=1.6, markersize=5.5,
            )[0]
            for style, colour in (("--x", ORANGE), ("-o", BLUE))
        ]  # fmt: skip

    def show(self, data: LossOverTime, now: float) -> bool:
        """Draw the last `window` seconds; True when the axis has a new scale."""
        shown = LossOverTime(
            [one for one in data.counts if now - self.window <= one.time <= now]
        )
        times = np.array([one.time for one in shown.counts]) - now
        before = np.array([100 * one.before for one in shown.counts])
        after = np.array([100 * one.after for one in shown.counts])
        for line, shares in ((self.before, before), (self.after, after)):
            line.set_data(times, shares)
            apart = max(1, len(times) // MARKS)
            line.set_markevery((apart // 2 if line is self.before else 0, apart))
        for text, words in zip(self.written, _words(shown.whole), strict=True):
            text.set_text(words)
        highest = max(np.nanmax(part, initial=0.0) for part in (before, after))
        return fit(self.axes, float(highest), most=100.0)

    def describe(self, data: LossOverTime) -> str:
        """The same in words."""
        return _text(data)


class LiveLoss(Live[LossOverTime]):
    """Loss before and after repair, live."""

    def __init__(
        self, window: float = WINDOW, width: int = WIDTH, height: int = HEIGHT
    ) -> None:
        """`width` and `height` in pixels."""
        drawn, _ = figure(width, height)
        super().__init__(drawn, LossAxes(drawn, window))


def loss_before_and_after(data: LossOverTime, width: int = WIDTH) -> Drawing:
    """The still figure, over all intervals; what repair brought back is shaded."""
    drawn, _ = figure(width, HEIGHT)
    start = data.counts[0].time if data.counts else 0.0
    scene = LossAxes(drawn, max(1.0, data.newest - start), shaded=True)
    scene.show(data, data.newest)
    times, before = scene.before.get_data()
    after = np.asarray(scene.after.get_ydata())
    scene.axes.fill_between(
        times, np.minimum(after, before), before, step="pre", color=GREEN, alpha=0.2,
        linewidth=0,
    )  # fmt: skip
    if not data.whole.sent:
        say_empty(scene.axes)
    return Drawing(drawn, _text(data), _table(data))


def _words(whole: LossCount) -> list[str]:
    return [
        f"×  lost in the network {percent(whole.before)}",
        f"●  missing after repair {percent(whole.after)}",
    ]


def _text(data: LossOverTime) -> str:
    whole = data.whole
    if not whole.sent:
        return "No packets have been sent yet."
    back = whole.lost - whole.missing
    if not whole.lost:
        said = "There was nothing to repair."
    elif back >= 0:
        said = f"That is {percent(back / whole.lost)} fewer than were lost."
    else:
        said = f"{-back:,} more are missing than were lost: they came too late."
    worst = max(data.counts, key=lambda one: one.missing / max(1, one.sent))
    ago = data.newest - worst.time
    return (
        f"Of {whole.sent:,} packets the network lost {whole.lost:,} "
        f"({percent(whole.before)}); {whole.missing:,} ({percent(whole.after)}) were "
        f"missing after repair. {said} The worst interval, {ago:.0f} s before the end, "
        f"missed {percent(worst.after)}."
    )


def _table(data: LossOverTime) -> Table:
    start = data.counts[0].time if data.counts else 0.0
    rows = tuple(
        (
            cell(one.time - start),
            one.sent,
            one.lost,
            one.missing,
            cell(one.before, 100),
            cell(one.after, 100),
        )
        for one in data.counts
    )
    names = ("Time, s", "Sent", "Lost", "Missing", "Lost, %", "Missing, %")
    return Table("Loss before and after repair", names, rows)

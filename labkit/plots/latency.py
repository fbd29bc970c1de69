"""The figure of a call: latency over time, jitter and loss under it.

Latency is drawn as it was measured, point by point, with the median as a dashed and the
95th percentile as a dotted line, and an error bar where the two clocks may disagree.

    from labkit.plots import Series, latency_figure

Requirements D3, A15, A16. Notebook: 03-media.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from labkit.plots.drawing import figure_html
from labkit.plots.live import WINDOW, Live, fit, seconds_ago
from labkit.plots.series import KINDS, Points, Series, columns, describe, spread, table
from labkit.plots.style import (
    COLOURS,
    INK,
    MARKERS,
    figure,
    plain_axes,
)

WIDTH, HEIGHT = 640, 400


class _Curves(NamedTuple):
    """What is drawn of one kind of media."""

    latency: Line2D
    newest: Line2D
    median: Line2D
    p95: Line2D
    error: Line2D
    jitter: Line2D
    loss: Line2D


class LatencyAxes:
    """Three axes over one time, and the artists on them; used still and live."""

    def __init__(self, on: Figure, window: float = WINDOW) -> None:
        """`window`: how many seconds back the figure reaches."""
        self.window = window
        grid = on.add_gridspec(
            3, 1, height_ratios=(5, 2, 2), hspace=0.28,
            left=0.105, right=0.975, top=0.87, bottom=0.115,
        )  # fmt: skip
        self.latency, self.jitter, self.loss = (
            on.add_subplot(grid[row]) for row in range(3)
        )
        for axes, unit in zip(
            self.all, ("latency, ms", "jitter, ms", "loss, %"), strict=True
        ):
            plain_axes(axes, unit)
            seconds_ago(axes, window)
            axes.set_ylim(0, 1.0)
            axes.locator_params(axis="y", nbins=5 if axes is self.latency else 2)
            axes.tick_params(labelbottom=axes is self.loss)
            axes.label_outer()
        on.text(
            0.975, 0.955, "– –  median    ···  95 %", ha="right", color=INK, fontsize=9
        )  # fmt: skip
        self.curves = {kind: self._curves(kind) for kind in KINDS}
        self.heads = {
            kind: on.text(
                0.105, 0.955 - 0.05 * row, "", color=COLOURS[kind], fontsize=9,
                fontweight="bold",
            )
            for row, kind in enumerate(KINDS)
        }  # fmt: skip

    @property
    def all(self) -> tuple[Axes, Axes, Axes]:
        """Latency, jitter, loss: from top to bottom."""
        return self.latency, self.jitter, self.loss

    @property
    def moving(self) -> list[Line2D]:
        """The curves of both kinds."""
        return [line for kind in self.curves.values() for line in kind]

    @property
    def written(self) -> list[Text]:
        """The words above."""
        return list(self.heads.values())

    def describe(self, series: Series) -> str:
        """The same in words."""
        return describe(series)

    def show(self, series: Series, now: float) -> bool:
        """Draw the last `window` seconds; True when an axis has a new scale."""
        shown = Series(
            self._recent(series.latency, now),
            self._recent(series.jitter, now),
            self._recent(series.loss, now),
            series.error,
        )
        for kind in KINDS:
            self._show_latency(kind, shown, now)
            curves = self.curves[kind]
            _set(curves.jitter, shown.jitter[kind], now, 1000)
            _set(curves.loss, shown.loss[kind], now, 100)
        highest = (
            1000 * _highest(shown.latency),
            1000 * _highest(shown.jitter),
            100 * _highest(shown.loss),
        )
        # A list, not a generator: `any` must not stop at the first axis that grew.
        rescaled = [fit(*pair) for pair in zip(self.all, highest, strict=True)]
        return any(rescaled)

    def _recent(self, by_kind: Mapping[str, Points], now: float) -> dict[str, Points]:
        start = now - self.window
        return {
            kind: [point for point in by_kind.get(kind, ()) if start <= point[0] <= now]
            for kind in KINDS
        }

    def _curves(self, kind: str) -> _Curves:
        def line(axes: Axes, style: str = "-", **extra: Any) -> Line2D:
            (drawn,) = axes.plot(
                [], [], style, color=COLOURS[kind], linewidth=1.3, **extra
            )
            return drawn

        mark: dict[str, Any] = {
            "marker": MARKERS[kind],
            "markersize": 5,
            "clip_on": False,
        }
        return _Curves(
            latency=line(self.latency),
            newest=line(self.latency, "", **mark),
            median=line(self.latency, "--"),
            p95=line(self.latency, ":"),
            error=line(self.latency, marker="_", markersize=9),
            jitter=line(self.jitter, markevery=0.25, **mark),
            loss=line(self.loss, drawstyle="steps-pre", markevery=0.25, **mark),
        )

    def _show_latency(self, kind: str, series: Series, now: float) -> None:
        curves, points = self.curves[kind], series.latency[kind]
        _set(curves.latency, points, now, 1000)
        _set(curves.newest, points[-1:], now, 1000)
        found = spread(points)
        if found is None:
            for curve in (curves.median, curves.p95, curves.error):
                curve.set_data([], [])
            self.heads[kind].set_text("")
            return
        ends = (-self.window, 0.0)
        median, p95, error = 1000 * found.median, 1000 * found.p95, 1000 * series.error
        curves.median.set_data(ends, (median, median))
        curves.p95.set_data(ends, (p95, p95))
        at = 0.012 * self.window
        bar = ((at, at), (max(0.0, median - error), median + error))
        curves.error.set_data(*(bar if error else ((), ())))
        sign = "●" if kind == "video" else "■"
        off = f"  (±{error:.1f})" if error else ""
        newest = 1000 * points[-1][1]
        said = f"median {_short(median)}, 95 % {_short(p95)}, now {_short(newest)} ms"
        self.heads[kind].set_text(f"{sign} {kind}: {said}{off}")


class LivePlot(Live[Series]):
    """The latency of the last `window` seconds of a call, live."""

    def __init__(
        self, window: float = WINDOW, width: int = WIDTH, height: int = HEIGHT
    ) -> None:
        """`width` and `height` in pixels."""
        drawn, _ = figure(width, height)
        self._axes = LatencyAxes(drawn, window)
        super().__init__(drawn, self._axes)


def latency_figure(series: Series, window: float | None = None) -> Figure:
    """The still figure: the last `window` seconds, or all that was measured."""
    drawn, _ = figure(WIDTH, HEIGHT)
    now = series.newest
    axes = LatencyAxes(drawn, window or _length(series, now))
    axes.show(series, now)
    return drawn


def latency_html(series: Series, window: float | None = None) -> str:
    """The figure with its text and its table, as HTML for a notebook."""
    drawn = latency_figure(series, window)
    return figure_html(drawn, describe(series), table(series))


def _length(series: Series, now: float) -> float:
    starts = [points[0][0] for points in series.latency.values() if points]
    return max(1.0, now - min(starts, default=now))


def _set(curve: Line2D, points: Points, now: float, scale: float) -> None:
    times, values = columns(points)
    curve.set_data(times - now, scale * values)


def _highest(by_kind: Mapping[str, Points]) -> float:
    return max(
        (value for points in by_kind.values() for _, value in points), default=0.0
    )


def _short(milliseconds: float) -> str:
    """9.8 and 107: tenths only where they say something."""
    return f"{milliseconds:.{1 if milliseconds < 100 else 0}f}"

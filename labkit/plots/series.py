"""What is plotted: latency, jitter and loss over time, and the same in words and rows.

A plot is never the only way to its numbers: `describe` says them in a sentence, `table`
lists them.

Requirements D3, A15, A16. Notebook: 03-media.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from labkit.trace.table import html_table

Points: TypeAlias = Sequence[tuple[float, float]]
"""(time, value), oldest first; times in seconds on the kit's clock."""

KINDS = ("video", "audio")


@dataclass(frozen=True, slots=True)
class Series:
    """The history of one direction of a call; each by kind, `video` and `audio`."""

    latency: Mapping[str, Points]
    """Seconds from capture until ready to be shown or heard."""
    jitter: Mapping[str, Points] = field(default_factory=dict)
    """Interarrival jitter, seconds (RFC 3550 section 6.4.1)."""
    loss: Mapping[str, Points] = field(default_factory=dict)
    """Fraction of the packets lost, 0 to 1."""
    error: float = 0.0
    """How far the latencies may be off, ± seconds: the two clocks' unknown offset."""

    @property
    def newest(self) -> float:
        """The time of the last point of all; 0.0 if there is none."""
        every = [*self.latency.values(), *self.jitter.values(), *self.loss.values()]
        return max((points[-1][0] for points in every if points), default=0.0)


class History(Protocol):
    """What a call in progress remembers, as `labkit.net` keeps it."""

    @property
    def video(self) -> Points:
        """Latency of pictures."""

    @property
    def audio(self) -> Points:
        """Latency of sound."""

    @property
    def jitter(self) -> Mapping[Any, Points]:
        """By kind."""

    @property
    def loss(self) -> Mapping[Any, Points]:
        """By kind."""


def snapshot(history: History, error: float = 0.0) -> Series:
    """A copy of a history that other threads go on writing to."""
    return Series(
        {"video": tuple(history.video), "audio": tuple(history.audio)},
        {kind: tuple(points) for kind, points in tuple(history.jitter.items())},
        {kind: tuple(points) for kind, points in tuple(history.loss.items())},
        error,
    )


class Spread(NamedTuple):
    """How one series of values is spread."""

    number: int
    median: float
    p95: float
    worst: float


def columns(points: Points) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Times and values as two arrays, shape (n,)."""
    pairs = np.asarray(points, dtype=float).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def spread(points: Points) -> Spread | None:
    """Median, 95th percentile and highest value; None without points."""
    if not points:
        return None
    _, values = columns(points)
    median, p95 = np.percentile(values, (50, 95))
    return Spread(len(points), float(median), float(p95), float(values.max()))


def describe(series: Series) -> str:
    """The plot in words, for those who cannot see it and for the printed page."""
    said = [
        f"{kind.capitalize()} latency: median {1000 * found.median:.1f} ms, "
        f"95 % below {1000 * found.p95:.1f} ms, highest {1000 * found.worst:.1f} ms "
        f"({found.number:,} measured)."
        for kind in KINDS
        if (found := spread(series.latency.get(kind, ())))
    ]
    if not said:
        return "No latency has been measured yet."
    if series.error:
        said.append(f"All may be off by ±{1000 * series.error:.1f} ms.")
    for name, by_kind, scale, unit in _measures(series)[1:]:
        for kind in KINDS:
            if found := spread(by_kind.get(kind, ())):
                now = scale * by_kind[kind][-1][1]
                said.append(f"{kind.capitalize()} {name} now {now:.1f} {unit}.")
    return " ".join(said)


def rows(series: Series) -> list[list[str]]:
    """One row a measure and kind: what, unit, number, median, p95, highest, newest."""
    return [
        [
            f"{kind} {name}",
            unit,
            f"{found.number:,}",
            *(f"{scale * value:.2f}" for value in found[1:]),
            f"{scale * by_kind[kind][-1][1]:.2f}",
        ]
        for name, by_kind, scale, unit in _measures(series)
        for kind in KINDS
        if (found := spread(by_kind.get(kind, ())))
    ]


def table(series: Series) -> str:
    """The numbers behind the plot as an HTML table."""
    heads = ("Measure", "Unit", "Points", "Median", "p95", "Highest", "Newest")
    return html_table("The numbers", heads, rows(series), "nothing measured yet")


def _measures(series: Series) -> list[tuple[str, Mapping[str, Points], float, str]]:
    return [
        ("latency", series.latency, 1000.0, "ms"),
        ("jitter", series.jitter, 1000.0, "ms"),
        ("loss", series.loss, 100.0, "%"),
    ]

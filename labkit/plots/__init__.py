"""Figures of statistics and of one call, each with its words and its numbers."""

from labkit.plots.latency import latency_figure, latency_html
from labkit.plots.live import LivePlot
from labkit.plots.series import Series, describe, snapshot, table

__all__ = [
    "LivePlot",
    "Series",
    "describe",
    "latency_figure",
    "latency_html",
    "snapshot",
    "table",
]

"""Figures of statistics and of one call, each with its words and its numbers.

    latency_breakdown(breakdown(alice, bob))    # its numbers: `labkit.studies`

One figure a file. Each makes a `Drawing`: the picture, what it says in words, and the
table behind it. `style`, `labels` and `values` are what all of them share.

Notebook: 05-latency, 06-loss, 07-jitter-buffer.
"""

from labkit.plots.breakdown import LatencyBreakdown, Times, latency_breakdown
from labkit.plots.buffers import BufferCurves, Setting, loss_latency_curves
from labkit.plots.crossover import RepairAgainstRtt, crossings, repair_crossover
from labkit.plots.depth import BufferDepth, LiveDepth, buffer_depth
from labkit.plots.drawing import Drawing, Table
from labkit.plots.latency import LivePlot, latency_figure, latency_html
from labkit.plots.loss import (
    LiveLoss,
    LossCount,
    LossOverTime,
    loss_before_and_after,
)
from labkit.plots.loss_by_treatment import Repaired, loss_by_treatment
from labkit.plots.playout import (
    LivePlayout,
    PacketTimes,
    PlayoutTimes,
    playout_against_arrival,
)
from labkit.plots.quality import QualityAgainstLoss, Treated, quality_against_loss
from labkit.plots.series import Series, describe, snapshot, table

__all__ = [
    "BufferCurves",
    "BufferDepth",
    "Drawing",
    "LatencyBreakdown",
    "LiveDepth",
    "LiveLoss",
    "LivePlayout",
    "LivePlot",
    "LossCount",
    "LossOverTime",
    "PacketTimes",
    "PlayoutTimes",
    "QualityAgainstLoss",
    "RepairAgainstRtt",
    "Repaired",
    "Series",
    "Setting",
    "Table",
    "Times",
    "Treated",
    "buffer_depth",
    "crossings",
    "describe",
    "latency_breakdown",
    "latency_figure",
    "latency_html",
    "loss_before_and_after",
    "loss_by_treatment",
    "loss_latency_curves",
    "playout_against_arrival",
    "quality_against_loss",
    "repair_crossover",
    "snapshot",
    "table",
]

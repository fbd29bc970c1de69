"""One of each figure: made-up numbers for the tests, and the worst that may come."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from labkit.plots import (
    BufferCurves,
    BufferDepth,
    Drawing,
    LatencyBreakdown,
    LossCount,
    LossOverTime,
    PacketTimes,
    PlayoutTimes,
    QualityAgainstLoss,
    RepairAgainstRtt,
    Repaired,
    Setting,
    Times,
    Treated,
    buffer_depth,
    latency_breakdown,
    loss_before_and_after,
    loss_by_treatment,
    loss_latency_curves,
    playout_against_arrival,
    quality_against_loss,
    repair_crossover,
)


class Example(NamedTuple):
    """A figure's function, and data for it."""

    draw: Callable[..., Drawing]
    usual: Any
    odd: tuple[Any, ...]
    """Empty, one point, gaps, zeros, huge numbers."""


NAN = math.nan
HUGE = 3e9
BREAKDOWN = LatencyBreakdown(
    sound={
        "capture": Times(0.020, 0.020),
        "encode": Times(0.00008, 0.0003),
        "network": Times(0.020, 0.028),
        "wait": Times(0.034, 0.041),
        "show": Times(0.005, 0.009),
    },
    picture={"encode": Times(0.0005, 0.0009), "network": Times(0.020, 0.028)},
    whole_sound=Times(0.0795, 0.092),
)
DEPTH = BufferDepth(
    [(100 + 0.02 * step, 0.02 * (3 + step % 2)) for step in range(500)],
    [(100.0, 0.06), (109.0, 0.08)],
    [103.5, 104.2],
)
LOSS = LossOverTime([LossCount(50.0 + at, 50, 5 + at % 3, at % 2) for at in range(30)])
PLAYOUT = PlayoutTimes(
    [
        PacketTimes(100, 5.00, 5.03, 5.10),
        PacketTimes(101, 5.02, 5.06, 5.12),
        PacketTimes(102, 5.04, None, 5.14, "missing"),
        PacketTimes(103, 5.06, 5.17, 5.16, "late"),
        PacketTimes(104, 5.08, 5.16, 5.18, "repaired"),
    ]
)
BUFFERS = BufferCurves(
    {
        "none": [Setting(0.024, 0.42)],
        "fixed": [Setting(0.2, 0.0), Setting(0.06, 0.08), Setting(0.1, 0.01)],
        "adaptive": [Setting(0.065, 0.02), Setting(0.1, 0.003)],
        "quantile": [Setting(0.042, 0.03), Setting(0.066, 0.01)],
    },
    [Setting(0.03, 0.1), Setting(0.06, 0.01), Setting(0.12, 0.0)],
    30_000,
)
CROSSOVER = RepairAgainstRtt(
    [0.002, 0.02, 0.04, 0.06, 0.1, 0.15],
    {
        "NACK": [0.001, 0.002, 0.01, 0.1, 0.3, 0.3],
        "RED-1": [0.09] * 6,
        "RED-2": [0.03] * 6,
        "RED-3": [0.01] * 6,
        "NACK + RED": [0.0, 0.0, 0.0005, 0.001, 0.01, 0.01],
    },
    loss=0.3,
    playout=0.15,
)
QUALITY = QualityAgainstLoss(
    [0.0, 0.1, 0.3],
    [
        Treated("none", [4.5, 2.14, 1.31], 0.0),
        Treated("pitch", [4.5, 2.57, 1.76], 0.0),
        Treated("repeat", [4.5, 2.41, 1.62], 0.0),
        Treated("interleaving", [4.5, 2.46, 1.65], 0.0),
        Treated("RED-2", [4.5, 4.51, 3.8], 2.0),
        Treated("NACK", [4.5, None, 3.44], 0.25),
        Treated("my own", [4.5, 4.0, NAN], None),
    ],
    "PESQ-NB",
)
EXAMPLES = {
    "breakdown": Example(
        latency_breakdown,
        BREAKDOWN,
        (
            LatencyBreakdown(),
            LatencyBreakdown({"encode": Times(None, NAN)}),
            LatencyBreakdown({"encode": Times(0.0, 0.0)}),
            LatencyBreakdown({"network": Times(HUGE, 2 * HUGE)}, BREAKDOWN.picture),
            LatencyBreakdown(whole_picture=Times(0.01, 0.02)),
        ),
    ),
    "depth": Example(
        buffer_depth,
        DEPTH,
        (
            BufferDepth(),
            BufferDepth([(1.0, 0.06)]),
            BufferDepth([(1.0, NAN), (2.0, 0.0), (3.0, NAN)], [(1.0, NAN)]),
            BufferDepth([(1.0, HUGE), (2.0, 0.0)], late=[1.5] * 1000),
            BufferDepth(late=[1.5]),
        ),
    ),
    "loss": Example(
        loss_before_and_after,
        LOSS,
        (
            LossOverTime(),
            LossOverTime([LossCount(1.0, 0, 0, 0)]),
            LossOverTime([LossCount(1.0, 50, 0, 50)]),
            LossOverTime([LossCount(1.0, 50, 1, 0), LossCount(2.0, 0, 0, 0)]),
            LossOverTime([LossCount(1.0, 10**12, 10**12, 0)]),
        ),
    ),
    "treatments": Example(
        loss_by_treatment,
        [
            Repaired("none", 0.3, 0.31, 0.0),
            Repaired("RED-2", 0.3, 0.028, 2.0),
            Repaired("NACK + RED", 0.298, 0.0024),
            Repaired("parity", 0.301, None, 0.25),
        ],
        (
            [],
            [Repaired("none", 0.0, 0.0)],
            [Repaired("none", NAN, None, HUGE), Repaired("mine", None, 1.0, 1e-9)],
        ),
    ),
    "playout": Example(
        playout_against_arrival,
        PLAYOUT,
        (
            PlayoutTimes(),
            PlayoutTimes(PLAYOUT.packets[:1]),
            PlayoutTimes([PacketTimes(10**9, 0.0, None, None, "missing")]),
            PlayoutTimes([PacketTimes(1, 0.0, NAN, NAN), PacketTimes(2, HUGE, 0, 0)]),
        ),
    ),
    "buffers": Example(
        loss_latency_curves,
        BUFFERS,
        (
            BufferCurves({}),
            BufferCurves({"none": [Setting(0.0, 0.0)]}),
            BufferCurves({"none": [Setting(None, 0.5), Setting(NAN, NAN)]}),
            BufferCurves({"fixed": [Setting(HUGE, 1.0), Setting(0, 1e-15)]}),
            BufferCurves({}, [Setting(0.1, 0.1)]),
        ),
    ),
    "crossover": Example(
        repair_crossover,
        CROSSOVER,
        (
            RepairAgainstRtt([], {}, 0.3, 0.15),
            RepairAgainstRtt([], {"NACK": []}, 0.3, 0.15),
            RepairAgainstRtt([0.0], {"NACK": [0.0], "RED-1": [0.0]}, 0.0, 0.0),
            RepairAgainstRtt([0, 1], {"NACK": [None, NAN], "RED-1": [0, 1]}, 1, 1),
            RepairAgainstRtt([0, HUGE], {"NACK": [1e-30, 1], "RED-1": [1, 0]}, 1, 1),
        ),
    ),
    "quality": Example(
        quality_against_loss,
        QUALITY,
        (
            QualityAgainstLoss([], []),
            QualityAgainstLoss([0.0], [Treated("none", [4.5], 0.0)]),
            QualityAgainstLoss([0.0, 0.1], [Treated("none", [None, NAN], HUGE)]),
            QualityAgainstLoss([0.1], [Treated(str(n), [3], HUGE) for n in range(12)]),
        ),
    ),
}

"""What questions and answers tell of the peer's clock: probes of a simulated network,
and the corridor that the kit's own estimator finds between them."""

from __future__ import annotations

from random import Random

import numpy as np
from matplotlib.figure import Figure

from labkit.media.machine.clock_offset import ClockOffset
from report.figures.style import BLUE, GREEN, INK, ORANGE, QUIET, TINT, plain, sheet

SEED, PROBES = 7, 60
LEAST, JITTER = 0.010, 0.006
AHEAD, SKEW = 0.040, 60e-6
"""Seconds: the quickest way, the mean of the queues, the peer's clock and its drift."""


def corridor() -> Figure:
    chance = Random(SEED)
    estimate = ClockOffset()
    times, above, below = [], [], []
    for number in range(PROBES):
        asked = 2.0 * number
        there = LEAST + chance.expovariate(1 / JITTER)
        back = LEAST + chance.expovariate(1 / JITTER)
        ahead = AHEAD + SKEW * asked
        heard = answered = asked + there + ahead  # on the peer's clock, at once
        arrived = asked + there + back
        estimate.probe(asked, heard, answered, arrived)
        times.append(asked)
        above.append(1000 * (heard - asked))
        below.append(1000 * (answered - arrived))
    figure = sheet(58)
    axes = figure.add_axes((0.085, 0.17, 0.67, 0.79))
    plain(axes)
    along = np.array([times[0], times[-1]])
    last = estimate.at(times[-1])
    middle = 1000 * (last.seconds + last.skew * (along - along[1]))
    error = 1000 * last.error
    axes.fill_between(along, middle - error, middle + error, color=TINT, zorder=1)
    axes.plot(times, above, "x", color=BLUE, zorder=3)
    axes.plot(times, below, "o", color=ORANGE, markersize=3, zorder=3)
    truth = 1000 * (AHEAD + SKEW * along)
    axes.plot(along, truth, color=GREEN, linewidth=1.8, zorder=4)
    axes.plot(along, middle, "--", color=INK, linewidth=1, zorder=5)
    axes.set_xlabel("time since the first question, s")
    axes.set_ylabel("the peer's clock is ahead by, ms")
    axes.margins(x=0.02)
    right = {"xycoords": ("axes fraction", "data"), "va": "center", "fontsize": 8}
    for y, words, colour in (
        (truth[1] + 24, "at most: t₂ − t₁", BLUE),
        (truth[1] + 4, "truth", GREEN),
        (truth[1] - 4, "the estimate, its error bar\nthe shaded corridor", QUIET),
        (truth[1] - 24, "at least: t₃ − t₄", ORANGE),
    ):
        axes.annotate(words, (1.02, y), color=colour, **right)
    return figure


FIGURES = {"corridor": corridor}

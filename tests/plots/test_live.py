"""Live figures: only the lines are drawn anew, and the picture is the same (D3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import cv2
import numpy as np
import pytest

from labkit.plots import (
    BufferDepth,
    LiveDepth,
    LiveLoss,
    LivePlayout,
    LossCount,
    LossOverTime,
    PacketTimes,
    PlayoutTimes,
)


class Moving(NamedTuple):
    make: Callable[..., Any]
    data: Callable[[int], Any]


def depth(seconds: int) -> BufferDepth:
    points = [(at / 50, 0.04 + 0.02 * (at % 3)) for at in range(50 * seconds)]
    return BufferDepth(points, [(0.0, 0.06)], [seconds / 2])


def loss(seconds: int) -> LossOverTime:
    return LossOverTime([LossCount(at, 50, 5, at % 2) for at in range(seconds)])


def playout(seconds: int) -> PlayoutTimes:
    return PlayoutTimes(
        [
            PacketTimes(at, at / 50, at / 50 + 0.03, at / 50 + 0.08)
            for at in range(50 * seconds)
        ]
    )


LIVE = {
    "depth": Moving(LiveDepth, depth),
    "loss": Moving(LiveLoss, loss),
    "playout": Moving(LivePlayout, playout),
}
EVERY = [pytest.param(*moving, id=name) for name, moving in LIVE.items()]


def decoded(png: bytes) -> np.ndarray:
    pixels = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    assert pixels is not None
    return pixels


@pytest.mark.parametrize(("make", "data"), EVERY)
def test_what_is_drawn_on_the_kept_ground_is_what_a_whole_figure_would_be(
    make: Any, data: Any
) -> None:
    plot = make()
    plot.update(data(10))
    after = decoded(plot.update(data(20)))
    assert np.array_equal(after, decoded(make().update(data(20))))
    assert (after[:, :, 3] == 0).mean() > 0.5, "the ground is clear"


@pytest.mark.parametrize(("make", "data"), EVERY)
def test_only_the_first_picture_draws_the_whole_figure(
    make: Any, data: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    plot, drawn = make(), []
    whole = plot._canvas.draw
    monkeypatch.setattr(plot._canvas, "draw", lambda: drawn.append(whole()))
    pictures = {plot.update(data(20), 20.0 + step / 10) for step in range(10)}
    assert len(drawn) == 1
    assert len(pictures) > 1, "and yet it moves"


@pytest.mark.parametrize("width", [420, 1000])
@pytest.mark.parametrize(("make", "data"), EVERY)
def test_the_words_are_there_from_nothing_on(make: Any, data: Any, width: int) -> None:
    plot = make(width=width)
    empty = data(0)
    assert decoded(plot.update(empty)).shape[1] == width
    before = plot.text
    assert before.endswith("yet.")
    plot.update(data(20))
    assert plot.text != before


@pytest.mark.parametrize(("make", "data"), EVERY)
def test_nothing_older_than_the_window_is_drawn(make: Any, data: Any) -> None:
    plot = make(window=2.0)
    plot.update(data(20))
    per_second = 1000 if make is LivePlayout else 1
    for line in plot._scene.moving:
        x = np.asarray(line.get_xdata(), dtype=float)
        # A packet sent earlier may be played within the window.
        assert not (x < -3.1 * per_second).any()


def test_a_stretch_without_traffic_is_a_gap_not_a_crash() -> None:
    plot = LiveLoss()
    busy = loss(5)
    quiet = replace(busy, counts=[*busy.counts, LossCount(6, 0, 0, 0)])
    assert decoded(plot.update(quiet)).any()
    plot = LivePlayout()
    lost = PlayoutTimes([PacketTimes(1, 5.0, None, None, "missing")])
    assert decoded(plot.update(lost)).any()
    assert plot.text == "Of 1 packet: 1 missing."

"""The figure of a call, still and live (D3, A15, A16)."""

from __future__ import annotations

import base64
import re

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.plots import LivePlot, Series, latency_figure, latency_html
from labkit.plots.latency import HEIGHT, WIDTH
from labkit.plots.png import write_png
from labkit.plots.style import COLOURS, INK, nice_limit


def call(seconds: float = 20.0, video: float = 0.002, start: float = 1.7e9) -> Series:
    steps = range(round(30 * seconds))
    return Series(
        latency={
            "video": [(start + step / 30, video) for step in steps],
            "audio": [(start + step / 30, 0.04) for step in steps],
        },
        jitter={"video": [(start + seconds / 2, 0.001)]},
        loss={"audio": [(start, 0.0), (start + seconds / 2, 0.02)]},
        error=0.0005,
    )


def decoded(png: bytes) -> np.ndarray:
    pixels = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    assert pixels is not None
    return pixels


def brightness(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("ground", ["#ffffff", "#111111"])
@pytest.mark.parametrize("colour", [INK, *COLOURS.values()])
def test_every_colour_reads_on_light_and_on_dark(colour: str, ground: str) -> None:
    dark, light = sorted((brightness(colour), brightness(ground)))
    assert (light + 0.05) / (dark + 0.05) >= 3.0  # WCAG 1.4.11, 1.4.3 large print


def test_the_still_figure_shows_what_was_measured() -> None:
    drawn = latency_figure(call())
    latency, jitter, loss = drawn.axes
    words = [text.get_text() for text in drawn.texts]
    assert any(
        "video: median 2.0, 95 % 2.0, now 2.0 ms  (±0.5)" in word for word in words
    )
    assert any("audio: median 40.0" in word for word in words)
    assert latency.get_ylim() == (0, 50)
    assert loss.get_ylim() == (0, 5)
    assert loss.get_xlabel() == "seconds ago"
    assert [axes.get_ylabel() for axes in (latency, jitter, loss)] == [
        "latency, ms",
        "jitter, ms",
        "loss, %",
    ]


def test_beside_the_figure_stand_its_words_and_its_numbers() -> None:
    page = latency_html(call())
    found = re.search(r'base64,([^"]+)"', page)
    assert found is not None
    assert decoded(base64.b64decode(found[1])).shape == (2 * HEIGHT, 2 * WIDTH, 4)
    assert 'alt="Video latency: median 2.0 ms' in page
    assert "<figcaption>Video latency" in page
    assert "<td" in page


def test_a_live_picture_has_a_clear_ground_and_the_curves() -> None:
    pixels = decoded(LivePlot().update(call()))
    assert pixels.shape == (HEIGHT, WIDTH, 4)
    assert (pixels[:, :, 3] == 0).mean() > 0.5
    for kind in COLOURS.values():
        red, green, blue = (int(kind[at : at + 2], 16) for at in (1, 3, 5))
        same = (pixels == (blue, green, red, 255)).all(axis=2)
        assert same.sum() > 100, f"no curve in {kind}"


def test_what_is_drawn_on_the_kept_ground_is_what_a_whole_figure_would_be() -> None:
    early, late = call(10.0), call(20.0, video=0.003)
    plot = LivePlot()
    plot.update(early)
    after = decoded(plot.update(late))
    fresh = decoded(LivePlot().update(late))
    assert np.array_equal(after, fresh)


def test_the_words_of_the_live_plot_follow_the_curves() -> None:
    plot = LivePlot()
    plot.update(Series({}))
    assert plot.text == "No latency has been measured yet."
    plot.update(call())
    assert plot.text.startswith("Video latency: median 2.0 ms")


def test_an_axis_grows_at_once_and_shrinks_only_when_mostly_empty() -> None:
    plot = LivePlot()
    axes = plot._axes.latency
    limits = []
    for highest in (0.04, 0.3, 0.25, 0.15, 0.04):
        plot.update(Series({"video": [(1.0, highest)]}))
        limits.append(axes.get_ylim()[1])
    assert limits == [50, 500, 500, 500, 50]


def test_only_the_window_is_drawn() -> None:
    plot = LivePlot(window=5.0)
    plot.update(call(20.0))
    times = plot._axes.curves["video"].latency.get_xdata()
    assert min(times) >= -5.0
    assert max(times) <= 0.0


@pytest.mark.parametrize(
    ("value", "limit"), [(0, 1), (0.9, 1), (1, 1), (1.1, 2), (4.2, 5), (51, 100)]
)
def test_an_axis_ends_at_a_round_number(value: float, limit: float) -> None:
    assert nice_limit(value) == pytest.approx(limit)


@given(st.integers(1, 20), st.integers(1, 20), st.integers(0, 2**32))
def test_the_png_is_the_picture(height: int, width: int, seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 4), np.uint8)
    assert np.array_equal(decoded(write_png(pixels))[:, :, [2, 1, 0, 3]], pixels)

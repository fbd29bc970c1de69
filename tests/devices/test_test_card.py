"""The synthetic camera: readable, moving, its owner's own."""

from __future__ import annotations

import threading
from itertools import pairwise

import numpy as np
import pytest

from labkit.devices import TestCard, timestamp
from labkit.devices.test_card import SMALLEST
from labkit.errors import DeviceError
from labkit.frames import Picture
from labkit.net import clock
from tests.devices.collecting import Collector, labkit_threads

NOON = 1_760_000_000.0


def body(pixels: np.ndarray) -> np.ndarray:
    """The picture without the two rows of squares."""
    rows = timestamp.row_height(pixels.shape[0])
    return pixels[rows:-rows].astype(int)


@pytest.mark.parametrize(
    "size", [SMALLEST, (320, 240), (640, 480), (1280, 720), (1920, 1080), (480, 640)]
)
def test_a_card_of_any_size_carries_its_time(size: tuple[int, int]) -> None:
    pixels = TestCard(*size).draw(NOON + 0.123)
    assert pixels.shape == (size[1], size[0], 3)
    assert pixels.dtype == np.uint8
    assert timestamp.read(pixels) == NOON + 0.123


@pytest.mark.parametrize(
    ("width", "height", "fps"),
    [(0, 0, 30), (641, 480, 30), (640, 482, 30), (3840, 2160, 30), (8, 8, 30)]
    + [(640, 480, fps) for fps in (0, -5, 1000, float("nan"))],
)
def test_a_size_or_rate_that_cannot_be_is_refused_in_words(
    width: int, height: int, fps: float
) -> None:
    with pytest.raises(DeviceError, match="test card"):
        TestCard(width, height, fps)


def test_alice_and_bob_differ_in_colour_and_in_name() -> None:
    alice, bob = TestCard(label="alice"), TestCard(label="bob")
    assert alice.colour != bob.colour
    one, other = alice.draw(NOON), bob.draw(NOON)
    backdrop = (slice(90, 130), slice(200, 230))
    assert np.abs(one[backdrop].mean((0, 1)) - other[backdrop].mean((0, 1))).max() > 50
    name_plate = (slice(396, 440), slice(62, 300))
    assert np.abs(body(one)[name_plate] - body(other)[name_plate]).max() > 150


@pytest.mark.parametrize("name", ["", "João", "Ζωή", "李", "x" * 64, "💡", "a\u0301"])
def test_any_name_can_be_written_on_a_card(name: str) -> None:
    pixels = TestCard(label=name).draw(NOON)
    assert timestamp.read(pixels) == NOON


def test_the_figure_moves_a_little_from_each_picture_to_the_next() -> None:
    card = TestCard()
    pictures = [body(card.draw(NOON + number / 30)) for number in range(31)]
    moved = [
        np.abs(after - before)[40:360, 160:500].mean()
        for before, after in pairwise(pictures)
    ]
    assert min(moved) > 0.05  # every picture differs from the one before
    assert max(moved) < 8  # and by no leap


def test_colours_are_pure_enough_to_be_recognised() -> None:
    pixels = TestCard().draw(NOON)
    bars = [pixels[round(54 + 318 * (number + 0.5) / 7), 68] for number in range(7)]
    blue_green_red = [tuple(int(level > 128) for level in bar) for bar in bars]
    assert blue_green_red == [
        (1, 1, 1),  # white
        (0, 1, 1),  # yellow
        (1, 1, 0),  # cyan
        (0, 1, 0),  # green
        (1, 0, 1),  # magenta
        (0, 0, 1),  # red
        (1, 0, 0),  # blue
    ]
    greys = pixels[60:370, 570].mean(axis=1)
    assert (np.diff(greys) <= 0).all()


def test_every_picture_is_its_receivers_own() -> None:
    card = TestCard()
    first = card.draw(NOON)
    kept = first.copy()
    card.draw(NOON + 1)[:] = 0
    assert (first == kept).all()
    assert timestamp.read(card.draw(NOON + 2)) == NOON + 2


def test_pictures_come_by_themselves_with_their_time_on_them() -> None:
    card = TestCard(fps=60)
    collect: Collector[Picture] = Collector(5)
    before = clock.now()
    card.start(collect)
    assert labkit_threads() == ["labkit-camera-alice"]
    pictures = collect.wait()
    card.stop()
    card.stop()
    count = len(collect.kept)
    assert labkit_threads() == []
    times = [picture.captured for picture in pictures]
    assert times == sorted(times)
    assert before <= times[0]
    assert times[-1] <= clock.now()
    assert [timestamp.read(picture.pixels) for picture in pictures] == [
        round(time, 3) for time in times
    ]
    assert len(collect.kept) == count


def test_a_card_can_be_stopped_by_whoever_receives_its_pictures() -> None:
    card = TestCard(fps=60)
    stopped = threading.Event()

    def stop_it(picture: Picture) -> None:
        card.stop()
        stopped.set()

    card.start(stop_it)
    assert stopped.wait(10)


def test_a_card_says_what_it_is() -> None:
    assert repr(TestCard()) == "<TestCard alice: 640×480, 30 pictures/s>"

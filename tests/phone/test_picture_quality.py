"""What a picture quality may be, and what becomes of the pictures (C8)."""

from __future__ import annotations

from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit import PICTURE_QUALITIES, PictureQuality
from labkit.errors import LocalError
from labkit.frames import Picture
from labkit.phone.picture_quality import chosen_quality
from labkit.phone.shaping import Shaping

qualities = st.builds(
    PictureQuality,
    width=st.none() | st.integers(16, 1920),
    height=st.none() | st.integers(16, 1080),
    fps=st.none() | st.floats(1, 120),
    quality=st.none() | st.integers(1, 99),
    bit_rate=st.none() | st.integers(20_000, 50_000_000),
)
sides = st.tuples(st.integers(16, 400), st.integers(16, 300))


def picture(width: int, height: int, captured: float = 0.0) -> Picture:
    return Picture(np.zeros((height, width, 3), np.uint8), captured)


@given(qualities, sides)
def test_a_picture_fits_into_the_box_keeps_its_shape_and_is_never_enlarged(
    quality: PictureQuality, size: tuple[int, int]
) -> None:
    shaped = Shaping(quality).shaped(picture(*size))
    assert shaped is not None
    high, wide = shaped.pixels.shape[:2]
    width, height = size
    assert wide <= max(quality.box[0], 16)
    assert high <= max(quality.box[1], 16)
    assert wide <= width
    assert high <= height
    if (wide, high) != size:
        assert wide % 8 == high % 8 == 0  # RFC 2435, section 3.1.5
        if min(wide, high) > 16:
            shrink = min(quality.box[0] / width, quality.box[1] / height)
            assert wide > width * shrink - 8
            assert high > height * shrink - 8


@given(st.floats(1, 60), st.floats(1, 60), st.integers(0, 2**32))
def test_of_an_even_camera_so_many_pictures_are_taken(
    camera: float, wanted: float, seed: int
) -> None:
    """Neither more, nor much fewer, whatever the two paces, with a little jitter."""
    late = np.random.default_rng(seed).uniform(0, 0.004, 600)
    shaping = Shaping(PictureQuality(fps=wanted))
    seconds = 600 / camera
    taken = sum(
        shaping.shaped(picture(16, 16, 1e9 + n / camera + late[n])) is not None
        for n in range(600)
    )
    expected = min(camera, wanted) * seconds
    assert taken <= wanted * seconds * 1.02 + 2
    assert taken >= expected * 0.98 - 2


def test_twenty_of_thirty_are_twenty_and_not_fifteen() -> None:
    shaping = Shaping(PictureQuality(fps=20))
    taken = [n for n in range(12) if shaping.shaped(picture(16, 16, n / 30))]
    assert taken == [0, 2, 3, 5, 6, 8, 9, 11]


def test_a_quicker_pace_holds_from_the_next_picture_on() -> None:
    shaping = Shaping(PictureQuality(fps=1))
    assert shaping.shaped(picture(16, 16, 10.0))
    assert not shaping.shaped(picture(16, 16, 10.1))
    shaping.quality = PictureQuality(fps=30)
    assert shaping.shaped(picture(16, 16, 10.133))


def test_a_clock_that_was_set_back_stops_no_pictures() -> None:
    shaping = Shaping(PictureQuality(fps=5))
    assert shaping.shaped(picture(16, 16, 1000.0))
    assert shaping.shaped(picture(16, 16, 10.0))
    assert not shaping.shaped(picture(16, 16, 10.1))


def test_a_camera_that_takes_longer_does_not_turn_the_timestamps_back() -> None:
    shaping = Shaping(PictureQuality())
    taken = [
        captured
        for captured in (10.000, 10.033, 9.990, 10.033, 10.034, 10.066)
        if shaping.shaped(picture(16, 16, captured))
    ]
    assert taken == [10.000, 10.033, 10.034, 10.066]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("width", 15),
        ("width", 1921),
        ("width", 320.0),
        ("width", "320"),
        ("width", True),
        ("height", 0),
        ("height", 1081),
        ("fps", 0),
        ("fps", 121),
        ("fps", nan),
        ("quality", 0),
        ("quality", 100),
        ("quality", 50.5),
        ("bit_rate", 19_999),
        ("bit_rate", 10**9),
        ("bit_rate", [1]),
    ],
)
def test_what_cannot_be_is_refused_and_what_can_is_said(
    field: str, value: object
) -> None:
    with pytest.raises(LocalError, match=rf"{field} is a .*number from \d+ to \d+"):
        PictureQuality(**{field: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("wanted", ["best", "", 3, None, ("low",), [], {}])
def test_an_unknown_name_is_told_the_known_ones(wanted: object) -> None:
    with pytest.raises(LocalError, match='"low", "medium", "high", "camera"'):
        chosen_quality(wanted)  # type: ignore[arg-type]


def test_the_names_go_from_less_to_more() -> None:
    low, medium, high = (PICTURE_QUALITIES[name] for name in ("low", "medium", "high"))
    for field in ("width", "height", "fps", "quality", "bit_rate"):
        assert getattr(low, field) < getattr(medium, field) < getattr(high, field)
    assert PICTURE_QUALITIES["camera"] == PictureQuality()

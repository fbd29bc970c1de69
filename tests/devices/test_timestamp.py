"""The time written in the picture survives whatever a call does to a picture."""

from __future__ import annotations

from fractions import Fraction

import av
import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from labkit.devices import TestCard
from labkit.devices.timestamp import draw, read

seconds = st.integers(0, 2**42 - 1).map(lambda milliseconds: milliseconds / 1000)
sizes = st.tuples(st.integers(20, 200), st.integers(15, 130)).map(
    lambda eighths: (8 * eighths[0], 8 * eighths[1])
)


def noise(width: int, height: int) -> np.ndarray:
    random = np.random.default_rng(7)
    return random.integers(0, 256, (height, width, 3), np.uint8)


def through_jpeg(pixels: np.ndarray, quality: int) -> np.ndarray:
    _, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return cv2.imdecode(data, cv2.IMREAD_COLOR)


@given(time=seconds, size=sizes)
def test_reading_is_the_inverse_of_drawing(time: float, size: tuple[int, int]) -> None:
    pixels = noise(*size)
    draw(pixels, time)
    assert read(pixels) == time
    assert read(pixels[..., ::-1]) == time  # a browser's canvas has red first
    assert read(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)) == time


@given(time=seconds, size=sizes, quality=st.integers(10, 100))
def test_the_time_survives_jpeg_from_quality_10_on(
    time: float, size: tuple[int, int], quality: int
) -> None:
    pixels = np.full((size[1], size[0], 3), 90, np.uint8)
    draw(pixels, time)
    assert read(through_jpeg(pixels, quality)) == time


@given(
    time=seconds,
    quality=st.integers(10, 100),
    how=st.sampled_from([cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC]),
    to=st.sampled_from([(320, 240), (321, 241), (200, 150), (960, 720)]),
)
def test_the_time_survives_scaling_as_a_page_does_it(
    time: float, quality: int, how: int, to: tuple[int, int]
) -> None:
    pixels = noise(640, 480)
    draw(pixels, time)
    shown = cv2.resize(through_jpeg(pixels, quality), to, interpolation=how)
    assert read(shown) == time


@pytest.mark.parametrize(
    ("size", "bit_rate"), [((640, 480), 300_000), ((320, 240), 100_000)]
)
def test_the_time_survives_vp8_at_a_low_rate(
    size: tuple[int, int], bit_rate: int
) -> None:
    card = TestCard(*size)
    encoder = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height = size
    encoder.pix_fmt = "yuv420p"
    encoder.time_base = Fraction(1, 30)
    encoder.framerate = 30
    encoder.bit_rate = bit_rate
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
    decoder = av.CodecContext.create("vp8", "r")
    read_back, octets = [], 0
    times = [1_760_000_000.25 + number / 30 for number in range(90)]
    for number, time in enumerate(times):
        frame = av.VideoFrame.from_ndarray(card.draw(time), format="bgr24")
        frame.pts, frame.time_base = number, encoder.time_base
        for packet in encoder.encode(frame):
            octets += packet.size
            for decoded in decoder.decode(av.Packet(bytes(packet))):
                read_back.append(read(decoded.to_ndarray(format="bgr24")))
    assert read_back == [round(time, 3) for time in times]
    assert octets * 8 / 3 < 1.6 * bit_rate  # it was indeed a low rate


@given(time=seconds, square=st.integers(0, 63))
def test_one_wrong_square_is_noticed(time: float, square: int) -> None:
    pixels = noise(640, 480)
    draw(pixels, time)
    row, column = divmod(square, 32)
    place = pixels[460 * row : 460 * row + 20, 20 * column : 20 * column + 20]
    place[:] = 255 - place
    assert read(pixels) is None


@given(
    arrays.arrays(
        np.uint8, st.tuples(st.integers(1, 99), st.integers(1, 99), st.just(3))
    )
)
def test_a_picture_without_a_time_has_none(pixels: np.ndarray) -> None:
    assert read(pixels) is None


@pytest.mark.parametrize("grey", [0, 16, 128, 255])
def test_a_plain_or_noisy_picture_has_none(grey: int) -> None:
    assert read(np.full((480, 640, 3), grey, np.uint8)) is None
    assert read(noise(640, 480)) is None
    assert read(np.full((480, 640), grey, np.uint8)) is None

"""The page's pictures and sound, decoded; what would cost too much is refused."""

from __future__ import annotations

import io

import av
import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.devices.browser.blocks import Blocks
from labkit.devices.browser.pictures import (
    JpegDecoder,
    Vp8Decoder,
    jpeg_size,
    vp8_size,
)
from labkit.errors import RemoteError

ORANGE = np.full((96, 128, 3), (30, 140, 230), np.uint8)
JPEG = cv2.imencode(".jpg", ORANGE)[1].tobytes()


def vp8(pictures: int = 3) -> list[bytes]:
    """Coded pictures, the first of which is a key picture."""
    with av.open(io.BytesIO(), "w", format="ivf") as container:
        stream = container.add_stream("libvpx", rate=30)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        stream.options = {"deadline": "realtime", "lag-in-frames": "0"}
        frame = av.VideoFrame.from_ndarray(ORANGE, format="bgr24")
        return [bytes(p) for _ in range(pictures) for p in stream.encode(frame)]


VP8 = vp8()


def test_a_jpeg_becomes_pixels() -> None:
    pixels = JpegDecoder().decode(memoryview(JPEG), True)
    assert pixels is not None
    assert pixels.shape == (96, 128, 3)
    assert np.abs(pixels.astype(int) - ORANGE).max() < 8


def test_vp8_becomes_pixels_from_a_key_picture_on() -> None:
    decoder = Vp8Decoder()
    assert decoder.decode(memoryview(VP8[1]), False) is None
    for data in VP8:
        pixels = decoder.decode(memoryview(data), False)
        assert pixels is not None
        assert np.abs(pixels.astype(int) - ORANGE).max() < 12


def test_a_picture_says_its_size_before_it_is_decoded() -> None:
    assert jpeg_size(memoryview(JPEG)) == (128, 96)
    assert vp8_size(memoryview(VP8[0])) == (128, 96)


def test_a_small_picture_that_claims_to_be_huge_is_refused() -> None:
    at = JPEG.index(b"\xff\xc0") + 5
    huge = JPEG[:at] + b"\xff\xff\xff\xff" + JPEG[at + 4 :]
    with pytest.raises(RemoteError, match="65535×65535"):
        JpegDecoder().decode(memoryview(huge), True)
    huge = VP8[0][:6] + b"\xff\x3f\xff\x3f" + VP8[0][10:]
    with pytest.raises(RemoteError, match="16383×16383"):
        Vp8Decoder().decode(memoryview(huge), True)


@given(st.binary(max_size=200), st.integers(0, len(JPEG)), st.booleans())
def test_broken_pictures_are_refused_or_shown_as_far_as_they_go(
    junk: bytes, cut: int, key: bool
) -> None:
    for decoder, data in (
        (JpegDecoder(), junk),
        (JpegDecoder(), JPEG[:cut] + junk),
        (Vp8Decoder(), junk),
        (Vp8Decoder(), VP8[0][: cut // 4] + junk),
    ):
        try:
            pixels = decoder.decode(memoryview(data), key)
        except RemoteError:
            continue
        assert pixels is None or pixels.ndim == 3


def test_sound_is_cut_into_blocks_that_know_when_they_began() -> None:
    blocks = Blocks(8000, 160)
    heard = np.arange(400, dtype=np.int16)
    first = list(blocks.add(heard, 8000, 10.05))
    assert [len(block) for block, _ in first] == [160, 160]
    assert [captured for _, captured in first] == pytest.approx([10.0, 10.02])
    ((block, captured),) = blocks.add(heard[:100], 8000, 10.0625)
    assert block.tolist() == [*range(320, 400), *range(80)]
    assert captured == pytest.approx(10.04)


def test_sound_of_another_rate_is_brought_to_ours() -> None:
    blocks = Blocks(8000, 160)
    times = np.arange(44_100) / 44_100
    tone = (9000 * np.sin(2 * np.pi * 620 * times)).astype(np.int16)
    made = np.concatenate(
        [
            block
            for part in range(0, len(tone), 882)
            for block, _ in blocks.add(tone[part : part + 882], 44_100, part / 44_100)
        ]
    )
    assert 7600 <= len(made) <= 8000
    peak = np.argmax(np.abs(np.fft.rfft(made * np.hanning(len(made)))))
    assert peak * 8000 / len(made) == pytest.approx(620, abs=2)


@pytest.mark.parametrize(
    ("theirs", "ours"), [(44_100, 48_000), (44_100, 8000), (48_000, 8000)]
)
def test_another_rate_holds_no_block_up_until_the_next_stretch(
    theirs: int, ours: int
) -> None:
    blocks = Blocks(ours, ours // 50)
    for number in range(50):
        stretch = np.full(theirs // 50, 1000, np.int16)
        ((block, captured),) = blocks.add(stretch, theirs, 7.0 + 0.02 * (number + 1))
        assert len(block) == ours // 50
        assert captured == pytest.approx(7.0 + 0.02 * number, abs=0.002)

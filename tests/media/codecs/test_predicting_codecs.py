"""What H264 and VP8 have in common: at once, at the rate asked for, whole after a
keyframe, and never more than a clean error."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.errors import LocalError, RemoteError
from labkit.frames import Picture
from labkit.media import codecs, payloads
from labkit.media.codecs.h264 import H264Decoder, H264Encoder
from labkit.media.codecs.vp8 import Vp8Decoder, Vp8Encoder
from tests.media.codecs.moving import Pixels, encode, moving, small_frames

ENCODERS: dict[str, Any] = {"H264": H264Encoder, "VP8": Vp8Encoder}
DECODERS: dict[str, Any] = {"H264": H264Decoder, "VP8": Vp8Decoder}
FRAMES = {name: small_frames(make()) for name, make in ENCODERS.items()}

both = pytest.mark.parametrize("name", ["H264", "VP8"])


@both
def test_every_picture_is_a_frame_at_once_and_comes_back(name: str, pixels: Pixels):
    encoder, decoder = codecs.new_video_encoder(name), codecs.new_video_decoder(name)
    payload = payloads.for_format(name)
    for number, picture in enumerate(moving(pixels, 20)):
        frame = encode(encoder, picture)
        assert frame.captured == picture.captured
        assert frame.keyframe == (number == 0)
        data = payload.new_assembler().join(payload.packetise(frame))
        shown = decoder.decode(data)
        assert shown is not None
    assert cv2.PSNR(shown, picture.pixels) > 28


@both
def test_a_keyframe_comes_when_it_is_asked_for(name: str, pixels: Pixels):
    encoder = ENCODERS[name]()
    first, second, third = moving(pixels, 3)
    assert encode(encoder, first).keyframe
    assert not encode(encoder, second).keyframe
    frame = encode(encoder, third, keyframe=True)
    assert frame.keyframe
    assert DECODERS[name]().decode(frame.data) is not None


@both
def test_a_new_size_begins_with_a_keyframe(name: str, pixels: Pixels):
    encoder, decoder = ENCODERS[name](), DECODERS[name]()
    decoder.decode(encode(encoder, Picture(pixels, 0.0)).data)
    frame = encode(encoder, Picture(np.ascontiguousarray(pixels[:240, :320]), 0.1))
    assert frame.keyframe
    shown = decoder.decode(frame.data)
    assert shown is not None
    assert shown.shape == (240, 320, 3)


@both
@pytest.mark.parametrize(
    "shape", [(481, 640, 3), (480, 639, 3), (16, 4098, 3), (0, 0, 3)]
)
def test_sides_that_it_cannot_hold_are_refused(name: str, shape: tuple[int, ...]):
    with pytest.raises(LocalError, match=f"{name} takes .* not {shape[1]}×{shape[0]}"):
        ENCODERS[name]().encode(Picture(np.zeros(shape, np.uint8), 0.0))


@both
@pytest.mark.parametrize("bit_rate", [0, 51_000_000])
def test_a_bit_rate_out_of_bounds_is_refused(name: str, bit_rate: int):
    with pytest.raises(LocalError, match=f"{name} takes .* not {bit_rate}"):
        ENCODERS[name](bit_rate)


@both
@given(st.integers(0, 2), st.binary(max_size=40), st.integers(0, 900))
def test_any_bytes_are_a_picture_or_a_clean_error(
    name: str, number: int, garbage: bytes, place: int
):
    frame = FRAMES[name][number]
    decoder = DECODERS[name]()
    decoder.decode(FRAMES[name][0])
    damaged = frame[:place] + garbage + frame[place + len(garbage) :]
    for data in (garbage, damaged, frame[:place]):
        try:
            shown = decoder.decode(data)
        except RemoteError:
            continue
        assert shown is None or shown.ndim == 3

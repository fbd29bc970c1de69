"""H264 pictures: at once, at the rate asked for, as far as they can be shown."""

from __future__ import annotations

import itertools

import av
import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.errors import LocalError, RemoteError
from labkit.frames import EncodedFrame, Picture
from labkit.media import codecs, payloads
from labkit.media.codecs.h264 import H264Decoder, H264Encoder
from labkit.media.wire.h264_stream import TYPE, is_keyframe, units

Pixels = npt.NDArray[np.uint8]


def moving(pixels: Pixels, count: int, begin: float = 0.0) -> list[Picture]:
    """The picture as a camera at 30 frames a second sees it that turns slowly."""
    return [
        Picture(np.roll(pixels, 3 * number, axis=1), begin + number / 30)
        for number in range(count)
    ]


def encode(
    encoder: H264Encoder, picture: Picture, keyframe: bool = False
) -> EncodedFrame:
    frame = encoder.encode(picture, keyframe)
    assert frame is not None
    return frame


def bits_a_second(frames: list[EncodedFrame]) -> float:
    return sum(8 * len(frame.data) for frame in frames) * 30 / len(frames)


def test_every_picture_is_a_frame_at_once_and_comes_back(pixels: Pixels):
    encoder = codecs.new_video_encoder("H264")
    decoder = codecs.new_video_decoder("H264")
    payload = payloads.for_format("H264")
    for number, picture in enumerate(moving(pixels, 20)):
        frame = encoder.encode(picture)
        assert frame is not None
        assert frame.captured == picture.captured
        assert frame.keyframe == is_keyframe(frame.data) == (number == 0)
        data = payload.new_assembler().join(payload.packetise(frame))
        shown = decoder.decode(data)
        assert shown is not None
    assert cv2.PSNR(shown, picture.pixels) > 28


def test_a_keyframe_that_is_asked_for_has_all_that_a_decoder_needs(pixels: Pixels):
    encoder = H264Encoder()
    first, second, third = moving(pixels, 3)
    encode(encoder, first)
    assert not encode(encoder, second).keyframe
    frame = encode(encoder, third, keyframe=True)
    assert frame.keyframe
    assert [unit[0] & TYPE for unit in units(frame.data)] == [7, 8, 5]
    assert H264Decoder().decode(frame.data) is not None


def test_it_is_constrained_baseline(pixels: Pixels):
    sps = units(encode(H264Encoder(), Picture(pixels, 0.0)).data)[0]
    profile, constraints, _ = sps[1:4]
    assert profile == 0x42
    assert constraints & 0xC0 == 0xC0


def test_the_bit_rate_is_followed_without_a_keyframe(pixels: Pixels):
    encoder = H264Encoder(bit_rate=1_200_000)
    usual = [encode(encoder, picture) for picture in moving(pixels, 60)]
    encoder.bit_rate = 400_000
    slow = [encode(encoder, picture) for picture in moving(pixels, 90, 2.0)]
    encoder.bit_rate = 2_000_000
    fast = [encode(encoder, picture) for picture in moving(pixels, 90, 5.0)]
    assert not any(frame.keyframe for frame in slow + fast)
    assert bits_a_second(usual[30:]) == pytest.approx(1_200_000, rel=0.4)
    assert bits_a_second(slow[45:]) == pytest.approx(400_000, rel=0.4)
    assert bits_a_second(fast[45:]) == pytest.approx(2_000_000, rel=0.4)


def test_a_very_different_bit_rate_begins_anew(pixels: Pixels):
    encoder = H264Encoder(bit_rate=300_000)
    encode(encoder, Picture(pixels, 0.0))
    encoder.bit_rate = 3_000_000
    assert encode(encoder, Picture(pixels, 0.1)).keyframe


def test_a_new_size_begins_with_a_keyframe(pixels: Pixels):
    encoder, decoder = H264Encoder(), H264Decoder()
    decoder.decode(encode(encoder, Picture(pixels, 0.0)).data)
    frame = encode(encoder, Picture(np.ascontiguousarray(pixels[:240, :320]), 0.1))
    assert frame.keyframe
    shown = decoder.decode(frame.data)
    assert shown is not None
    assert shown.shape == (240, 320, 3)


def test_after_a_lost_picture_the_next_is_shown_as_far_as_it_can_be(pixels: Pixels):
    encoder, decoder = H264Encoder(), H264Decoder()
    frames = [encode(encoder, picture) for picture in moving(pixels, 6)]
    decoder.decode(frames[0].data)
    shown = [decoder.decode(frame.data) for frame in frames[3:]]
    assert any(picture is not None for picture in shown)


@pytest.mark.parametrize("shape", [(481, 640, 3), (480, 639, 3), (16, 4098, 3)])
def test_sides_that_it_cannot_hold_are_refused(shape: tuple[int, ...]):
    with pytest.raises(LocalError, match=f"H264 takes .* not {shape[1]}×{shape[0]}"):
        H264Encoder().encode(Picture(np.zeros(shape, np.uint8), 0.0))


@pytest.mark.parametrize("bit_rate", [0, 51_000_000])
def test_a_bit_rate_out_of_bounds_is_refused(bit_rate: int):
    with pytest.raises(LocalError, match=f"H264 takes .* not {bit_rate}"):
        H264Encoder(bit_rate)


def test_a_picture_that_takes_too_much_memory_is_refused():
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 8192, 4096, "yuv420p"
    encoder.options = {"preset": "ultrafast", "tune": "zerolatency"}
    huge = av.VideoFrame(8192, 4096, "yuv420p")
    data = b"".join(map(bytes, encoder.encode(huge)))
    with pytest.raises(RemoteError, match="broken H264"):
        H264Decoder().decode(data)


def test_a_picture_with_all_its_colours_can_be_received(pixels: Pixels):
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 640, 480, "yuv444p"
    encoder.options = {"preset": "ultrafast", "tune": "zerolatency"}
    frame = av.VideoFrame.from_ndarray(pixels, "bgr24").reformat(format="yuv444p")
    shown = H264Decoder().decode(b"".join(map(bytes, encoder.encode(frame))))
    assert shown is not None
    assert cv2.PSNR(shown, pixels) > 28


def _small_frames() -> list[bytes]:
    noise = np.random.default_rng(7).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    encoder = H264Encoder()
    return [encode(encoder, picture).data for picture in moving(noise, 3)]


FRAMES = _small_frames()


@given(st.sampled_from(FRAMES), st.binary(max_size=40), st.integers(0, 900))
def test_any_bytes_are_a_picture_or_a_clean_error(
    frame: bytes, garbage: bytes, place: int
):
    decoder = H264Decoder()
    decoder.decode(FRAMES[0])
    damaged = frame[:place] + garbage + frame[place + len(garbage) :]
    for data in (garbage, damaged, frame[:place]):
        try:
            shown = decoder.decode(data)
        except RemoteError:
            continue
        assert shown is None or shown.ndim == 3


def test_broken_frames_leave_no_noise_on_the_screen(capfd: pytest.CaptureFixture[str]):
    decoder = H264Decoder()
    broken = FRAMES[1], FRAMES[0][:15], FRAMES[0][:40] + bytes(200), FRAMES[2][::-1]
    for data in itertools.chain(broken, [b"", b"\0\0\1"]):
        try:
            shown = decoder.decode(data)
        except RemoteError:
            continue
        assert shown is None or shown.ndim == 3
    assert capfd.readouterr() == ("", "")

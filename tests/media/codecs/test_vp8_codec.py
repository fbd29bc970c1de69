"""VP8 pictures: small, at once, whole again after a keyframe."""

from __future__ import annotations

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
from labkit.media.codecs.vp8 import Vp8Decoder, Vp8Encoder
from labkit.media.wire.vp8_frame import parse_vp8

Pixels = npt.NDArray[np.uint8]


def moving(pixels: Pixels, count: int) -> list[Picture]:
    """The picture as a camera at 30 frames a second sees it that turns slowly."""
    return [
        Picture(np.roll(pixels, 3 * number, axis=1), number / 30)
        for number in range(count)
    ]


def encode(
    encoder: Vp8Encoder, picture: Picture, keyframe: bool = False
) -> EncodedFrame:
    frame = encoder.encode(picture, keyframe)
    assert frame is not None
    return frame


def test_every_picture_is_a_frame_at_once_and_comes_back(pixels: Pixels):
    encoder, decoder = codecs.new_video_encoder("VP8"), codecs.new_video_decoder("VP8")
    payload = payloads.for_format("VP8")
    for number, picture in enumerate(moving(pixels, 20)):
        frame = encoder.encode(picture)
        assert frame is not None
        assert frame.captured == picture.captured
        assert frame.keyframe == (number == 0)
        data = payload.new_assembler().join(payload.packetise(frame))
        shown = decoder.decode(data)
        assert shown is not None
    assert cv2.PSNR(shown, picture.pixels) > 28


def test_a_keyframe_comes_when_it_is_asked_for(pixels: Pixels):
    encoder = Vp8Encoder()
    first, second, third = moving(pixels, 3)
    assert encode(encoder, first).keyframe
    assert not encode(encoder, second).keyframe
    frame = encode(encoder, third, keyframe=True)
    assert frame.keyframe
    assert parse_vp8(frame.data) == (True, 640, 480)
    assert Vp8Decoder().decode(frame.data) is not None


def test_the_bit_rate_is_kept_and_may_change(pixels: Pixels):
    encoder = Vp8Encoder(bit_rate=400_000)
    pictures = moving(pixels, 90)
    slow = [encode(encoder, picture) for picture in pictures]
    encoder.bit_rate = 3_000_000
    fast = [
        encode(encoder, Picture(picture.pixels, picture.captured + 3))
        for picture in pictures
    ]
    assert fast[0].keyframe
    assert not fast[1].keyframe
    assert bits_a_second(slow) == pytest.approx(400_000, rel=0.4)
    assert bits_a_second(fast) > 2 * bits_a_second(slow)


def bits_a_second(frames: list[EncodedFrame]) -> float:
    return sum(8 * len(frame.data) for frame in frames) * 30 / len(frames)


def test_a_new_size_begins_with_a_keyframe(pixels: Pixels):
    encoder, decoder = Vp8Encoder(), Vp8Decoder()
    encode(encoder, Picture(pixels, 0.0))
    frame = encode(encoder, Picture(np.ascontiguousarray(pixels[:240, :320]), 0.1))
    assert frame.keyframe
    shown = decoder.decode(frame.data)
    assert shown is not None
    assert shown.shape == (240, 320, 3)


def test_pictures_of_the_same_instant_and_of_the_past_do_no_harm(pixels: Pixels):
    encoder = Vp8Encoder()
    for captured in (5.0, 5.0, 4.0, 5.1):
        encode(encoder, Picture(pixels, captured))


@pytest.mark.parametrize(
    "shape", [(481, 640, 3), (480, 639, 3), (16, 4098, 3), (0, 0, 3)]
)
def test_sides_that_vp8_cannot_hold_are_refused(shape: tuple[int, ...]):
    with pytest.raises(LocalError, match=f"not {shape[1]}×{shape[0]}"):
        Vp8Encoder().encode(Picture(np.zeros(shape, np.uint8), 0.0))


@pytest.mark.parametrize("bit_rate", [0, 51_000_000])
def test_a_bit_rate_out_of_bounds_is_refused(bit_rate: int):
    with pytest.raises(LocalError, match=f"not {bit_rate}"):
        Vp8Encoder(bit_rate)


@pytest.mark.parametrize(("width", "height"), [(4097, 16), (16, 4097), (16383, 16383)])
def test_a_keyframe_that_promises_too_much_is_refused(width: int, height: int):
    header = bytes.fromhex("10 02 00 9d 01 2a")
    size = width.to_bytes(2, "little") + height.to_bytes(2, "little")
    with pytest.raises(RemoteError, match=f"picture of {width}×{height} pixels"):
        Vp8Decoder().decode(header + size + bytes(100))


def test_a_later_frame_without_its_keyframe_is_refused(pixels: Pixels):
    encoder = Vp8Encoder()
    first, second = moving(pixels, 2)
    encode(encoder, first)
    with pytest.raises(RemoteError, match="broken VP8 frame"):
        Vp8Decoder().decode(encode(encoder, second).data)


def test_a_picture_with_odd_sides_can_be_received(pixels: Pixels):
    encoder = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 175, 143, "yuv420p"
    odd = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels[:143, :175]), "bgr24")
    packets = [*encoder.encode(odd.reformat(format="yuv420p")), *encoder.encode(None)]
    shown = Vp8Decoder().decode(bytes(packets[0]))
    assert shown is not None
    assert shown.shape == (143, 175, 3)


def _small_frames() -> list[bytes]:
    encoder = Vp8Encoder()
    noise = np.random.default_rng(7).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    return [encode(encoder, picture).data for picture in moving(noise, 3)]


FRAMES = _small_frames()


@given(st.sampled_from(FRAMES), st.binary(max_size=40), st.integers(0, 200))
def test_any_bytes_are_a_picture_or_a_clean_error(
    frame: bytes, garbage: bytes, place: int
):
    decoder = Vp8Decoder()
    decoder.decode(FRAMES[0])
    damaged = frame[:place] + garbage + frame[place + len(garbage) :]
    for data in (garbage, damaged, frame[:place]):
        try:
            shown = decoder.decode(data)
        except RemoteError:
            continue
        assert shown is None or shown.ndim == 3


def test_broken_frames_leave_no_noise_on_the_screen(capfd: pytest.CaptureFixture[str]):
    decoder = Vp8Decoder()
    for data in (FRAMES[1], FRAMES[0][:15], FRAMES[0][:10] + bytes(200)):
        with pytest.raises(RemoteError):
            decoder.decode(data)
    assert capfd.readouterr() == ("", "")

"""H264 pictures: what is their own; test_predicting_codecs has what VP8's are like."""

from __future__ import annotations

import itertools

import av
import cv2
import pytest

from labkit.errors import RemoteError
from labkit.frames import Picture
from labkit.media.codecs.h264 import H264Decoder, H264Encoder
from labkit.media.wire.h264_stream import TYPE, is_keyframe, units
from tests.media.codecs.moving import (
    Pixels,
    bits_a_second,
    encode,
    moving,
    small_frames,
)


def test_a_keyframe_that_is_asked_for_has_all_that_a_decoder_needs(pixels: Pixels):
    encoder = H264Encoder()
    first, second = moving(pixels, 2)
    assert is_keyframe(encode(encoder, first).data)
    frame = encode(encoder, second)
    assert not is_keyframe(frame.data)
    frame = encode(encoder, second, keyframe=True)
    assert [unit[0] & TYPE for unit in units(frame.data)] == [7, 8, 5]


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


def test_after_a_lost_picture_the_next_is_shown_as_far_as_it_can_be(pixels: Pixels):
    encoder, decoder = H264Encoder(), H264Decoder()
    frames = [encode(encoder, picture) for picture in moving(pixels, 6)]
    decoder.decode(frames[0].data)
    shown = [decoder.decode(frame.data) for frame in frames[3:]]
    assert any(picture is not None for picture in shown)


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


FRAMES = small_frames(H264Encoder())


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

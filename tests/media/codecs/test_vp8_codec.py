"""VP8 pictures: what is their own; test_predicting_codecs has what H264's are like."""

from __future__ import annotations

import av
import numpy as np
import pytest

from labkit.errors import RemoteError
from labkit.frames import Picture
from labkit.media.codecs.vp8 import Vp8Decoder, Vp8Encoder
from labkit.media.wire.vp8_frame import parse_vp8
from tests.media.codecs.moving import (
    Pixels,
    bits_a_second,
    encode,
    moving,
    small_frames,
)


def test_a_keyframe_tells_the_picture_s_size(pixels: Pixels):
    frame = encode(Vp8Encoder(), Picture(pixels, 0.0))
    assert parse_vp8(frame.data) == (True, 640, 480)


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


def test_pictures_of_the_same_instant_and_of_the_past_do_no_harm(pixels: Pixels):
    encoder = Vp8Encoder()
    for captured in (5.0, 5.0, 4.0, 5.1):
        encode(encoder, Picture(pixels, captured))


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


FRAMES = small_frames(Vp8Encoder())


def test_broken_frames_leave_no_noise_on_the_screen(capfd: pytest.CaptureFixture[str]):
    decoder = Vp8Decoder()
    for data in (FRAMES[1], FRAMES[0][:15], FRAMES[0][:10] + bytes(200)):
        with pytest.raises(RemoteError):
            decoder.decode(data)
    assert capfd.readouterr() == ("", "")

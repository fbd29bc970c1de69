"""JPEG pictures: quality as asked, hostile pictures refused before they are decoded."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.errors import LocalError, RemoteError
from labkit.frames import Picture
from labkit.media import codecs
from labkit.media.codecs.jpeg import JpegEncoder

Pixels = npt.NDArray[np.uint8]
DECODER = codecs.new_video_decoder("JPEG")
SMALL = np.random.default_rng(1).integers(0, 256, (48, 64, 3), dtype=np.uint8)
ENCODED = JpegEncoder(50).encode(Picture(SMALL, 0.0)).data


def test_a_picture_comes_back_as_it_was(pixels: Pixels):
    frame = codecs.new_video_encoder("JPEG").encode(Picture(pixels, captured=12.5))
    assert frame is not None
    assert frame.captured == 12.5
    assert frame.keyframe
    shown = DECODER.decode(frame.data)
    assert shown is not None
    assert shown.shape == pixels.shape
    assert cv2.PSNR(shown, pixels) > 33


def test_the_quality_may_change_while_pictures_flow(pixels: Pixels):
    encoder = JpegEncoder(20)
    coarse = encoder.encode(Picture(pixels, 0.0))
    encoder.quality = 90
    fine = encoder.encode(Picture(pixels, 0.1))
    assert len(fine.data) > 3 * len(coarse.data)


@pytest.mark.parametrize("quality", [0, 100])
def test_a_quality_that_rtp_cannot_say_is_refused(quality: int):
    encoder = JpegEncoder()
    with pytest.raises(LocalError, match=f"1 to 99, not {quality}"):
        encoder.quality = quality
    assert encoder.quality == 50


@pytest.mark.parametrize("shape", [(0, 0, 3), (16, 16, 2)])
def test_what_is_no_picture_is_refused(shape: tuple[int, ...]):
    with pytest.raises(LocalError, match="cannot encode"):
        JpegEncoder().encode(Picture(np.zeros(shape, np.uint8), 0.0))


@pytest.mark.parametrize(("width", "height"), [(4097, 16), (16, 4097), (65535, 65535)])
def test_a_header_that_promises_too_much_is_refused(width: int, height: int):
    data = bytearray(ENCODED)
    place = data.index(bytes.fromhex("ffc00011 08")) + 5
    data[place : place + 4] = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    with pytest.raises(RemoteError, match=f"picture of {width}×{height} pixels"):
        DECODER.decode(bytes(data))


def test_a_picture_of_no_pixels_is_refused():
    data = ENCODED.replace(
        bytes.fromhex("08 0030 0040 03"), bytes.fromhex("08 0030 0000 03")
    )
    with pytest.raises(RemoteError, match="picture of 0×48 pixels"):
        DECODER.decode(data)


def test_only_jpeg_is_decoded_whatever_opencv_knows():
    done, png = cv2.imencode(".png", SMALL)
    assert done
    with pytest.raises(RemoteError, match="not a JPEG"):
        DECODER.decode(png.tobytes())


def test_a_picture_keeps_its_sides_whatever_its_exif_says():
    big_endian = b"Exif\0\0MM\0*\0\0\0\x08"
    turned = bytes.fromhex("0001 0112 0003 00000001 00060000 00000000")
    content = big_endian + turned
    exif = b"\xff\xe1" + (2 + len(content)).to_bytes(2, "big") + content
    naive = cv2.imdecode(
        np.frombuffer(ENCODED[:2] + exif + ENCODED[2:], np.uint8), cv2.IMREAD_COLOR
    )
    assert naive.shape == (64, 48, 3)
    shown = DECODER.decode(ENCODED[:2] + exif + ENCODED[2:])
    assert shown is not None
    assert shown.shape == SMALL.shape


@pytest.mark.parametrize("end", [0, 1, 2, 20, 300, 625, len(ENCODED) - 200])
def test_a_cut_picture_is_refused(end: int):
    with pytest.raises(RemoteError):
        DECODER.decode(ENCODED[:end])


@given(st.binary(max_size=200), st.integers(0, len(ENCODED)))
def test_any_bytes_are_a_picture_or_a_clean_error(garbage: bytes, place: int):
    for data in (garbage, ENCODED[:place] + garbage + ENCODED[place + len(garbage) :]):
        try:
            shown = DECODER.decode(data)
        except RemoteError:
            continue
        assert shown is not None
        assert shown.ndim == 3

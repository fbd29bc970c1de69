"""What the user wants of the pictures, and what the network bears (C8, A16)."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from labkit.frames import EncodedFrame, Picture
from labkit.media.formats import FORMATS
from labkit.media.machine.encoding import PictureEncoding
from labkit.media.machine.rate_rule import LADDER

NOISE = np.random.default_rng(1).integers(0, 256, (240, 320, 3)).astype(np.uint8)
PIXELS = np.asarray(cv2.GaussianBlur(NOISE, (9, 9), 3), np.uint8)


def encoded(encoding: PictureEncoding, number: int, name: str = "JPEG") -> EncodedFrame:
    frame = encoding.encode(Picture(PIXELS, 100 + number / 30), FORMATS[name])
    assert frame is not None
    return frame


@pytest.mark.parametrize("wanted", [5, 99])
def test_the_rate_rule_goes_below_the_wished_quality_and_never_above(
    wanted: int,
) -> None:
    encoding = PictureEncoding(quality=wanted)
    size = len(encoded(encoding, 0).data)
    encoding.rung = LADDER[2]
    limited = len(encoded(encoding, 1).data)
    assert limited < size if wanted > LADDER[2].jpeg_quality else limited == size
    encoding.rung = LADDER[0]
    assert len(encoded(encoding, 2).data) == size


def test_a_rung_of_twenty_pictures_a_second_sends_twenty_of_thirty() -> None:
    encoding = PictureEncoding()
    encoding.rung = next(rung for rung in LADDER if rung.frames_per_second == 20)
    frames = [
        encoding.encode(Picture(PIXELS, 100 + n / 30), FORMATS["JPEG"])
        for n in range(60)
    ]
    assert sum(frame is not None for frame in frames) == 40


@pytest.mark.parametrize("name", ["VP8", "H264"])
def test_another_size_begins_with_a_keyframe(name: str) -> None:
    encoding = PictureEncoding()
    assert encoded(encoding, 0, name).keyframe
    assert not encoded(encoding, 1, name).keyframe
    smaller = np.ascontiguousarray(PIXELS[:120, :160])
    frame = encoding.encode(Picture(smaller, 100.1), FORMATS[name])
    assert frame is not None
    assert frame.keyframe

"""Pictures into frames: what is asked for, and what the network bears."""

from __future__ import annotations

import numpy as np
import pytest

from labkit.frames import Picture
from labkit.media.formats import FORMATS
from labkit.media.machine.encoding import KEYFRAME_PACE, PictureEncoding

PIXELS = np.zeros((96, 128, 3), np.uint8)


@pytest.mark.parametrize("name", ["VP8", "H264"])
def test_who_asks_for_keyframes_all_the_time_gets_five_a_second(name: str):
    """Each request is answered, the second one a little later; none is forgotten."""
    encoding = PictureEncoding()
    keyframes = []
    for n in range(60):
        encoding.keyframe_wanted = True
        frame = encoding.encode(Picture(PIXELS, 100 + n / 30), FORMATS[name])
        assert frame is not None
        if frame.keyframe:
            keyframes.append(n / 30)
    assert len(keyframes) == pytest.approx(2 / KEYFRAME_PACE, abs=2)
    encoding.keyframe_wanted = True
    after = [
        encoding.encode(Picture(PIXELS, 102 + n / 30), FORMATS[name]) for n in range(7)
    ]
    assert sum(frame is not None and frame.keyframe for frame in after) == 1
    assert not encoding.keyframe_wanted

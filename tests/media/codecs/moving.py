"""Pictures that move, encoded one after the other: for codecs that predict."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from labkit.frames import EncodedFrame, Picture

Pixels = npt.NDArray[np.uint8]


class Encoder(Protocol):
    bit_rate: int

    def encode(
        self, picture: Picture, keyframe: bool = False
    ) -> EncodedFrame | None: ...


def moving(pixels: Pixels, count: int, begin: float = 0.0) -> list[Picture]:
    """The picture as a camera at 30 frames a second sees it that turns slowly."""
    return [
        Picture(np.roll(pixels, 3 * number, axis=1), begin + number / 30)
        for number in range(count)
    ]


def encode(encoder: Encoder, picture: Picture, keyframe: bool = False) -> EncodedFrame:
    frame = encoder.encode(picture, keyframe)
    assert frame is not None
    return frame


def bits_a_second(frames: list[EncodedFrame]) -> float:
    return sum(8 * len(frame.data) for frame in frames) * 30 / len(frames)


def small_frames(encoder: Encoder) -> list[bytes]:
    """A keyframe and two later ones of 64×48 pixels."""
    noise = np.random.default_rng(7).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    return [encode(encoder, picture).data for picture in moving(noise, 3)]

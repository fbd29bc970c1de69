"""What is in a recording, read back by PyAV; and what goes into one in these tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from labkit.devices.paced import PacedCamera
from labkit.devices.recorder.layout import (
    HEIGHT,
    INSET_HEIGHT,
    INSET_WIDTH,
    MARGIN,
    WIDTH,
)

RATE = 48_000
BLUE, GREEN, RED = (200, 30, 30), (30, 200, 30), (30, 30, 200)


class PlainCamera(PacedCamera):
    """One colour, BGR."""

    def __init__(
        self, colour: tuple[int, int, int], size: tuple[int, int] = (640, 480)
    ):
        super().__init__("plain", *size, fps=30)
        self.colour = colour

    def draw(self, now: float) -> npt.NDArray[np.uint8]:
        return np.full((self.height, self.width, 3), self.colour, np.uint8)


@dataclass
class Recording:
    left: npt.NDArray[np.float32]
    right: npt.NDArray[np.float32]
    """One's own voice and the peer's: -1 to 1, from the beginning on."""
    times: list[float]
    pictures: list[npt.NDArray[np.uint8]]
    codecs: tuple[str, ...]

    @property
    def seconds(self) -> float:
        return max(len(self.left) / RATE, self.times[-1] if self.times else 0.0)

    def peer_colour(self, number: int = -1) -> tuple[float, ...]:
        middle = self.pictures[number][HEIGHT // 3, : WIDTH // 2]
        return tuple(middle.mean(axis=0))

    def own_colour(self, number: int = -1) -> tuple[float, ...]:
        across = WIDTH - MARGIN - INSET_WIDTH // 2
        down = HEIGHT - MARGIN - INSET_HEIGHT // 2
        inset = self.pictures[number][down - 20 : down + 20, across - 20 : across + 20]
        return tuple(inset.mean(axis=(0, 1)))


def read(path: Path) -> Recording:
    with av.open(str(path)) as file:
        codecs = tuple(stream.codec_context.name for stream in file.streams)
        times, pictures = [], []
        for frame in file.decode(video=0):
            times.append(frame.time)
            pictures.append(frame.to_ndarray(format="bgr24"))
    sound: list[npt.NDArray[np.float32]] = [np.zeros((2, 0), np.float32)]
    with av.open(str(path)) as file:
        sound += [frame.to_ndarray() for frame in file.decode(audio=0)]
    left, right = np.concatenate(sound, axis=1)
    return Recording(left, right, times, pictures, codecs)


def pitch(voice: npt.NDArray[np.float32]) -> float:
    """The strongest frequency of its last half second but the very end, in hertz."""
    heard = voice[-RATE * 6 // 10 : -RATE // 10]
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
    return float(np.argmax(spectrum)) * RATE / len(heard)


def is_like(colour: tuple[float, ...], wanted: tuple[int, int, int]) -> bool:
    return bool(np.abs(np.subtract(colour, wanted)).max() < 25)

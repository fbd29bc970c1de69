"""What arrived, told by ear and eye: the pitch of a tone, the colours of a picture.

    Stripes("blue", "yellow", "red")        a camera
    colours_of(pixels)                      ("blue", "yellow", "red")
    pitch_of(samples, 48000)                440.1

A call is proved by its media, not by its messages.

Notebook: 03-media.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from labkit.devices.base import Pixels, Samples
from labkit.devices.paced import PacedCamera

SILENCE = 100
"""What no sample of a tone stays below."""
COLOURS = {
    "blue": (255, 0, 0),
    "green": (0, 255, 0),
    "red": (0, 0, 255),
    "yellow": (0, 255, 255),
    "white": (255, 255, 255),
    "black": (0, 0, 0),
}
"""Blue, green, red, as OpenCV has it."""


class Stripes(PacedCamera):
    """A camera before upright stripes of these COLOURS, left to right."""

    def __init__(
        self, *colours: str, width: int = 320, height: int = 240, fps: float = 15
    ) -> None:
        super().__init__(" ".join(colours), width, height, fps)
        edges = np.linspace(0, width, len(colours) + 1, dtype=int)
        self._pixels = np.zeros((height, width, 3), np.uint8)
        for colour, left, right in zip(colours, edges, edges[1:], strict=False):
            self._pixels[:, left:right] = COLOURS[colour]

    def draw(self, now: float) -> Pixels:
        """The stripes, the same at any time."""
        return self._pixels.copy()


def pitch_of(samples: Samples, rate: int) -> float:
    """The strongest frequency in Hz, 0 of silence; `samples` int16, shape (n,)."""
    if len(samples) <= rate // 10 or np.abs(samples.astype(int)).max() < SILENCE:
        return 0.0
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    spectrum[: max(1, len(samples) * 50 // rate)] = 0  # the hum below 50 Hz
    return float(np.argmax(spectrum) * rate / len(samples))


def colours_of(pixels: Pixels, stripes: int = 3) -> tuple[str, ...]:
    """Which of COLOURS the middle of each stripe is nearest to, left to right."""
    height, width, _ = pixels.shape
    rows = slice(height // 4, height * 3 // 4)
    centres = [width * (2 * n + 1) // (2 * stripes) for n in range(stripes)]
    reach = max(1, width // (8 * stripes))
    return tuple(
        _nearest(pixels[rows, centre - reach : centre + reach].reshape(-1, 3))
        for centre in centres
    )


def _nearest(pixels: npt.NDArray[np.uint8]) -> str:
    mean = pixels.mean(axis=0)
    return min(COLOURS, key=lambda name: float(np.abs(mean - COLOURS[name]).sum()))

"""Words as pictures, with any letters: João is a user.

OpenCV's own letters know only ASCII; matplotlib, which the kit needs anyway, brings a
typeface with it.

Notebook: 03-media.
"""

from __future__ import annotations

import warnings
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from labkit.devices.base import Pixels

Ink = npt.NDArray[np.uint8]
"""How much ink is on each pixel, 0 to 255, shape (height, width)."""


@lru_cache(maxsize=512)
def lettered(text: str, height: int, bold: bool = True) -> Ink:
    """The text in letters of this height in pixels, for the body from `p` to `b`.

    All texts of one height share the place of the baseline.
    """
    # Imported late: 0.2 s that a phone with a real camera need not spend.
    import matplotlib
    from matplotlib.ft2font import FT2Font

    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    font = FT2Font(str(Path(matplotlib.get_data_path(), "fonts", "ttf", name)))
    font.set_size(height * 0.78, 72)  # the body, accents included, fits the height
    with warnings.catch_warnings():  # a letter that the typeface lacks becomes a box
        warnings.simplefilter("ignore")
        font.set_text(text)
    font.draw_glyphs_to_bitmap(antialiased=True)
    drawn = np.asarray(font.get_image(), np.uint8)
    baseline = round(height * 0.76)
    top = max(0, baseline - (drawn.shape[0] - round(font.get_descent() / 64)))
    ink = np.zeros((height, max(1, drawn.shape[1])), np.uint8)
    drawn = drawn[: height - top]
    ink[top : top + drawn.shape[0], : drawn.shape[1]] = drawn
    return ink


def fitted(text: str, height: int, width: int, bold: bool = True) -> Ink:
    """The text as `lettered`, smaller or cut with an ellipsis if wider than `width`."""
    for smaller in (height, height * 3 // 4):
        ink = lettered(text, max(6, smaller), bold)
        if ink.shape[1] <= width:
            return ink
    while len(text) > 1 and ink.shape[1] > width:
        text = text[:-1]
        ink = lettered(text + "…", ink.shape[0], bold)
    return ink[:, :width]


def stamp(
    pixels: Pixels, ink: Ink, x: int, y: int, colour: tuple[int, int, int]
) -> None:
    """Put ink of a colour (blue, green, red) on the picture, its corner at (x, y)."""
    height, width = ink.shape
    under = pixels[y : y + height, x : x + width]
    ink = ink[: under.shape[0], : under.shape[1]]
    weight = ink[..., None].astype(np.float32) / 255
    under[:] = np.round(under + (np.array(colour, np.float32) - under) * weight)

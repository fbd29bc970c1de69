"""A camera for a machine that has none: a moving test card with its owner's name.

What a call can do to a picture is seen on it: colour bars and a ramp of greys (colour,
contrast), a grid and a circle (sharpness, shape), a waving figure and a dot that runs
round once in two seconds (smoothness, freezes), a clock to compare two screens by, and
the time of capture in black and white squares for programs (`timestamp`).

What stands still is drawn once; a picture is a copy of it with the moving parts added.

Notebook: 03-media.
"""

from __future__ import annotations

import math
import time

import cv2
import numpy as np

from labkit.devices import timestamp
from labkit.devices.base import Pixels
from labkit.devices.figure import HAIRCUTS, Figure
from labkit.devices.lettering import fitted, lettered, stamp
from labkit.devices.likeness import trait
from labkit.devices.paced import PacedCamera
from labkit.devices.paint import (
    BARS,
    LINE,
    NIGHT,
    PALETTE,
    PAPER,
    Point,
    box,
    disc,
    mixed,
    plate,
    ring,
)
from labkit.errors import DeviceError

SMALLEST, LARGEST = (160, 120), (1920, 1080)
LAP = 2.0
"""Seconds in which the dot runs round the circle."""
_FINER = 3
"""What stands still is drawn this many times larger, then shrunk: smooth edges."""


class TestCard(PacedCamera):
    """A synthetic camera, from 160×120 to 1920×1080 (sides multiples of 8).

    Raises DeviceError for a size or a rate that it cannot have.
    """

    __test__ = False  # not a test, whatever pytest makes of the name

    def __init__(
        self,
        width: int = 640,
        height: int = 480,
        fps: float = 30,
        label: str = "alice",
    ) -> None:
        _check(width, height, fps)
        super().__init__(label, width, height, fps)
        self.colour = PALETTE[trait(label, "colour", len(PALETTE))]
        self._scale = min(width / 640, height / 480)
        self._radius = 168 * self._scale
        self._centre = (width / 2, self._down(222))
        self._figure = Figure(
            *self._centre,
            self._radius,
            shirt=mixed(self.colour, NIGHT, 0.35),
            haircut=trait(label, "hair", HAIRCUTS),
        )
        self._still = self._draw_still()
        self._digits, self._clock_at = self._lay_out_clock()

    def draw(self, now: float) -> Pixels:
        """The card at the time `now`: uint8, (height, width, 3), BGR."""
        pixels = self._still.copy()
        self._figure.draw_moving(pixels, now)
        turn = 2 * math.pi * (now / LAP % 1 - 0.25)
        disc(pixels, self._on_circle(turn, 1.0), 0.05 * self._radius, PAPER)
        self._draw_clock(pixels, now)
        timestamp.draw(pixels, now)
        return pixels

    def _down(self, y: float) -> float:
        """Where line y of the drawing, which is 480 lines high, is on this card."""
        return self.height / 2 + (y - 240) * self._scale

    def _on_circle(self, turn: float, part: float) -> Point:
        x, y = self._centre
        size = self._radius * part
        return x + size * math.cos(turn), y + size * math.sin(turn)

    def _draw_still(self) -> Pixels:
        pixels = np.empty((self.height, self.width, 3), np.uint8)
        pixels[:] = NIGHT
        self._draw_grid(pixels)
        self._draw_columns(pixels)
        pixels = np.repeat(np.repeat(pixels, _FINER, axis=0), _FINER, axis=1)
        self._draw_portrait(pixels)
        self._draw_plate(pixels)
        size = (self.width, self.height)
        still = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
        self._draw_words(still)
        return still

    def _draw_grid(self, pixels: Pixels) -> None:
        step = 40 * self._scale
        for line in np.arange(self._centre[1] % step, self.height - 1, step):
            pixels[round(line)] = LINE
        for line in np.arange(self._centre[0] % step, self.width - 1, step):
            pixels[:, round(line)] = LINE

    def _draw_columns(self, pixels: Pixels) -> None:
        """Colour bars on the left, greys from white to black on the right."""
        scale = self._scale
        top, tall = self._down(54), 318 * scale
        left, wide, edge = 28 * scale, 80 * scale, 2 * scale
        greys = [(grey, grey, grey) for grey in range(255, -1, -24)]
        for inks, x in ((BARS, left), (greys, self.width - left - wide)):
            box(pixels, x - edge, top - edge, wide + 2 * edge, tall + 2 * edge, PAPER)
            each = tall / len(inks)
            for number, ink in enumerate(inks):
                box(pixels, x, top + number * each, wide, each, ink)

    def _draw_portrait(self, pixels: Pixels) -> None:
        """The disc in the owner's colour, the person in it, and the circle around."""
        x, y = (place * _FINER for place in self._centre)
        radius = self._radius * _FINER
        scene = np.empty_like(pixels)
        scene[:] = mixed(self.colour, PAPER, 0.25)
        halo = mixed(self.colour, PAPER, 0.5)
        disc(scene, (x, y - 0.18 * radius), 0.62 * radius, halo)
        self._figure.scaled(_FINER).draw_still(scene)
        inside = np.zeros(pixels.shape, np.uint8)
        disc(inside, (x, y), radius, (1, 1, 1))
        np.copyto(pixels, scene, where=inside.astype(bool))
        ring(pixels, (x, y), radius, PAPER, 0.03 * radius)

    def _draw_plate(self, pixels: Pixels) -> None:
        scale = self._scale * _FINER
        x, y = 28 * scale, self._down(386) * _FINER
        width = self.width * _FINER - 2 * x
        plate(pixels, x, y, width, 62 * scale, mixed(NIGHT, (0, 0, 0), 0.35))

    def _draw_words(self, pixels: Pixels) -> None:
        scale = self._scale
        name = fitted(self.name, round(50 * scale), round(self.width - 330 * scale))
        middle = round(self._down(417) - name.shape[0] / 2)
        stamp(pixels, name, round(62 * scale), middle, PAPER)
        box(pixels, 42 * scale, self._down(398), 8 * scale, 38 * scale, self.colour)
        if scale < 0.45:  # too small to read
            return
        facts = f"{self.width}×{self.height}, {self.fps:g}/s"
        for text, right in (("labkit", False), (facts, True)):
            ink = lettered(text, max(9, round(17 * scale)), bold=False)
            x = self.width - 28 * scale - ink.shape[1] if right else 28 * scale
            stamp(pixels, ink, round(x), round(self._down(28)), PAPER)

    def _lay_out_clock(self) -> tuple[dict[str, Pixels], tuple[int, int]]:
        """A ready-made tile for each character of the clock, and where it begins."""
        size = max(9, round(36 * self._scale))
        y = round(self._down(400))
        ground = self._still[y, self.width // 2]
        inks = {sign: lettered(sign, size, bold=False) for sign in "0123456789:."}
        wide = max(ink.shape[1] for ink in inks.values()) + max(1, size // 16)
        tiles: dict[str, Pixels] = {}
        for sign, ink in inks.items():
            across = wide if sign.isdigit() else round(wide * 0.6)
            tile = np.empty((size, across, 3), np.uint8)
            tile[:] = ground
            stamp(tile, ink, max(0, (across - ink.shape[1]) // 2), 0, PAPER)
            tiles[sign] = tile
        width = sum(tiles[sign].shape[1] for sign in _clock_words(0.0))
        return tiles, (round(self.width - 46 * self._scale - width), y)

    def _draw_clock(self, pixels: Pixels, now: float) -> None:
        x, y = self._clock_at
        for sign in _clock_words(now):
            tile = self._digits[sign]
            height, width = tile.shape[:2]
            pixels[y : y + height, x : x + width] = tile
            x += width


def _clock_words(now: float) -> str:
    """The local time of day to the hundredth of a second."""
    hundredths = int(now * 100) % 100
    return time.strftime("%H:%M:%S", time.localtime(now)) + f".{hundredths:02}"


def _check(width: int, height: int, fps: float) -> None:
    least, most = SMALLEST, LARGEST
    fits = least[0] <= width <= most[0] and least[1] <= height <= most[1]
    if not fits or width % 8 or height % 8:
        raise DeviceError(
            f"a test card of {width}×{height} cannot be: choose sides that are "
            f"multiples of 8, from {least[0]}×{least[1]} to {most[0]}×{most[1]}"
        )
    if not 0 < fps <= 120:
        raise DeviceError(f"a test card shows up to 120 pictures a second, not {fps:g}")

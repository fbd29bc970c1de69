"""The little person on the test card, who waves and blinks.

All measures are parts of `size`, the radius of the disc that the person stands in;
(x, y) is the centre of that disc.

Notebook: 03-media.
"""

from __future__ import annotations

import math

from labkit.devices.base import Pixels
from labkit.devices.paint import (
    HAIR,
    INK,
    PAPER,
    SKIN,
    Colour,
    Point,
    arc,
    disc,
    mixed,
    stroke,
)

HAIRCUTS = 4
WAVE = 1.5
"""Seconds a wave of the hand takes."""
BLINK = 3.6
"""Seconds from one blink to the next."""


class Figure:
    """One person, by the colour of the shirt and the haircut."""

    def __init__(self, x: float, y: float, size: float, shirt: Colour, haircut: int):
        self._x = x
        self._y = y
        self._size = size
        self._shirt = shirt
        self._haircut = haircut

    def scaled(self, factor: int) -> Figure:
        """The same person on a picture `factor` times as large."""
        return Figure(
            self._x * factor,
            self._y * factor,
            self._size * factor,
            self._shirt,
            self._haircut,
        )

    def _at(self, right: float, down: float) -> Point:
        return self._x + right * self._size, self._y + down * self._size

    def draw_still(self, pixels: Pixels) -> None:
        """What does not move: body, head, hair, smile."""
        size, head = self._size, self._at(0, -0.18)
        if self._haircut == 0:  # long
            stroke(
                pixels, self._at(-0.27, -0.2), self._at(-0.3, 0.22), HAIR, 0.26 * size
            )
            stroke(pixels, self._at(0.27, -0.2), self._at(0.3, 0.22), HAIR, 0.26 * size)
        if self._haircut == 2:  # a bun
            disc(pixels, self._at(0, -0.68), 0.15 * size, HAIR)
        shade = mixed(SKIN, INK, 0.18)
        arc(
            pixels,
            self._at(0, 1.0),
            (0.62 * size, 0.66 * size),
            (180, 360),
            self._shirt,
        )
        stroke(pixels, self._at(0, 0.05), self._at(0, 0.34), shade, 0.24 * size)
        disc(pixels, self._at(-0.345, -0.16), 0.075 * size, shade)
        disc(pixels, self._at(0.345, -0.16), 0.075 * size, shade)
        disc(pixels, head, 0.36 * size, SKIN)
        self._draw_hair(pixels)
        arc(
            pixels,
            self._at(0, -0.1),
            (0.15 * size, 0.12 * size),
            (20, 160),
            INK,
            0.035 * size,
        )
        for side in (-1, 1):
            cheek = mixed(SKIN, (110, 110, 240), 0.35)
            disc(pixels, self._at(side * 0.23, -0.07), 0.055 * size, cheek)

    def _draw_hair(self, pixels: Pixels) -> None:
        size = self._size
        if self._haircut in (0, 2):  # parted in the middle
            arc(pixels, self._at(0, -0.2), (0.38 * size, 0.38 * size), (180, 360), HAIR)
            arc(
                pixels, self._at(0, -0.12), (0.27 * size, 0.26 * size), (180, 360), SKIN
            )
        elif self._haircut == 1:  # short, with a quiff
            arc(
                pixels, self._at(0, -0.22), (0.38 * size, 0.35 * size), (180, 360), HAIR
            )
            arc(pixels, self._at(0, -0.2), (0.3 * size, 0.17 * size), (180, 360), SKIN)
            stroke(
                pixels, self._at(-0.16, -0.48), self._at(0.2, -0.55), HAIR, 0.17 * size
            )
        else:  # curls
            for turn in range(9):
                angle = math.pi * (1.06 + turn * 0.11)
                curl = (0.33 * math.cos(angle), -0.22 + 0.33 * math.sin(angle))
                disc(pixels, self._at(*curl), 0.13 * size, HAIR)

    def draw_moving(self, pixels: Pixels, now: float) -> None:
        """The waving arm and the eyes at the time `now`."""
        size = self._size
        swing = math.sin(2 * math.pi * now / WAVE)
        angle = math.radians(-78 + 24 * swing)
        shoulder, elbow = self._at(0.44, 0.68), self._at(0.7, 0.47)
        wrist, hand, thumb = (
            self._at(0.7 + far * math.cos(turn), 0.47 + far * math.sin(turn))
            for far, turn in ((0.36, angle), (0.47, angle), (0.48, angle - 0.27))
        )
        sleeve = mixed(self._shirt, PAPER, 0.14)
        stroke(pixels, elbow, wrist, SKIN, 0.13 * size)
        stroke(pixels, shoulder, elbow, sleeve, 0.2 * size)
        stroke(pixels, wrist, thumb, SKIN, 0.06 * size)
        disc(pixels, hand, 0.105 * size, SKIN)
        self._draw_eyes(pixels, now)

    def _draw_eyes(self, pixels: Pixels, now: float) -> None:
        closed = now % BLINK < 0.13
        glance = 0.02 * math.sin(2 * math.pi * now / 5.0)
        for side in (-0.13, 0.13):
            if closed:
                left, right = self._at(side - 0.05, -0.19), self._at(side + 0.05, -0.19)
                stroke(pixels, left, right, INK, 0.03 * self._size)
            else:
                disc(pixels, self._at(side + glance, -0.2), 0.05 * self._size, INK)

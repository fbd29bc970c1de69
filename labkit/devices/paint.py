"""Colours, and OpenCV's shapes at fractions of a pixel.

Notebook: 03-media.
"""

from __future__ import annotations

from typing import TypeAlias

import cv2

from labkit.devices.base import Pixels

Colour: TypeAlias = tuple[int, int, int]
"""Blue, green, red: 0 to 255 each, as OpenCV has it."""
Point: TypeAlias = tuple[float, float]
"""x to the right, y downwards, in pixels."""

_BITS = 4
_PART = 1 << _BITS
"""OpenCV takes coordinates in 1/16 of a pixel, so slow movements do not jump."""


def colour(code: str) -> Colour:
    """From the web's `rrggbb`."""
    red, green, blue = bytes.fromhex(code)
    return blue, green, red


# Okabe & Ito (2008): colours that people with any colour vision tell apart.
PALETTE = [
    colour(code)
    for code in ("009e73", "cc79a7", "c9b400", "0072b2", "56b4e9", "d55e00", "e69f00")
]
BARS = [
    colour(code)
    for code in ("ebebeb", "ebeb10", "10ebeb", "10eb10", "eb10eb", "eb1010", "1010eb")
]
NIGHT, LINE, PAPER = colour("1d232b"), colour("3b4652"), colour("f4f1ea")
SKIN, HAIR, INK = colour("ffd08a"), colour("45302a"), colour("2b2118")


def mixed(one: Colour, other: Colour, part: float) -> Colour:
    """`part` of the way from one colour to the other."""
    blue, green, red = (
        round(a + (b - a) * part) for a, b in zip(one, other, strict=True)
    )
    return blue, green, red


def _fine(point: Point) -> tuple[int, int]:
    return round(point[0] * _PART), round(point[1] * _PART)


def disc(pixels: Pixels, centre: Point, radius: float, ink: Colour) -> None:
    """A filled circle."""
    size = round(radius * _PART)
    cv2.circle(pixels, _fine(centre), size, ink, -1, cv2.LINE_AA, _BITS)


def ring(
    pixels: Pixels, centre: Point, radius: float, ink: Colour, width: float
) -> None:
    """A circle's line."""
    size = round(radius * _PART)
    thick = max(1, round(width))
    cv2.circle(pixels, _fine(centre), size, ink, thick, cv2.LINE_AA, _BITS)


def stroke(pixels: Pixels, start: Point, end: Point, ink: Colour, width: float) -> None:
    """A straight line with round ends."""
    thick = max(1, round(width))
    cv2.line(pixels, _fine(start), _fine(end), ink, thick, cv2.LINE_AA, _BITS)


def arc(
    pixels: Pixels,
    centre: Point,
    radii: Point,
    degrees: tuple[float, float],
    ink: Colour,
    width: float = -1,
) -> None:
    """Part of an ellipse, clockwise from the right; filled if `width` is −1."""
    thick = -1 if width < 0 else max(1, round(width))
    cv2.ellipse(
        pixels, _fine(centre), _fine(radii), 0, *degrees, ink, thick, cv2.LINE_AA, _BITS
    )


def box(
    pixels: Pixels, x: float, y: float, width: float, height: float, ink: Colour
) -> None:
    """A filled rectangle."""
    pixels[round(y) : round(y + height), round(x) : round(x + width)] = ink


def plate(
    pixels: Pixels, x: float, y: float, width: float, height: float, ink: Colour
) -> None:
    """A filled rectangle with round corners."""
    r = height / 4
    box(pixels, x + r, y, width - 2 * r, height, ink)
    box(pixels, x, y + r, width, height - 2 * r, ink)
    for corner_x in (x + r, x + width - r - 1):
        for corner_y in (y + r, y + height - r - 1):
            disc(pixels, (corner_x, corner_y), r, ink)

"""Colours that stand on light and on dark and are told apart with any colour vision."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from labkit.plots.breakdown import STAGES
from labkit.plots.buffers import RULES
from labkit.plots.style import INK, LOOKS, PALETTE, contrast, ink_on
from labkit.plots.treatments import KNOWN, looks

GROUNDS = ("#ffffff", "#111111")
# Machado, Oliveira, Fernandes 2009, severity 1.0, on linear RGB.
VISION = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
TO_XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)


def lab(colour: str, vision: np.ndarray) -> np.ndarray:
    """CIELAB of a colour as it is seen."""
    rgb = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(vision @ linear, 0, 1) / np.array([0.9505, 1, 1.089])
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("colour", [INK, *PALETTE])
def test_every_colour_stands_on_light_and_on_dark(colour: str, ground: str) -> None:
    assert contrast(colour, ground) >= 3.0  # WCAG 1.4.11, 1.4.3 large print


@pytest.mark.parametrize("vision", VISION)
def test_any_two_colours_are_told_apart(vision: str) -> None:
    for one, other in itertools.combinations([INK, *PALETTE], 2):
        seen = [lab(colour, VISION[vision]) for colour in (one, other)]
        # 2.3 is just noticed; ten of these lie some seven steps apart.
        assert np.linalg.norm(seen[0] - seen[1]) >= 15, f"{one} and {other}"


def test_the_measure_of_contrast_is_that_of_the_web() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("colour", PALETTE)
def test_words_on_a_filled_bar_are_readable(colour: str) -> None:
    assert contrast(ink_on(colour), colour) >= 4.5


@pytest.mark.parametrize(
    "family", [LOOKS, tuple(KNOWN.values()), tuple(RULES.values())]
)
def test_without_colours_every_series_still_has_a_mark_of_its_own(
    family: tuple,
) -> None:
    marks = [(look.marker, look.dash) for look in family]
    assert len(set(marks)) == len(marks)


def test_stages_of_one_colour_differ_in_their_hatching() -> None:
    drawn = [(stage.colour, stage.hatch) for stage in STAGES.values()]
    assert len(set(drawn)) == len(drawn)


def test_a_treatment_of_ones_own_gets_a_look_that_nobody_has() -> None:
    given = looks(["RED-2", "mine", "yours"])
    assert given["mine"] != given["yours"]
    assert not {given["mine"], given["yours"]} & set(KNOWN.values())

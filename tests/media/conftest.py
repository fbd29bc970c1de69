"""Real-looking input for codecs and payloads: one picture, one voice."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest


@pytest.fixture(scope="session")
def pixels() -> npt.NDArray[np.uint8]:
    """640×480, BGR: soft colours, sharp edges, lettering and a camera's noise."""
    rows, columns = np.mgrid[0:480, 0:640]
    picture = np.stack(
        (columns * 255 // 640, rows * 255 // 480, 255 - columns * 200 // 640), axis=-1
    ).astype(np.uint8)
    cv2.circle(picture, (320, 240), 120, (40, 60, 200), -1)
    cv2.putText(picture, "labkit", (60, 90), cv2.FONT_HERSHEY_SIMPLEX, 2, (255,) * 3, 4)
    noise = np.random.default_rng(2435).normal(0, 3, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


@pytest.fixture(scope="session")
def voice() -> npt.NDArray[np.int16]:
    """Two seconds of something like a vowel, 48 kHz mono, a fundamental of 140 Hz."""
    time = np.arange(96_000) / 48_000
    vowel = sum(np.sin(2 * np.pi * 140 * n * time + n) / n for n in range(1, 16))
    loudness = 0.6 + 0.4 * np.sin(2 * np.pi * 3 * time)
    return np.round(8_000 * vowel * loudness / 2).astype(np.int16)

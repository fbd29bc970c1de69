"""The scores of sound and picture: the original is best, and loss costs."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest


def lossy(said: np.ndarray, share: float) -> np.ndarray:
    random, heard = Random(3), said.copy()
    for first in range(0, len(heard), 160):
        if random.random() < share:
            heard[first : first + 160] = 0
    return heard


def test_a_voice_is_best_unharmed_and_worse_the_more_is_missing(bench, human_voice):
    pytest.importorskip("pesq")
    quality = bench("loss_quality")
    said = quality.voice()
    assert len(said) >= 8 * quality.NARROW
    scores = [quality.pesq_nb(said, lossy(said, share)) for share in (0.0, 0.1, 0.3)]
    assert scores[0] == pytest.approx(4.55, abs=0.01)
    assert scores[0] > scores[1] > scores[2]
    with pytest.raises(ValueError, match="too little"):
        quality.pesq_nb(said[:8000], said[:8000])


def test_a_picture_is_most_like_itself(bench, carphone_clip):
    quality = bench("loss_quality")
    first, *_, last = quality.clip(30)
    assert first.shape == (144, 176, 3)
    assert quality.ssim(first, first) == 1.0
    assert quality.ssim(first, last) < 0.95

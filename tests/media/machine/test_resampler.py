"""Devices and codecs of different sampling rates understand one another."""

from __future__ import annotations

import numpy as np
import pytest

from labkit.frames import Sound
from labkit.media.machine.resampler import Resampler


@pytest.mark.parametrize(("rate", "wanted"), [(44_100, 48_000), (48_000, 8_000)])
def test_a_tone_keeps_its_pitch_and_its_length(rate, wanted):
    resampler, tone = Resampler(), 600
    block = rate // 50
    heard = []
    for number in range(100):
        times = (np.arange(block) + number * block) / rate
        samples = (10_000 * np.sin(2 * np.pi * tone * times)).astype(np.int16)
        heard.append(resampler.samples(samples, rate, wanted))
    sound = np.concatenate(heard)
    assert abs(len(sound) - 2 * wanted) <= wanted // 50
    spectrum = np.abs(np.fft.rfft(sound[:wanted].astype(float)))
    assert abs(int(np.argmax(spectrum)) - tone) <= 1


def test_sound_that_has_the_rate_already_is_passed_on_as_it_is():
    sound = Sound(np.arange(10, dtype=np.int16), 48_000, 1.0)
    assert Resampler().sound(sound, 48_000) is sound

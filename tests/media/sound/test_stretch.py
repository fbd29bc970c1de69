"""Sound made longer and shorter keeps its pitch, and its seams cannot be heard."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.media.sound.likeness import repetition
from labkit.media.sound.stretch import is_quiet, padded, stretched
from tests.media.machine.hearing import tone


def pitch_of(samples: np.ndarray, rate: int) -> float:
    spectrum = np.abs(np.fft.rfft(samples.astype(float) * np.hanning(len(samples))))
    return float(np.argmax(spectrum)) * rate / len(samples)


@pytest.mark.parametrize("rate", [8_000, 48_000])
@pytest.mark.parametrize("pitch", [95, 130, 200, 320])
def test_sound_repeats_itself_after_one_pitch_period_or_some(rate, pitch):
    lag, likeness = repetition(
        tone(0.035, pitch, rate), rate, round(0.0025 * rate), round(0.0125 * rate)
    )
    periods = lag * pitch / rate
    assert periods >= 0.9
    assert abs(periods - round(periods)) <= 0.05
    assert likeness > 0.97


@pytest.mark.parametrize("rate", [8_000, 48_000])
@pytest.mark.parametrize("seconds", [-0.010, 0.010])
def test_a_vowel_changes_its_length_and_keeps_its_pitch(rate, seconds):
    frame = rate // 50
    sound = tone(2.0, 200, rate)
    pieces = [
        stretched(sound[at : at + frame], rate, seconds)
        for at in range(0, len(sound), frame)
    ]
    changed = np.concatenate(pieces)
    share = len(changed) / len(sound)
    assert 1.1 <= share <= 1.6 if seconds > 0 else 0.4 <= share <= 0.9
    assert abs(pitch_of(changed, rate) - 200) <= 2


@pytest.mark.parametrize("seconds", [-0.010, 0.010])
def test_the_seams_are_no_steeper_than_the_sound_itself(seconds):
    sound = tone(1.0, 173)
    pieces = [
        stretched(sound[at : at + 160], 8_000, seconds) for at in range(0, 8_000, 160)
    ]
    steepest = np.abs(np.diff(sound.astype(int))).max()
    assert np.abs(np.diff(np.concatenate(pieces).astype(int))).max() <= 1.1 * steepest


def test_a_pause_is_changed_by_exactly_as_much_as_is_wanted():
    pause = np.random.default_rng(1).integers(-40, 40, 160).astype(np.int16)
    assert is_quiet(pause)
    assert len(stretched(pause, 8_000, -0.003)) == 160 - 24
    assert len(stretched(pause, 8_000, 0.001)) == 160 + 8


def test_noise_that_can_be_heard_is_left_as_it_is():
    noise = np.random.default_rng(1).integers(-9_000, 9_000, 160).astype(np.int16)
    assert stretched(noise, 8_000, 0.005) is noise


def test_between_words_only_words_are_left_as_they_are():
    word = tone(0.020)
    assert padded(word, 8_000, 0.005) is word
    assert len(padded(np.zeros(160, np.int16), 8_000, 0.005)) == 200


@given(
    st.lists(st.integers(-32_768, 32_767), min_size=1, max_size=300),
    st.floats(-0.05, 0.05),
    st.sampled_from([8_000, 16_000, 48_000]),
)
def test_whatever_the_sound_is_it_is_never_made_shorter_by_more_than_allowed(
    values, seconds, rate
):
    sound = np.array(values, np.int16)
    changed = stretched(sound, rate, seconds)
    assert changed.dtype == np.int16
    if seconds >= 0:
        assert len(sound) <= len(changed) <= 2 * len(sound)
    else:
        assert len(sound) - round(-seconds * rate) <= len(changed) <= len(sound)

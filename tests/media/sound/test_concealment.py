"""Where sound is missing: nothing, the last of it again, or its pitch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.media.sound.concealment import (
    PitchConcealment,
    RepeatConcealment,
    concealment_for,
)
from tests.media.machine.hearing import tone

WAYS = ("silence", "repeat", "pitch")
RATE, FRAME = 8_000, 160


def heard(way: str, sound: np.ndarray, lost: set[int]) -> np.ndarray:
    """The sound with some of its frames of 20 ms missing."""
    hide = concealment_for(way)
    return np.concatenate([
        hide.missing(FRAME, RATE)
        if number in lost
        else hide.heard(sound[number * FRAME : (number + 1) * FRAME], RATE)
        for number in range(len(sound) // FRAME)
    ])  # fmt: skip


def error(way: str, sound: np.ndarray, lost: set[int]) -> float:
    """What is wrong with it, as a share of the sound's own energy in the gaps."""
    gaps = np.concatenate([np.arange(n * FRAME, (n + 1) * FRAME) for n in lost])
    wrong = heard(way, sound, lost)[gaps].astype(float) - sound[gaps]
    return float(np.sum(wrong**2) / np.sum(sound[gaps].astype(float) ** 2))


@pytest.mark.parametrize("pitch", [103, 147, 210, 333])
def test_a_vowel_with_a_gap_is_best_hidden_by_its_pitch(pitch):
    sound, lost = tone(1.0, pitch), {10, 20, 30, 40}
    assert error("silence", sound, lost) == pytest.approx(1.0)
    assert error("pitch", sound, lost) <= 0.1
    assert error("pitch", sound, lost) < error("repeat", sound, lost)


def test_the_joints_of_a_pitch_are_no_steeper_than_the_sound_itself():
    sound = tone(1.0, 147)
    steepest = np.abs(np.diff(sound.astype(int))).max()
    made = heard("pitch", sound, {10, 20, 21, 30, 31, 32})
    assert np.abs(np.diff(made.astype(int))).max() <= 1.3 * steepest


@pytest.mark.parametrize("way", ["repeat", "pitch"])
def test_what_is_made_up_fades_and_is_silent_after_60_ms(way):
    hide = concealment_for(way)
    for at in range(0, 1600, FRAME):
        hide.heard(tone(0.2)[at : at + FRAME], RATE)
    loud, silent = [], []
    for _ in range(5):
        loud.append(int(np.abs(hide.missing(FRAME, RATE)).max()))
        silent.append(hide.silent)
    assert loud[0] > loud[1] > loud[2] > 0
    assert loud[3] == loud[4] == 0
    assert silent == [False, False, False, True, True]


def test_the_first_10_ms_of_a_pitch_are_as_loud_as_before():
    hide, sound = PitchConcealment(), tone(0.2)
    for at in range(0, 1600, FRAME):
        hide.heard(sound[at : at + FRAME], RATE)
    made = hide.missing(FRAME, RATE)[:80].astype(float)
    assert np.std(made) == pytest.approx(np.std(sound.astype(float)), rel=0.05)


def test_real_sound_fades_in_over_the_pitch_that_goes_on_below_it():
    hide, sound = PitchConcealment(), tone(0.2)
    for at in range(0, 1600, FRAME):
        hide.heard(sound[at : at + FRAME], RATE)
    hide.missing(FRAME, RATE)
    back = np.full(FRAME, 5_000, np.int16)
    joined = hide.heard(back, RATE)
    assert joined[0] != 5_000
    assert (joined[-80:] == 5_000).all()


@pytest.mark.parametrize("way", WAYS)
def test_without_any_sound_before_it_what_is_missing_is_silent(way):
    hide = concealment_for(way)
    assert not hide.missing(FRAME, RATE).any()
    assert hide.silent


def test_the_last_frame_is_repeated_from_its_beginning():
    hide = RepeatConcealment()
    hide.heard(np.full(FRAME, 1000, np.int16), RATE)
    made = hide.missing(FRAME, RATE)
    assert made[0] == 1000
    assert made[-1] == pytest.approx(1000 * (1 - 159 / 480), abs=1)


@given(
    st.sampled_from(WAYS),
    st.lists(st.tuples(st.booleans(), st.integers(1, 400)), max_size=30),
    st.randoms(use_true_random=False),
)
def test_whatever_comes_and_whatever_does_not_the_counts_are_right(way, steps, random):
    hide = concealment_for(way)
    for missing, count in steps:
        if missing:
            made = hide.missing(count, RATE)
        else:
            values = [random.randrange(-32_768, 32_768) for _ in range(count)]
            made = hide.heard(np.array(values, np.int16), RATE)
        assert len(made) == count
        assert made.dtype == np.int16

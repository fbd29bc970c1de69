"""A voice on the recording's time: joined, silent where nothing came, never twice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.devices.recorder.voice_track import MOST_AHEAD, RATE, VoiceTrack
from labkit.frames import Sound

BEGIN = 1000.0
BLOCK = 960


def stretch(value: int, at: float, rate: int = RATE, seconds: float = 0.02) -> Sound:
    """A stretch of a constant value, captured `at` seconds after the beginning."""
    return Sound(np.full(round(rate * seconds), value, np.int16), rate, BEGIN + at)


def laid(*sounds: Sound, seconds: float) -> list[int]:
    track = VoiceTrack(BEGIN)
    for sound in sounds:
        track.put(sound)
    return [int(value) for value in track.take(round(seconds * RATE))]


def test_stretches_that_waver_are_joined_without_a_seam() -> None:
    heard = laid(
        *(stretch(n + 1, 0.02 * n + 0.003 * (-1) ** n) for n in range(5)), seconds=0.1
    )
    assert heard == [n + 1 for n in range(5) for _ in range(BLOCK)]


def test_where_nothing_came_is_silence() -> None:
    heard = laid(stretch(1, 0.0), stretch(2, 0.5), seconds=0.52)
    assert heard == [1] * BLOCK + [0] * (round(0.48 * RATE)) + [2] * BLOCK


def test_it_may_begin_late() -> None:
    assert laid(stretch(7, 1.0), seconds=1.02) == [0] * RATE + [7] * BLOCK


def test_what_was_there_already_is_not_laid_twice() -> None:
    whole = stretch(1, 0.0, seconds=0.5)
    heard = laid(whole, stretch(2, 0.3, seconds=0.3), seconds=0.7)
    assert heard.count(1) == round(0.5 * RATE)
    assert heard.count(2) == round(0.1 * RATE)


def test_what_comes_after_its_time_was_taken_is_cut_or_left_out() -> None:
    track = VoiceTrack(BEGIN)
    assert not track.take(RATE).any()
    track.put(stretch(1, 0.0))
    track.put(stretch(2, 0.9, seconds=0.2))
    assert [*track.take(2 * BLOCK)].count(2) == 2 * BLOCK
    assert [*track.take(RATE)].count(2) == round(0.1 * RATE) - 2 * BLOCK


def test_a_time_in_the_far_future_is_not_believed() -> None:
    track = VoiceTrack(BEGIN)
    track.put(stretch(1, 1e9))
    track.put(stretch(2, 0.0))
    assert track.take(BLOCK).tolist() == [2] * BLOCK
    assert not track.take(MOST_AHEAD).any()


@pytest.mark.parametrize("rate", [8000, 16_000, 24_000, 48_000])
def test_a_tone_of_any_rate_keeps_its_pitch_and_its_length(rate: int) -> None:
    at = np.arange(rate) / rate
    tone = (10_000 * np.sin(2 * np.pi * 500 * at)).astype(np.int16)
    track = VoiceTrack(BEGIN)
    for begin in range(0, rate, rate // 50):
        track.put(Sound(tone[begin : begin + rate // 50], rate, BEGIN + begin / rate))
    heard = track.take(RATE)
    wanted = 10_000 * np.sin(2 * np.pi * 500 * np.arange(RATE) / RATE)
    late = round(RATE / rate) - 1  # a line reaches a sample when that sample comes
    apart = heard[late:].astype(float) - wanted[: RATE - late]
    assert np.sqrt(np.mean(apart**2)) < 600


@given(
    st.lists(
        st.tuples(
            st.floats(-2, 8), st.sampled_from([8000, 48_000]), st.integers(0, 960)
        ),
        max_size=30,
    )
)
def test_whatever_comes_every_sample_is_given_once(
    stretches: list[tuple[float, int, int]],
) -> None:
    track = VoiceTrack(BEGIN)
    for at, rate, count in stretches:
        track.put(Sound(np.full(count, 9, np.int16), rate, BEGIN + at))
        assert len(track.take(BLOCK)) == BLOCK

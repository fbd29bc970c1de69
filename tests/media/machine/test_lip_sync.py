"""Sound and picture together: a loop of machine and buffers, on virtual time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.media.machine.lip_sync import EARLY, LATE, MOST_HELD, PACE, LipSync


def play(
    sync: LipSync, audio: float | None, video: float | None, begin: float, seconds: int
) -> None:
    """Sound and picture are so many seconds old, and the holds are obeyed."""
    for tick in range(seconds * 100):
        now = begin + tick / 100
        if audio is not None and tick % 2 == 0:
            sync.audio(now - audio - sync.hold_audio, now)
        if video is not None and tick % 3 == 0:
            sync.video(now - video - sync.hold_video, now)


def test_sound_that_is_early_is_held_until_the_picture_is_there():
    sync = LipSync()
    play(sync, 0.060, 0.200, 100.0, 1)
    assert sync.noticed
    assert sync.skew == pytest.approx(0.140, abs=0.025)
    play(sync, 0.060, 0.200, 101.0, 10)
    assert not sync.noticed
    assert abs(sync.skew) <= 0.011
    assert sync.hold_audio == pytest.approx(0.140, abs=0.020)
    assert sync.hold_video == 0.0


def test_a_picture_that_is_early_is_held_until_the_sound_is_there():
    sync = LipSync()
    play(sync, 0.300, 0.040, 100.0, 20)
    assert abs(sync.skew) <= 0.011
    assert sync.hold_video == pytest.approx(0.260, abs=0.020)
    assert sync.hold_audio == 0.0


@pytest.mark.parametrize("skew", [EARLY - 0.005, 0.0, -LATE + 0.005])
def test_what_nobody_notices_costs_no_latency(skew):
    sync = LipSync()
    play(sync, 0.200, 0.200 + skew, 100.0, 10)
    assert (sync.hold_audio, sync.hold_video) == (0.0, 0.0)


def test_a_hold_that_is_needed_no_more_is_let_go_before_the_other_is_held():
    sync = LipSync()
    play(sync, 0.060, 0.200, 100.0, 12)
    held = sync.hold_audio
    play(sync, 0.060 + 0.200, 0.200, 112.0, 20)
    assert sync.hold_audio < held
    assert min(sync.hold_audio, sync.hold_video) == 0.0
    assert not sync.noticed


def test_holds_change_slowly():
    sync = LipSync()
    play(sync, 0.060, 0.400, 100.0, 1)
    before = sync.hold_audio
    play(sync, 0.060, 0.400, 101.0, 1)
    assert sync.hold_audio - before <= PACE * 1.01


def test_when_the_picture_is_switched_off_the_sound_does_not_wait_for_it():
    sync = LipSync()
    play(sync, 0.060, 0.200, 100.0, 12)
    assert sync.hold_audio > 0.1
    play(sync, 0.060, None, 112.0, 12)
    assert sync.skew is None
    assert sync.hold_audio == 0.0


def test_one_kind_alone_has_no_skew():
    sync = LipSync()
    play(sync, 0.1, None, 0.0, 3)
    assert sync.skew is None
    assert not sync.noticed


def test_a_clock_that_was_set_is_no_reason_to_wait():
    sync = LipSync()
    play(sync, 0.1, 0.1, 100.0, 1)
    sync.video(103.0 - 3600, 101.0)
    sync.audio(float("nan"), 101.0)
    assert abs(sync.skew) < 0.010
    assert (sync.hold_audio, sync.hold_video) == (0.0, 0.0)


@given(
    st.lists(
        st.tuples(st.booleans(), st.floats(-20, 20), st.floats(0, 5)),
        max_size=100,
    )
)
def test_holds_are_bounded_whatever_comes(frames):
    sync, now = LipSync(), 1000.0
    for is_sound, age, later in frames:
        now += later
        (sync.audio if is_sound else sync.video)(now - age, now)
        assert 0 <= sync.hold_audio <= MOST_HELD
        assert 0 <= sync.hold_video <= MOST_HELD


def test_switched_off_nothing_is_held_and_what_was_held_is_let_go_slowly():
    sync = LipSync()
    sync.on = False
    play(sync, 0.300, 0.040, 100.0, 20)
    assert sync.skew == pytest.approx(-0.260, abs=0.001)
    assert (sync.hold_audio, sync.hold_video) == (0.0, 0.0)
    sync.on = True
    play(sync, 0.300, 0.040, 120.0, 20)
    held = sync.hold_video
    sync.on = False
    play(sync, 0.300, 0.040, 140.0, 1)
    assert held - PACE * 1.01 <= sync.hold_video < held
    play(sync, 0.300, 0.040, 141.0, 20)
    assert sync.hold_video == 0.0

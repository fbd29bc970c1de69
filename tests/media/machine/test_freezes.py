"""When the picture stands still: the W3C's definition."""

from __future__ import annotations

import math
import statistics
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from labkit.media.machine.freezes import Freezes


def test_even_pictures_never_freeze():
    freezes = Freezes()
    for number in range(300):
        freezes.shown(10 + number / 30)
    assert freezes.count == 0
    assert abs(freezes.frames_per_second - 30) < 0.1


def test_a_gap_of_half_a_second_is_one_freeze_of_half_a_second():
    freezes = Freezes()
    for number in range(30):
        freezes.shown(10 + number / 30)
    freezes.shown(10 + 29 / 30 + 0.5)
    assert freezes.count == 1
    assert abs(freezes.total - 0.5) < 1e-6


def test_a_gap_of_150_ms_more_than_usual_is_needed():
    freezes = Freezes()
    for number in range(30):
        freezes.shown(10 + number / 30)
    freezes.shown(10 + 29 / 30 + 0.18)  # five times the usual, yet not a freeze
    assert freezes.count == 0


def test_a_pause_on_purpose_is_no_freeze():
    freezes = Freezes()
    for number in range(30):
        freezes.shown(10 + number / 30)
    freezes.pause()
    freezes.shown(60.0)
    assert freezes.count == 0


def test_at_five_pictures_a_second_a_freeze_takes_three_times_as_long_as_usual():
    freezes = Freezes()
    for number in range(10):
        freezes.shown(number * 0.2)
    freezes.shown(1.8 + 0.55)  # 150 ms more than usual, yet not three times
    assert freezes.count == 0
    freezes.shown(1.8 + 0.55 + 0.8)
    assert freezes.count == 1


@given(st.lists(st.floats(0.001, 3.0), min_size=2, max_size=120))
def test_freezes_are_those_of_the_definition_written_out(gaps):
    freezes, now = Freezes(), 1000.0
    freezes.shown(now)
    times = [now]
    for gap in gaps:
        now += gap
        times.append(now)
        freezes.shown(now)
    gaps = [after - before for before, after in pairwise(times)]
    frozen = []
    for index, gap in enumerate(gaps[1:], start=1):
        last = gaps[max(0, index - 30) : index]
        average = math.fsum(last) / len(last)
        border = max(3 * average, average + 0.150)
        assume(abs(gap - border) > 1e-9)
        if gap > border:
            frozen.append(gap)
    assert freezes.count == len(frozen)
    assert freezes.total == pytest.approx(sum(frozen))
    assert freezes.total_gaps == pytest.approx(sum(gaps))
    variance = (
        freezes.total_squared_gaps / len(gaps) - (freezes.total_gaps / len(gaps)) ** 2
    )
    assert variance == pytest.approx(statistics.pvariance(gaps), abs=1e-6)


@given(st.floats(0.001, 2.0), st.integers(2, 100))
def test_pictures_at_an_even_pace_never_freeze_however_slow(gap, count):
    freezes = Freezes()
    for number in range(count):
        freezes.shown(number * gap)
    assert freezes.count == 0

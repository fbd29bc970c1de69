"""Pictures give way where processors are scarce."""

from __future__ import annotations

import pytest

from labkit.media.machine.give_way import LONGEST_REST, GiveWay

PERIOD = 1 / 30


def sent(seconds: float, work: float, waiting: float) -> int:
    """Of a camera's pictures those that are sent, each with so much of either."""
    rule, free, count = GiveWay(), 0.0, 0
    for number in range(round(seconds / PERIOD)):
        now = number * PERIOD
        if now < free or not rule.has_rested(now):
            continue
        free = now + work + waiting
        rule.sent(now, free, work)
        count += 1
    return count


@pytest.mark.parametrize("work", [0.003, 0.030])
def test_who_need_not_wait_sends_every_picture_however_long_it_takes(work):
    assert sent(10, work, waiting=0.0) == 300


def test_a_short_wait_as_beside_a_busy_cell_costs_no_picture():
    assert sent(10, 0.003, waiting=0.010) == 300


def test_who_waits_rests_as_long_again():
    assert sent(10, 0.003, waiting=0.040) == pytest.approx(10 / (3 * PERIOD), abs=1)
    assert sent(10, 0.003, waiting=0.200) == pytest.approx(10 / 0.433, abs=1)


def test_when_there_is_room_again_every_picture_is_sent_again():
    rule = GiveWay()
    rule.sent(0.0, 0.203, worked=0.003)
    assert not rule.has_rested(0.39)
    assert rule.has_rested(0.41)
    rule.sent(1.0, 1.003, worked=0.003)
    assert rule.has_rested(1.0 + PERIOD)


def test_a_computer_that_slept_does_not_rest_on_waking_up():
    rule = GiveWay()
    rule.sent(0.0, 3600.0, worked=0.003)
    assert rule.has_rested(3600.0 + LONGEST_REST)


def test_a_clock_of_processor_time_that_is_ahead_makes_no_rest():
    rule = GiveWay()
    rule.sent(0.0, 0.010, worked=0.011)
    assert rule.has_rested(0.010)

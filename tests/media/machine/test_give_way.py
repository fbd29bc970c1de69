"""Pictures give way where processors are scarce."""

from __future__ import annotations

import pytest

from labkit.media.machine.give_way import LONGEST_WAIT, GiveWay

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
    assert sent(30, 0.003, waiting=0.040) == pytest.approx(30 / (3 * PERIOD), rel=0.1)
    assert sent(30, 0.003, waiting=0.200) == pytest.approx(30 / 0.433, rel=0.1)


def test_one_picture_that_was_held_up_costs_none():
    rule = GiveWay()
    for number in range(30):
        begun = number * PERIOD
        assert rule.has_rested(begun)
        held_up = 0.100 if number == 7 else 0.0
        rule.sent(begun - held_up, begun + 0.003, worked=0.003)


def test_when_there_is_room_again_every_picture_is_sent_again():
    rule = GiveWay()
    now = crowded(rule)
    for _ in range(30):
        now += 0.003
        rule.sent(now - 0.003, now, worked=0.003)
    assert rule.has_rested(now + 0.005)


def test_a_computer_that_slept_rests_no_longer_than_one_that_was_crowded():
    rule = GiveWay()
    for _ in range(100):
        rule.sent(0.0, 3600.0, worked=0.003)
    assert rule.has_rested(3600.0 + LONGEST_WAIT)


def test_a_clock_of_processor_time_that_is_ahead_makes_no_rest():
    rule = GiveWay()
    rule.sent(0.0, 0.010, worked=0.011)
    assert rule.has_rested(0.010)


def crowded(rule: GiveWay) -> float:
    """The end of many pictures that each waited 0.2 s."""
    now = 0.0
    for _ in range(30):
        now += 0.203
        rule.sent(now - 0.203, now, worked=0.003)
    assert not rule.has_rested(now + 0.15)
    return now

"""One appointment at a time, whatever is set, by whomever."""

from __future__ import annotations

import queue
import threading

import pytest

from labkit.net import clock
from labkit.net.alarm import LEAST, Alarm
from labkit.net.delayed import Delayed


@pytest.fixture
def later():
    later = Delayed("labkit-alarm-test")
    yield later
    later.close()


def test_it_rings_once_at_the_earliest_of_several_times(later):
    rung: queue.SimpleQueue[float] = queue.SimpleQueue()
    alarm = Alarm(later, lambda: rung.put(clock.now()))
    soon = clock.now() + 0.05
    for after in (0.20, 0.0, 0.10, 0.0):
        alarm.set(soon + after)
    assert rung.get(timeout=5) >= soon
    done = threading.Event()
    later.at(soon + 0.21, done.set)  # behind all that was set
    assert done.wait(5)
    assert rung.empty()


def test_appointments_that_lead_to_the_next_one_do_not_multiply(later):
    """Each ring sets the next; an earlier time in between begins no second chain."""
    rings: list[float] = []
    enough = threading.Event()

    def ring() -> None:
        rings.append(clock.now())
        alarm.set(clock.now() + 0.020)
        if len(rings) >= 20:
            enough.set()

    alarm = Alarm(later, ring)
    begun = clock.now()
    alarm.set(begun + 0.020)
    for number in range(40):  # each earlier than what is set, as a lost packet's is
        alarm.set(begun + 0.019 - number * 0.0004)
    assert enough.wait(5)
    assert rings[-1] - rings[0] >= 19 * 0.020 - 0.001


def test_who_asks_for_the_past_for_ever_is_called_a_thousand_times_a_second(later):
    rings: list[float] = []
    enough = threading.Event()

    def ring() -> None:
        rings.append(clock.now())
        alarm.set(0.0)
        if len(rings) >= 50:
            enough.set()

    alarm = Alarm(later, ring)
    alarm.set(0.0)
    assert enough.wait(5)
    assert rings[49] - rings[0] >= 49 * LEAST * 0.99


def test_an_appointment_that_found_no_room_does_not_keep_out_the_next():
    later, rung, room = Delayed(most=1), threading.Event(), threading.Event()
    later.at(clock.now() + 0.05, room.set)
    alarm = Alarm(later, rung.set)
    alarm.set(clock.now() + 0.01)  # refused
    assert later.dropped == 1
    assert room.wait(5)
    alarm.set(clock.now() + 0.02)
    assert rung.wait(5)
    later.close()

"""Actions at a time: in order, on time, bounded, and none after the end."""

from __future__ import annotations

import queue
import statistics
import threading

from labkit.net import clock
from labkit.net.delayed import Delayed


def test_actions_are_carried_out_in_the_order_of_their_times():
    delayed, done = Delayed(), queue.SimpleQueue()
    start = clock.now() + 0.05
    for number in (3, 1, 2):
        assert delayed.at(start + number * 0.01, lambda n=number: done.put(n))
    for number in (4, 5):  # of the same time: the first come first
        assert delayed.at(start + 0.04, lambda n=number: done.put(n))
    assert [done.get(timeout=5) for _ in range(5)] == [1, 2, 3, 4, 5]
    delayed.close()


def test_an_action_is_never_early_and_rarely_late():
    delayed, late = Delayed(), queue.SimpleQueue()
    start = clock.now() + 0.02
    for number in range(100):
        at = start + number * 0.003
        delayed.at(at, lambda at=at: late.put(clock.now() - at))
    found = [late.get(timeout=5) for _ in range(100)]
    delayed.close()
    assert min(found) >= 0
    assert statistics.median(found) < 0.010  # 0.1 ms on a machine at leisure


def test_an_action_that_is_overdue_is_carried_out_at_once():
    delayed, done = Delayed(), threading.Event()
    delayed.at(clock.now() - 1, done.set)
    assert done.wait(5)
    delayed.close()


def test_no_thread_is_started_before_there_is_something_to_do():
    delayed = Delayed("labkit-lazy")
    assert "labkit-lazy" not in {thread.name for thread in threading.enumerate()}
    delayed.close()
    assert not delayed.at(0, lambda: None)


def test_what_is_too_much_is_refused_and_counted():
    delayed = Delayed(most=2)
    soon = clock.now() + 60
    assert [delayed.at(soon, lambda: None) for _ in range(4)] == [
        True,
        True,
        False,
        False,
    ]
    assert delayed.dropped == 2
    assert len(delayed) == 2
    delayed.close()
    assert len(delayed) == 0


def test_close_ends_the_thread_and_forgets_what_waits():
    delayed, done = Delayed("labkit-ending"), threading.Event()
    delayed.at(clock.now() + 60, done.set)
    delayed.close()
    delayed.close()
    assert "labkit-ending" not in {thread.name for thread in threading.enumerate()}
    assert not done.is_set()


def test_an_action_that_fails_does_not_stop_the_others(caplog):
    delayed, done = Delayed(), threading.Event()
    delayed.at(0, lambda: 1 / 0)
    delayed.at(0, done.set)
    assert done.wait(5)
    delayed.close()
    assert "a delayed action failed" in caplog.text


def test_an_action_may_close_what_carried_it_out():
    delayed, done = Delayed(), threading.Event()

    def last() -> None:
        delayed.close()
        done.set()

    delayed.at(0, last)
    assert done.wait(5)

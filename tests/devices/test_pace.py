"""Keeping time on a clock that the test drives, and threads that end."""

from __future__ import annotations

import logging
import threading
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.devices.pace import DeviceThread, Guarded, ticks, wait_until


class FakeTime:
    """A clock that only moves when somebody sleeps or works."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0
        self.naps: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds


def start(time: FakeTime, period: float, at: float | None = None):
    return ticks(period, threading.Event(), time, time.sleep, at)


def test_work_between_ticks_adds_no_drift() -> None:
    time = FakeTime()
    began = time.now
    for number, due in islice(start(time, 0.02), 500):
        assert due == began + number * 0.02
        assert time.now == pytest.approx(due, abs=1e-6)
        time.now += 0.013  # the work that the tick is for
    assert number == 499


def test_a_late_tick_is_made_up_for_at_once() -> None:
    time = FakeTime()
    began = time.now
    happened = []
    for number, _ in islice(start(time, 0.02), 4):
        happened.append((number, round(time.now - began, 3)))
        time.now += 0.025 if number == 1 else 0.001
    assert happened == [(0, 0.0), (1, 0.02), (2, 0.045), (3, 0.06)]


@given(stall=st.floats(0, 100), period=st.floats(0.001, 0.5))
def test_after_a_stall_ticks_are_skipped_and_never_come_in_a_burst(
    stall: float, period: float
) -> None:
    time = FakeTime()
    happened = []
    for number, due in islice(start(time, period), 6):
        happened.append(time.now)
        assert time.now - due < period + stall + 1e-6
        if number == 1 or len(happened) == 2:
            time.now += stall
    # One tick may be late, the one under way; from then on they are a period apart.
    assert happened[-1] - happened[-2] == pytest.approx(period, abs=1e-5)
    assert happened[-2] - happened[-3] == pytest.approx(period, abs=1e-5)


def test_whoever_joins_later_begins_at_the_tick_under_way() -> None:
    time = FakeTime()
    began = time.now - 7.5
    assert [number for number, _ in islice(start(time, 1.0, began), 3)] == [7, 8, 9]


def test_being_told_to_stop_ends_the_wait_within_one_nap() -> None:
    time = FakeTime()
    stopping = threading.Event()

    def sleep(seconds: float) -> None:
        time.sleep(seconds)
        stopping.set()

    assert not wait_until(time.now + 3600, stopping, time, sleep)
    assert time.naps == [0.05]
    assert list(ticks(1.0, stopping, time, sleep)) == []


def test_a_worker_ends_its_former_thread_before_it_starts_the_next() -> None:
    worker = DeviceThread("test-worker")
    running: list[threading.Thread] = []
    began = threading.Event()

    def work(stopping: threading.Event) -> None:
        running.append(threading.current_thread())
        began.set()
        stopping.wait(10)

    worker.start(work)
    assert began.wait(5)
    assert worker.is_running
    began.clear()
    worker.start(work)
    assert began.wait(5)
    assert not running[0].is_alive()
    assert [thread.name for thread in running] == ["labkit-test-worker"] * 2
    worker.stop()
    worker.stop()
    assert not running[1].is_alive()
    assert not worker.is_running


def test_a_worker_can_be_stopped_from_its_own_thread() -> None:
    worker = DeviceThread("test-worker")
    ended = threading.Event()

    def work(stopping: threading.Event) -> None:
        worker.stop()
        assert stopping.is_set()
        ended.set()

    worker.start(work)
    assert ended.wait(5)


def test_a_callback_that_fails_is_logged_once_and_answered_for(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(number: int) -> int:
        raise ValueError(f"not {number}")

    guarded = Guarded(broken, -1, "the tested device")
    with caplog.at_level(logging.ERROR, "labkit.devices"):
        assert [guarded(1), guarded(2), guarded(3)] == [-1, -1, -1]
    assert [record.message for record in caplog.records] == [
        "the tested device: the receiver of its data failed"
    ]

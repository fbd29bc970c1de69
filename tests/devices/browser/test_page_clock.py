"""The page's time on the kernel's clock."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.devices.browser.page_clock import PageClock

BEGAN = 1000.0
"""The kernel's time at which the page's clock was 0."""


def ask(clock: PageClock, number: int, now: float, there: float, back: float) -> float:
    """One ping, `there` and `back` seconds on its way; returns when it came back."""
    clock.asked(number, now)
    clock.answered(number, 1000 * (now + there - BEGAN), now + there + back)
    return now + there + back


def test_an_answer_belongs_to_the_middle_of_the_wait() -> None:
    clock = PageClock()
    now = ask(clock, 1, 1010.0, 0.004, 0.004)
    assert clock.time_of(9_500.0, now) == pytest.approx(1009.5)


def test_the_quickest_of_many_answers_decides() -> None:
    clock, random, now = PageClock(), Random(1), 1010.0
    for number in range(1, 40):
        there, back = 0.002 + random.random() / 5, 0.002 + random.random() / 5
        now = ask(clock, number, now + 1, there, back)
    now = ask(clock, 40, now + 1, 0.002, 0.003)
    for number in range(41, 60):
        now = ask(clock, number, now + 1, 0.002, 0.3)
    assert clock.time_of(1000 * (now - BEGAN) - 50, now) == pytest.approx(
        now - 0.05, abs=0.001
    )


def test_a_page_whose_clock_is_a_little_fast_is_followed() -> None:
    clock, now = PageClock(), 1010.0
    for number in range(1, 600):
        now += 1
        clock.asked(number, now)
        at = 1000 * (now + 0.002 - BEGAN) * (1 + 30e-6)
        clock.answered(number, at, now + 0.004)
    true = 1000 * (now - BEGAN) * (1 + 30e-6)
    assert clock.time_of(true, now) == pytest.approx(now, abs=0.003)


def test_without_an_answer_it_is_now() -> None:
    clock = PageClock()
    assert not clock.is_set
    assert clock.time_of(123.0, 55.0) == 55.0


def test_answers_that_nobody_asked_for_or_that_come_late_are_not_believed() -> None:
    clock = PageClock()
    clock.answered(1, 5.0, 1010.0)
    clock.asked(2, 1010.0)
    clock.answered(2, 5.0, 1020.0)
    assert not clock.is_set


def test_another_page_begins_anew() -> None:
    clock = PageClock()
    now = ask(clock, 1, 1010.0, 0.004, 0.004)
    clock.forget()
    assert clock.time_of(9_000.0, now) == now


@given(
    st.lists(st.tuples(st.floats(0, 1e12), st.floats(0, 10)), max_size=20),
    st.floats(0, 1e12),
)
def test_whatever_a_page_claims_its_time_is_near(
    answers: list[tuple[float, float]], at: float
) -> None:
    clock, now = PageClock(), 1e9
    for number, (said, took) in enumerate(answers):
        clock.asked(number, now)
        now += took
        clock.answered(number, said, now)
    assert now - 5.0 <= clock.time_of(at, now) <= now

"""The last seconds of a counter, and what begins them anew."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from labkit.panels.window import LEAST, MOST, OVER, SETTLE, Window


def test_the_window_slides() -> None:
    window: Window[int] = Window()
    assert window.add(0, 0.0) == (0, 0)
    assert window.add(3, 3.0) == (0, 3)
    assert window.add(6, OVER + 1.0) == (0, 6), "nothing nearer to its beginning"
    assert window.add(9, OVER + 4.0) == (3, 9)


def test_a_change_begins_it_anew_when_there_is_enough() -> None:
    window: Window[int] = Window()
    window.add(0, 0.0, "a")
    window.add(1, 1.0, "a")
    window.add(2, 2.0, "b")
    window.add(3, 2.0 + SETTLE, "b")
    assert window.add(4, 2.9 + SETTLE, "b") == (0, 4)
    assert window.add(5, 2.0 + SETTLE + LEAST, "b") == (3, 5)
    assert window.add(6, 2.5 + SETTLE + LEAST, "b") == (3, 6), "and grows again"


def test_who_changes_all_the_time_sees_the_sliding_window() -> None:
    window: Window[int] = Window()
    for tenth in range(200):
        then, now = window.add(tenth, tenth / 10, setting=tenth // 5)
    assert 10 * OVER <= now - then <= 10 * OVER + 1


def test_the_first_setting_is_no_change() -> None:
    window: Window[int] = Window()
    window.add(0, 0.0, "a")
    assert window.add(1, LEAST + SETTLE, "a") == (0, 1)


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 3)), max_size=400))
def test_the_earlier_is_never_the_later_and_memory_is_bounded(
    steps: list[tuple[float, int]],
) -> None:
    window: Window[float] = Window()
    time = 0.0
    for pause, setting in steps:
        time += pause
        then, now = window.add(time, time, setting)
        assert then <= now == time
    assert len(window._past) <= MOST

"""When the picture stands still: the W3C's definition."""

from __future__ import annotations

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

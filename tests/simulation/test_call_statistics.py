"""What a simulated call says of its clocks and of its lip sync."""

from __future__ import annotations

import pytest

from labkit import Conditions, Treatments, simulate


def test_a_clock_that_gains_is_found_out_with_its_error_bars():
    call = simulate(
        30, Conditions(delay=0.05), ahead=3600, skew=100e-6, formats=("PCMU",)
    )
    own = call.alice.statistics().audio.labkit
    assert own.clockOffset == pytest.approx(3600 + 100e-6 * 31, abs=0.001)
    assert own.clockSkew == pytest.approx(100e-6, abs=20e-6)
    assert own.latencyErrorIfEven < 0.005 < own.latencyError


def test_sound_that_waits_long_is_late_until_the_pictures_are_held_for_it():
    waits = Treatments(playout="fixed", playout_delay=0.3)
    late = simulate(5, Conditions(), waits).bob.statistics().video.labkit.lipSync
    assert late == pytest.approx(-0.33, abs=0.03)
    holds = Treatments(playout="fixed", playout_delay=0.3, lip_sync=True)
    held = simulate(30, Conditions(), holds).bob.statistics().video.labkit.lipSync
    assert held == pytest.approx(0.0, abs=0.03)

"""Even capture times from a sound card whose blocks are fetched unevenly."""

from __future__ import annotations

import random

import pytest

from labkit.devices.sample_clock import SampleClock

BEGAN = 1_760_000_000.0


def errors(skew: float, lateness: list[float]) -> list[float]:
    """How far each stamp is from the truth, for a card that is `skew` too slow."""
    clock = SampleClock(48_000)
    wrong = []
    for number, late in enumerate(lateness):
        truly = BEGAN + number * 0.02 * (1 + skew)
        fetched = truly + 0.02 * (1 + skew) + late
        wrong.append(clock.stamp(960, fetched) - truly)
    return wrong


def test_late_fetches_do_not_make_the_times_uneven() -> None:
    seeded = random.Random(1)
    wrong = errors(0.0, [seeded.expovariate(1 / 0.003) for _ in range(2000)])
    assert max(map(abs, wrong[200:])) < 0.001


@pytest.mark.parametrize("skew", [-1e-4, 1e-4])
def test_a_card_that_is_slow_or_fast_is_followed(skew: float) -> None:
    seeded = random.Random(2)
    lateness = [seeded.uniform(0, 0.004) for _ in range(30_000)]  # ten minutes
    assert max(map(abs, errors(skew, lateness)[1000:])) < 0.004


def test_after_lost_samples_the_times_are_right_again_at_once() -> None:
    clock = SampleClock(8_000)
    assert clock.stamp(160, BEGAN) == pytest.approx(BEGAN - 0.02)
    assert clock.stamp(160, BEGAN + 5.0) == pytest.approx(BEGAN + 4.98)
    assert clock.stamp(160, BEGAN + 5.02) == pytest.approx(BEGAN + 5.0)

"""Phones that choose by themselves, in simulated calls whose network changes."""

from __future__ import annotations

import pytest

from labkit import Conditions, simulate
from labkit.simulation import SimulatedCall


def missing(call: SimulatedCall) -> tuple[int, int]:
    line = call.bob.statistics().audio
    assert line is not None
    return line.inbound.concealedSamples, line.inbound.totalSamplesReceived


@pytest.mark.parametrize("longer", [0.060, 0.100, 0.300])
def test_a_way_that_gets_longer_costs_a_moment_and_not_the_rest_of_the_call(
    longer: float,
) -> None:
    """A fixed delay counts from the shortest way of all: no sound ever came back."""
    seen: list[tuple[int, int]] = []
    after = Conditions(loss=0.1, delay=0.010 + longer)
    simulate(
        30.0,
        Conditions(loss=0.1, delay=0.010),
        auto=True,
        formats=("PCMU",),
        script={
            10.0: lambda call: call.set(there=after, back=after),
            15.0: lambda call: seen.append(missing(call)),
            30.0: lambda call: seen.append(missing(call)),
        },
    )
    (hidden, samples), (later_hidden, later) = seen
    assert (later_hidden - hidden) / (later - samples) < 0.06


def test_a_slow_clock_is_followed_while_the_phone_waits_for_repairs() -> None:
    """Bob's clock gains 1000 ppm: 60 ms a minute, as much as cheap ones in an hour."""
    seen: list[tuple[int, int]] = []
    simulate(
        180.0,
        Conditions(loss=0.1, delay=0.010),
        auto=True,
        formats=("PCMU",),
        skew=1000e-6,
        script={180.0: lambda call: seen.append(missing(call))},
    )
    hidden, samples = seen[0]
    assert hidden / samples < 0.02

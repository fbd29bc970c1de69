"""The best that could have been done with a trace, and how near the rules come."""

from __future__ import annotations

from itertools import pairwise, product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labkit.errors import LocalError
from labkit.media.machine.playout import rule_for
from labkit.media.machine.playout.fixed import FixedDelay
from labkit.media.machine.playout.optimum import (
    Journey,
    optimum,
    optimum_curve,
    played_by,
)
from labkit.media.machine.playout.quantile import QuantileDelay
from labkit.media.machine.playout.traces import TRACES
from labkit.media.treatments import Treatments

SPURTS = st.lists(
    st.lists(st.integers(10, 300), min_size=1, max_size=4, unique=True),
    min_size=1,
    max_size=4,
)


def trace_of(spurts: list[list[int]]) -> list[Journey]:
    """Travel times in milliseconds, by spurt."""
    trace, sent = [], 0.0
    for number, travels in enumerate(spurts):
        for travel in travels:
            trace.append(Journey(sent, sent + travel / 1000, number))
            sent += 0.02
        sent += 1.0
    return trace


def by_trying_all(spurts: list[list[int]], late: int) -> float:
    """The least mean delay in ms with so many late at most, over all choices."""
    best = float("inf")
    for delays in product(*[[0, *travels] for travels in spurts]):
        played = [
            (sum(t <= d for t in travels), d)
            for travels, d in zip(spurts, delays, strict=True)
        ]
        count = sum(n for n, _ in played)
        if count and sum(map(len, spurts)) - count <= late:
            best = min(best, sum(n * d for n, d in played) / count)
    return best


@settings(max_examples=60)
@given(SPURTS, st.integers(0, 5))
def test_the_recursion_finds_what_trying_everything_finds(spurts, late):
    trace = trace_of(spurts)
    late = min(late, len(trace) - 1)
    found = optimum(trace, late / len(trace))
    assert found * 1000 == pytest.approx(by_trying_all(spurts, late))


def test_a_hand_made_example():
    trace = trace_of([[20, 20, 20, 90], [30, 30, 40, 40]])
    assert optimum(trace, 0) == pytest.approx((4 * 0.090 + 4 * 0.040) / 8)
    assert optimum(trace, 1 / 8) == pytest.approx((3 * 0.020 + 4 * 0.040) / 7)


def test_more_late_packets_never_cost_delay():
    curve = optimum_curve(TRACES["wifi"](Random(1), 60), 0.2)
    assert all(b.delay <= a.delay and b.loss > a.loss for a, b in pairwise(curve))


@pytest.mark.parametrize(("loss", "trace"), [(0.1, []), (-0.1, None), (1.0, None)])
def test_nonsense_is_refused_in_words(loss, trace):
    with pytest.raises(LocalError, match=r"late loss|without packets"):
        optimum(trace_of([[20]]) if trace is None else trace, loss)


@pytest.mark.parametrize("name", TRACES)
def test_the_same_seed_gives_the_same_trace(name):
    make = TRACES[name]
    assert make(Random(5), 20) == make(Random(5), 20)
    assert make(Random(5), 20) != make(Random(6), 20)
    assert all(
        a.sent < b.sent and a.arrived > a.sent for a, b in pairwise(make(Random(5), 20))
    )


@pytest.mark.parametrize("name", TRACES)
@pytest.mark.parametrize("seconds", [0.03, 0.06])
def test_without_stretching_no_rule_is_better_than_the_optimum(name, seconds):
    trace = TRACES[name](Random(7), 120)
    for rule in (FixedDelay(seconds), QuantileDelay()):
        point = played_by(rule, trace)
        assert point.delay >= optimum(trace, point.loss) - 1e-9


@pytest.mark.parametrize("name", TRACES)
def test_the_usual_rule_is_within_15_percent_of_the_optimum_at_equal_late_loss(name):
    trace = TRACES[name](Random(7), 300)
    treatments = Treatments()
    point = played_by(rule_for(treatments), trace, treatments.catch_up)
    assert point.loss <= 0.025
    assert point.delay <= 1.15 * optimum(trace, point.loss)
    # and also if every moment of waiting were counted as a loss
    assert point.delay <= 1.15 * optimum(trace, point.loss + point.waited)

"""Exercises on latency: right ones pass, broken ones fail where they should."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import mean

import pytest

from labkit.checks import check_clock_offset, check_stages

Probe = tuple[float, float, float, float]
Counters = Mapping[str, float | None]


def round_trip(t1: float, t2: float, t3: float, t4: float) -> float:
    return (t4 - t1) - (t3 - t2)


def offset(t1: float, t2: float, t3: float, t4: float) -> float:
    return ((t2 - t1) + (t3 - t4)) / 2


def clock_offset(probes: Sequence[Probe]) -> tuple[float, float] | None:
    if not probes:
        return None
    best = min(probes, key=lambda times: round_trip(*times))
    return offset(*best), round_trip(*best) / 2


def forgets_his_thinking(probes: Sequence[Probe]) -> tuple[float, float] | None:
    found = clock_offset(probes)
    return found and (found[0], (probes[0][3] - probes[0][0]) / 2)


def never_below_zero(probes: Sequence[Probe]) -> tuple[float, float] | None:
    found = clock_offset(probes)
    return found and (abs(found[0]), found[1])


def takes_the_mean(probes: Sequence[Probe]) -> tuple[float, float] | None:
    found = clock_offset(probes)
    return found and (mean(offset(*times) for times in probes), found[1])


def hides_its_error(probes: Sequence[Probe]) -> tuple[float, float] | None:
    found = clock_offset(probes)
    return found and (found[0], min(found[1], 0.020))


def expects_a_probe(probes: Sequence[Probe]) -> tuple[float, float]:
    best = min(probes, key=lambda times: round_trip(*times))
    return offset(*best), round_trip(*best) / 2


def test_a_right_clock_offset_passes() -> None:
    assert check_clock_offset(clock_offset)


@pytest.mark.parametrize(
    ("broken", "passed"),
    [
        (forgets_his_thinking, 0),
        (never_below_zero, 1),
        (takes_the_mean, 2),
        (hides_its_error, 3),
        (expects_a_probe, 4),
    ],
)
def test_a_broken_clock_offset_fails_at_its_mistake(
    broken: Callable[[Sequence[Probe]], object], passed: int
) -> None:
    result = check_clock_offset(broken)
    assert result.outcome == "failed"
    assert result.passed == passed


def test_a_list_of_two_will_do_but_not_one_number() -> None:
    assert check_clock_offset(lambda probes: found and list(found)
                              if (found := clock_offset(probes)) else None)  # fmt: skip
    assert not check_clock_offset(lambda probes: 5.0)


def average(before: Counters, after: Counters, total: str, count: str) -> float | None:
    number = (after[count] or 0) - (before[count] or 0)
    return ((after[total] or 0) - (before[total] or 0)) / number if number else None


def stages(before: Counters, after: Counters) -> dict[str, float | None]:
    trip = after["roundTripTime"]
    return {
        "encode": average(before, after, "totalEncodeTime", "framesEncoded"),
        "network": None if trip is None else trip / 2,
        "wait": average(before, after, "jitterBufferDelay", "jitterBufferEmittedCount"),
    }


def since_the_call_began(before: Counters, after: Counters) -> dict[str, float | None]:
    return stages(dict.fromkeys(before, 0), after)


def subtracts_round_trips(before: Counters, after: Counters) -> dict[str, float | None]:
    return stages(before, after) | {
        "network": abs((after["roundTripTime"] or 0) - 0.08) or 0.04
    }


def divides_by_nothing(before: Counters, after: Counters) -> dict[str, float | None]:
    return {name: took or 0.0 for name, took in stages(before, after).items()}


def halves_none(before: Counters, after: Counters) -> dict[str, float | None]:
    half = after["roundTripTime"] / 2  # type: ignore[operator]
    return stages(before, after) | {"network": half}


def test_a_right_stages_passes() -> None:
    assert check_stages(stages)


@pytest.mark.parametrize(
    ("broken", "passed"),
    [
        (since_the_call_began, 0),
        (subtracts_round_trips, 1),
        (divides_by_nothing, 2),
        (halves_none, 3),
    ],
)
def test_a_broken_stages_fails_at_its_mistake(
    broken: Callable[[Counters, Counters], object], passed: int
) -> None:
    result = check_stages(broken)
    assert result.outcome == "failed"
    assert result.passed == passed


def test_a_stage_too_few_or_something_else_is_wrong() -> None:
    assert not check_stages(lambda before, after: {"wait": 0.060})
    assert not check_stages(lambda before, after: [0.0002, 0.040, 0.060])

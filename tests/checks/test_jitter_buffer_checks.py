"""Exercises on the playout buffer: right ones pass, broken ones fail where they
should."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import pytest

from labkit.checks import check_kurose_ross, check_smallest_delay
from labkit.checks.jitter_buffer import KUROSE_ROSS

Packets = Sequence[tuple[float, float, int]]


def kurose_ross(packets: Packets, u: float, K: float) -> list[float]:
    times, average, deviation, delay, talking = [], None, 0.0, 0.0, None
    for sent, arrived, spurt in packets:
        travel = arrived - sent
        average = travel if average is None else (1 - u) * average + u * travel
        deviation = (1 - u) * deviation + u * abs(travel - average)
        if spurt != talking:
            delay, talking = average + K * deviation, spurt
        times.append(sent + delay)
    return times


def plays_when_it_comes(packets: Packets, u: float, K: float) -> list[float]:
    return [arrived + 0.1 * (spurt + 1) for _, arrived, spurt in packets]


def changes_at_every_packet(packets: Packets, u: float, K: float) -> list[float]:
    alone = [(sent, arrived, n) for n, (sent, arrived, _) in enumerate(packets)]
    return kurose_ross(alone, u, K)


def learns_at_the_first_of_a_spurt_only(
    packets: Packets, u: float, K: float
) -> list[float]:
    first = {spurt: packet for *packet, spurt in reversed(packets)}
    begins = [(*first[spurt], spurt) for spurt in sorted(first)]
    played = dict(zip(sorted(first), kurose_ross(begins, u, K), strict=True))
    return [sent + played[spurt] - first[spurt][0] for sent, _, spurt in packets]


def knows_one_u(packets: Packets, u: float, K: float) -> list[float]:
    return kurose_ross(packets, 0.1, 4)


def plays_at_least_one(packets: Packets, u: float, K: float) -> list[float]:
    return kurose_ross(packets, u, K) or [0.0]


def test_a_right_kurose_ross_passes() -> None:
    assert check_kurose_ross(kurose_ross)


@pytest.mark.parametrize(
    ("broken", "passed"),
    [
        (plays_when_it_comes, 0),
        (changes_at_every_packet, 1),
        (learns_at_the_first_of_a_spurt_only, 2),
        (knows_one_u, 3),
        (plays_at_least_one, 4),
    ],
)
def test_a_broken_kurose_ross_fails_at_its_mistake(
    broken: Callable[[Packets, float, float], object], passed: int
) -> None:
    result = check_kurose_ross(broken)
    assert result.outcome == "failed"
    assert result.passed == passed


def test_a_failing_case_tells_its_packets_in_a_few_characters(
    capsys: pytest.CaptureFixture[str],
) -> None:
    check_kurose_ross(lambda packets, u, K: [])
    said = capsys.readouterr().out
    tried = "tried    [(10, 10.05, 0), (10.02, 10.07, 0), (10.04, 10.09, 0)], 0.1, 4"
    assert tried in said
    assert KUROSE_ROSS[0].hint in said


def smallest_delay(travels: Sequence[float], late: float) -> float:
    may_be_late = int(late * len(travels) + 1e-9)
    return sorted(travels)[-1 - may_be_late]


def takes_the_longest(travels: Sequence[float], late: float) -> float:
    return max(travels)


def lets_one_be_late(travels: Sequence[float], late: float) -> float:
    return sorted(travels)[-2]


def rounds_up(travels: Sequence[float], late: float) -> float:
    return sorted(travels)[-1 - math.ceil(late * len(travels))]


def counts_different_times(travels: Sequence[float], late: float) -> float:
    may_be_late = int(late * len(travels) + 1e-9)
    different = sorted(set(travels))
    return different[max(-1 - may_be_late, -len(different))]


def forgets_to_sort(travels: Sequence[float], late: float) -> float:
    right = smallest_delay(travels, late)
    return right if len(travels) > 2 else travels[0]


def test_a_right_smallest_delay_passes() -> None:
    assert check_smallest_delay(smallest_delay)


@pytest.mark.parametrize(
    ("broken", "passed"),
    [
        (takes_the_longest, 0),
        (lets_one_be_late, 1),
        (rounds_up, 2),
        (counts_different_times, 3),
        (forgets_to_sort, 4),
    ],
)
def test_a_broken_smallest_delay_fails_at_its_mistake(
    broken: Callable[[Sequence[float], float], object], passed: int
) -> None:
    result = check_smallest_delay(broken)
    assert result.outcome == "failed"
    assert result.passed == passed

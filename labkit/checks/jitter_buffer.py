"""Checks of the exercises on the playout buffer: the textbook's rule, and a fixed one.

Kurose and Ross, "Computer Networking", section 9.3.2. Requirement A15.

Notebook: 07-jitter-buffer.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isclose
from typing import Any, NamedTuple

from labkit.checks.frame import Case, CheckResult, Student, check

HALF_A_MICROSECOND = 0.5e-6


class Packet(NamedTuple):
    """One packet of a story; prints in a few characters."""

    sent: float
    arrived: float
    spurt: int

    def __repr__(self) -> str:
        return f"({self.sent:g}, {self.arrived:g}, {self.spurt})"


def _packets(*spurts: tuple[float, Sequence[float]]) -> list[Packet]:
    """Talk spurts: when each begins, and the travel times of its packets."""
    return [
        Packet(round(begins + 0.020 * at, 3), round(begins + 0.020 * at + took, 3), no)
        for no, (begins, travels) in enumerate(spurts)
        for at, took in enumerate(travels)
    ]


KUROSE_ROSS = (
    Case(
        "one talk spurt on a quiet way",
        (_packets((10.0, [0.050, 0.050, 0.050])), 0.1, 4),
        [10.050, 10.070, 10.090],
        "with the first packet d is its travel time and v is 0; the first of a spurt "
        "is played at its sent time + d + K·v.",
    ),
    Case(
        "one that travels longer, in the middle of a spurt",
        (_packets((10.0, [0.050, 0.070, 0.050])), 0.1, 4),
        [10.050, 10.070, 10.090],
        "inside a spurt nothing moves: each packet is played as long after it was sent "
        "as the first one was. (The second comes too late; that is not asked here.)",
    ),
    Case(
        "and what a second spurt makes of it",
        (_packets((10.0, [0.050, 0.070]), (11.0, [0.050, 0.050])), 0.1, 4),
        [10.050, 10.070, 11.059, 11.079],
        "every packet moves d, then v (with the new d), also in the middle of a spurt; "
        "at the first packet of the next one the new d + K·v is taken, after it has "
        "moved them, too.",
    ),
    Case(
        "another u and another K",
        (_packets((10.0, [0.050, 0.070]), (11.0, [0.050, 0.050])), 0.5, 2),
        [10.050, 10.070, 11.065, 11.085],
        "are u and K taken from the arguments?",
    ),
    Case("no packets", ([], 0.1, 4), [], "nothing to play: an empty list."),
)

SMALLEST_DELAY = (
    Case(
        "one of ten may be late",
        ([0.030, 0.031, 0.090, 0.033, 0.034, 0.035, 0.032, 0.030, 0.036, 0.037], 0.1),
        0.037,
        "sorted, the last is 90 ms: leave it out. Who travels exactly as long as the "
        "delay is in time.",
    ),
    Case(
        "none may be late",
        ([0.030, 0.090, 0.033], 0.0),
        0.090,
        "then it has to be as long as the longest.",
    ),
    Case(
        "1 % of 250 packets",
        ([0.020 + 0.0001 * number for number in range(250)], 0.01),
        0.0447,
        "1 % of 250 is 2.5: two may be late, a third would be more than 1 %.",
    ),
    Case(
        "three of ten are equally slow",
        ([0.030] * 7 + [0.060] * 3, 0.2),
        0.060,
        "two may be late. But with less than 60 ms three are.",
    ),
    Case(
        "half of two",
        ([0.080, 0.020], 0.5),
        0.020,
        "the travel times come in the order of sending: sort them.",
    ),
)


def check_kurose_ross(function: Student) -> CheckResult:
    """`kurose_ross(packets, u, K) -> [when to play each]`; a packet is (sent, arrived,
    number of its talk spurt)."""
    return check(function, KUROSE_ROSS, same=_close_times)


def check_smallest_delay(function: Student) -> CheckResult:
    """`smallest_delay(travels, late) -> seconds`: at most the share `late` is late."""
    return check(function, SMALLEST_DELAY, same=_close)


def _close_times(came: Any, expected: list[float]) -> bool:
    if not isinstance(came, Sequence) or len(came) != len(expected):
        return False
    return all(map(_close, came, expected))


def _close(came: Any, expected: float) -> bool:
    if not isinstance(came, int | float):
        return False
    return isclose(came, expected, rel_tol=0.0, abs_tol=HALF_A_MICROSECOND)

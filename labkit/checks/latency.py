"""Checks of the exercises on latency: two clocks, and a budget.

The offset of a clock by the quickest of many probes is NTP's clock filter (RFC 5905,
section 10); the counters bear the names of the W3C's webrtc-stats. Requirement A15.

Notebook: 05-latency.
"""

from __future__ import annotations

from math import isclose
from typing import Any, TypeAlias

from labkit.checks.frame import Case, CheckResult, Student, check

HALF_A_MICROSECOND = 0.5e-6
Probe: TypeAlias = tuple[float, float, float, float]


def _probe(asked: float, there: float, back: float, ahead: float) -> Probe:
    """The four times of a question that was answered after 10 ms, by a clock that is
    `ahead`."""
    heard = asked + there
    return (asked, heard + ahead, heard + 0.010 + ahead, heard + 0.010 + back)


CLOCK_OFFSET = (
    Case(
        "one probe, 20 ms each way, his clock 5 s ahead",
        ([_probe(100.0, 0.020, 0.020, 5.0)],),
        (5.0, 0.020),
        "((t2 - t1) + (t3 - t4)) / 2, and half the round trip (t4 - t1) - (t3 - t2). "
        "The 10 ms in which he thought about it are in no way's time.",
    ),
    Case(
        "his clock an hour behind",
        ([_probe(100.0, 0.020, 0.020, -3600.0)],),
        (-3600.0, 0.020),
        "an offset may be below zero, a round trip may not.",
    ),
    Case(
        "three probes: the second met no queue",
        (
            [
                _probe(100.0, 0.090, 0.020, 5.0),
                _probe(101.0, 0.021, 0.019, 5.0),
                _probe(102.0, 0.020, 0.150, 5.0),
            ],
        ),
        (5.001, 0.020),
        "of all probes take the one with the shortest round trip, and only that one: a "
        "mean is as wrong as the queues were long.",
    ),
    Case(
        "the way there three times as long as the way back",
        ([_probe(100.0, 0.060, 0.020, 0.0)],),
        (0.020, 0.040),
        "20 ms wrong, and nobody can know: but the error bar, half of 80 ms, says so.",
    ),
    Case("no probe at all", ([],), None, "no probe, no offset: None."),
)

_BEFORE = {
    "framesEncoded": 1000,
    "totalEncodeTime": 0.100,
    "jitterBufferDelay": 40_000.0,
    "jitterBufferEmittedCount": 1_000_000,
    "roundTripTime": 0.030,
}
_AFTER = {
    "framesEncoded": 1500,
    "totalEncodeTime": 0.200,
    "jitterBufferDelay": 70_000.0,
    "jitterBufferEmittedCount": 1_500_000,
    "roundTripTime": 0.080,
}
_FROZEN = _AFTER | {"framesEncoded": 1000, "jitterBufferEmittedCount": 1_000_000}

STAGES = (
    Case(
        "ten seconds of a call",
        (_BEFORE, _AFTER),
        {"encode": 0.0002, "network": 0.040, "wait": 0.060},
        "counters grow from the beginning of the call: take the later value less the "
        "earlier one, for the seconds as well as for the number that they are divided "
        "by.",
    ),
    Case(
        "from the beginning of the call",
        (dict.fromkeys(_BEFORE, 0), _BEFORE),
        {"encode": 0.0001, "network": 0.015, "wait": 0.040},
        "roundTripTime is no counter but the newest measurement: half of the later "
        "one.",
    ),
    Case(
        "nothing was encoded and nothing played",
        (_BEFORE, _FROZEN),
        {"encode": None, "network": 0.040, "wait": None},
        "where nothing was counted there is no average: None.",
    ),
    Case(
        "before the first answer of the peer",
        (_BEFORE, _AFTER | {"roundTripTime": None}),
        {"encode": 0.0002, "network": None, "wait": 0.060},
        "until a report came back, the round trip is None, and half of it, too.",
    ),
)


def check_clock_offset(function: Student) -> CheckResult:
    """`clock_offset(probes) -> (offset, error) | None`, of (t1, t2, t3, t4) each."""
    return check(function, CLOCK_OFFSET, same=_close_pair)


def check_stages(function: Student) -> CheckResult:
    """`stages(before, after) -> {"encode": …, "network": …, "wait": …}`, seconds."""
    return check(function, STAGES, same=_close_stages)


def _close_pair(came: Any, expected: tuple[float, float] | None) -> bool:
    if expected is None or not isinstance(came, tuple | list):
        return came is expected
    return len(came) == len(expected) and all(map(_close, came, expected))


def _close_stages(came: Any, expected: dict[str, float | None]) -> bool:
    if not isinstance(came, dict) or came.keys() != expected.keys():
        return False
    return all(_close(came[name], value) for name, value in expected.items())


def _close(came: Any, expected: float | None) -> bool:
    if expected is None or not isinstance(came, int | float):
        return came is expected
    return isclose(came, expected, rel_tol=0.0, abs_tol=HALF_A_MICROSECOND)

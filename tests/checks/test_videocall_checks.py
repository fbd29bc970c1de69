"""Exercises of the videocall: right ones pass, broken ones fail where they should."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import pytest

from labkit.checks import check_percentile, check_post_dial_delay, check_retransmissions
from labkit.checks.videocall import POST_DIAL_DELAY
from labkit.trace import Record

Records = Sequence[Record]


def status(record: Record) -> int:
    """Of an answer to an INVITE; 0 of anything else."""
    text = record.data.decode()
    answer = text.startswith("SIP/2.0 ") and "CSeq: 1 INVITE" in text
    return int(text.split()[1]) if answer else 0


def post_dial_delay(records: Records) -> float | None:
    began = None
    for record in records:
        if record.plane != "signalling":
            continue
        if record.data.startswith(b"INVITE") and began is None:
            began = record.time
        if status(record) > 100 and began is not None:
            return record.time - began
    return None


def counts_from_the_query(records: Records) -> float | None:
    found = post_dial_delay(records)
    ends = [record.time for record in records if status(record) > 100]
    return found and ends[0] - records[0].time


def takes_100_for_ringing(records: Records) -> float | None:
    first = next((record.time for record in records if status(record)), None)
    return first and first - next(
        record.time for record in records if record.data.startswith(b"INVITE")
    )


def counts_from_the_last_invite(records: Records) -> float | None:
    began = None
    for record in records:
        if record.data.startswith(b"INVITE"):
            began = record.time
        if status(record) > 100 and began is not None:
            return record.time - began
    return None


def waits_for_180_only(records: Records) -> float | None:
    found = post_dial_delay(records)
    return found if any(status(record) == 180 for record in records) else None


def never_says_none(records: Records) -> float:
    return post_dial_delay(records) or 0.0


def test_a_right_post_dial_delay_passes() -> None:
    assert check_post_dial_delay(post_dial_delay)


@pytest.mark.parametrize(
    ("broken", "passed"),
    [
        (counts_from_the_query, 1),
        (takes_100_for_ringing, 1),
        (counts_from_the_last_invite, 2),
        (waits_for_180_only, 3),
        (never_says_none, 4),
    ],
)
def test_a_broken_post_dial_delay_fails_at_its_mistake(
    broken: Callable[[Records], object], passed: int
) -> None:
    result = check_post_dial_delay(broken)
    assert result.outcome == "failed"
    assert result.passed == passed


def test_a_failing_case_tells_the_messages_as_a_story(
    capsys: pytest.CaptureFixture[str],
) -> None:
    check_post_dial_delay(lambda records: 1.0)
    said = capsys.readouterr().out
    assert "tried    5 s sent INVITE, 5.03 s received 180 Ringing" in said
    assert POST_DIAL_DELAY[0].hint in said


def retransmissions(records: Records) -> int:
    seen = [record.data for record in records if record.plane == "signalling"]
    return len(seen) - len(set(seen))


def counts_what_is_sent_only(records: Records) -> int:
    return retransmissions([r for r in records if r.direction == "sent"])


def counts_the_registry_too(records: Records) -> int:
    return len(records) - len({record.data for record in records})


def counts_every_invite(records: Records) -> int:
    return sum(record.data.startswith(b"INVITE") for record in records)


def test_a_right_retransmissions_passes() -> None:
    assert check_retransmissions(retransmissions)


@pytest.mark.parametrize(
    ("broken", "passed"),
    [
        (counts_every_invite, 0),
        (counts_what_is_sent_only, 2),
        (counts_the_registry_too, 3),
    ],
)
def test_a_broken_retransmissions_fails_at_its_mistake(
    broken: Callable[[Records], object], passed: int
) -> None:
    result = check_retransmissions(broken)
    assert result.outcome == "failed"
    assert result.passed == passed


def percentile(values: list[float], percent: float) -> float | None:
    if not values:
        return None
    return sorted(values)[math.ceil(percent / 100 * len(values)) - 1]


def forgets_to_sort(values: list[float], percent: float) -> float | None:
    return values[math.ceil(percent / 100 * len(values)) - 1] if values else None


def is_off_by_one(values: list[float], percent: float) -> float | None:
    return sorted(values)[int(percent / 100 * len(values))] if values else None


def does_not_expect_nothing(values: list[float], percent: float) -> float:
    return sorted(values)[math.ceil(percent / 100 * len(values)) - 1]


def test_a_right_percentile_passes() -> None:
    assert check_percentile(percentile)


@pytest.mark.parametrize(
    ("broken", "passed"),
    [(forgets_to_sort, 0), (is_off_by_one, 1), (does_not_expect_nothing, 4)],
)
def test_a_broken_percentile_fails_at_its_mistake(
    broken: Callable[[list[float], float], object], passed: int
) -> None:
    result = check_percentile(broken)
    assert result.outcome == "failed"
    assert result.passed == passed

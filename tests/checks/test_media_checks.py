"""Exercises of media: right ones pass, broken ones fail where they should."""

from __future__ import annotations

import struct
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from labkit.checks import check_jitter, check_read_header
from labkit.checks.media import READ_HEADER
from labkit.errors import RemoteError
from labkit.media.wire.rtp import parse_rtp

Header = dict[str, Any] | None
Packets = list[tuple[float, int]]


def read_header(datagram: bytes) -> Header:
    if len(datagram) < 12 or datagram[0] >> 6 != 2:
        return None
    first, second, number, timestamp, ssrc = struct.unpack("!BBHII", datagram[:12])
    return {
        "payload_type": second & 0x7F,
        "marker": second >= 0x80,
        "sequence_number": number,
        "timestamp": timestamp,
        "ssrc": ssrc,
        "payload": datagram[12 + 4 * (first & 0x0F) :],
    }


def reads_bytes_the_wrong_way_round(datagram: bytes) -> Header:
    header = read_header(datagram)
    number = struct.unpack("<H", datagram[2:4])[0]
    return header and {**header, "sequence_number": number}


def leaves_the_marker_in_the_type(datagram: bytes) -> Header:
    header = read_header(datagram)
    return header and {**header, "payload_type": datagram[1]}


def reads_signed_numbers(datagram: bytes) -> Header:
    header = read_header(datagram)
    number = struct.unpack("!h", datagram[2:4])[0]
    return header and {**header, "sequence_number": number % 2**15}


def forgets_the_mixer(datagram: bytes) -> Header:
    header = read_header(datagram)
    return header and {**header, "payload": datagram[12:]}


def trusts_the_length(datagram: bytes) -> Header:
    struct.unpack("!BBHII", datagram[:12])
    return read_header(datagram)


def test_a_right_read_header_passes() -> None:
    assert check_read_header(read_header)


@pytest.mark.parametrize(
    ("broken", "passed"),
    [
        (reads_bytes_the_wrong_way_round, 0),
        (leaves_the_marker_in_the_type, 1),
        (reads_signed_numbers, 0),
        (forgets_the_mixer, 3),
        (trusts_the_length, 4),
    ],
)
def test_a_broken_read_header_fails_at_its_mistake(
    broken: Callable[[bytes], Header], passed: int
) -> None:
    result = check_read_header(broken)
    assert result.outcome == "failed"
    assert result.passed == passed


def test_the_cases_say_what_the_kits_own_parser_says() -> None:
    for case in READ_HEADER:
        (datagram,) = case.arguments
        if case.expected is None:
            with pytest.raises(RemoteError):
                parse_rtp(datagram)
            continue
        packet = parse_rtp(datagram)
        for field, value in case.expected.items():
            assert getattr(packet, field) == value


def jitter(packets: Packets, clock_rate: int) -> float:
    estimate = 0.0
    for (before, ticks_before), (after, ticks) in pairwise(packets):
        apart = (ticks - ticks_before) % 2**32 / clock_rate
        estimate += (abs((after - before) - apart) - estimate) / 16
    return estimate


def takes_the_plain_mean(packets: Packets, clock_rate: int) -> float:
    gaps = [later[0] - sooner[0] for sooner, later in pairwise(packets)]
    return sum(gaps) / len(gaps) if gaps else 0.0


def forgets_the_absolute_value(packets: Packets, clock_rate: int) -> float:
    estimate = 0.0
    for (before, ticks_before), (after, ticks) in pairwise(packets):
        apart = (ticks - ticks_before) % 2**32 / clock_rate
        estimate += ((after - before) - apart - estimate) / 16
    return estimate


def knows_only_one_clock(packets: Packets, clock_rate: int) -> float:
    return jitter(packets, 8000)


def forgets_the_wrap(packets: Packets, clock_rate: int) -> float:
    estimate = 0.0
    for (before, ticks_before), (after, ticks) in pairwise(packets):
        apart = (ticks - ticks_before) / clock_rate
        estimate += (abs((after - before) - apart) - estimate) / 16
    return estimate


def test_a_right_jitter_passes() -> None:
    assert check_jitter(jitter)


@pytest.mark.parametrize(
    ("broken", "passed"),
    [
        (takes_the_plain_mean, 0),
        (forgets_the_absolute_value, 2),
        (knows_only_one_clock, 3),
        (forgets_the_wrap, 4),
    ],
)
def test_a_broken_jitter_fails_at_its_mistake(
    broken: Callable[[Packets, int], float], passed: int
) -> None:
    result = check_jitter(broken)
    assert result.outcome == "failed"
    assert result.passed == passed

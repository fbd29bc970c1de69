"""Exercises on loss: right ones pass, broken ones fail where they should."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import pytest

from labkit import Treatments
from labkit.checks import (
    check_bring_back,
    check_choose,
    check_parity,
    check_read_red,
)
from labkit.checks.loss import BRING_BACK, PARITY, READ_RED
from labkit.errors import RemoteError
from labkit.media.repair.parity import xor
from labkit.media.repair.red import parse_red

Blocks = list[tuple[int, int, bytes]] | None


def string(packet: bytes) -> bytes:
    return len(packet).to_bytes(2, "big") + packet


def xor_two(one: bytes, other: bytes) -> bytes:
    length = max(len(one), len(other))
    pairs = zip(one.ljust(length, b"\0"), other.ljust(length, b"\0"), strict=True)
    return bytes(x ^ y for x, y in pairs)


# --- parity ---


def parity(packets: list[bytes]) -> bytes:
    return reduce(xor_two, map(string, packets))


def leaves_the_length_out(packets: list[bytes]) -> bytes:
    return reduce(xor_two, packets)


def cuts_to_the_shortest(packets: list[bytes]) -> bytes:
    strings = [string(packet) for packet in packets]
    return reduce(lambda x, y: bytes(a ^ b for a, b in zip(x, y)), strings)  # noqa: B905


def as_long_as_the_first(packets: list[bytes]) -> bytes:
    return parity(packets)[: len(string(packets[0]))]


def puts_the_length_in_one_byte(packets: list[bytes]) -> bytes:
    strings = [b"\0" + bytes([len(packet) & 0xFF]) + packet for packet in packets]
    return reduce(xor_two, strings)


def test_a_right_parity_passes() -> None:
    assert check_parity(parity)


@pytest.mark.parametrize(
    ("broken", "passed"),
    [
        (leaves_the_length_out, 0),
        (cuts_to_the_shortest, 2),
        (as_long_as_the_first, 3),
        (puts_the_length_in_one_byte, 4),
    ],
)
def test_a_broken_parity_fails_at_its_mistake(
    broken: Callable[[list[bytes]], bytes], passed: int
) -> None:
    result = check_parity(broken)
    assert (result.outcome, result.passed) == ("failed", passed)


def test_the_cases_say_what_the_kits_own_xor_says() -> None:
    for case in PARITY:
        (packets,) = case.arguments
        assert case.expected == xor(map(string, packets))
    for case in BRING_BACK:
        sent, others = case.arguments
        assert sent == xor(map(string, [*others, case.expected]))


# --- bringing one back ---


def bring_back(sent: bytes, others: list[bytes]) -> bytes:
    left = reduce(xor_two, map(string, others), sent)
    return left[2 : 2 + int.from_bytes(left[:2], "big")]


def keeps_the_length_in_front(sent: bytes, others: list[bytes]) -> bytes:
    return reduce(xor_two, map(string, others), sent)


def forgets_that_there_may_be_no_others(sent: bytes, others: list[bytes]) -> bytes:
    left = xor_two(sent, reduce(xor_two, map(string, others)))
    return left[2 : 2 + int.from_bytes(left[:2], "big")]


def does_not_cut(sent: bytes, others: list[bytes]) -> bytes:
    return reduce(xor_two, map(string, others), sent)[2:]


def strips_zeros(sent: bytes, others: list[bytes]) -> bytes:
    return reduce(xor_two, map(string, others), sent)[2:].rstrip(b"\0")


def test_a_right_bring_back_passes() -> None:
    assert check_bring_back(bring_back)


@pytest.mark.parametrize(
    ("broken", "passed"),
    [
        (keeps_the_length_in_front, 0),
        (forgets_that_there_may_be_no_others, 1),
        (does_not_cut, 2),
        (strips_zeros, 4),
    ],
)
def test_a_broken_bring_back_fails_at_its_mistake(
    broken: Callable[[bytes, list[bytes]], bytes], passed: int
) -> None:
    result = check_bring_back(broken)
    assert (result.outcome, result.passed) == ("failed", passed)


# --- RED ---


def read_red(payload: bytes) -> Blocks:
    headers, start = [], 0
    while start < len(payload) and payload[start] & 0x80:
        word = int.from_bytes(payload[start : start + 4], "big")
        headers.append((word >> 24 & 0x7F, word >> 10 & 0x3FFF, word & 0x3FF))
        start += 4
    if start >= len(payload):
        return None
    own, start, blocks = payload[start], start + 1, []
    for payload_type, offset, length in headers:
        blocks.append((payload_type, offset, payload[start : start + length]))
        start += length
    if start > len(payload):
        return None
    return [*blocks, (own, 0, payload[start:])]


def cannot_do_without_copies(payload: bytes) -> Blocks:
    return read_red(payload) if payload[0] & 0x80 else None


def swaps_offset_and_length(payload: bytes) -> Blocks:
    blocks = read_red(payload)
    return blocks and [(kind, len(data), data) for kind, _, data in blocks[:-1]] + [
        blocks[-1]
    ]


def leaves_the_bit_in_the_type(payload: bytes) -> Blocks:
    blocks = read_red(payload)
    return blocks and [
        *((kind | 0x80, at, data) for kind, at, data in blocks[:-1]),
        blocks[-1],
    ]


def reads_one_copy_at_most(payload: bytes) -> Blocks:
    blocks = read_red(payload)
    return blocks and blocks[-2:]


def reads_one_byte_of_length(payload: bytes) -> Blocks:
    blocks = read_red(payload)
    return blocks and [(kind, at, data[:255]) for kind, at, data in blocks]


def trusts_that_there_is_something(payload: bytes) -> Blocks:
    return read_red(payload) if payload[0] is not None else None


def trusts_the_lengths(payload: bytes) -> Blocks:
    blocks = read_red(payload)
    return [] if blocks is None and len(payload) == 10 else blocks


def test_a_right_read_red_passes() -> None:
    assert check_read_red(read_red)


@pytest.mark.parametrize(
    ("broken", "passed"),
    [
        (cannot_do_without_copies, 0),
        (swaps_offset_and_length, 1),
        (leaves_the_bit_in_the_type, 1),
        (reads_one_copy_at_most, 2),
        (reads_one_byte_of_length, 3),
        (trusts_that_there_is_something, 4),
        (trusts_the_lengths, 6),
    ],
)
def test_a_broken_read_red_fails_at_its_mistake(
    broken: Callable[[bytes], Blocks], passed: int
) -> None:
    result = check_read_red(broken)
    assert (result.outcome, result.passed) == ("failed", passed)


def test_the_cases_say_what_the_kits_own_parser_says() -> None:
    for case in READ_RED:
        (payload,) = case.arguments
        if case.expected is None:
            with pytest.raises(RemoteError):
                parse_red(payload)
        else:
            assert [tuple(block) for block in parse_red(payload)] == case.expected


# --- the choice ---


def choose(round_trip: float, loss: float, burst: float) -> Treatments:
    if loss and round_trip > 0.100:
        return Treatments(red=2)
    return Treatments(nack=True)


def always_copies(round_trip: float, loss: float, burst: float) -> Treatments:
    return Treatments(red=2)


def copies_when_anything_is_lost(
    round_trip: float, loss: float, burst: float
) -> Treatments:
    return Treatments(red=2 if loss else 0)


def always_asks(round_trip: float, loss: float, burst: float) -> Treatments:
    return Treatments(nack=True)


def trusts_parity_in_bursts(round_trip: float, loss: float, burst: float) -> Treatments:
    if burst > 1:
        return Treatments(parity=4)
    return choose(round_trip, loss, burst)


def says_it_in_words(round_trip: float, loss: float, burst: float) -> Any:
    return "RED"


def test_a_right_choice_passes() -> None:
    assert check_choose(choose)


@pytest.mark.parametrize(
    ("broken", "passed"),
    [
        (always_copies, 0),
        (says_it_in_words, 0),
        (copies_when_anything_is_lost, 1),
        (always_asks, 2),
        (trusts_parity_in_bursts, 3),
    ],
)
def test_a_bad_choice_fails_where_it_costs_or_leaves_too_much(
    broken: Callable[[float, float, float], Any], passed: int
) -> None:
    result = check_choose(broken)
    assert (result.outcome, result.passed) == ("failed", passed)


def test_a_bad_choice_is_told_in_figures(capsys: pytest.CaptureFixture[str]) -> None:
    check_choose(always_copies)
    told = capsys.readouterr().out
    assert "expected at most 0.1% missing, 1% more bytes, 150 ms of waiting" in told
    assert "% more bytes" in told.partition("came")[2]

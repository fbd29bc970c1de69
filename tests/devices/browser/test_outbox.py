"""Sound for the page: at once where it is quick, the newest where it is slow."""

from __future__ import annotations

import numpy as np

from labkit.devices.base import Samples
from labkit.devices.browser.outbox import BLIND, LONGEST, LOST, UNDER_WAY, Outbox

RATE, BLOCK = 8000, 160
"""20 ms."""
AT_ONCE = round(UNDER_WAY * RATE / BLOCK)
"""Blocks that may be under way."""


def block(value: int = 0) -> Samples:
    return np.full(BLOCK, value, np.int16)


def test_a_quick_page_gets_each_block_alone() -> None:
    outbox = Outbox(RATE)
    for number in range(1, 20):
        outbox.add(block(number))
        taken = outbox.take(number * 0.02)
        assert taken is not None
        assert taken[0] == number
        assert len(taken[1]) == BLOCK
        assert outbox.acknowledged(number)
    assert outbox.dropped == 0


def test_what_gathers_while_the_page_is_slow_leaves_together() -> None:
    outbox = Outbox(RATE)
    for number in range(AT_ONCE):
        outbox.add(block())
        assert outbox.take(number * 0.02) is not None
    for value in (1, 2, 3):
        outbox.add(block(value))
        assert outbox.take(0.1) is None
    outbox.acknowledged(1)
    taken = outbox.take(0.12)
    assert taken is not None
    assert taken[1].tolist() == [*block(1), *block(2), *block(3)]


def test_the_oldest_is_dropped_when_the_page_is_slower_still() -> None:
    outbox = Outbox(RATE)
    for number in range(AT_ONCE):
        outbox.add(block())
        outbox.take(number * 0.02)
    for value in range(100):
        outbox.add(block(value))
    outbox.acknowledged(AT_ONCE)
    taken = outbox.take(0.5)
    assert taken is not None
    assert len(taken[1]) == LONGEST * RATE
    assert taken[1][-1] == 99
    assert outbox.dropped == 100 * BLOCK - len(taken[1])


def test_a_lost_message_does_not_silence_it_for_ever() -> None:
    outbox = Outbox(RATE)
    for number in range(AT_ONCE):
        outbox.add(block())
        outbox.take(number * 0.02)
    outbox.add(block())
    assert outbox.take(0.5) is None
    assert outbox.take(0.5 + LOST) is not None


def test_a_kernel_that_hears_nobody_goes_on_at_a_bounded_pace() -> None:
    outbox = Outbox(RATE)
    sent = 0
    for number in range(100):
        outbox.add(block())
        sent += outbox.take(number * 0.02, deaf=True) is not None
    assert 2.0 / BLIND - 5 <= sent <= 2.0 / BLIND + AT_ONCE


def test_numbers_that_were_never_sent_are_not_believed() -> None:
    outbox = Outbox(RATE, number=7)
    assert not outbox.acknowledged(8)
    outbox.add(block())
    taken = outbox.take(0.0)
    assert taken is not None
    assert taken[0] == 8
    assert outbox.acknowledged(8)
    assert not outbox.acknowledged(8)


def test_small_pieces_leave_alone_only_while_the_page_is_quick() -> None:
    outbox, piece = Outbox(RATE), block()[: BLOCK // 2]
    for number in range(1, 7):  # 10 ms each
        outbox.add(piece)
        assert outbox.take(number * 0.01) is not None
    outbox.add(piece)
    assert outbox.take(0.07) is None  # 60 ms are under way
    outbox.add(piece)
    taken = outbox.take(0.08)
    assert taken is not None
    assert len(taken[1]) == BLOCK
    outbox.acknowledged(taken[0])
    outbox.add(piece)
    assert outbox.take(0.09) is not None

"""The order of packets turned, so that bursts fall apart."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.media.repair.interleave import PAUSE, Interleaver
from tests.media.repair.packets import packet


def put(interleaver: Interleaver, *numbers: int, depth: int = 3) -> list[int]:
    return [
        each.sequence_number
        for number in numbers
        for each in interleaver.put(packet(number), depth, number * 0.02)
    ]


def test_columns_are_sent_of_what_was_written_in_rows():
    interleaver = Interleaver()
    assert put(interleaver, *range(4)) == []
    assert put(interleaver, *range(4, 22)) == [
        *(0, 3, 6, 1, 4, 7, 2, 5, 8),
        *(9, 12, 15, 10, 13, 16, 11, 14, 17),
    ]


@pytest.mark.parametrize("depth", range(2, 9))
def test_one_leaves_for_each_that_comes_and_neighbours_are_apart(depth: int):
    square = depth * depth
    sent = put(Interleaver(), *range(3 * square), depth=depth)
    assert len(sent) == 3 * square - (depth - 1) ** 2
    for burst in range(square - depth + 1 if depth > 2 else 1):
        lost = sorted(sent[burst : burst + depth])
        assert min(later - earlier for earlier, later in pairwise(lost)) > 1


def test_a_pause_sends_what_waits():
    interleaver = Interleaver()
    put(interleaver, *range(6))
    deadline = interleaver.next_deadline
    assert deadline == 5 * 0.02 + PAUSE
    assert [each.sequence_number for each in interleaver.flush()] == [1, 4, 2, 5]
    assert interleaver.next_deadline is None


def test_a_talk_spurt_or_another_depth_begins_a_new_square():
    interleaver = Interleaver()
    put(interleaver, *range(3))
    begun = interleaver.put(packet(3, marker=True), 3, 0.06)
    assert [each.sequence_number for each in begun] == [0, 1, 2]
    assert put(interleaver, 4, depth=2) == [3]


@given(
    st.lists(
        st.tuples(st.integers(2, 8), st.booleans(), st.floats(0, 0.1)), max_size=200
    )
)
def test_every_packet_is_sent_exactly_once(items: list[tuple[int, bool, float]]):
    interleaver, now, sent = Interleaver(), 0.0, []
    for number, (depth, marker, pause) in enumerate(items):
        now += pause
        sent += interleaver.put(packet(number, marker=marker), depth, now)
    sent += interleaver.flush()
    assert sorted(each.sequence_number for each in sent) == list(range(len(items)))

"""Which packets to ask for again, and when (RFC 4585)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from labkit.media.repair.nack import (
    LONGEST_REORDERING,
    MARGIN,
    MOST_MISSING,
    MOST_OVERDUE,
    NackList,
)

TRIP, PATIENCE = 0.020, 0.150


def hearing(*numbers: int, steady: bool = False, seconds: float = 0.020) -> NackList:
    """A list to which these packets came, each in its time after t = 0."""
    nacks = NackList(steady)
    for number in numbers:
        nacks.here(number, number * seconds)
    return nacks


def test_a_gap_is_asked_for_at_once_and_again_after_a_round_trip():
    nacks = hearing(0, 1, 4)
    assert nacks.due(0.080, TRIP, PATIENCE) == [2, 3]
    assert nacks.due(0.081, TRIP, PATIENCE) == []
    assert nacks.next_deadline == 0.080 + TRIP + MARGIN
    assert nacks.due(0.080 + TRIP + MARGIN, TRIP, PATIENCE) == [2, 3]
    assert nacks.requests == 4


def test_what_came_or_was_repaired_is_not_asked_for():
    nacks = hearing(0, 4)
    nacks.here(2, 0.081, by_itself=False)
    assert nacks.due(0.082, TRIP, PATIENCE) == [1, 3]


def test_nobody_asks_when_the_answer_could_not_be_played_any_more():
    nacks = hearing(0, 1, 3)  # packet 2 was expected at 0.040, and is of use to 0.190
    assert nacks.due(0.169, TRIP, PATIENCE) == [2]
    late = hearing(0, 1, 3)
    assert late.due(0.171, TRIP, PATIENCE) == []
    assert late.next_deadline is None
    far = hearing(0, 1, 3)
    assert far.due(0.060, 0.140, PATIENCE) == []  # a round trip longer than the playout


def test_before_a_round_trip_was_measured_one_is_assumed():
    nacks = hearing(0, 1, 3)
    assert nacks.due(0.060, None, PATIENCE) == [2]
    assert nacks.next_deadline == 0.060 + 0.050 + MARGIN


def test_packets_that_overtake_each_other_teach_it_to_wait_a_little():
    nacks = hearing(0, 2)
    assert nacks.due(0.040, TRIP, PATIENCE) == [1]
    nacks.here(1, 0.046)
    assert abs(nacks.reordering - 0.006) < 1e-9
    nacks.here(4, 0.080)
    assert nacks.due(0.081, TRIP, PATIENCE) == []
    assert nacks.due(0.086, TRIP, PATIENCE) == [3]
    nacks.here(3, 9.0)
    assert nacks.reordering == LONGEST_REORDERING


def test_overdue_sound_is_asked_for_while_nothing_comes():
    nacks = hearing(*range(50), steady=True)
    last = 49 * 0.020
    assert nacks.due(last + 0.040, TRIP, PATIENCE) == []
    assert abs(nacks.next_deadline - (last + 0.045)) < 1e-6
    assert nacks.due(last + 0.046, TRIP, PATIENCE) == [50]
    assert nacks.due(last + 0.066, TRIP, PATIENCE) == [51]
    nacks.here(53, 53 * 0.020)  # the burst is over: what was asked for is not forgotten
    assert nacks.due(53 * 0.020 + 0.011, TRIP, PATIENCE) == [50, 51, 52]


def test_in_a_pause_it_stops_asking():
    nacks = hearing(*range(50), steady=True)
    asked = [
        number
        for tick in range(1000)
        for number in nacks.due(1.0 + tick * 0.002, TRIP, PATIENCE)
    ]
    assert set(asked) == set(range(50, 50 + MOST_OVERDUE))
    assert nacks.next_deadline is None


def test_pictures_are_not_overdue_between_two_of_them():
    nacks = NackList(steady=False)
    for number in range(100):
        nacks.here(number, number // 10 * 0.033)
    assert nacks.due(0.9, TRIP, PATIENCE) == []
    assert nacks.next_deadline is None


def test_after_a_leap_only_the_newest_are_asked_for():
    nacks = hearing(0, 1, 3000, seconds=0.00001)
    asked = nacks.due(0.031, TRIP, PATIENCE)
    assert asked == list(range(3000 - MOST_MISSING, 3000))


@given(
    st.lists(
        st.tuples(st.integers(0, 3000), st.booleans(), st.floats(0, 0.2)), max_size=150
    ),
    st.booleans(),
)
def test_whatever_comes_it_is_bounded_and_asks_for_nothing_that_is_here(
    items: list[tuple[int, bool, float]], steady: bool
):
    nacks, here, now = NackList(steady), set(), 100.0
    for number, by_itself, pause in items:
        now += pause
        nacks.here(number, now, by_itself)
        here.add(number)
        asked = nacks.due(now, TRIP, PATIENCE)
        assert not here.intersection(asked)
        assert len(nacks) <= MOST_MISSING + MOST_OVERDUE
        deadline = nacks.next_deadline
        assert deadline is None or deadline > now

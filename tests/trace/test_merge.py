"""Several observers, one list of messages (B19)."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.effects import Address
from labkit.trace import Record, Trace, merge
from labkit.trace.merge import PATIENCE, SLACK, plain
from labkit.trace.record import Plane, Transport
from tests.trace.call_scene import ALICE, BOB, INVITE, RINGING, whole_call

Times = list[float]


def seen(
    left: Times,
    arrived: Times,
    data: bytes = INVITE,
    plane: Plane = "signalling",
    transport: Transport = "UDP",
) -> tuple[Trace, Trace]:
    """The same bytes, leaving alice and arriving at bob at these times."""
    alice, bob = Trace("alice"), Trace("bob")
    for time in left:
        alice.record(time, plane, transport, "sent", ALICE, BOB, data)
    for time in arrived:
        bob.record(time, plane, transport, "received", ALICE, BOB, data)
    return alice, bob


def test_what_sender_and_receiver_saw_is_one_arrow_with_both_times() -> None:
    (arrow,) = merge(*seen([1.0], [1.25]))
    assert arrow.sent is not None
    assert arrow.received is not None
    assert (arrow.sent.observer, arrow.received.observer) == ("alice", "bob")
    assert arrow.delay == pytest.approx(0.25)
    assert arrow.time == 1.0
    assert arrow.number == arrow.sent.number


def test_a_message_that_did_not_arrive_is_lost() -> None:
    alice, bob = seen([1.0], [])
    bob.record(2.0, "signalling", "UDP", "sent", BOB, ALICE, RINGING)  # bob is watched
    first, second = merge(alice, bob)
    assert first.lost
    assert second.lost  # alice was watched, too


def test_where_nobody_watches_the_receiver_nothing_is_called_lost() -> None:
    alice, _ = seen([1.0], [])
    (arrow,) = merge(alice)
    assert not arrow.lost
    assert arrow.received is None


def test_a_message_that_has_just_left_may_still_be_under_way() -> None:
    alice, bob = seen([1.0], [])
    bob.record(0.5, "signalling", "UDP", "sent", BOB, ALICE, RINGING)
    alice.record(0.6, "signalling", "UDP", "received", BOB, ALICE, RINGING)
    assert not merge(alice, bob, now=1.0 + PATIENCE)[-1].lost
    assert merge(alice, bob, now=1.1 + PATIENCE)[-1].lost


@pytest.mark.parametrize(
    ("left", "arrived", "pairs"),
    [
        ([0, 0.5, 1.5], [0.52], [(0, None), (0.5, 0.52), (1.5, None)]),
        ([0, 0.5], [0.6, 1.1], [(0, 0.6), (0.5, 1.1)]),  # slower than the repeats
        ([0, 0.5], [0.01, 0.51], [(0, 0.01), (0.5, 0.51)]),
        ([0], [0.1, 0.2], [(None, 0.1), (0, 0.2)]),  # the network doubled it
        ([0.005], [0.0], [(0.005, 0.0)]),  # two threads, two stamps
    ],
)
def test_equal_bytes_sent_again_stay_arrows_of_their_own(
    left: Times, arrived: Times, pairs: list[tuple[float | None, float | None]]
) -> None:
    arrows = merge(*seen(left, arrived))
    found = [
        (arrow.sent and arrow.sent.time, arrow.received and arrow.received.time)
        for arrow in arrows
    ]
    assert sorted(found, key=str) == sorted(pairs, key=str)


def test_a_sip_message_sent_again_over_udp_is_marked_a_repeated_line_is_not() -> None:
    again = merge(*seen([0, 0.5, 1.5], [1.51]))
    assert [arrow.repeat for arrow in again] == [0, 1, 2]
    twice = merge(*seen([0, 1], [0.1, 1.1], b"LIST\n", "registry", "TCP"))
    assert [arrow.repeat for arrow in twice] == [0, 0]


def test_a_line_end_that_one_side_leaves_out_makes_no_second_message() -> None:
    alice, bob = seen([1.0], [], b"QUERY bob\r\n", "registry", "TCP")
    bob.record(1.1, "registry", "TCP", "received", ALICE, BOB, b"QUERY bob")
    assert len(merge(alice, bob)) == 1


def test_an_address_is_the_same_seen_through_an_ipv6_socket() -> None:
    assert plain(Address("::ffff:127.0.0.1", 5)) == Address("127.0.0.1", 5)
    assert plain(Address("fe80::1%eth0", 5)) == Address("fe80::1", 5)
    assert plain(Address("::1", 5)) == Address("::1", 5)


def test_the_views_of_a_whole_call_become_one_list_in_order() -> None:
    scene = whole_call()
    arrows = merge(*scene.traces)
    times = [arrow.time for arrow in arrows]
    assert times == sorted(times)
    assert len(arrows) == 13
    assert [arrow.lost for arrow in arrows].count(True) == 1


TIMES = st.lists(st.integers(0, 8).map(lambda step: step / 10), max_size=6)


@given(TIMES, TIMES)
def test_every_sighting_is_in_exactly_one_arrow_and_none_arrives_before_it_left(
    left: Times, arrived: Times
) -> None:
    traces = seen(sorted(left), sorted(arrived))
    arrows = merge(*traces)
    sightings: Counter[Record] = Counter()
    for arrow in arrows:
        sightings.update(filter(None, (arrow.sent, arrow.received)))
        if arrow.sent and arrow.received:
            assert arrow.received.time >= arrow.sent.time - SLACK
    assert sightings == Counter(traces[0].records + traces[1].records)
    # As many pairs as can be: greedily, each arrival takes any earlier departure.
    free, most = sorted(left), 0
    for time in sorted(arrived):
        if free and free[0] <= time + SLACK:
            free.pop(0)
            most += 1
    assert sum(bool(arrow.sent and arrow.received) for arrow in arrows) == most

"""The connection is the lease; what happens when it drops without a word (B8, B9)."""

from __future__ import annotations

import pytest
from registry.asking import ALICE, BOB, World

from labkit.errors import LocalError
from labkit.registry.machine import (
    TRANSITIONS,
    LeaseState,
    Policy,
    UserLeft,
    UserLost,
    UserRegistered,
)
from labkit.registry.machine.table import Lease, Table
from labkit.registry.messages import User


def alice_dropped(grace: float = 5.0) -> World:
    world = World(policy=Policy(grace=grace))
    world.connect("alice", ALICE)
    world.say("alice", f"REGISTER alice {ALICE} 6000")
    world.connect("bob", BOB)
    world.drop("alice")
    return world


def test_the_row_stands_for_the_grace_and_then_goes_B9() -> None:
    world = alice_dropped(grace=5.0)
    lost = world.events[-1]
    assert isinstance(lost, UserLost)
    assert lost.until == world.now + 5.0
    world.wait(4.99)
    assert world.say("bob", "QUERY alice") == f"200 alice {ALICE} 6000\n"
    world.wait(0.02)
    assert world.say("bob", "QUERY alice") == "404 unknown user: alice\n"
    assert world.told[-1].endswith("left: dropped out, and not back within 5 s")


def test_in_the_meantime_others_are_told_how_long_the_name_is_kept() -> None:
    world = alice_dropped(grace=7.0)
    refusal = "409 name taken: alice (its user dropped out; kept for 7 s)\n"
    assert world.say("bob", f"REGISTER alice {BOB} 6000") == refusal


def test_who_comes_back_from_the_same_host_has_the_name_again() -> None:
    world = alice_dropped()
    world.wait(1.0)
    world.connect("alice again", ALICE)
    reply = world.say("alice again", f"REGISTER alice {ALICE} 6002")
    assert reply == f"200 registered alice {ALICE} 6002\n"
    event = world.events[-1]
    assert isinstance(event, UserRegistered)
    assert event.returned
    assert str(event) == f"alice at {ALICE}:6002 is back"
    assert not world.timers, "the grace is over"
    world.wait(60.0)
    assert world.names == ["alice"]
    assert world.say("alice again", f"REGISTER anna {ALICE} 6000").startswith("200")


def test_a_lost_row_gives_its_address_to_a_new_name_from_the_same_host() -> None:
    world = alice_dropped()
    world.connect("anna", ALICE)
    assert world.say("anna", f"REGISTER anna {ALICE} 6000").startswith("200")
    assert world.names == ["anna"]
    left = next(event for event in world.events if isinstance(event, UserLeft))
    assert left.why == "dropped out, and anna is at its address now"
    assert not world.timers


def test_one_registration_may_replace_two_lost_rows() -> None:
    world = World()
    world.connect("both", ALICE)
    world.say("both", f"REGISTER a {ALICE} 6000", f"REGISTER b {ALICE} 6001")
    world.drop("both")
    world.connect("new", ALICE)
    assert world.say("new", f"REGISTER a {ALICE} 6001").startswith("200")
    assert [str(user) for user in world.machine.users] == [f"a at {ALICE}:6001"]
    assert not world.timers


def test_a_second_drop_starts_the_grace_anew() -> None:
    world = alice_dropped()
    world.wait(4.0)
    world.connect("again", ALICE)
    world.say("again", f"REGISTER alice {ALICE} 6000")
    world.drop("again")
    world.wait(4.0)
    assert world.names == ["alice"]
    world.wait(1.1)
    assert world.names == []


def test_without_grace_the_row_goes_at_once() -> None:
    world = alice_dropped(grace=0.0)
    world.wait(0.0)
    assert world.names == []


def test_a_connection_without_a_name_leaves_no_trace_in_the_table() -> None:
    world = World()
    world.connect("nc")
    world.drop("nc")
    world.drop("nc")
    assert world.events == []
    assert world.machine.connections == 0


def test_rows_move_as_the_transitions_say_and_not_otherwise() -> None:
    for state, events in TRANSITIONS.items():
        for event in ("drop", "leave", "give way", "expire", "close"):
            table = Table()
            lease = Lease(User("a", "::1", 1), "c", "::1", b"")
            table.add(lease)
            lease.state = state
            if event in events:
                table.happen(lease, event)
                assert lease.state is events[event]
                assert (table.named("a") is None) == (lease.state is LeaseState.GONE)
            else:
                with pytest.raises(LocalError, match="cannot happen"):
                    table.happen(lease, event)


def test_every_state_but_gone_has_a_way_out_and_can_be_reached() -> None:
    reached = {after for events in TRANSITIONS.values() for after in events.values()}
    assert reached | {LeaseState.HELD} == set(LeaseState)
    assert [state for state, events in TRANSITIONS.items() if not events] == [
        LeaseState.GONE
    ]


def test_the_table_does_not_take_a_name_or_a_place_twice() -> None:
    table = Table()
    table.add(Lease(User("a", "::1", 1), "c", "::1", b""))
    for user in (User("a", "::1", 2), User("b", "::1", 1)):
        with pytest.raises(LocalError, match="in the table already"):
            table.add(Lease(user, "c", "::1", b""))
    assert len(table) == 1

"""One table, one clock: registering, asking, leaving (A1–A9, B1–B8)."""

from __future__ import annotations

from registry.asking import ALICE, BOB, World

from labkit.registry.machine import UserLeft, UserRegistered
from labkit.registry.messages import User


def two_users() -> World:
    world = World()
    world.connect("alice", ALICE)
    world.connect("bob", BOB)
    assert (
        world.say("alice", f"REGISTER alice {ALICE} 6000")
        == f"200 registered alice {ALICE} 6000\n"
    )
    world.say("bob", f"REGISTER bob {BOB} 6050")
    return world


def test_a_user_registers_and_is_entered_in_the_live_table_A1_A4_A5_B5() -> None:
    world = two_users()
    assert world.machine.users == [User("alice", ALICE, 6000), User("bob", BOB, 6050)]
    assert world.machine.users[0].since == world.now
    assert world.events[0] == UserRegistered(User("alice", ALICE, 6000))
    assert world.told[0] == f"alice at {ALICE}:6000 registered"


def test_a_query_answers_name_address_and_port_A2_A7_B7() -> None:
    assert two_users().say("alice", "QUERY bob") == f"200 bob {BOB} 6050\n"


def test_an_unknown_name_is_said_to_be_unknown_and_one_may_ask_again_B7() -> None:
    world = two_users()
    assert world.say("alice", "QUERY zed") == "404 unknown user: zed\n"
    assert world.say("alice", "QUERY bob") == f"200 bob {BOB} 6050\n"


def test_the_list_names_everybody_and_ends_with_a_dot_A9() -> None:
    expected = f"200 2 users\nalice {ALICE} 6000\nbob {BOB} 6050\n.\n"
    assert two_users().say("bob", "LIST") == expected


def test_asking_needs_no_registration() -> None:
    world = two_users()
    world.connect("nc", "192.168.0.200")
    assert world.say("nc", "QUERY bob") == f"200 bob {BOB} 6050\n"


def test_quit_is_answered_with_221_and_only_then_closed_A3_A8_B8() -> None:
    world = two_users()
    assert world.say("alice", "QUIT") == "221 bye\n"
    assert world.closed == ["alice"]
    assert world.names == ["bob"]
    left = UserLeft(User("alice", ALICE, 6000), "said goodbye")
    assert world.events[-1] == left
    world.drop("alice")
    assert world.events[-1] == left, "leaving politely is told once"
    assert not world.timers


def test_what_follows_quit_in_the_same_segment_is_not_answered_A8() -> None:
    world = two_users()
    assert world.say("alice", "QUIT", "LIST", "QUIT") == "221 bye\n"
    assert world.say("alice", "LIST") == ""


def test_a_name_can_be_given_back_while_the_connection_stays() -> None:
    world = two_users()
    assert world.say("alice", "UNREGISTER alice") == "200 unregistered alice\n"
    assert world.names == ["bob"]
    assert world.say("alice", "UNREGISTER alice") == "404 unknown user: alice\n"
    assert world.say("alice", f"REGISTER alicia {ALICE} 6000").startswith("200")


def test_nobody_can_unregister_somebody_else() -> None:
    world = two_users()
    refusal = "403 not yours: alice was registered by somebody else\n"
    assert world.say("bob", "UNREGISTER alice") == refusal
    assert world.names == ["alice", "bob"]


def test_names_in_different_normalisation_are_one_user() -> None:
    world = World()
    world.connect("mac")
    world.connect("windows", BOB)
    composed, decomposed = "João", "Joa\u0303o"
    assert composed != decomposed
    world.say("mac", f"REGISTER {decomposed} {ALICE} 6000")
    assert world.names == [composed]
    refusal = f"409 name taken: {composed}\n"
    assert world.say("windows", f"REGISTER {composed} {BOB} 6000") == refusal
    assert world.say("windows", f"QUERY {composed}") == f"200 João {ALICE} 6000\n"


def test_a_connection_may_have_several_names_and_all_go_with_it() -> None:
    world = two_users()
    world.say("alice", f"REGISTER anna {ALICE} 6001")
    world.say("alice", "QUIT")
    assert world.names == ["bob"]


def test_every_line_is_heard_as_it_came_for_the_trace_B10() -> None:
    world = two_users()
    world.send("alice", b"QUERY bob\r\nnonsense\n")
    assert [heard.data for heard in world.heard[2:]] == [
        b"QUERY bob\r\n",
        b"nonsense\n",
    ]
    assert world.heard[2].note == ""
    assert world.heard[3].note.startswith("malformed: unknown request 'nonsense'")


def test_the_registry_ending_empties_the_table_and_says_so() -> None:
    world = two_users()
    told = [str(effect.event) for effect in world.machine.shut_down()]
    assert told == [
        f"alice at {ALICE}:6000 left: the registry was closed",
        f"bob at {BOB}:6050 left: the registry was closed",
    ]
    assert world.machine.users == []

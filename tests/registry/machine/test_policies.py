"""Who may have which row (A1, A6, B6, B21)."""

from __future__ import annotations

import pytest
from registry.asking import ALICE, BOB, World

from labkit.registry.machine import Policy, RegistrationRefused


def world_with_alice(**policy: bool) -> World:
    world = World(policy=Policy(**policy))
    world.connect("alice", ALICE)
    world.connect("bob", BOB)
    world.say("alice", f"REGISTER alice {ALICE} 6000")
    return world


def test_a_name_that_is_taken_is_refused_and_people_are_told_A6_B6() -> None:
    world = world_with_alice()
    assert world.say("bob", f"REGISTER alice {BOB} 6000") == "409 name taken: alice\n"
    event = world.events[-1]
    assert isinstance(event, RegistrationRefused)
    assert event.peer.host == BOB
    assert world.told[-1].startswith(f"alice, asked for by {BOB}:")
    assert world.say("bob", f"REGISTER bob {BOB} 6000").startswith("200")


def test_registering_twice_on_one_connection_says_what_to_do_A6() -> None:
    world = world_with_alice()
    refusal = "409 name taken: alice (by yourself: UNREGISTER it first)\n"
    assert world.say("alice", f"REGISTER alice {ALICE} 6000") == refusal


def test_host_and_port_together_are_exclusive_A1() -> None:
    world = world_with_alice()
    refusal = f"409 address taken: {ALICE} 6000\n"
    assert world.say("alice", f"REGISTER anna {ALICE} 6000") == refusal
    assert world.say("alice", f"REGISTER anna {ALICE} 6001").startswith("200")


def test_with_exclusive_ip_the_host_alone_is_exclusive_A1() -> None:
    world = world_with_alice(exclusive_ip=True)
    refusal = f"409 address taken: {ALICE} 6001 (one user per IP address here)\n"
    assert world.say("alice", f"REGISTER anna {ALICE} 6001") == refusal
    assert world.say("bob", f"REGISTER bob {BOB} 6000").startswith("200")


@pytest.mark.parametrize("spelling", ["::1", "0:0:0:0:0:0:0:1", "0000::0001"])
def test_one_host_in_several_spellings_is_one_host(spelling: str) -> None:
    world = World()
    world.connect("six", "::1")
    assert (
        world.say("six", f"REGISTER a {spelling} 6000") == "200 registered a ::1 6000\n"
    )
    assert world.say("six", "REGISTER b ::1 6000") == "409 address taken: ::1 6000\n"


def test_the_address_must_be_the_connections_own() -> None:
    world = world_with_alice()
    refusal = f"403 address not yours: {ALICE}; this connection comes from {BOB}\n"
    assert world.say("bob", f"REGISTER bob {ALICE} 6050") == refusal
    assert "127.0.0.1" in world.say("bob", "REGISTER bob 127.0.0.1 6050")
    assert world.names == ["alice"]


def test_without_the_check_any_address_is_believed() -> None:
    world = world_with_alice(check_address=False)
    assert world.say("bob", f"REGISTER bob {ALICE} 6050").startswith("200")


@pytest.mark.parametrize("host", ["127.0.0.2", "127.9.9.9", "::1"])
def test_loopback_to_loopback_is_one_machine_B21(host: str) -> None:
    world = World()
    world.connect("here", "127.0.0.1")
    assert (
        world.say("here", f"REGISTER a {host} 6000")
        == f"200 registered a {host} 6000\n"
    )


def test_the_first_objection_is_the_answer() -> None:
    world = world_with_alice()
    everything_wrong = f"REGISTER alice {ALICE} 6000"
    assert world.say("bob", everything_wrong).startswith("403 address not yours")

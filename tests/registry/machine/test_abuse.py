"""Bad lines, floods and slow senders: a clear reply, and the registry goes on."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st
from registry.asking import ALICE, BOB, World

from labkit.registry.machine import ConnectionRefused, Limits


def small_world(**limits: float) -> World:
    world = World(limits=Limits(**limits))  # type: ignore[arg-type]
    world.connect("alice", ALICE)
    return world


def test_many_requests_in_one_segment_are_answered_one_by_one_in_order() -> None:
    world = small_world()
    replies = world.say(
        "alice", "QUERY a", "huh", f"REGISTER a {ALICE} 6000", "QUERY a"
    )
    assert [line[:3] for line in replies.splitlines()] == ["404", "400", "200", "200"]


def test_one_request_in_many_segments_is_one_request() -> None:
    world = small_world()
    for byte in f"REGISTER João {ALICE} 6000".encode():
        assert world.send("alice", bytes([byte])) == b""
    assert world.send("alice", b"\n").decode() == f"200 registered João {ALICE} 6000\n"
    assert not world.timers


def test_a_line_too_long_is_answered_once_and_the_next_one_is_read() -> None:
    world = small_world()
    assert world.send("alice", b"x" * 5000).startswith(
        b"400 the line is longer than 512"
    )
    assert world.send("alice", b"x" * 5000) == b""
    assert world.send("alice", b"\nLIST\n") == b"200 0 users\n.\n"


def test_half_a_line_held_too_long_is_closed_with_a_reply() -> None:
    world = small_world(half_line_seconds=10.0)
    world.send("alice", b"QUE")
    world.wait(6.0)
    world.send("alice", b"RY a")  # a byte now and then buys no time
    world.wait(3.9)
    assert world.closed == []
    world.wait(0.2)
    assert world.read("alice") == b"408 line not finished within 10 s; closing\n"
    assert world.closed == ["alice"]
    assert isinstance(world.events[-1], ConnectionRefused)
    assert world.send("alice", b"\nLIST\n") == b"", "too late"


def test_each_half_line_has_its_own_time() -> None:
    world = small_world(half_line_seconds=10.0)
    for _ in range(5):
        world.send("alice", b"LIST\nLI")
        world.wait(8.0)
        assert world.send("alice", b"ST\n").endswith(b".\n")
    assert not world.timers
    world.wait(1000.0)
    assert world.closed == [], "an idle connection is a lease, not a slow sender"


def test_an_over_long_line_without_end_is_a_slow_sender_too() -> None:
    world = small_world(half_line_seconds=10.0)
    world.send("alice", b"x" * 600)
    world.read("alice")
    world.wait(11.0)
    assert world.read("alice").startswith(b"408")


def test_a_half_line_dies_with_its_connection() -> None:
    world = small_world()
    world.send("alice", b"QUE")
    assert world.timers
    world.drop("alice")
    assert not world.timers


def test_too_many_requests_in_a_second_are_refused_and_the_connection_stays() -> None:
    world = small_world(requests_per_second=10)
    replies = world.say("alice", *["LIST"] * 12)
    refusal = "429 more than 10 requests in a second; wait a moment\n"
    assert replies == "200 0 users\n.\n" * 10 + refusal * 2
    world.wait(1.0)
    assert world.say("alice", "LIST") == "200 0 users\n.\n"


def test_long_lists_cost_their_asker_more() -> None:
    world = World(limits=Limits(requests_per_second=6, names_per_connection=1000))
    world.connect("filler", BOB)
    for port in range(1, 251):
        world.say("filler", f"REGISTER u{port} {BOB} {port}")
        world.wait(1.0)
    world.connect("alice", ALICE)
    replies = world.say("alice", *["LIST"] * 5)
    assert replies.count("200 250 users") == 2
    assert replies.count("429 ") == 3


def test_connections_are_limited_in_all_and_per_host() -> None:
    world = World(limits=Limits(connections=3, connections_per_host=2))
    for client in ("a", "b", "c"):
        world.connect(client, ALICE)
    assert world.read("c") == f"503 2 connections from {ALICE} already\n".encode()
    world.connect("d", BOB)
    world.connect("e", BOB)
    assert world.read("e") == b"503 full: 3 connections; try again later\n"
    assert world.closed == ["c", "e"]
    assert world.say("e", "LIST") == ""
    world.drop("c")  # refused ones were never counted
    world.drop("a")
    world.connect("f", ALICE)
    assert world.say("f", "LIST") == "200 0 users\n.\n"
    assert world.machine.connections == 3


def test_names_are_limited_per_connection_and_in_all() -> None:
    world = World(limits=Limits(names_per_connection=2, users=3))
    world.connect("alice", ALICE)
    world.connect("bob", BOB)
    for port in (1, 2):
        world.say("alice", f"REGISTER a{port} {ALICE} {port}")
    refusal = "503 a connection has at most 2 names\n"
    assert world.say("alice", f"REGISTER a3 {ALICE} 3") == refusal
    world.say("alice", "UNREGISTER a1")
    assert world.say("alice", f"REGISTER a3 {ALICE} 3").startswith("200")
    world.say("bob", f"REGISTER b1 {BOB} 1")
    assert world.say("bob", f"REGISTER b2 {BOB} 2") == "503 full: 3 users\n"


def test_unknown_connections_and_timers_are_no_harm() -> None:
    world = World()
    assert world.send("nobody", b"LIST\n") == b""
    for key in ("nonsense", ("grace", "alice"), 7):
        assert world.machine.timeout(key, world.now) == []


@given(st.lists(st.binary(max_size=700), max_size=10))
def test_whatever_comes_the_registry_goes_on(pieces: list[bytes]) -> None:
    world = World()
    world.connect("stranger", ALICE)
    world.connect("bob", BOB)
    for piece in pieces:
        for reply in world.send("stranger", piece).split(b"\n")[:-1]:
            assert len(reply) < 512
    world.wait(60.0)
    world.drop("stranger")
    world.wait(60.0)
    assert world.say("bob", f"REGISTER bob {BOB} 6050").startswith("200")
    assert world.say("bob", "LIST") == f"200 1 users\nbob {BOB} 6050\n.\n"
    assert not world.timers


def test_any_story_of_many_clients_keeps_the_table_consistent() -> None:
    """Seeded; the table is compared with what the replies promised."""
    chance = random.Random(2)
    world = World(limits=Limits(names_per_connection=3))
    hosts = {f"c{n}": f"10.0.0.{n}" for n in range(6)}
    promised: dict[str, str] = {}
    for client, host in hosts.items():
        world.connect(client, host)
    for _ in range(3000):
        client = chance.choice(list(hosts))
        name = f"u{chance.randrange(12)}"
        match chance.randrange(5):
            case 0 | 1:
                line = f"REGISTER {name} {hosts[client]} {chance.randrange(1, 5)}"
                if world.say(client, line).startswith("200"):
                    promised[name] = client
            case 2:
                if world.say(client, f"UNREGISTER {name}").startswith("200"):
                    assert promised.pop(name) == client
            case 3:
                polite = chance.random() < 0.5
                if polite:
                    assert world.say(client, "QUIT") == "221 bye\n"
                world.drop(client)
                world.wait(6.0)
                world.closed.clear()
                world.connect(client, hosts[client])
                promised = {n: c for n, c in promised.items() if c != client}
            case 4:
                world.wait(chance.random())
        assert set(world.names) == set(promised)
        places = {(user.host, user.port) for user in world.machine.users}
        assert len(places) == len(promised)

"""A registry that serves alice while strangers do to it what they can."""

from __future__ import annotations

import socket
import threading
from random import Random

import pytest
from hostile.rig import until

from labkit import Registry
from labkit.effects import Address
from labkit.errors import LabkitError
from labkit.net.registry_client import NameTaken, RegistryClient
from labkit.registry.machine import Limits
from labkit.trace.log import log
from labkit.trace.table import users_html

HOSTILE_NAMES = (
    "<script>alert(1)</script>",
    "'\"><img/src=x>",
    "𝔟𝔬𝔟",
    "..",
    "-rf",
    "%s%n",
)
BAD_NAMES = ("\x1b[2Jeve", "e\0ve", "e\u202eve", "a\u2028b", "x" * 65, "")


@pytest.fixture
def server():
    limits = Limits(connections_per_host=300, half_line_seconds=0.3)
    with Registry("127.0.0.1", 0, limits=limits) as server:
        yield server


@pytest.fixture
def alice(server: Registry):
    client = RegistryClient(server.address, observer="alice")
    client.register("alice", "127.0.0.1", 6000)
    yield client
    client.close()


def line_to(server: Registry) -> socket.socket:
    opened = socket.create_connection(server.address, 5.0)
    opened.settimeout(10.0)
    return opened


def replies(line: socket.socket) -> bytes:
    """All that comes until the other side closes."""
    came = b""
    try:
        while piece := line.recv(65_536):
            came += piece
    except ConnectionResetError:
        pass
    return came


def unharmed(server: Registry, alice: RegistryClient) -> None:
    assert alice.query("alice").port == 6000
    assert [user.name for user in server.users if user.name == "alice"] == ["alice"]
    with line_to(server) as newcomer:
        newcomer.sendall(b"QUERY alice\nQUIT\n")
        assert replies(newcomer).startswith(b"200 alice 127.0.0.1 6000")


def test_random_bytes_are_answered_in_words(server, alice):
    random = Random(6)
    for _ in range(30):
        with line_to(server) as line:
            line.sendall(random.randbytes(random.randrange(1, 5000)) + b"\nQUIT\n")
            came = replies(line)
            assert came.endswith(b"221 bye\n")
            assert all(part[:3] in (b"400", b"221") for part in came.splitlines())
    unharmed(server, alice)


def test_a_burst_of_100000_lines_is_taken_or_refused_and_others_are_served(
    server, alice
):
    """Sent as fast as a socket takes it, by a client that reads its replies late."""
    with line_to(server) as flood:
        data = b"QUERY nobody\nFOO\nREGISTER a b c\n\nLIST\n" * 20_000

        def pour() -> None:
            try:
                flood.sendall(data)
            except OSError:  # cut, since nobody reads the replies
                pass

        pouring = threading.Thread(target=pour)
        pouring.start()
        for _ in range(50):
            assert alice.query("alice").port == 6000
        flood.close()
        pouring.join(10.0)
    unharmed(server, alice)
    assert len(server.trace) <= 2000


def test_half_lines_are_not_waited_for_for_ever(server, alice):
    lines = [line_to(server) for _ in range(100)]
    for line in lines:
        line.sendall(b"QUERY ali")
    for line in lines:
        assert b"408" in replies(line)
        line.close()
    unharmed(server, alice)


def test_a_thousand_connections_of_one_host_leave_room_for_others(server, alice):
    crowd = []
    for _ in range(1000):
        line = socket.socket()
        line.setblocking(False)
        line.connect_ex(server.address)
        crowd.append(line)
    until(lambda: server.connections >= 300, "the host to have its share")
    assert alice.query("alice").port == 6000
    assert server.connections <= 300
    for line in crowd:
        line.close()
    until(lambda: server.connections == 1, "the crowd to be forgotten")
    unharmed(server, alice)


def test_names_that_are_programs_elsewhere_are_only_names_here(server, alice):
    with line_to(server) as line:
        for port, name in enumerate(HOSTILE_NAMES, 7000):
            line.sendall(f"REGISTER {name} 127.0.0.1 {port}\n".encode())
        for name in BAD_NAMES:
            line.sendall(f"REGISTER {name} 127.0.0.1 7100\n".encode())
        line.sendall(b"REGISTER \xff\xfe 127.0.0.1 7101\nLIST\n")
        until(lambda: len(server.users) > len(HOSTILE_NAMES) - 1, "all names")
        assert {user.name for user in alice.list()} == {"alice", *HOSTILE_NAMES}
    printed = log(server.trace)
    assert "\x1b" not in printed
    assert "\u202e" not in printed
    page = users_html(server.users)
    assert "<script" not in page
    assert "<img" not in page
    unharmed(server, alice)


def test_two_connections_race_for_one_name_and_one_has_it(server, alice):
    clients = [RegistryClient(server.address, observer=name) for name in "ab"]
    outcome: list[list[str]] = [[], []]
    start = threading.Barrier(2)

    def race(number: int) -> None:
        for _ in range(100):
            start.wait(10.0)
            try:
                clients[number].register("bob", "127.0.0.1", 6100 + number)
                outcome[number].append("won")
                start.wait(10.0)
                clients[number].unregister("bob")
            except NameTaken:
                outcome[number].append("lost")
                start.wait(10.0)
            start.wait(10.0)

    threads = [threading.Thread(target=race, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20.0)
    assert [sorted(pair) for pair in zip(*outcome, strict=True)] == [
        ["lost", "won"]
    ] * 100
    for client in clients:
        client.close()
    unharmed(server, alice)


def test_clients_that_go_while_they_are_answered_leave_nothing(server, alice):
    for number in range(200):
        line = line_to(server)
        line.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0"
        )  # a reset instead of a goodbye
        line.sendall(b"LIST\n" * 50 + f"REGISTER n{number} 127.0.0.1 9000\n".encode())
        line.close()
    until(lambda: server.connections == 1, "all of them to be forgotten")
    unharmed(server, alice)


def test_a_registry_that_answers_nonsense_is_told_from_one(server):
    """The client's side: whatever comes back is an error in words, and bounded."""
    random = Random(7)
    answers = (
        b"200 99999999 users\n",
        b"200 3 users\na b c\n.\n",
        b"\x1b[2J\n",
        b"200 alice 127.0.0.1 99999999999999\n",
        b"200 registered\n" * 1000,
        random.randbytes(3000) + b"\n",
    )
    with socket.create_server(("127.0.0.1", 0)) as liar:
        for answer in answers:
            client = RegistryClient(
                Address(*liar.getsockname()), observer="alice", timeout=0.3
            )
            line, _ = liar.accept()
            lying = threading.Thread(target=answer_once, args=(line, answer))
            lying.start()
            with pytest.raises(LabkitError) as told:
                client.query("bob")
            assert str(told.value).isprintable()
            client.close()
            lying.join(5.0)


def answer_once(line: socket.socket, answer: bytes) -> None:
    with line:
        line.recv(1000)
        line.sendall(answer)

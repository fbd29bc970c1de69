"""The client's plain methods, and what they say when things go wrong."""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from net.registry_wire import Events, Wire, registry

from labkit.effects import Address
from labkit.errors import LocalError, NoAnswer, RemoteError
from labkit.net import loop as loops
from labkit.net.registry import Registry
from labkit.net.registry_client import (
    AddressRefused,
    AddressTaken,
    BadRequest,
    NameTaken,
    RegistryClient,
    RequestRefused,
    UnknownUser,
)
from labkit.registry.machine import Limits, UserLeft
from labkit.registry.messages import User
from labkit.trace.record import Trace


@contextmanager
def client(running: Registry, name: str = "alice") -> Iterator[RegistryClient]:
    made = RegistryClient(running.address, observer=name)
    try:
        yield made
    finally:
        made.close()


@contextmanager
def strange_server(
    behave: Callable[[socket.socket], None],
) -> Iterator[Address]:
    """A server that is no registry: `behave` has the first connection, then it ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(10)
                behave(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield Address(*listener.getsockname())
        finally:
            thread.join(10)


def test_register_query_list_unregister_quit_A1_A2_A3_A7_A9() -> None:
    with registry() as running, client(running) as alice, client(running) as bob:
        assert alice.local_host == "127.0.0.1"
        registered = alice.register("João", alice.local_host, 6000)
        assert registered == User("João", "127.0.0.1", 6000)
        bob.register("bob", bob.local_host, 6050)
        assert bob.query("Joa\u0303o") == registered
        assert bob.list() == [registered, User("bob", "127.0.0.1", 6050)]
        bob.unregister("bob")
        assert running.users == [registered]
        alice.quit()
        assert running.users == []
        assert not alice.connected


def test_quit_waits_for_the_closing_message_and_may_be_said_twice_A8() -> None:
    with registry() as running, client(running) as alice:
        events = Events(running)
        alice.register("alice", "127.0.0.1", 6000)
        lost: list[str] = []
        alice.on_lost = lost.append
        alice.quit()
        assert alice.trace.records[-1].data == b"221 bye\n"
        left = events.next(UserLeft)
        assert isinstance(left, UserLeft)
        assert left.why == "said goodbye"
        alice.quit()
        alice.close()
        assert lost == [], "our own goodbye is no loss"


def test_refusals_are_errors_with_advice() -> None:
    with registry() as running, client(running) as alice, client(running) as bob:
        alice.register("alice", "127.0.0.1", 6000)
        with pytest.raises(NameTaken, match=r"409: name taken: alice\. Choose another"):
            bob.register("alice", "127.0.0.1", 6001)
        with pytest.raises(AddressTaken, match="Choose another port"):
            bob.register("bob", "127.0.0.1", 6000)
        with pytest.raises(AddressRefused, match=r"not yours: 10\.0\.0\.1"):
            bob.register("bob", "10.0.0.1", 6000)
        with pytest.raises(UnknownUser, match=r"unknown user: zed\. Check the"):
            bob.query("zed")
        with pytest.raises(UnknownUser):
            bob.unregister("zed")
        for error in (NameTaken, AddressTaken, AddressRefused, UnknownUser, BadRequest):
            assert issubclass(error, RequestRefused)
            assert issubclass(error, RemoteError)
        assert bob.register("bob", "127.0.0.1", 6001), "and the connection goes on"


@pytest.mark.parametrize("name", ["ana maria", "", "evil\nQUIT", "x" * 65])
def test_what_cannot_be_a_name_never_leaves(name: str) -> None:
    with registry() as running, client(running) as alice:
        with pytest.raises(LocalError, match="name"):
            alice.register(name, "127.0.0.1", 6000)
        assert len(alice.trace) == 0


def test_every_message_is_in_the_trace_both_ways_B10() -> None:
    trace = Trace("alice")
    with registry() as running:
        alice = RegistryClient(running.address, observer="alice", trace=trace)
        alice.list()
        alice.quit()
        seen = [(record.direction, record.data) for record in trace]
        assert seen == [
            ("sent", b"LIST\n"),
            ("received", b"200 0 users\n.\n"),
            ("sent", b"QUIT\n"),
            ("received", b"221 bye\n"),
        ]
        mirrored = {"sent": "received", "received": "sent"}
        assert [(mirrored[r.direction], r.data) for r in running.trace] == seen
        assert trace.records[0].source == running.trace.records[0].source


def test_the_loss_of_the_server_is_told_once_in_words() -> None:
    told: queue.Queue[str] = queue.Queue()
    with registry() as running:
        alice = RegistryClient(running.address, observer="alice", on_lost=told.put)
        alice.register("alice", "127.0.0.1", 6000)
    why = told.get(timeout=10)
    words = f"The connection to the registry at {running.address} was closed"
    assert why == f"{words} by the other side."
    assert not alice.connected
    for ask in (alice.list, lambda: alice.query("bob")):
        with pytest.raises(NoAnswer, match="was closed by the other side"):
            ask()
    alice.quit()
    alice.close()
    assert told.empty()


def test_reconnecting_is_one_call_and_the_name_is_still_kept() -> None:
    with registry(grace=60) as running, client(running) as alice:
        alice.register("alice", "127.0.0.1", 6000)
        alice.reconnect()
        assert alice.connected
        assert alice.register("alice", "127.0.0.1", 6000)
        assert len(running.users) == 1


def test_nobody_there_is_said_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        nowhere = Address(*free.getsockname())
    with pytest.raises(NoAnswer, match="nobody listens there; is the registry started"):
        RegistryClient(nowhere, observer="alice")


def test_a_silent_server_is_given_up_and_a_late_reply_is_not_taken_for_the_next() -> (
    None
):
    go_on = threading.Event()

    def late(connection: socket.socket) -> None:
        connection.recv(100)
        go_on.wait(10)
        connection.sendall(b"404 unknown user: first\n")
        connection.recv(100)
        connection.sendall(b"404 unknown user: second\n")

    with strange_server(late) as address:
        alice = RegistryClient(address, observer="alice", timeout=0.2)
        with pytest.raises(NoAnswer, match=r"did not answer within 0\.2 s, though"):
            alice.query("first")
        alice.timeout = 10
        go_on.set()
        with pytest.raises(UnknownUser, match="second"):
            alice.query("second")
        alice.close()


@pytest.mark.parametrize(
    "garbage",
    [
        b"\xff\xfe\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"x" * 600 + b"\n",
        b"200 2 users\nx\n.\n",
    ],
)
def test_a_server_that_is_no_registry_is_an_error_in_words(garbage: bytes) -> None:
    def speak(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(garbage)
        connection.recv(100)
        connection.sendall(b"404 unknown user: zed\n")

    with strange_server(speak) as address:
        alice = RegistryClient(address, observer="alice")
        with pytest.raises(RemoteError, match="no reply of a registry"):
            alice.query("zed")
        assert alice.trace.records[-1].note.startswith("malformed")
        with pytest.raises(UnknownUser):
            alice.query("zed")
        alice.close()


def test_an_answer_to_another_question_is_an_error_in_words() -> None:
    def confuse(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(b"200 unregistered bob\n")

    with strange_server(confuse) as address:
        alice = RegistryClient(address, observer="alice")
        with pytest.raises(RemoteError, match="is that a registry"):
            alice.query("bob")
        alice.close()


def test_the_servers_last_words_are_passed_on() -> None:
    with (
        registry(limits=Limits(connections_per_host=1)) as running,
        Wire(running) as nc,
    ):
        assert nc.say("LIST") == "200 0 users\n"
        told: queue.Queue[str] = queue.Queue()
        RegistryClient(running.address, observer="alice", on_lost=told.put)
        assert told.get(timeout=10).endswith(
            "It said 503: 1 connections from 127.0.0.1 already."
        )


def test_a_server_that_dies_before_its_last_word_does_not_keep_us() -> None:
    def die(connection: socket.socket) -> None:
        connection.recv(100)

    with strange_server(die) as address:
        alice = RegistryClient(address, observer="alice")
        alice.quit()
        assert not alice.connected


def ask_again_and_again(client: RegistryClient) -> None:
    for _ in range(10_000):
        with suppress(NoAnswer):
            client.list()


def test_unanswered_requests_are_bounded() -> None:
    done = threading.Event()

    def be_silent(connection: socket.socket) -> None:
        done.wait(10)

    with strange_server(be_silent) as address:
        alice = RegistryClient(address, observer="alice")
        alice.timeout = 0.001
        with pytest.raises(LocalError, match="has not answered the last 100 requests"):
            ask_again_and_again(alice)
        alice.close()
        done.set()


def test_many_threads_share_one_client() -> None:
    with registry() as running, client(running) as alice:
        wrong: list[object] = []

        def ask(name: str) -> None:
            for _ in range(50):
                try:
                    wrong.append(alice.query(name))
                except UnknownUser as error:
                    if f"unknown user: {name}." not in str(error):
                        wrong.append(error)

        threads = [threading.Thread(target=ask, args=(f"u{n}",)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert wrong == []


def test_waiting_on_the_loops_own_thread_is_an_error_not_a_deadlock() -> None:
    loop = loops.shared()
    with (
        registry() as running,
        client(running) as alice,
        pytest.raises(RuntimeError, match="never end"),
    ):
        loop.call(alice.list)

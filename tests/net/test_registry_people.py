"""`Registry` for people: where it listens, taken ports in words, running it twice."""

from __future__ import annotations

import queue
import socket
from collections.abc import Callable

import pytest
from net.registry_wire import Wire, goes_on, registry

from labkit.effects import Address
from labkit.errors import LocalError
from labkit.net import registry_tcp
from labkit.net.registry import Registry
from labkit.trace.record import Record


def test_it_says_where_it_listens_and_what_its_grace_is_B2() -> None:
    with Registry("127.0.0.1", 0, grace=3) as running:
        assert running.address.host == "127.0.0.1"
        assert running.addresses == [running.address]
        assert running.about == (
            f"The registry listens on {running.address}. A user whose connection "
            "drops without a word keeps name and address for 3 s."
        )
        assert repr(running) == f"<Registry on {running.address}: 0 users>"


def test_on_all_addresses_each_one_it_names_can_be_reached_B2() -> None:
    with Registry("", 0) as running:
        assert running.addresses[-1] == Address("127.0.0.1", running.address.port)
        assert len(set(running.addresses)) == len(running.addresses)
        for address in running.addresses:
            socket.create_connection(tuple(address), 10).close()


def test_a_host_name_is_looked_up() -> None:
    with Registry("localhost", 0) as running:
        assert running.address.host == "127.0.0.1"


def test_a_taken_port_is_said_in_words_with_the_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(LocalError) as error:
            Registry("127.0.0.1", port)
    words = str(error.value)
    assert f"port {port} is taken" in words
    assert f"Registry(port={port + 1})" in words
    assert f"`labkit registry --port {port + 1}`" in words
    assert "port 0 takes any free one" in words
    assert "AirPlay" not in words
    with Registry("127.0.0.1", port) as running:
        assert goes_on(running)


def test_port_5000_is_said_to_belong_to_airplay_on_macos() -> None:
    in_use = OSError(98, "Address already in use")
    words = registry_tcp._why_not(Address("0.0.0.0", 5000), in_use)
    assert "AirPlay Receiver" in words
    assert "Registry(port=5001)" in words


def test_a_port_taken_by_a_registry_of_this_program_is_named() -> None:
    with Registry("127.0.0.1", 0) as running:
        port = running.address.port
        with pytest.raises(LocalError, match="of this very program") as error:
            Registry("127.0.0.1", port)
        assert repr(running) in str(error.value)
        assert goes_on(running)


@pytest.mark.parametrize(
    ("host", "port", "words"),
    [
        ("203.0.113.7", 0, "203.0.113.7 is not an address of this machine"),
        ("127.0.0.1", 70_000, "a port is a number from 0 .* to 65535, not 70000"),
        ("no such host", 0, "no address is known for 'no such host'"),
    ],
)
def test_where_it_cannot_listen_is_said_in_words(
    host: str, port: int, words: str
) -> None:
    with pytest.raises(LocalError, match=words):
        Registry(host, port)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.mark.parametrize("choose", [free_port, lambda: 0])
def test_running_the_same_line_twice_closes_the_former_one(
    choose: Callable[[], int],
) -> None:
    port = choose()
    first = Registry("127.0.0.1", port)
    with Wire(first) as alice:
        alice.say("REGISTER alice 127.0.0.1 6000")
        second = Registry("127.0.0.1", port)
        try:
            assert second.address == first.address, "phones find it where it was"
            assert alice.is_ended()
            assert repr(first) == f"<Registry on {first.address}: closed>"
            assert not first.is_open
            assert first.users == second.users == []
            assert goes_on(second)
            first.close()
            assert second.is_open
        finally:
            second.close()


def test_closing_twice_is_no_harm_and_frees_the_port() -> None:
    running = Registry("127.0.0.1", 0)
    running.close()
    running.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(tuple(running.address), 10)


def test_messages_and_events_reach_callbacks_and_a_bad_one_does_no_harm(
    caplog: pytest.LogCaptureFixture,
) -> None:
    records: queue.Queue[Record] = queue.Queue()
    events: queue.Queue[str] = queue.Queue()
    with Registry("127.0.0.1", 0, on_message=records.put) as running:

        def fails(event: object) -> None:
            raise RuntimeError("a careless subscriber")

        running.subscribe(fails)
        unsubscribe = running.subscribe(lambda event: events.put(str(event)))
        with Wire(running) as nc:
            nc.say("REGISTER alice 127.0.0.1 6000")
            assert records.get(timeout=10).data == b"REGISTER alice 127.0.0.1 6000\n"
            assert records.get(timeout=10).direction == "sent"
            assert events.get(timeout=10) == "alice at 127.0.0.1:6000 registered"
            unsubscribe()
            unsubscribe()
            assert nc.say("UNREGISTER alice").startswith("200")
        assert events.empty()
    assert "a careless subscriber" in caplog.text


def test_many_users_are_not_all_shown() -> None:
    with registry() as running, Wire(running) as nc:
        for number in range(7):
            nc.say(f"REGISTER u{number} 127.0.0.1 {6000 + number}")
        assert repr(running).endswith(": 7 users (u0, u1, u2, u3, u4, …)>")


def test_the_systems_limit_of_open_files_is_kept() -> None:
    with Registry("127.0.0.1", 0) as running:
        assert running.limits.connections <= registry_tcp.most_connections()

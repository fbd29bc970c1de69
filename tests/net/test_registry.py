"""The registry over real sockets: what it says, and that it survives anybody.

Requirements A1–A9, B1–B10, B21.
"""

from __future__ import annotations

import random
import select
import socket

import pytest
from net.registry_wire import Events, Wire, goes_on, registry

from labkit.net import registry_server
from labkit.registry.machine import (
    ConnectionRefused,
    Limits,
    RegistrationRefused,
    UserLeft,
    UserLost,
    UserRegistered,
)
from labkit.registry.messages import User


def test_a_whole_visit_by_hand_as_with_nc() -> None:
    with registry() as running, Wire(running) as nc:
        assert nc.say("REGISTER alice 127.0.0.1 6000") == (
            "200 registered alice 127.0.0.1 6000\n"
        )
        assert nc.say("QUERY alice") == "200 alice 127.0.0.1 6000\n"
        assert nc.say("LIST") == "200 1 users\n"
        assert [nc.line(), nc.line()] == ["alice 127.0.0.1 6000\n", ".\n"]
        assert nc.say("UNREGISTER alice") == "200 unregistered alice\n"
        assert nc.say("QUERY alice") == "404 unknown user: alice\n"


def test_221_comes_first_and_only_then_the_end_A8() -> None:
    with registry() as running, Wire(running) as nc:
        events = Events(running)
        nc.say("REGISTER alice 127.0.0.1 6000")
        assert nc.say("QUIT") == "221 bye\n"
        assert nc.is_ended()
        left = events.next(UserLeft)
        assert str(left) == "alice at 127.0.0.1:6000 left: said goodbye"
        assert running.users == []


def test_221_arrives_even_when_the_client_goes_on_sending_A8() -> None:
    with registry() as running, Wire(running) as nc:
        nc.send(b"QUIT\n" + b"LIST\n" * 5_000)
        assert nc.line() == "221 bye\n"
        assert nc.is_ended()


def test_the_live_table_and_its_events_A4_A5_A6_B5() -> None:
    with registry(grace=0.0) as running:
        events = Events(running)
        with Wire(running) as alice:
            alice.say("REGISTER João 127.0.0.1 6000")
            assert running.users == [User("João", "127.0.0.1", 6000)]
            assert events.next(UserRegistered)
            assert repr(running) == f"<Registry on {running.address}: 1 user (João)>"
            with Wire(running, "127.0.0.2") as other:
                refusal = other.say("REGISTER Joa\u0303o 127.0.0.2 6000")
                assert refusal == "409 name taken: João\n"
            refused = events.next(RegistrationRefused)
            assert "name taken: João" in str(refused)
        assert events.next(UserLost)
        assert events.next(UserLeft)
        assert running.users == []


def test_several_clients_run_on_one_machine_B21() -> None:
    with registry() as running, Wire(running) as a, Wire(running) as b:
        assert a.say("REGISTER alice 127.0.0.1 6000").startswith("200")
        assert b.say("REGISTER bob 127.0.0.1 6001").startswith("200")
        assert a.say("QUERY bob") == "200 bob 127.0.0.1 6001\n"


def test_many_requests_in_one_segment() -> None:
    with registry() as running, Wire(running) as nc:
        nc.send(b"REGISTER alice 127.0.0.1 6000\r\n" + b"QUERY alice\nhuh\n" * 300)
        assert nc.line().startswith("200 registered")
        for _ in range(300):
            assert nc.line() == "200 alice 127.0.0.1 6000\n"
            assert nc.line().startswith("400 unknown request 'huh'")


def test_one_byte_at_a_time() -> None:
    with registry() as running, Wire(running) as nc:
        nc.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in "REGISTER João 127.0.0.1 6000\n".encode():
            nc.send(bytes([byte]))
        assert nc.line() == "200 registered João 127.0.0.1 6000\n"


@pytest.mark.parametrize(
    ("data", "reply"),
    [
        (b"\n", "400 no request"),
        (b"\x00\xff\xfe\n", "400 byte 2 of the line is not UTF-8"),
        (b"REGISTER maria silva 127.0.0.1 6000\n", "400 the form is: REGISTER NAME"),
        (b"REGISTER maria 10.9.8.7 6000\n", "403 address not yours: 10.9.8.7"),
        (b"x" * 100_000 + b"\n", "400 the line is longer than 512 bytes"),
        (b"GET / HTTP/1.1\r\n", "400 unknown request 'GET'"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n", "400 "),
    ],
)
def test_a_bad_line_is_answered_and_the_connection_goes_on(
    data: bytes, reply: str
) -> None:
    with registry() as running, Wire(running) as nc:
        nc.send(data)
        assert nc.line().startswith(reply)
        assert nc.say("QUERY zed") == "404 unknown user: zed\n"
        assert goes_on(running)


def test_a_megabyte_of_garbage_is_survived() -> None:
    garbage = random.Random(7).randbytes(1_000_000) + b"\nQUIT\n"
    limits = Limits(requests_per_second=10**9)
    with registry(limits=limits) as running, Wire(running) as nc:
        sent = 0
        nc.socket.setblocking(False)
        while sent < len(garbage):  # reads what comes, or neither side could go on
            try:
                sent += nc.socket.send(garbage[sent : sent + 65_536])
            except BlockingIOError:
                pass
            try:
                nc.socket.recv(1 << 20)
            except BlockingIOError:
                pass
        nc.socket.settimeout(10)
        while nc.socket.recv(1 << 20):
            pass
        assert goes_on(running)


def test_a_slow_sender_is_closed_with_a_reply() -> None:
    limits = Limits(half_line_seconds=0.1)
    with registry(limits=limits) as running, Wire(running) as slow:
        events = Events(running)
        slow.send(b"REGIS")
        assert slow.line() == "408 line not finished within 0.1 s; closing\n"
        assert slow.is_ended()
        assert isinstance(events.next(ConnectionRefused), ConnectionRefused)
        assert goes_on(running)


def test_a_flood_is_refused_and_the_connection_stays() -> None:
    limits = Limits(requests_per_second=50)
    with registry(limits=limits) as running, Wire(running) as nc:
        nc.send(b"QUERY zed\n" * 200)
        replies = [nc.line()[:3] for _ in range(200)]
        assert replies[:50] == ["404"] * 50
        assert "429" in replies
        assert goes_on(running)


NO_LIMITS = Limits(
    requests_per_second=10**9, names_per_connection=1000, half_line_seconds=10**6
)


def register_many(nc: Wire, users: int) -> None:
    for port in range(1, users + 1):
        assert nc.say(f"REGISTER {'x' * 60}{port} 127.0.0.1 {port}").startswith("200")


def test_who_asks_for_much_and_reads_nothing_is_cut_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry_server, "STALLED", 10**6)
    with registry(limits=NO_LIMITS) as running, Wire(running) as deaf:
        register_many(deaf, 100)  # the lists of one segment are more than may wait
        events = Events(running)
        send_without_reading(deaf.socket, b"LIST\n" * 10_000)
        assert events.next(UserLost)
        assert goes_on(running)


def test_who_reads_nothing_is_not_read_from_either(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry_server, "STALLED", 10**6)
    monkeypatch.setattr(registry_server, "MOST_UNREAD", 10**12)
    with registry(limits=NO_LIMITS) as running, Wire(running) as deaf:
        register_many(deaf, 7)
        send_without_reading(deaf.socket, b"LIST\n" * 10_000)
        assert goes_on(running)
        (connection,) = (
            connection
            for connection in list(running._server._connections.values())
            if connection.peer.port == deaf.socket.getsockname()[1]
        )
        # On a busy machine the registry has still to read what the system took in.
        held_back = (not connection._transport.is_reading() for _ in range(500))
        assert any(held for held in held_back if goes_on(running))
        assert connection._transport.get_write_buffer_size() < 500_000
        replies = 0
        while replies < 1000:  # and when the client reads, all goes on
            replies += deaf.line() == "200 7 users\n"


def test_who_reads_nothing_for_a_while_is_cut_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry_server, "STALLED", 0.1)
    monkeypatch.setattr(registry_server, "MOST_UNREAD", 10**12)
    with registry(limits=NO_LIMITS) as running, Wire(running) as deaf:
        register_many(deaf, 7)
        events = Events(running)
        send_without_reading(deaf.socket, b"LIST\n" * 10_000)
        assert events.next(UserLost)
        assert goes_on(running)


def test_a_client_that_never_closes_its_half_is_closed_by_the_registry(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry_server, "LINGER", 0.1)
    with registry() as running, Wire(running) as nc:
        assert nc.say("QUIT") == "221 bye\n"
        assert nc.is_ended()
        reset = select.poll()
        reset.register(nc.socket, 0)
        assert any(speaking_ends_in(reset, nc) for _ in range(100))
        assert goes_on(running)


def speaking_ends_in(reset: select.poll, nc: Wire) -> bool:
    """Send a byte: the answer is a reset once the other side has closed altogether."""
    nc.send(b"x")
    return bool(reset.poll(100))


def send_without_reading(connection: socket.socket, data: bytes) -> None:
    """Send until the other side takes no more, or has closed."""
    connection.settimeout(0.2)
    try:
        while True:
            connection.send(data)
    except (TimeoutError, ConnectionError):
        pass


def test_connections_over_the_limit_are_told_so_and_closed() -> None:
    with registry(limits=Limits(connections_per_host=2)) as running:
        with Wire(running) as first, Wire(running) as second:
            assert first.say("QUERY zed") == second.say("QUERY zed")
            with Wire(running) as third:
                third.send(b"REGISTER eager 127.0.0.1 6000\n" * 100)
                assert third.line() == "503 2 connections from 127.0.0.1 already\n"
                assert third.is_ended()
            with Wire(running, "127.0.0.2") as elsewhere:
                assert elsewhere.say("LIST") == "200 0 users\n"
            assert running.users == []
            assert first.say("QUIT") == "221 bye\n"
            assert first.is_ended()
        assert goes_on(running)


def test_a_crash_loses_the_row_only_after_the_grace() -> None:
    with registry(grace=0.2) as running:
        events = Events(running)
        with Wire(running) as alice:
            alice.say("REGISTER alice 127.0.0.1 6000")
            reset = b"\x01\x00\x00\x00\x00\x00\x00\x00"  # SO_LINGER 0: RST, no goodbye
            alice.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
        lost = events.next(UserLost)
        assert isinstance(lost, UserLost)
        left = events.next(UserLeft)
        assert isinstance(left, UserLeft)
        assert left.why == "dropped out, and not back within 0.2 s"
        assert running.users == []


def test_replies_reach_a_client_that_has_closed_its_own_half() -> None:
    with registry() as running, Wire(running) as nc:
        nc.send(b"QUERY zed\nLIST\n")
        nc.socket.shutdown(socket.SHUT_WR)
        assert nc.line() == "404 unknown user: zed\n"
        assert nc.line() == "200 0 users\n"
        assert nc.line() == ".\n"
        assert nc.is_ended()


def test_every_message_is_in_the_trace_both_ways_B10() -> None:
    with registry() as running, Wire(running) as nc:
        nc.say("QUERY zed")
        nc.send(b"nonsense\r\n")
        nc.line()
        seen = [(r.direction, r.data, r.note[:9]) for r in running.trace]
        assert seen[:3] == [
            ("received", b"QUERY zed\n", ""),
            ("sent", b"404 unknown user: zed\n", ""),
            ("received", b"nonsense\r\n", "malformed"),
        ]
        first = running.trace.records[0]
        assert first.target == running.address
        assert first.source.port == nc.socket.getsockname()[1]
        assert (first.plane, first.transport) == ("registry", "TCP")


def test_over_ipv6() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("no IPv6 on this machine")
    with registry("::1") as running, Wire(running) as nc:
        assert nc.say("REGISTER six ::1 6000") == "200 registered six ::1 6000\n"
        assert str(running.users[0]) == "six at [::1]:6000"
        assert repr(running).startswith("<Registry on [::1]:")


def test_keep_alive_is_on_so_that_a_vanished_machine_is_noticed_B9() -> None:
    with registry() as running, Wire(running) as nc:
        nc.say("LIST")
        (connection,) = running._server._connections.values()
        server_side = connection._transport.get_extra_info("socket")
        assert server_side.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        if hasattr(socket, "TCP_KEEPIDLE"):
            idle = server_side.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE)
            assert idle == 30

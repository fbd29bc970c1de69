"""The link between anyone's programs: real sockets on loopback, both ways."""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
from collections.abc import Iterator

import pytest

from labkit.errors import LocalError
from labkit.link import Conditions, Path
from labkit.net import clock, link_tcp, link_udp
from labkit.net.link import LinkProxy, parse_listen

HERE = "127.0.0.1:0"
WAIT = 10.0


@contextlib.contextmanager
def udp_echo() -> Iterator[tuple[str, int]]:
    """Sends each datagram back; an empty one ends it."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))

    def serve() -> None:
        while (got := server.recvfrom(65536))[0]:
            server.sendto(got[0], got[1])

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield server.getsockname()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
        end.sendto(b"", server.getsockname())
    thread.join(WAIT)
    server.close()


@contextlib.contextmanager
def tcp_echo() -> Iterator[tuple[str, int]]:
    """Sends back what comes, on one connection after the other, until it is closed."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = server.accept()
                with connection:
                    while data := connection.recv(65536):
                        connection.sendall(data)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield server.getsockname()
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join(WAIT)


def at(address: tuple[str, int]) -> str:
    return f"{address[0]}:{address[1]}"


def client(proxy: LinkProxy) -> socket.socket:
    """A UDP socket that talks to the proxy."""
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.settimeout(WAIT)
    opened.connect(tuple(proxy.address))
    return opened


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def numbers(count: int) -> list[bytes]:
    return [n.to_bytes(2, "big") for n in range(count)]


# --- UDP ----------------------------------------------------------------------------


def test_datagrams_go_there_and_come_back_to_whom_they_belong():
    with (
        udp_echo() as echo,
        LinkProxy(HERE, at(echo)) as proxy,
        client(proxy) as alice,
        client(proxy) as bob,
    ):
        alice.send(b"from alice")
        bob.send(b"from bob")
        assert alice.recv(100) == b"from alice"
        assert bob.recv(100) == b"from bob"
        assert proxy.clients == 2
        records = proxy.records()
        assert records["UDP there"].delivered == records["UDP back"].offered == 2
        assert records["TCP there"].offered == 0


def test_the_fates_are_those_that_the_seed_foretells():
    conditions = Conditions(loss=0.3, corrupt=0.3, duplicate=0.2)
    there = Path(conditions, 7, "there")
    with (
        udp_echo() as echo,
        LinkProxy(HERE, at(echo), conditions, Conditions(), seed=7, tcp=False) as proxy,
        client(proxy) as alice,
    ):
        for data in numbers(100):
            alice.send(data)
            for delivery in there.offer(data, 0.0):
                assert alice.recv(100) == delivery.data
        record = proxy.records()["UDP there"]
        foretold = there.record(0.0)
        assert record == foretold
        assert record.lost["random"] > 10
        assert proxy.records()["UDP back"].offered == foretold.delivered


def test_delays_add_up_there_and_back():
    with (
        udp_echo() as echo,
        LinkProxy(
            HERE, at(echo), Conditions(delay=0.03), Conditions(delay=0.05)
        ) as proxy,
        client(proxy) as alice,
    ):
        before = clock.now()
        alice.send(b"ping")
        assert alice.recv(100) == b"ping"
        assert 0.08 <= clock.now() - before < 0.5


def test_a_link_can_be_changed_while_it_runs():
    with (
        udp_echo() as echo,
        LinkProxy(HERE, at(echo), Conditions(loss=1.0), tcp=False) as proxy,
        client(proxy) as alice,
    ):
        for data in numbers(20):
            alice.send(data)
        while proxy.records()["UDP there"].lost_in_all < 20:
            pass
        proxy.set(Conditions())
        alice.send(b"through")
        assert alice.recv(100) == b"through"
        assert proxy.there == proxy.back == Conditions()
        proxy.reseed(8)
        assert proxy.seed == 8
        assert all(record.adds_up for record in proxy.records().values())


def test_a_target_that_is_gone_is_said_once_and_the_link_goes_on():
    port = free_port()
    said: queue.SimpleQueue[str] = queue.SimpleQueue()
    with LinkProxy(HERE, f"127.0.0.1:{port}", tcp=False, tell=said.put) as proxy:
        with client(proxy) as alice:
            for _ in range(5):
                alice.send(b"anybody there?")
            assert f"nobody listens on 127.0.0.1:{port}" in said.get(timeout=WAIT)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as late:
                late.bind(("127.0.0.1", port))
                late.settimeout(WAIT)
                alice.send(b"now?")
                _, source = late.recvfrom(100)
                late.sendto(b"yes", source)
                assert alice.recv(100) == b"yes"
        assert "answers again" in said.get(timeout=WAIT)
        assert said.empty()


def test_clients_are_bounded_and_the_longest_silent_makes_room(monkeypatch):
    monkeypatch.setattr(link_udp, "MOST_CLIENTS", 3)
    with udp_echo() as echo, LinkProxy(HERE, at(echo), tcp=False) as proxy:
        sockets = [client(proxy) for _ in range(5)]
        for opened in sockets:
            opened.send(b"hello")
            assert opened.recv(100) == b"hello"
        assert proxy.clients == 3
        sockets[0].send(b"again")
        assert sockets[0].recv(100) == b"again"
        for opened in sockets:
            opened.close()


def test_who_is_silent_for_long_is_forgotten(monkeypatch):
    monkeypatch.setattr(link_udp, "IDLE", 0.01)
    monkeypatch.setattr(link_udp, "SWEEP", 0.01)
    with (
        udp_echo() as echo,
        LinkProxy(HERE, at(echo), tcp=False) as proxy,
        client(proxy) as alice,
    ):
        alice.send(b"hello")
        assert alice.recv(100) == b"hello"
        ends = clock.now() + WAIT
        while proxy.clients and clock.now() < ends:
            proxy.records()
        assert proxy.clients == 0
        alice.send(b"hello")
        assert alice.recv(100) == b"hello"


def test_the_port_beside_is_carried_too_for_rtcp():
    while True:
        port = free_port() & ~1
        with contextlib.ExitStack() as stack:
            pair = [
                stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                for _ in range(2)
            ]
            try:
                for offset, opened in enumerate(pair):
                    opened.bind(("127.0.0.1", port + offset))
                    opened.settimeout(WAIT)
            except OSError:
                continue
            with (
                LinkProxy(
                    HERE, f"127.0.0.1:{port}", companion=True, tcp=False
                ) as proxy,
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as alice,
            ):
                host, rtp = proxy.address
                alice.sendto(b"sound", (host, rtp))
                alice.sendto(b"report", (host, rtp + 1))
                assert pair[0].recv(100) == b"sound"
                assert pair[1].recv(100) == b"report"
                assert proxy.records()["RTCP there"].delivered == 1
                assert proxy.clients == 1
            return


# --- TCP ----------------------------------------------------------------------------


def calling(proxy: LinkProxy) -> socket.socket:
    """A TCP connection to the proxy."""
    return socket.create_connection(tuple(proxy.address), WAIT)


def hung_up(connection: socket.socket) -> bool:
    """Wait for the other side's end."""
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True


def through_tcp(proxy: LinkProxy, data: bytes) -> tuple[bytes, float]:
    """What comes back of `data`, and how long it took."""
    with calling(proxy) as connection:
        before = clock.now()
        writer = threading.Thread(
            target=lambda: (
                connection.sendall(data),
                connection.shutdown(socket.SHUT_WR),
            )
        )
        writer.start()
        received = b""
        while more := connection.recv(65536):
            received += more
        writer.join(WAIT)
        return received, clock.now() - before


BYTES = b"".join(n.to_bytes(4, "big") for n in range(50_000))


@pytest.mark.parametrize(
    "conditions",
    [
        Conditions(),
        Conditions(delay=0.02, jitter=0.05, jitter_kind="pareto"),
        Conditions(loss=0.02),
        Conditions(corrupt=1.0, duplicate=1.0, reorder=1.0, loss=0.01),
        Conditions(rate=20e6, queue=0.0),
    ],
    ids=Conditions.describe,
)
def test_no_byte_of_tcp_is_lost_or_out_of_order(conditions):
    with (
        tcp_echo() as echo,
        LinkProxy(HERE, at(echo), conditions, seed=3, udp=False) as proxy,
    ):
        received, _ = through_tcp(proxy, BYTES)
        assert received == BYTES
        records = proxy.records()
        assert all(record.adds_up for record in records.values())
        lost = records["TCP there"].lost_in_all
        assert bool(lost) == bool(conditions.loss)


def test_what_tcp_loses_costs_a_time_out():
    """The first of each two is lost, there alone: one time-out of 200 ms."""
    seed = next(
        seed
        for seed in range(20)
        if not Path(Conditions(lose=1, every=2), seed, "there").offer(b"", 0)
    )
    with (
        tcp_echo() as echo,
        LinkProxy(
            HERE, at(echo), Conditions(lose=1, every=2), Conditions(), seed=seed
        ) as proxy,
    ):
        received, took = through_tcp(proxy, b"short")
        assert received == b"short"
        assert took >= link_tcp.TIMEOUT


def test_the_rate_bounds_what_tcp_carries():
    """200,000 octets are 1.63 Mbit with headers: 0.4 s at 4 Mbit/s."""
    with (
        tcp_echo() as echo,
        LinkProxy(
            HERE, at(echo), Conditions(rate=4e6), Conditions(), udp=False
        ) as proxy,
    ):
        received, took = through_tcp(proxy, BYTES)
        assert received == BYTES
        assert 0.4 <= took < 4


def test_a_caller_of_a_target_that_is_gone_is_hung_up_on_and_the_link_goes_on():
    said: queue.SimpleQueue[str] = queue.SimpleQueue()
    port = free_port()
    with LinkProxy(HERE, f"127.0.0.1:{port}", udp=False, tell=said.put) as proxy:
        with calling(proxy) as connection:
            assert hung_up(connection)
        assert "cannot be reached" in said.get(timeout=WAIT)
        with (
            socket.create_server(("127.0.0.1", port)) as late,
            calling(proxy) as connection,
        ):
            accepted, _ = late.accept()
            with accepted:
                connection.sendall(b"now?")
                assert accepted.recv(10) == b"now?"


def test_closing_the_link_hangs_up_on_both_sides():
    with tcp_echo() as echo:
        proxy = LinkProxy(HERE, at(echo), Conditions(delay=5.0))
        with calling(proxy) as connection:
            connection.sendall(b"never to arrive")
            while not proxy.records()["TCP there"].under_way:
                pass
            proxy.close()
            proxy.close()
            assert hung_up(connection)
    names = {thread.name for thread in threading.enumerate()}
    assert not names & {"labkit-link", "labkit-link-delay"}


def test_connections_are_bounded(monkeypatch):
    monkeypatch.setattr(link_tcp, "MOST_CONNECTIONS", 1)
    said: queue.SimpleQueue[str] = queue.SimpleQueue()
    with (
        tcp_echo() as echo,
        LinkProxy(HERE, at(echo), tell=said.put) as proxy,
        calling(proxy) as first,
    ):
        first.sendall(b"x")
        assert first.recv(1) == b"x"
        with calling(proxy) as second:
            assert hung_up(second)
        assert "1 connections are open" in said.get(timeout=WAIT)


# --- words --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("listen", "to", "words"),
    [
        ("here", "127.0.0.1:9", "cannot listen on 'here'; write PORT or HOST:PORT"),
        ("70000", "127.0.0.1:9", "cannot listen on '70000'"),
        ("-1", "127.0.0.1:9", "cannot listen on '-1'"),
        (HERE, "127.0.0.1", "names no port"),
        (HERE, "nowhere.invalid:9", "no address is known for 'nowhere.invalid'"),
        ("192.0.2.1:0", "127.0.0.1:9", "cannot listen on 192.0.2.1:0 .UDP."),
    ],
)
def test_addresses_that_cannot_be_are_told(listen, to, words):
    with pytest.raises(LocalError, match=words):
        LinkProxy(listen, to)


def test_a_port_that_is_taken_is_told_and_nothing_is_left_open():
    with LinkProxy(HERE, "127.0.0.1:9") as proxy:
        with pytest.raises(LocalError, match=r"cannot listen on .* \(UDP\)"):
            LinkProxy(str(proxy.address), "127.0.0.1:9")
        with pytest.raises(LocalError, match=r"cannot listen on .* \(TCP\)"):
            LinkProxy(str(proxy.address), "127.0.0.1:9", udp=False)
    with pytest.raises(LocalError, match="neither is nothing"):
        LinkProxy(HERE, "127.0.0.1:9", udp=False, tcp=False)
    with pytest.raises(LocalError, match="last port"):
        LinkProxy(HERE, "127.0.0.1:65535", companion=True)


def test_a_port_alone_listens_everywhere():
    assert parse_listen("5000") == ("0.0.0.0", 5000)
    assert parse_listen("[::1]:5000") == ("::1", 5000)

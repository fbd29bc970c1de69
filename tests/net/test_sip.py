"""Two phones' signalling over real sockets on loopback, by UDP and by TCP.

Requirements A10-A13, B12 (in substance), B16, B18, B19, B21.
"""

from __future__ import annotations

import queue
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from random import Random, SystemRandom
from typing import TypeVar

import pytest

from labkit.effects import Address
from labkit.errors import LocalError
from labkit.net.endpoint import MOST_MALFORMED
from labkit.net.sip import USUAL_PORTS, SipEndpoint
from labkit.net.sip_tcp import MOST_CONNECTIONS
from labkit.signalling import CallChanged, CallState, IncomingCall, MediaAgreed
from labkit.signalling.machine.agent import UserAgent
from labkit.trace.record import Trace
from tests.signalling.literal import SDP, request
from tests.signalling.pair import plans

Event = TypeVar("Event")
SECONDS = 10.0


class Phone:
    """One endpoint, its events in a queue."""

    def __init__(self, name: str, host: str, port: int = 0, **options: object) -> None:
        self.events: queue.Queue[object] = queue.Queue()
        self.on_event: Callable[[object], None] = lambda event: None
        self.trace = Trace(name)

        def make_agent(contact: Address) -> UserAgent:
            return UserAgent(name, contact, random=SystemRandom(), **options)  # type: ignore[arg-type]

        self.sip = SipEndpoint(host, port, make_agent, self._take, self.trace)

    def _take(self, event: object) -> None:
        self.events.put(event)
        self.on_event(event)

    def wait_for(
        self, kind: type[Event], test: Callable[[Event], bool] = lambda event: True
    ) -> Event:
        while True:
            event = self.events.get(timeout=SECONDS)
            if isinstance(event, kind) and test(event):
                return event

    def wait_until(self, state: CallState) -> CallChanged:
        return self.wait_for(CallChanged, lambda change: change.after is state)

    def call(self, other: Phone) -> str:
        to = other.sip.address
        return self.sip.do(lambda agent, now: agent.call("bob", to, plans(4000), now))

    def answer(self, call_id: str) -> None:
        self.sip.do(lambda agent, now: agent.answer(call_id, plans(5000), now))

    def hang_up(self, call_id: str) -> None:
        self.sip.do(lambda agent, now: agent.hang_up(call_id, now))


@pytest.fixture
def phones() -> Iterator[Callable[..., Phone]]:
    made: list[Phone] = []

    def make(name: str, host: str, port: int = 0, **options: object) -> Phone:
        made.append(Phone(name, host, port, **options))
        return made[-1]

    yield make
    for phone in made:
        phone.sip.close()


@pytest.fixture(params=["UDP", "TCP"])
def transport(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_whole_call_over_real_sockets(
    phones: Callable[..., Phone], transport: str
) -> None:
    alice = phones("alice", "127.0.0.2", transport=transport)
    bob = phones("bob", "127.0.0.3", transport=transport)
    call_id = alice.call(bob)
    assert bob.wait_for(IncomingCall).peer.name == "alice"
    bob.answer(call_id)
    agreed = alice.wait_for(MediaAgreed)
    assert agreed.streams[0].remote == ("127.0.0.3", 5000)
    alice.sip.do(lambda agent, now: agent.hold(call_id, now))
    bob.wait_until(CallState.HELD)
    alice.sip.do(lambda agent, now: agent.resume(call_id, now))
    bob.wait_for(CallChanged, lambda c: c.before is CallState.HELD)
    bob.hang_up(call_id)
    assert alice.wait_until(CallState.ENDED).why == "bob hung up"


def test_every_message_is_traced_on_both_sides_b19(
    phones: Callable[..., Phone], transport: str
) -> None:
    alice = phones("alice", "127.0.0.2", transport=transport)
    bob = phones("bob", "127.0.0.3", transport=transport)
    call_id = alice.call(bob)
    bob.wait_for(IncomingCall)
    bob.sip.do(lambda agent, now: agent.refuse(call_id, now))
    alice.wait_until(CallState.REFUSED)
    alice.sip.do(lambda agent, now: [])  # the ACK has left by now
    sent = [r for r in alice.trace if r.direction == "sent"]
    received = [r for r in alice.trace if r.direction == "received"]
    first_lines = [r.data.split(b"\r\n")[0].split(b" ", 1) for r in sent]
    assert [line[0] for line in first_lines] == [b"INVITE", b"ACK"]
    assert [r.data.split(b" ", 2)[1] for r in received] == [b"180", b"603"]
    assert {(r.plane, r.transport, r.note) for r in alice.trace} == {
        ("signalling", transport, "")
    }
    [seen] = [r for r in bob.trace if r.data == sent[0].data]
    assert (seen.source, seen.target) == (sent[0].source, sent[0].target)


def test_the_callee_may_answer_from_within_the_event(
    phones: Callable[..., Phone],
) -> None:
    alice, bob = phones("alice", "127.0.0.2"), phones("bob", "127.0.0.3")
    bob.on_event = lambda event: (
        bob.answer(event.call_id) if isinstance(event, IncomingCall) else None
    )
    alice.call(bob)
    alice.wait_until(CallState.ACCEPTED)
    timers = bob.sip._timers._running
    assert not [key for key in timers if getattr(key, "purpose", "") == "ring"]


def test_ports_are_5060_5062_and_so_on_then_any_b21(
    phones: Callable[..., Phone],
) -> None:
    made = [phones(f"p{number}", "127.0.0.77") for number in range(22)]
    ports = [phone.sip.address.port for phone in made]
    usual = [port for port in ports if port in USUAL_PORTS]
    assert len(set(ports)) == 22
    assert usual == sorted(usual) == ports[: len(usual)]
    assert 10 < len(usual) <= 20  # another program may have some of them


def test_a_taken_port_is_said_in_words(phones: Callable[..., Phone]) -> None:
    taken = phones("alice", "127.0.0.2").sip.address.port
    with pytest.raises(LocalError, match=r"cannot take calls on .*another port"):
        phones("bob", "127.0.0.2", taken)
    with pytest.raises(LocalError, match="one address"):
        phones("bob", "0.0.0.0")


def test_a_closed_phone_frees_its_port_and_says_so(
    phones: Callable[..., Phone],
) -> None:
    alice = phones("alice", "127.0.0.2")
    port = alice.sip.address.port
    alice.sip.close()
    alice.sip.close()
    with pytest.raises(LocalError, match="closed"):
        alice.sip.do(lambda agent, now: [])
    assert phones("alice", "127.0.0.2", port).sip.address.port == port


def test_nobody_listening_on_tcp_fails_the_call_at_once(
    phones: Callable[..., Phone],
) -> None:
    alice = phones("alice", "127.0.0.2", transport="TCP")
    with socket.socket() as unused:
        unused.bind(("127.0.0.3", 0))
        to = Address(*unused.getsockname())
    alice.sip.do(lambda agent, now: agent.call("bob", to, plans(4000), now))
    assert "cannot be reached" in alice.wait_until(CallState.FAILED).why


def test_garbage_and_floods_leave_the_call_unharmed(
    phones: Callable[..., Phone],
) -> None:
    alice, bob = phones("alice", "127.0.0.2"), phones("bob", "127.0.0.3")
    call_id = alice.call(bob)
    bob.wait_for(IncomingCall)
    bob.answer(call_id)
    alice.wait_until(CallState.ACCEPTED)
    random = Random(1)
    whole = request(body=SDP)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.9", 0))
        for number in range(2000):
            stranger.sendto(random.randbytes(number % 300), bob.sip.address)
            stranger.sendto(whole[: number % len(whole)], bob.sip.address)
            stranger.sendto(b"", bob.sip.address)
            if number % 50 == 0:  # let the loop drain: the test counts what arrived
                bob.sip.do(lambda agent, now: [])
    alice.hang_up(call_id)
    assert bob.wait_until(CallState.ENDED).why == "alice hung up"
    assert bob.sip.malformed > 1000
    noted = [record for record in bob.trace if record.note.startswith("malformed")]
    each_second = Counter(int(record.time) for record in noted)
    assert 0 < max(each_second.values()) <= 2 * MOST_MALFORMED


def test_a_datagram_above_1300_bytes_is_read(phones: Callable[..., Phone]) -> None:
    bob = phones("bob", "127.0.0.3")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.9", 0))
        stranger.settimeout(SECONDS)
        via = f"SIP/2.0/UDP 127.0.0.9:{stranger.getsockname()[1]};branch=z9hG4bKl"
        big = request("OPTIONS", via=via, extra=(f"X-Long: {'x' * 8000}",))
        stranger.sendto(b"\r\n\r\n", bob.sip.address)
        stranger.sendto(big, bob.sip.address)
        assert stranger.recv(65_535).startswith(b"SIP/2.0 200 OK\r\n")


def connected(phone: Phone) -> socket.socket:
    connection = socket.create_connection(
        phone.sip.address, SECONDS, source_address=("127.0.0.9", 0)
    )
    connection.settimeout(SECONDS)
    return connection


def read_to_end(connection: socket.socket) -> bytes:
    data = b""
    try:
        while chunk := connection.recv(65_536):
            data += chunk
    except ConnectionResetError:
        pass
    return data


def test_over_tcp_half_messages_and_many_at_once_are_understood(
    phones: Callable[..., Phone],
) -> None:
    bob = phones("bob", "127.0.0.3")
    via = "SIP/2.0/TCP 127.0.0.9:5070;branch=z9hG4bK"
    stream = b"\r\n\r\n".join(
        request("OPTIONS", via=f"{via}{number}", call_id=f"{number}@x")
        for number in range(20)
    )
    with connected(bob) as connection:
        for start in range(0, len(stream), 700):
            connection.sendall(stream[start : start + 700])
        data = b""
        while data.count(b"SIP/2.0 200 OK") < 20 or not data.endswith(b"\r\n\r\n"):
            data += connection.recv(65_536)
    assert data.count(b"SIP/2.0 200 OK") == 20


@pytest.mark.parametrize(
    "garbage",
    [b"x" * 20_000, b"hello\r\n\r\n", b"\0" * 20_000, b"a\r\nl: 99999999\r\n\r\n"],
)
def test_a_tcp_stream_that_cannot_be_followed_is_closed(
    phones: Callable[..., Phone], garbage: bytes
) -> None:
    bob = phones("bob", "127.0.0.3")
    with connected(bob) as connection:
        connection.sendall(garbage)
        assert read_to_end(connection) == b""
    assert any(record.note.startswith("malformed") for record in bob.trace)
    with connected(bob) as connection:
        connection.sendall(request("OPTIONS"))
        assert connection.recv(65_536).startswith(b"SIP/2.0 200 OK")


def test_idle_connections_are_bounded_and_the_longest_idle_goes(
    phones: Callable[..., Phone],
) -> None:
    bob = phones("bob", "127.0.0.3")
    idle = [connected(bob) for _ in range(MOST_CONNECTIONS + 20)]
    assert read_to_end(idle[0]) == b""
    idle[-1].sendall(request("OPTIONS"))
    assert idle[-1].recv(65_536).startswith(b"SIP/2.0 200 OK")
    assert len(bob.sip._connections.open) <= MOST_CONNECTIONS
    for connection in idle:
        connection.close()


def test_a_peer_that_does_not_read_is_cut_off(phones: Callable[..., Phone]) -> None:
    bob = phones("bob", "127.0.0.3")
    gone = threading.Event()
    with connected(bob) as connection:
        extra = (f"X-Long: {'x' * 10}",)
        ask = request("OPTIONS", extra=extra)

        def flood() -> None:
            try:
                for number in range(200_000):
                    connection.sendall(ask.replace(b"z9hG4bK1", b"z9hG4bK%d" % number))
            except OSError:
                gone.set()

        sender = threading.Thread(target=flood)
        sender.start()
        sender.join(60)
    assert gone.is_set()


def test_an_event_that_the_phone_trips_over_does_not_stop_signalling(
    phones: Callable[..., Phone],
) -> None:
    alice, bob = phones("alice", "127.0.0.2"), phones("bob", "127.0.0.3")

    def trip(event: object) -> None:
        raise ZeroDivisionError

    bob.on_event = trip
    call_id = alice.call(bob)
    bob.wait_for(IncomingCall)
    bob.answer(call_id)
    alice.wait_until(CallState.ACCEPTED)

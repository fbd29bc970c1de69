"""The engine's small parts: port pairs, the newest-wins slot, batches, the switch."""

from __future__ import annotations

import gc
import socket
import sys
import threading

import pytest

from labkit.effects import Address
from labkit.net import datagrams, interpreter
from labkit.net.datagrams import MOST_AT_ONCE, Datagrams
from labkit.net.gate import Gate, RateLimit, is_peer
from labkit.net.newest import Newest
from labkit.net.udp_pair import UdpPair
from labkit.trace import Trace


def test_rtp_has_an_even_port_and_rtcp_the_next_one():
    pairs = [UdpPair("127.0.0.1") for _ in range(8)]
    try:
        for pair in pairs:
            assert pair.rtp_address.port % 2 == 0
            assert pair.rtcp_address.port == pair.rtp_address.port + 1
    finally:
        for pair in pairs:
            pair.close()


def test_the_newest_wins_and_what_it_threw_out_is_counted():
    slot: Newest[int] = Newest()
    for number in range(5):
        slot.put(number)
    assert slot.take() == 4
    assert slot.dropped == 4


def test_whoever_waits_at_the_slot_gets_what_comes_and_none_at_the_end():
    slot: Newest[int] = Newest()
    taken: list[int | None] = []
    got = threading.Event()

    def take() -> None:
        while (item := slot.take()) is not None:
            taken.append(item)
            got.set()
        taken.append(None)

    thread = threading.Thread(target=take)
    thread.start()
    slot.put(1)
    assert got.wait(5)
    slot.close()
    thread.join(5)
    assert taken == [1, None]


@pytest.fixture(params=["plain", "best"])
def pair(request):
    """Two sockets, by the portable way and by this system's best one."""
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
    for opened in sockets:
        opened.bind(("127.0.0.1", 0))
    make = Datagrams if request.param == "plain" else datagrams.over
    yield [make(opened) for opened in sockets]
    for opened in sockets:
        opened.close()


def test_a_batch_arrives_whole_in_order_and_with_its_sender(pair):
    here, there = pair
    packets = [bytes([n]) * (1 + n * 10) for n in range(50)] + [b""]
    there.send(packets, Address(*here.socket.getsockname()))
    got: list[tuple[bytes, Address]] = []
    while len(got) < len(packets):
        got += here.receive()
    sender = Address(*there.socket.getsockname())
    assert got == [(packet, sender) for packet in packets]


def test_a_batch_is_bounded(pair):
    here, there = pair
    here.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    there.send([b"x"] * 300, Address(*here.socket.getsockname()))
    assert len(here.receive()) <= MOST_AT_ONCE + 1


def test_threads_that_send_at_once_do_not_mix_their_packets(pair):
    """A device sends, the loop sends again, what a link delayed goes out: all at once.

    With Python's lock handed over so often, one in a hundred went out twice, and
    another one never, when they shared their slots.
    """
    here, there = pair
    here.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    to = Address(*here.socket.getsockname())
    senders, batches, size = 4, 40, 20
    room = threading.Semaphore(10)  # batches under way: all find room in the buffer

    def send(who: int) -> None:
        for batch in range(batches):
            room.acquire()
            there.send([b"%d %d %d" % (who, batch, n) for n in range(size)], to)

    threads = [threading.Thread(target=send, args=(who,)) for who in range(senders)]
    got: list[bytes] = []
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        while len(got) < senders * batches * size:
            before = len(got) // size
            got += [data for data, _ in here.receive()]
            for _ in range(len(got) // size - before):
                room.release()
    finally:
        sys.setswitchinterval(usual)
        for thread in threads:
            thread.join(5)
    assert len(set(got)) == len(got)


def test_a_datagram_that_is_too_long_is_an_error_of_the_system(pair):
    here, there = pair
    with pytest.raises(OSError, match=r".+"):
        there.send([bytes(70_000)], Address(*here.socket.getsockname()))


def test_the_interpreter_hurries_while_anybody_needs_it_and_is_then_as_before():
    usual = sys.getswitchinterval()
    assert gc.get_freeze_count() == 0
    interpreter.hurry()
    interpreter.hurry()
    interpreter.relax()
    assert sys.getswitchinterval() == pytest.approx(interpreter.SHORT)
    assert gc.get_freeze_count() > 1000  # set aside: all that was there
    interpreter.relax()
    assert sys.getswitchinterval() == pytest.approx(usual)
    assert gc.get_freeze_count() == 0


def test_what_somebody_else_has_set_aside_is_left_so():
    gc.freeze()
    try:
        interpreter.hurry()
        interpreter.relax()
        assert gc.get_freeze_count() > 1000
    finally:
        gc.unfreeze()


def test_the_more_phones_the_longer_the_switch_interval_up_to_the_usual_one():
    usual, short = sys.getswitchinterval(), interpreter.SHORT
    found = []
    for _ in range(20):
        interpreter.hurry()
        found.append(sys.getswitchinterval())
    assert found[:4] == pytest.approx([short, short, 2.25 * short, 4 * short])
    assert found == sorted(found)
    assert found[-1] == pytest.approx(usual)
    for _ in range(20):
        assert sys.getswitchinterval() == pytest.approx(found.pop())
        interpreter.relax()


def test_media_is_accepted_from_the_peer_s_host_whatever_the_port():
    peer = Address("192.0.2.7", 4000)
    assert is_peer(Address("192.0.2.7", 9), peer)
    assert not is_peer(Address("192.0.2.8", 4000), peer)
    assert not is_peer(peer, None)
    assert is_peer(Address("127.0.0.1", 9), Address("127.0.0.3", 4000))


def test_of_a_flood_every_datagram_is_counted_and_few_are_noted():
    trace = Trace("x")
    gate, here = Gate(trace), Address("127.0.0.1", 4000)
    for number in range(1000):
        gate.refuse("malformed", b"?", here, here, 50 + number / 1000, "why")
    assert gate.refused["malformed"] == 1000
    assert 1 <= len(trace) <= 4
    assert trace.records[0].note == "dropped, malformed: why"


def test_the_reasons_are_bounded_too():
    gate = Gate(Trace("x"))
    for number in range(1000):
        gate.count(f"not sent: {number} is no number")
    assert len(gate.refused) <= 41
    assert sum(gate.refused.values()) == 1000


def test_a_rate_limit_lets_so_many_pass_each_second():
    limit = RateLimit(3)
    assert sum(limit.allows(n / 100) for n in range(500)) == 15

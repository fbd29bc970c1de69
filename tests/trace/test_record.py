"""The trace keeps the last messages, whatever its listeners do (B10)."""

from __future__ import annotations

from labkit.effects import Address
from labkit.trace import Record, Trace

HERE, THERE = Address("127.0.0.1", 1), Address("127.0.0.1", 2)


def told(trace: Trace, data: bytes = b"x", time: float = 0.0) -> None:
    trace.record(time, "registry", "TCP", "sent", HERE, THERE, data)


def test_only_the_last_messages_are_kept() -> None:
    trace = Trace("alice", messages=3)
    for letter in b"abcde":
        told(trace, bytes([letter]))
    assert [record.data for record in trace] == [b"c", b"d", b"e"]


def test_an_empty_trace_is_not_mistaken_for_none() -> None:
    trace = Trace("alice")
    assert len(trace) == 0
    assert (trace or None) is trace


def test_since_gives_only_what_is_newer_in_order() -> None:
    trace = Trace("alice")
    told(trace, b"a")
    seen = trace.records[-1].number
    told(trace, b"b")
    told(trace, b"c")
    assert [record.data for record in trace.since(seen)] == [b"b", b"c"]
    assert trace.since(trace.records[-1].number) == []
    assert trace.since(0) == trace.records


def test_a_listener_that_fails_harms_nobody() -> None:
    trace = Trace("alice")
    heard: list[Record] = []

    def broken(record: Record) -> None:
        raise ValueError("no")

    trace.subscribe(broken)
    end = trace.subscribe(heard.append)
    told(trace)
    end()
    told(trace)
    assert len(heard) == 1
    assert len(trace) == 2


def test_rtp_is_counted_and_the_newest_packets_kept_with_their_direction() -> None:
    trace = Trace("alice", packets=2)
    for number in range(5):
        trace.count_rtp(10.0 + number, "sent", HERE, THERE, bytes([0x80, 0x80 | 26, 0]))
    count = trace.rtp[HERE, THERE, "sent"]
    assert (count.packets, count.octets, count.first) == (5, 15, 10.0)
    assert count.payload_type == 26  # the marker bit is no part of it
    assert [packet.time for packet in trace.packets] == [13.0, 14.0]
    assert trace.packets[0].direction == "sent"


def test_a_flood_from_many_ports_does_not_fill_the_memory() -> None:
    trace = Trace("alice")
    for port in range(1000):
        trace.count_rtp(0.0, "received", Address("127.0.0.1", port), HERE, b"")
    assert len(trace.rtp) == 64


def test_an_enormous_message_is_cut() -> None:
    trace = Trace("alice")
    told(trace, bytes(100_000))
    assert len(trace.records[0].data) == 65_536

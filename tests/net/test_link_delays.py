"""Recording a real way's delay: probes, answers, files. The way here is loopback."""

from __future__ import annotations

import socket
import struct
import sys
import threading

import pytest

from labkit.effects import Address
from labkit.errors import LocalError, NoAnswer
from labkit.link import Conditions, DelayTrace
from labkit.net import delay_probe, delay_sockets
from labkit.net.delay_file import load_trace, save_trace
from labkit.net.delay_probe import EchoServer, record_delays
from labkit.net.delay_sockets import PingProbe
from labkit.net.link import LinkProxy


def test_a_recording_has_a_sample_for_each_probe_and_can_be_kept(tmp_path):
    heard: list[float] = []
    with EchoServer("127.0.0.1", 0) as server:
        trace = record_delays(str(server.address), 0.2, 0.01, heard=heard.append)
        assert server.answered == 20
    assert len(trace.times) == len(heard) == 20
    assert trace.round_trip
    assert trace.lost == ()
    assert 0 < min(trace.delays) <= max(trace.delays) < 1
    assert trace.duration == pytest.approx(0.2, rel=0.5)
    assert trace.source == f"round trips to {server.address} (echo)"
    save_trace(trace, tmp_path / "wifi.csv")
    assert load_trace(tmp_path / "wifi.csv") == trace


def test_a_bad_network_is_recorded_as_it_is(monkeypatch):
    """The recorder against the link: 30 ms there, and exactly 1 of 4 probes lost."""
    monkeypatch.setattr(delay_probe, "PATIENCE", 0.3)
    there = Conditions(delay=0.03, lose=1, every=4)
    with (
        EchoServer("127.0.0.1", 0) as server,
        LinkProxy("127.0.0.1:0", str(server.address), there, Conditions()) as proxy,
    ):
        trace = record_delays(str(proxy.address), 0.4, 0.02)
    assert len(trace.times) == 15
    assert len(trace.lost) == 5
    assert min(trace.delays) >= 0.03


def test_the_echo_answers_probes_alone_and_never_its_like():
    with (
        EchoServer("127.0.0.1", 0) as server,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asks,
    ):
        asks.settimeout(10)
        asks.connect(tuple(server.address))
        for nonsense in (b"", b"hello", b"labkit!\0\0\0\1"):
            asks.send(nonsense)
        asks.send(b"labkit?\0\0\0\7")
        assert asks.recv(100) == b"labkit!\0\0\0\7"
        assert server.answered == 1
    server.close()


def test_who_is_not_there_is_told_with_the_way_out(monkeypatch):
    monkeypatch.setattr(delay_probe, "PATIENCE", 0.05)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        with pytest.raises(NoAnswer, match=r"answered 0 of 5 probes; run `labkit del"):
            record_delays(f"127.0.0.1:{port}", 0.05, 0.01)
    with pytest.raises(NoAnswer, match="answered 0 of 5 probes"):
        record_delays(f"127.0.0.1:{port}", 0.05, 0.01)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells which probe")
def test_a_port_where_nobody_listens_answers_too_on_linux():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    trace = record_delays(f"127.0.0.1:{port}", 0.1, 0.01, "unreachable")
    assert len(trace.times) == 10
    assert max(trace.delays) < 1


def test_where_the_system_does_not_tell_it_is_said(monkeypatch):
    monkeypatch.setattr(delay_sockets.sys, "platform", "darwin")
    with pytest.raises(LocalError, match=r"only Linux says .* use the way ping"):
        record_delays("127.0.0.1", 0.1, 0.01, "unreachable")


def test_a_ping_is_answered_or_the_system_says_why_not():
    try:
        PingProbe(Address("127.0.0.1", 0)).close()
    except LocalError:
        with pytest.raises(LocalError, match="lets only its administrator ping"):
            record_delays("127.0.0.1", 0.1, 0.01, "ping")
        return
    trace = record_delays("127.0.0.1", 0.1, 0.01, "ping")
    assert len(trace.times) == 10


class Kernel:
    """A ping socket's other end: hands out what is put in, keeps what is sent."""

    def __init__(self, *received: bytes) -> None:
        self.received, self.sent = list(received), b""

    def send(self, data: bytes) -> None:
        self.sent = data

    def recv(self, size: int) -> bytes:
        return self.received.pop(0)


def ping(*received: bytes) -> PingProbe:
    probe = PingProbe.__new__(PingProbe)
    probe._mine, probe.opened = b"mine", Kernel(*received)  # type: ignore[assignment]
    return probe


def test_a_ping_is_an_echo_request_with_a_right_checksum():
    """RFC 792; RFC 1071: the sum over all, checksum included, is all ones."""
    probe = ping()
    probe.send(0x12345)
    sent = probe.opened.sent
    assert sent[:2] == b"\x08\x00"
    assert sent[6:8] == b"\x23\x45"
    assert sent[8:16] == b"mine\x00\x01\x23\x45"
    total = sum(struct.unpack(f"!{len(sent) // 2}H", sent))
    assert (total & 0xFFFF) + (total >> 16) == 0xFFFF


def test_an_echo_reply_is_known_with_and_without_its_ip_header():
    reply = b"\x00\x00\xaa\xaa\x00\x01\x00\x07mine\x00\x00\x00\x07"
    header = b"\x45" + bytes(19)
    other = reply.replace(b"mine", b"your")
    probe = ping(reply, header + reply, other, reply[:12], b"", header)
    assert [probe.answered() for _ in range(6)] == [7, 7, None, None, None, None]


def test_a_recording_can_be_stopped():
    stop = threading.Event()
    with EchoServer("127.0.0.1", 0) as server:
        heard: list[float] = []

        def enough(delay: float) -> None:
            heard.append(delay)
            if len(heard) == 3:
                stop.set()

        trace = record_delays(str(server.address), 600, 0.01, stop=stop, heard=enough)
    assert len(trace.times) < 20


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"way": "pigeon"}, "the way is one of echo, ping, unreachable"),
        ({"pace": 0.0}, "the pace is from 1 ms to 10 s"),
        ({"seconds": 1e9}, "at most 200000 long"),
        ({"seconds": float("nan")}, "the pace is from"),
    ],
)
def test_nonsense_is_told(values, words):
    with pytest.raises(LocalError, match=words):
        record_delays("127.0.0.1", **values)


def test_files_that_cannot_be_are_told_with_their_names(tmp_path):
    with pytest.raises(LocalError, match=r"cannot read the delay trace .*none\.csv"):
        load_trace(tmp_path / "none.csv")
    with pytest.raises(LocalError, match="cannot read the delay trace"):
        load_trace("\0")
    (tmp_path / "bad.csv").write_text("0,1\nx\n")
    with pytest.raises(LocalError, match=r"bad\.csv: line 2 of the delay trace"):
        load_trace(tmp_path / "bad.csv")
    trace = DelayTrace((0.0, 1.0), (0.0, 0.1))
    with pytest.raises(LocalError, match="cannot write the delay trace"):
        save_trace(trace, tmp_path / "no" / "folder.csv")


def test_a_host_that_nobody_knows_is_told():
    with pytest.raises(LocalError, match="no address is known"):
        record_delays("nowhere.invalid")
    with pytest.raises(LocalError, match="IPv4"):
        PingProbe(Address("::1", 0))

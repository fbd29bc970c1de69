"""The capture file, read by Wireshark's own dissectors (issue: trace; B10)."""

from __future__ import annotations

import json
import re
import struct
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.effects import Address
from labkit.trace import Trace, save
from labkit.trace.capture.packets import TcpStream, checksum, udp_packet
from labkit.trace.capture.pcapng import CapturedPacket, write_pcapng
from tests.trace.call_scene import (
    ALICE,
    BOB,
    HOST,
    INVITE,
    RINGING,
    rtp,
    sdp,
    sip,
    whole_call,
)
from tests.trace.tshark import assert_nothing_is_wrong, tshark

Row = dict[str, list[str]]


def packets(path: Path, *fields: str, only: str = "") -> list[Row]:
    """One row a packet: field → its values."""
    wanted = [option for field in fields for option in ("-e", field)]
    text = tshark(path, "-T", "json", "-Y", only, *wanted)
    return [packet["_source"].get("layers", {}) for packet in json.loads(text)]


@pytest.fixture
def call(tmp_path: Path) -> Path:
    return save(tmp_path / "call.pcapng", *whole_call().traces)


def test_nothing_in_the_file_is_malformed(call: Path) -> None:
    assert_nothing_is_wrong(call)


def test_sip_and_sdp_are_dissected(call: Path) -> None:
    rows = packets(call, "sip.Method", "sip.Status-Code", "sdp.media.port", only="sip")
    said = [(row.get("sip.Method") or row["sip.Status-Code"])[0] for row in rows]
    assert said == ["INVITE", "INVITE", "180", "200", "ACK", "BYE", "200"]
    assert rows[1]["sdp.media.port"] == ["40000", "40002"]
    assert rows[3]["sdp.media.port"] == ["40010", "40012"]


def test_texts_and_words_of_recording_are_dissected(tmp_path: Path) -> None:
    """RFC 3428, RFC 7866."""
    trace, path = Trace("alice"), tmp_path / "chat.pcapng"
    kind = "Content-Type: text/plain;charset=UTF-8"
    start = f"MESSAGE sip:bob@{BOB} SIP/2.0"
    text = sip(start, "CSeq: 2 MESSAGE", kind, body="¿Me ves? 🙂")
    asked = INVITE.replace(b"\r\nt=0 0", b"\r\nt=0 0\r\na=record:paused")
    length = b"Content-Length: %d" % len(asked.partition(b"\r\n\r\n")[2])
    asked = re.sub(rb"Content-Length: \d+", length, asked)
    for data in (text, asked):
        trace.record(1.0, "signalling", "UDP", "sent", ALICE, BOB, data)
    save(path, trace)
    first, second = packets(path, "sip.Method", "sdp.session_attr", only="sip")
    assert (first["sip.Method"], second["sip.Method"]) == (["MESSAGE"], ["INVITE"])
    assert "record:paused" in second["sdp.session_attr"]
    assert "¿Me ves? 🙂" in tshark(path, "-V", "-Y", 'sip.Method == "MESSAGE"')
    assert_nothing_is_wrong(path)


def test_wireshark_draws_the_ladder_and_sees_the_message_sent_again(call: Path) -> None:
    flow = tshark(call, "-q", "-z", "flow,any,standard,sip")
    assert flow.count("INVITE sip:bob") >= 2
    assert "180 Ringing" in flow
    statistics = tshark(call, "-q", "-z", "sip,stat")
    assert "Number of resent SIP messages: 1" in statistics


def test_registry_lines_are_the_payload_of_whole_tcp_streams(call: Path) -> None:
    stream = tshark(call, "-q", "-z", "follow,tcp,ascii,0")
    assert "REGISTER alice 127.0.0.1 5060\n" in stream
    assert "200 bob 127.0.0.1 5062\n" in stream
    assert "REGISTER bob" not in stream  # that is the other connection
    assert "REGISTER bob" in tshark(call, "-q", "-z", "follow,tcp,ascii,1")
    assert tshark(call, "-Y", "tcp.analysis.flags") == ""


def test_rtp_is_recognised_by_the_sdp_each_packet_once(call: Path) -> None:
    streams = [
        line.split()
        for line in tshark(call, "-q", "-z", "rtp,streams").splitlines()
        if HOST in line
    ]
    assert len(streams) == 2
    assert all("g711U" in stream and "100" in stream for stream in streams)


def test_one_observers_file_has_the_losses_that_he_saw(tmp_path: Path) -> None:
    path = save(tmp_path / "bob.pcapng", whole_call().bob)
    # Every tenth of alice's hundred packets is missing; nobody can know of the first.
    assert "9 (9.1%)" in tshark(path, "-q", "-z", "rtp,streams")


def test_comments_say_who_saw_what(call: Path) -> None:
    rows = packets(call, "frame.comment", only="sip || tcp.len > 0")
    said = [row["frame.comment"][0] for row in rows]
    assert said[0] == "alice to registry: 0.400 ms under way"
    assert said.count("alice to bob: lost on the way, bob never saw it") == 1
    (syn, *_) = packets(call, "frame.comment", only="tcp.flags.syn == 1")
    assert "made up" in syn["frame.comment"][0]


def test_hosts_of_their_own_get_their_names(tmp_path: Path) -> None:
    alice, bob = Trace("alice"), Trace("bob")
    here, there = Address("10.1.2.3", 5060), Address("2001:db8::7", 5060)
    alice.record(
        1.0, "signalling", "UDP", "sent", here, Address("10.1.2.4", 1), RINGING
    )
    bob.record(2.0, "signalling", "UDP", "sent", there, Address("::1", 1), RINGING)
    path = save(tmp_path / "names.pcapng", alice, bob, names={"10.1.2.4": "printer"})
    names = tshark(path, "-q", "-z", "hosts")
    assert "10.1.2.3\talice" in names
    assert "10.1.2.4\tprinter" in names
    assert "2001:db8::7\tbob" in names


def test_a_shared_host_gets_no_name_rather_than_a_wrong_one(call: Path) -> None:
    assert HOST not in tshark(call, "-q", "-z", "hosts")


def test_ipv6_calls_have_right_headers_too(tmp_path: Path) -> None:
    alice = Trace("alice")
    here, there = Address("::1", 5060), Address("fd00::2", 5062)
    start = "INVITE sip:bob@[fd00::2] SIP/2.0"
    body = sdp(40000, 40002, host="::1")
    via = "Via: SIP/2.0/UDP [::1]:5060;branch=z9hG4bKx"
    invite = sip(
        start, via, "From: <sip:alice@[::1]>;tag=a", "To: <sip:bob@[fd00::2]>",
        "Call-ID: six", "CSeq: 1 INVITE", "Max-Forwards: 70",
        "Content-Type: application/sdp", body=body,
    )  # fmt: skip
    alice.record(1.0, "signalling", "UDP", "sent", here, there, invite)
    line = b"LIST\n"
    client, server = Address("::1", 41230), Address("fd00::3", 5000)
    alice.record(2.0, "registry", "TCP", "sent", client, server, line)
    media = Address("fd00::2", 9000), Address("::1", 40000)
    alice.count_rtp(3.0, "received", *media, rtp(0, 1, 160))
    path = save(tmp_path / "six.pcapng", alice)
    assert_nothing_is_wrong(path)
    (row,) = packets(path, "ipv6.src", "sip.Method", only="sip")
    assert row == {"ipv6.src": ["::1"], "sip.Method": ["INVITE"]}
    assert len(packets(path, "rtp.seq", only="rtp")) == 1


def test_sip_over_tcp_in_several_segments_is_put_together(tmp_path: Path) -> None:
    alice = Trace("alice")
    long = sip(
        f"MESSAGE sip:bob@{BOB} SIP/2.0", f"Via: SIP/2.0/TCP {ALICE};branch=z9hG4bKm",
        f"From: <sip:alice@{ALICE}>;tag=a", f"To: <sip:bob@{BOB}>", "Call-ID: long",
        "CSeq: 1 MESSAGE", "Max-Forwards: 70", "Content-Type: text/plain",
        body="x" * 5000,
    )  # fmt: skip
    alice.record(1.0, "signalling", "TCP", "sent", ALICE, BOB, long)
    path = save(tmp_path / "tcp.pcapng", alice)
    assert_nothing_is_wrong(path)
    (row,) = packets(path, "sip.Method", "tcp.segment.count", only="sip")
    assert row == {"sip.Method": ["MESSAGE"], "tcp.segment.count": ["4"]}


def test_whatever_was_seen_makes_a_file_that_can_be_read(tmp_path: Path) -> None:
    trace = Trace("mallory \x00\x1b[31m")
    ends = Address("not an address", 70_000), Address("::1", -1)
    trace.record(-5.0, "signalling", "UDP", "sent", *ends, bytes(65_536), "odd \x00")
    trace.record(1.0, "registry", "TCP", "received", *ends[::-1], b"")
    trace.record(1.0, "registry", "TCP", "sent", ALICE, ALICE, b"to myself")
    trace.record(1.0, "media", "UDP", "sent", ALICE, Address("fd00::1", 1), INVITE)
    trace.count_rtp(2.0, "sent", *ends, b"")
    path = save(tmp_path / "odd.pcapng", trace)
    assert len(tshark(path).splitlines()) >= 5


def test_an_empty_trace_makes_a_file_without_packets(tmp_path: Path) -> None:
    assert tshark(save(tmp_path / "empty.pcapng", Trace("alice"))) == ""


def test_the_blocks_literally() -> None:
    file = write_pcapng(
        [CapturedPacket(1.5, b"abc", "hi")], {ip_address("10.0.0.1"): "al"}
    )
    assert file[:12] == struct.pack("<LLL", 0x0A0D0D0A, 44, 0x1A2B3C4D)
    packet = file[-(32 + 4 + 8 + 4) :]
    assert packet == (
        struct.pack("<LLLLLLL", 6, 48, 0, 0, 1_500_000, 3, 3)
        + b"abc\0"
        + struct.pack("<HH", 1, 2)
        + b"hi\0\0"
        + struct.pack("<LL", 0, 48)
    )


def sum_of_words(data: bytes) -> int:
    """RFC 1071 as it is written there: add, and carry around the end."""
    total = 0
    for (word,) in struct.iter_unpack("!H", data + bytes(len(data) % 2)):
        total += word
        total = (total & 0xFFFF) + (total >> 16)
    return total


@given(st.binary(min_size=1, max_size=200))
def test_the_checksum_is_the_rfcs(data: bytes) -> None:
    assert checksum(data) in (0xFFFF - sum_of_words(data), 0xFFFF)
    whole = data + bytes(len(data) % 2) + checksum(data).to_bytes(2, "big")
    assert sum_of_words(whole) == 0xFFFF


def test_the_examples_checksum_of_rfc_1071() -> None:
    assert checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0xFFFF - 0xDDF2


def test_a_datagram_literally() -> None:
    assert udp_packet(Address("10.0.0.1", 7), Address("10.0.0.2", 9), b"hi").hex(
        " "
    ) == (
        "45 00 00 1e 00 00 40 00 40 11 26 cd 0a 00 00 01 0a 00 00 02 "
        "00 07 00 09 00 0a 83 5e 68 69"
    )


def test_the_numbers_of_a_tcp_stream_add_up() -> None:
    stream = TcpStream(ALICE, BOB)
    numbers = [
        struct.unpack_from("!LL", segment, 24)
        for segment in [*stream.handshake(), *stream.data(ALICE, b"hello")]
    ]
    numbers += [struct.unpack_from("!LL", stream.data(BOB, b"yes")[0], 24)]
    assert numbers == [
        (1000, 0),
        (1000, 1001),
        (1001, 1001),
        (1001, 1001),
        (1001, 1006),
    ]

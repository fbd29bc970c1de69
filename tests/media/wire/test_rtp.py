"""RTP packets, byte by byte (RFC 3550 section 5.1)."""

from __future__ import annotations

import aiortc.rtp
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from labkit.errors import LocalError, RemoteError
from labkit.media.messages import HeaderExtension, RtpPacket
from labkit.media.wire.rtp import parse_rtp, write_rtp

WORD = st.integers(0, 0xFFFF_FFFF)
EXTENSIONS = st.builds(
    HeaderExtension,
    st.integers(0, 0xFFFF),
    st.lists(st.binary(min_size=4, max_size=4), max_size=5).map(b"".join),
)
PACKETS = st.builds(
    RtpPacket,
    payload_type=st.integers(0, 127),
    sequence_number=st.integers(0, 0xFFFF),
    timestamp=WORD,
    ssrc=WORD,
    payload=st.binary(max_size=100),
    marker=st.booleans(),
    csrcs=st.lists(WORD, max_size=15).map(tuple),
    extension=st.none() | EXTENSIONS,
)

PLAIN = bytes.fromhex("809a0102 03040506 0708090a") + b"hello"


def test_a_plain_packet_is_its_twelve_bytes_and_the_payload():
    packet = RtpPacket(26, 0x0102, 0x03040506, 0x0708090A, b"hello", marker=True)
    assert write_rtp(packet) == PLAIN
    assert parse_rtp(PLAIN) == packet


def test_sources_and_extension_stand_between_header_and_payload():
    data = bytes.fromhex(
        "92000001 00000002 00000003"  # two sources, an extension
        "0000000a 0000000b"
        "bede0001 12345678"
        "ff"
    )
    packet = RtpPacket(
        0, 1, 2, 3, b"\xff", csrcs=(10, 11),
        extension=HeaderExtension(0xBEDE, bytes.fromhex("12345678")),
    )  # fmt: skip
    assert parse_rtp(data) == packet
    assert write_rtp(packet) == data


def test_padding_is_taken_off():
    data = bytes.fromhex("a0000001 00000002 00000003 aabb 000003")
    assert parse_rtp(data).payload == bytes.fromhex("aabb")


def test_a_packet_of_padding_alone_has_an_empty_payload():
    data = bytes.fromhex("a0000001 00000002 00000003 00000004")
    assert parse_rtp(data).payload == b""


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("80000001", "header needs 12 bytes, got 4"),
        ("40000001 00000002 00000003", "version is 1, must be 2"),
        ("82000001 00000002 00000003 0000000a", "2 contributing .* 20 bytes, got 16"),
        ("90000001 00000002 00000003 be", "extension needs 16 bytes, got 13"),
        ("90000001 00000002 00000003 bede0002 00000000", "needs 24 bytes, got 20"),
        ("a0000001 00000002 00000003 00", "padding claims 0 bytes"),
        ("a0000001 00000002 00000003 09", "padding claims 9 bytes"),
        ("a0000001 00000002 00000003", "padding claims 3 bytes"),
    ],
)
def test_what_is_wrong_with_a_packet_is_said(data: str, words: str):
    with pytest.raises(RemoteError, match=words):
        parse_rtp(bytes.fromhex(data))


@pytest.mark.parametrize(
    "packet",
    [
        RtpPacket(128, 1, 2, 3, b""),
        RtpPacket(-1, 1, 2, 3, b""),
        RtpPacket(0, 0x10000, 2, 3, b""),
        RtpPacket(0, 1, -2, 3, b""),
        RtpPacket(0, 1, 2, 1 << 32, b""),
        RtpPacket(0, 1, 2, 3, b"", csrcs=(1,) * 16),
        RtpPacket(0, 1, 2, 3, b"", csrcs=(-1,)),
        RtpPacket(0, 1, 2, 3, b"", extension=HeaderExtension(0, b"odd")),
        RtpPacket(0, 1, 2, 3, b"", extension=HeaderExtension(-1, b"")),
    ],
)
def test_a_field_that_does_not_fit_is_refused(packet: RtpPacket):
    with pytest.raises(LocalError):
        write_rtp(packet)


def test_a_packet_prints_as_people_read_it():
    printed = repr(parse_rtp(PLAIN))
    assert printed == (
        "<RTP type 26, number 258, time 50595078, source 0708090a, marker, 5 bytes>"
    )


@given(PACKETS)
def test_what_is_written_is_read_back(packet: RtpPacket):
    assert parse_rtp(write_rtp(packet)) == packet


@given(st.binary(max_size=120) | st.binary(max_size=60).map(lambda end: b"\xbf" + end))
def test_any_bytes_are_a_packet_or_a_clean_error(data: bytes):
    try:
        packet = parse_rtp(data)
    except RemoteError:
        return
    assert parse_rtp(write_rtp(packet)) == packet


@given(PACKETS)
def test_aiortc_reads_what_the_kit_writes(packet: RtpPacket):
    extension = packet.extension
    assume(extension is None or extension.profile not in (0xBEDE, 0x1000))
    theirs = aiortc.rtp.RtpPacket.parse(write_rtp(packet))
    assert _fields(theirs) == _own_fields(packet)


@given(PACKETS, st.integers(0, 20))
def test_the_kit_reads_what_aiortc_writes(packet: RtpPacket, padding: int):
    theirs = aiortc.rtp.RtpPacket(
        packet.payload_type, int(packet.marker), packet.sequence_number,
        packet.timestamp, packet.ssrc, packet.payload,
    )  # fmt: skip
    theirs.csrc = list(packet.csrcs)
    theirs.padding_size = padding
    assert _own_fields(parse_rtp(theirs.serialize())) == _fields(theirs)


@given(st.binary(max_size=80), st.sampled_from(range(0x80, 0xC0)))
def test_the_kit_and_aiortc_agree_on_what_is_a_packet(rest: bytes, first: int):
    assume(not first & 0x10)  # aiortc also reads what is inside extensions
    data = bytes([first]) + rest
    try:
        theirs = _fields(aiortc.rtp.RtpPacket.parse(data))
    except ValueError:
        with pytest.raises(RemoteError):
            parse_rtp(data)
    else:
        assert _own_fields(parse_rtp(data)) == theirs


def _own_fields(packet: RtpPacket) -> tuple[object, ...]:
    return (
        packet.payload_type, packet.marker, packet.sequence_number,
        packet.timestamp, packet.ssrc, list(packet.csrcs), packet.payload,
    )  # fmt: skip


def _fields(packet: aiortc.rtp.RtpPacket) -> tuple[object, ...]:
    return (
        packet.payload_type, bool(packet.marker), packet.sequence_number,
        packet.timestamp, packet.ssrc, packet.csrc, packet.payload,
    )  # fmt: skip

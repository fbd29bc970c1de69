"""H264 frames in RTP packets (RFC 6184)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.errors import LocalError, RemoteError
from labkit.frames import EncodedFrame
from labkit.media import payloads
from labkit.media.wire.h264_stream import is_keyframe, units

H264 = payloads.for_format("H264")
START = b"\x00\x00\x00\x01"


def stream(*found: bytes) -> bytes:
    return b"".join(START + unit for unit in found)


def joined(*packets: str) -> bytes:
    return H264.new_assembler().join([bytes.fromhex(packet) for packet in packets])


def test_units_are_found_behind_long_and_short_start_codes():
    data = bytes.fromhex("00000001 6742 000001 68ce 0000000001 6588 0000")
    assert units(data) == [b"\x67\x42", b"\x68\xce", b"\x65\x88"]
    assert units(b"hello") == []


def test_small_units_go_together_and_large_ones_in_pieces():
    frame = stream(b"\x67\x42", b"\x68\xce", b"\x65\x88" + b"abcdefghij")
    packets = H264.packetise(EncodedFrame(frame, 0.0), room=9)
    assert packets == [
        bytes.fromhex("78 0002 6742 0002 68ce"),
        bytes.fromhex("7c 85 88") + b"abcdef",
        bytes.fromhex("7c 45") + b"ghij",
    ]
    assert H264.new_assembler().join(packets) == frame


def test_a_unit_that_fits_travels_as_it_is():
    frame = stream(b"\x41\x9a" + b"x" * 50)
    assert H264.packetise(EncodedFrame(frame, 0.0)) == [frame[4:]]


def test_what_phones_send_is_read():
    assert joined("67 42", "68 ce", "65 88 aa") == stream(
        b"\x67\x42", b"\x68\xce", b"\x65\x88\xaa"
    )
    assert joined("18 0002 6742 0002 68ce", "5c 81 9a 11", "5c 01 22", "5c 41 33") == (
        stream(b"\x67\x42", b"\x68\xce", b"\x41\x9a\x11\x22\x33")
    )


@pytest.mark.parametrize(
    ("packets", "words"),
    [
        ([], "without its first packet"),
        (["41 1a"], "without its first packet"),  # a slice from the middle
        (["5c 01 22"], "came without its first piece"),
        (["5c 81 9a", "5c 81 9a"], "begins twice"),
        (["5c 81 9a", "5c 01 22"], "last piece is missing"),
        (["5c 81 9a", "41 9a"], "last piece is missing"),
        ([""], "needs 2 bytes, got 0"),
        (["65"], "needs 2 bytes, got 1"),
        (["5c 81"], "unit of 1 bytes and type 1"),
        (["18 0009 6742"], "claims to end at byte 12 of 5"),
        (["18 0000"], "unit of 0 bytes and no type"),
        (["18 0002 1800"], "type 24; accepted"),
        (["18 00"], "claims to end"),
        (["40 aa"], "type 0; accepted"),
        (["19 0000 0002 6742"], "type 25; accepted"),
        (["5c 9c 00"], "type 28; accepted"),
    ],
)
def test_what_is_wrong_with_packets_is_said(packets: list[str], words: str):
    with pytest.raises(RemoteError, match=words):
        joined(*packets)


@pytest.mark.parametrize("data", [b"", b"hello", START])
def test_what_is_no_stream_of_units_is_refused(data: bytes):
    with pytest.raises(LocalError, match="0 NAL units"):
        H264.packetise(EncodedFrame(data, 0.0))


def test_the_first_slice_tells_a_keyframe():
    assert is_keyframe(stream(b"\x09\x10", b"\x67\x42", b"\x65\x88"))
    assert not is_keyframe(stream(b"\x09\x10", b"\x41\x9a", b"\x65\x88"))
    assert not is_keyframe(stream(b"\x67\x42", b"\x68\xce"))
    assert not is_keyframe(b"")


UNITS = st.builds(
    lambda header, body: bytes([header]) + body.replace(b"\0", b"\1") + b"\x80",
    st.sampled_from([0x67, 0x68, 0x06, 0x09]),
    st.binary(max_size=100),
)


@given(st.lists(UNITS, min_size=1, max_size=8), st.integers(3, 150))
def test_what_is_cut_is_joined_again(found: list[bytes], room: int):
    frame = stream(*found)
    packets = H264.packetise(EncodedFrame(frame, 0.0), room)
    assert all(len(packet) <= room for packet in packets)
    assert H264.new_assembler().join(packets) == frame


PACKETS = st.binary(max_size=12) | st.builds(
    lambda header, body: header + body,
    st.sampled_from([bytes.fromhex(h) for h in ("5c81", "5c01", "5c41", "18", "65")]),
    st.binary(max_size=12),
)


@given(st.lists(PACKETS, max_size=6))
def test_any_packets_are_a_frame_or_a_clean_error(packets: list[bytes]):
    try:
        data = H264.new_assembler().join(packets)
    except RemoteError:
        return
    assert data.startswith(START)
    is_keyframe(data)

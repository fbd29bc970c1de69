"""VP8 frames in RTP packets (RFC 7741)."""

from __future__ import annotations

import pytest
from aiortc.codecs.vpx import VpxPayloadDescriptor
from hypothesis import assume, given
from hypothesis import strategies as st

from labkit.errors import LocalError, RemoteError
from labkit.frames import EncodedFrame
from labkit.media import payloads
from labkit.media.payloads.vp8 import parse_descriptor

VP8 = payloads.for_format("VP8")


def test_the_first_packet_says_that_it_begins_the_frame():
    packets = VP8.packetise(EncodedFrame(b"abcdef", 0.0), room=4)
    assert packets == [b"\x10abc", b"\x00def"]
    assert VP8.new_assembler().join(packets) == b"abcdef"


def test_a_picture_id_of_one_or_two_bytes_is_read():
    assert parse_descriptor(bytes.fromhex("90 80 11 aa")) == (True, 0x11, 3)
    assert parse_descriptor(bytes.fromhex("80 80 91 22 aa")) == (False, 0x1122, 4)


def test_all_that_a_descriptor_can_have_is_read_over():
    packet = bytes.fromhex("90 f0 91 22 33 44") + b"data"
    assert VP8.new_assembler().join([packet]) == b"data"


def test_later_partitions_may_begin_in_packets_of_their_own():
    packets = [b"\x10first", b"\x11second", b"\x01more"]
    assert VP8.new_assembler().join(packets) == b"firstsecondmore"


@pytest.mark.parametrize(
    ("packets", "words"),
    [
        ([], "without its first packet"),
        (["00 aa"], "without its first packet"),
        (["10 aa", "10 bb"], "begin several frames"),
        (["90 80 01 aa", "80 80 02 aa"], "several picture ids"),
        ([""], "descriptor of 1 bytes and data, got 0"),
        (["10"], "descriptor of 1 bytes and data, got 1"),
        (["90 80 91"], "descriptor of 4 bytes and data, got 3"),
    ],
)
def test_what_is_wrong_with_packets_is_said(packets: list[str], words: str):
    with pytest.raises(RemoteError, match=words):
        VP8.new_assembler().join([bytes.fromhex(packet) for packet in packets])


def test_an_empty_frame_is_refused():
    with pytest.raises(LocalError, match="0 bytes of VP8"):
        VP8.packetise(EncodedFrame(b"", 0.0))


@given(st.binary(min_size=1, max_size=300), st.integers(2, 400))
def test_what_is_cut_is_joined_again(data: bytes, room: int):
    packets = VP8.packetise(EncodedFrame(data, 0.0), room)
    assert all(len(packet) <= room for packet in packets)
    assert VP8.new_assembler().join(packets) == data


@given(st.lists(st.binary(max_size=12), max_size=5))
def test_any_packets_are_a_frame_or_a_clean_error(packets: list[bytes]):
    try:
        data = VP8.new_assembler().join(packets)
    except RemoteError:
        return
    assert data


@given(st.binary(min_size=1, max_size=12))
def test_aiortc_reads_the_same_descriptor(payload: bytes):
    assume(not payload[0] & 0x08)  # reserved by the RFC, part of the PID to aiortc
    try:
        theirs, data = VpxPayloadDescriptor.parse(payload)
    except ValueError:
        with pytest.raises(RemoteError):
            parse_descriptor(payload)
        return
    if not data:  # aiortc lets a packet pass that carries nothing
        return
    descriptor = parse_descriptor(payload)
    assert payload[descriptor.size :] == data
    assert descriptor.picture_id == theirs.picture_id
    begins = bool(theirs.partition_start) and theirs.partition_id == 0
    assert descriptor.begins_frame == begins

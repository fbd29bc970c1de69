"""XOR parity: one lost packet of a group comes back (RFC 5109)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.errors import LocalError, RemoteError
from labkit.media.messages import RtpPacket
from labkit.media.repair.parity import (
    Parity,
    missing_packet,
    parity_of,
    parse_parity,
    write_parity,
    xor,
)
from tests.media.repair.packets import SSRC, groups, packet, read_or_refused


def test_the_header_is_the_rfcs():
    group = [
        RtpPacket(0, 0x1000, 0x0A, SSRC, b"\x01\x02\x03"),
        RtpPacket(8, 0x1001, 0x0C, SSRC, b"\xff", marker=True),
    ]
    data = bytes.fromhex("00 88 1000 00000006 0002  0003 c000  fe0203")
    assert write_parity(parity_of(group)) == data
    assert parse_parity(data) == parity_of(group)


@given(groups(48), st.data())
def test_any_one_packet_comes_back_whole(group: list[RtpPacket], draw: st.DataObject):
    lost = draw.draw(st.sampled_from(group))
    parity = parse_parity(write_parity(parity_of(group)))
    others = [each for each in group if each.sequence_number != lost.sequence_number]
    assert missing_packet(parity, others, lost.sequence_number, SSRC) == lost


def test_more_than_16_packets_need_the_long_mask():
    group = [packet(n) for n in range(20)]
    data = write_parity(parity_of(group))
    assert data[0] & 0x40
    assert parse_parity(data).offsets == tuple(range(20))
    with pytest.raises(LocalError, match="1 to 48 packets"):
        write_parity(parity_of([packet(0), packet(48)]))


@given(st.binary(max_size=60))
def test_any_bytes_are_a_parity_or_a_clean_error(data: bytes):
    read = read_or_refused(parse_parity, data)
    assert read is None or parse_parity(write_parity(read)) == read


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("", "needs 14 bytes of header, got 0"),
        ("4000 0000 00000000 0000 0000 8000", "needs 18 bytes of header, got 14"),
        ("0000 0000 00000000 0000 0000 0000", "of 0 packets"),
        ("0000 0000 00000000 0000 0005 c000 aabb", "needs 19 bytes, got 16"),
    ],
)
def test_what_is_wrong_is_said(data: str, said: str):
    with pytest.raises(RemoteError, match=said):
        parse_parity(bytes.fromhex(data))


def test_the_parity_of_other_packets_gives_an_error_not_noise():
    parity = parity_of([packet(1, b"abcdef"), packet(2, b"ghij")])
    with pytest.raises(RemoteError):
        missing_packet(parity, [packet(1, b"something else")], 2, SSRC)


def test_xor_takes_shorter_strings_as_if_zeros_followed():
    assert xor([b"\x0f\x01", b"\xf0", b""]) == b"\xff\x01"
    assert xor([]) == b""
    assert xor([b"\x01\x00", b"\x01"]) == b"\x00\x00"


def test_nothing_can_be_said_about_no_packets():
    with pytest.raises(LocalError):
        write_parity(Parity(1, (), bytes(10)))

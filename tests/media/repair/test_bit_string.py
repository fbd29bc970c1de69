"""A packet as a string of bits, and back (RFC 5109, section 9.1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.errors import RemoteError
from labkit.media.messages import RtpPacket
from labkit.media.repair.bit_string import from_bits, to_bits
from tests.media.repair.packets import ANY_PACKET, read_or_refused


def test_the_string_holds_what_differs_and_not_the_number():
    packet = RtpPacket(96, 0x1234, 0x01020304, 7, b"abc", marker=True)
    assert to_bits(packet) == bytes.fromhex("00e00000 01020304 0003") + b"abc"


@given(ANY_PACKET, st.integers(0, 20))
def test_the_packet_is_made_again_whatever_zeros_follow(packet: RtpPacket, zeros: int):
    bits = to_bits(packet) + bytes(zeros)
    assert from_bits(bits, packet.sequence_number, packet.ssrc) == packet


@given(st.binary(max_size=60))
def test_any_bits_are_a_packet_or_a_clean_error(bits: bytes):
    made = read_or_refused(lambda data: from_bits(data, 5, 7), bits)
    assert made is None or (made.sequence_number, made.ssrc) == (5, 7)


def test_what_was_put_together_wrongly_is_found_out():
    bits = to_bits(RtpPacket(0, 1, 2, 3, b"abc"))
    with pytest.raises(RemoteError, match="belongs to other packets"):
        from_bits(bits + b"\x01", 1, 3)
    with pytest.raises(RemoteError, match="does not have the 3 bytes"):
        from_bits(bits[:-1], 1, 3)

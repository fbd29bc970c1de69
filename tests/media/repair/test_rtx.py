"""Retransmissions: what was asked for goes out again, and no more (RFC 4588)."""

from __future__ import annotations

from random import Random

import aiortc.rtp
import pytest
from hypothesis import given

from labkit.errors import RemoteError
from labkit.media.messages import RtpPacket
from labkit.media.repair.rtx import (
    BUDGET,
    KEPT,
    KEPT_SECONDS,
    SPACING,
    Retransmitter,
    unwrap,
    wrap,
)
from labkit.media.repair.stream import RepairStream
from labkit.media.wire.rtp import parse_rtp, write_rtp
from tests.media.repair.packets import ANY_PACKET, SSRC, packet

RTX = 104


def sender(*numbers: int, now: float = 0.0, copies: int = 1) -> Retransmitter:
    """One that has sent these packets."""
    retransmitter = Retransmitter(RepairStream(Random(1)))
    for number in numbers:
        retransmitter.keep([packet(number)], now, copies)
    return retransmitter


def answered(
    to: Retransmitter, *numbers: int, copies: int = 1, now: float = 0.0
) -> list[int]:
    packets = to.answer(numbers, {0: RTX}, copies, now, 0.020)
    return [unwrap(each, 0, SSRC).sequence_number for each in packets]


def test_a_retransmission_begins_with_the_number_that_the_packet_had():
    stream = RepairStream(Random(1))
    first = wrap(packet(0x1234, b"abc", marker=True), RTX, stream)
    second = wrap(packet(0x1235), RTX, stream)
    assert first.payload == b"\x12\x34abc"
    assert (first.payload_type, first.marker) == (RTX, True)
    assert first.ssrc == second.ssrc != SSRC
    assert second.sequence_number == (first.sequence_number + 1) & 0xFFFF


@given(ANY_PACKET)
def test_it_is_unwrapped_to_what_it_was(original: RtpPacket):
    sent = wrap(original, RTX, RepairStream(Random(1)))
    again = unwrap(sent, original.payload_type, original.ssrc)
    assert again.payload == original.payload
    assert again.sequence_number == original.sequence_number
    assert (again.timestamp, again.marker) == (original.timestamp, original.marker)


def test_aiortc_reads_what_the_kit_sends_again_and_the_kit_what_aiortc_does():
    original = packet(0x1234, b"abc", marker=True)
    theirs = aiortc.rtp.RtpPacket.parse(write_rtp(original))
    sent = wrap(original, RTX, RepairStream(Random(1)))
    read = aiortc.rtp.unwrap_rtx(
        aiortc.rtp.RtpPacket.parse(write_rtp(sent)), payload_type=0, ssrc=SSRC
    )
    assert bytes(read.serialize()) == write_rtp(original)
    written = aiortc.rtp.wrap_rtx(theirs, payload_type=RTX, sequence_number=1, ssrc=5)
    assert unwrap(parse_rtp(written.serialize()), 0, SSRC) == original


def test_one_without_a_number_is_refused():
    with pytest.raises(RemoteError, match="2 bytes of number, this one has 1"):
        unwrap(packet(1, b"x"), 0, SSRC)


def test_a_packet_is_sent_again_once_in_half_a_round_trip():
    to = sender(7, 8)
    assert answered(to, 7, 8, 7) == [7, 8]
    assert answered(to, 7, now=0.009) == []
    assert answered(to, 7, now=0.011) == [7]


def test_what_is_old_overwritten_unknown_or_has_no_format_is_not_sent():
    to = sender(*range(KEPT + 1))
    assert answered(to, 0, 1, KEPT + 5) == [1]
    assert answered(to, 2, now=KEPT_SECONDS + 0.1) == []
    assert to.answer([3], {96: RTX}, 1, 0.0, 0.020) == []


def test_copies_follow_a_little_later():
    to = sender(1, 2)
    assert answered(to, 1, 2, copies=3) == [1, 2]
    assert to.next_deadline == SPACING
    assert to.due(SPACING / 2) == []
    assert [p.payload[1] for p in to.due(SPACING)] == [1, 2]
    assert [p.payload[1] for p in to.due(9.0)] == [1, 2]
    assert to.next_deadline is None


def test_who_asks_for_everything_all_the_time_gets_as_much_as_was_earned():
    to = sender(*range(500))
    got = sum(
        len(to.answer(range(500), {0: RTX}, 2, turn * 0.02, 0.0)) for turn in range(40)
    )
    assert got == BUDGET // 2
    to.keep([packet(500)], 1.0, 2)
    assert answered(to, 500, 499, copies=2, now=0.9) == [500]

"""The sender's chain: what goes out for each frame."""

from __future__ import annotations

from random import Random

from labkit.media.formats import Kind
from labkit.media.messages import RtpPacket
from labkit.media.repair.formats import RepairFormats
from labkit.media.repair.protection import Protection
from labkit.media.repair.red import parse_red
from labkit.media.treatments import Treatments
from tests.media.repair.packets import SSRC, packet
from tests.media.repair.rig import ALL


def protection(
    kind: Kind = "audio", formats: RepairFormats = ALL, **treatments: object
) -> Protection:
    switches = Treatments(**treatments)  # type: ignore[arg-type]
    return Protection(kind, formats, switches, random=Random(1))


def spoken(to: Protection, *numbers: int) -> list[RtpPacket]:
    return [
        sent
        for number in numbers
        for sent in to.protect([packet(number)], number * 0.020)
    ]


def picture(first: int, count: int) -> list[RtpPacket]:
    changes = {"payload_type": 26, "timestamp": first}
    numbers = range(first, first + count)
    return [packet(n, **changes, marker=n == numbers[-1]) for n in numbers]


def test_with_nothing_on_the_packets_themselves_go_out():
    for to in (protection(), protection(retransmission=False)):
        frame = [packet(1), packet(2)]
        assert to.protect(frame, 0.0) is frame
        assert to.next_deadline is None
        assert not to.octets


def test_what_the_peer_does_not_know_is_not_sent():
    to = protection(formats=RepairFormats(), red=3, parity=4, reed_solomon=2)
    frame = [packet(1)]
    assert to.protect(frame, 0.0) is frame
    assert to.resend([1], 0.01) == []


def test_red_changes_the_payload_and_nothing_else():
    to = protection(red=2)
    first, second = spoken(to, 5, 6)
    assert (second.payload_type, second.sequence_number) == (102, 6)
    assert (second.ssrc, second.timestamp) == (SSRC, 6 * 160)
    assert [len(parse_red(sent.payload)) for sent in (first, second)] == [1, 2]
    assert to.octets["red"] == 1 + (1 + 4 + 5)
    assert to.packets["red"] == 0


def test_red_is_only_for_the_format_that_it_refers_to():
    to = protection(red=2)
    [sent] = to.protect([packet(1, payload_type=8)], 0.0)
    assert sent.payload_type == 8


def test_parity_follows_every_group_of_sound_in_a_stream_of_its_own():
    to = protection(parity=4)
    sent = spoken(to, *range(9))
    assert [each.payload_type for each in sent] == [0, 0, 0, 0, 105] * 2 + [0]
    first, second = sent[4], sent[9]
    assert first.csrcs == (SSRC,)
    assert first.ssrc == second.ssrc != SSRC
    assert (second.sequence_number - first.sequence_number) & 0xFFFF == 1
    assert to.packets["parity"] == 2


def test_a_group_of_a_picture_ends_with_the_picture():
    to = protection("video", parity=4)
    kinds = [each.payload_type for each in to.protect(picture(0, 6), 0.0)]
    assert kinds == [26, 26, 26, 26, 105, 26, 26, 105]


def test_reed_solomon_adds_blocks_to_every_8_packets_and_fewer_to_fewer():
    to = protection("video", reed_solomon=4)
    kinds = [each.payload_type for each in to.protect(picture(0, 11), 0.0)]
    assert kinds == [26] * 8 + [106] * 4 + [26] * 3 + [106] * 2


def test_pictures_have_no_red_and_are_not_interleaved():
    to = protection("video", red=3, interleaving=4, retransmission=False)
    frame = picture(0, 5)
    assert to.protect(frame, 0.0) is frame


def test_interleaved_sound_is_flushed_in_a_pause_and_when_it_is_switched_off():
    to = protection(interleaving=3)
    assert spoken(to, 0, 1, 2) == []
    assert to.poll(to.next_deadline - 0.001) == []
    assert [p.sequence_number for p in to.poll(to.next_deadline)] == [0, 1, 2]
    spoken(to, 3)
    to.treatments = Treatments()
    assert [p.sequence_number for p in spoken(to, 4)] == [3, 4]


def test_a_nack_is_answered_with_copies_and_those_go_out_with_the_next_frame():
    to = protection(copies=2)
    spoken(to, 1, 2)
    [now] = to.resend([2, 7], 0.050)
    assert (now.payload_type, now.payload) == (104, b"\0\2sound")
    assert to.next_deadline == 0.055
    frame, later = to.protect([packet(3)], 0.060)
    assert (frame.payload_type, later.payload) == (0, now.payload)
    assert to.packets["retransmission"] == 2
    assert to.octets["retransmission"] == 2 * 7


def test_retransmission_can_be_switched_off():
    to = protection(retransmission=False)
    spoken(to, 1)
    assert to.resend([1], 0.03) == []


def test_what_was_on_before_the_formats_changed_is_off_after_it():
    to = protection(red=1, parity=2)
    spoken(to, 1)
    to.formats = RepairFormats(parity=99)
    assert [each.payload_type for each in spoken(to, 2)] == [0, 99]

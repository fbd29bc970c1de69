"""Pictures: whole at the marker, in order, bounded; keyframes are asked for when
needed."""

from __future__ import annotations

import itertools
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labkit.frames import EncodedFrame, Picture
from labkit.media.codecs import new_video_encoder
from labkit.media.formats import FORMATS
from labkit.media.machine.clock_offset import ClockOffset
from labkit.media.machine.media_clock import MediaClock
from labkit.media.machine.reassembly import MOST_FRAMES, Reassembly
from labkit.media.machine.receiver import ASK_AGAIN, PATIENCE, RtpReceiver
from labkit.media.machine.sender import RtpSender
from labkit.media.messages import RtpPacket
from labkit.media.wire.rtp import parse_rtp

JPEG, VP8 = FORMATS["JPEG"], FORMATS["VP8"]
KEY, INTER = b"\x10\x02\x00\x9d\x01\x2a\x10\x00\x10\x00", b"\x31\x02\x00"
"""How VP8 frames begin: the lowest bit of the first octet tells a keyframe (0)."""


def receiver() -> RtpReceiver:
    return RtpReceiver({26: JPEG, 97: VP8}, MediaClock(ClockOffset()))


def vp8_frames(count: int, size: int = 3000, keys=(0,)) -> list[list[RtpPacket]]:
    """The packets of `count` made-up VP8 frames, three packets each."""
    sender = RtpSender(VP8, 97, random=Random(5))
    frames = []
    for n in range(count):
        data = (KEY if n in keys else INTER).ljust(size, bytes([n % 256]))
        packets = sender.send(EncodedFrame(data, 10 + n / 30, n in keys))
        frames.append([parse_rtp(packet) for packet in packets])
    return frames


@pytest.fixture(scope="module")
def jpegs(pixels):
    encoder = new_video_encoder("JPEG")
    return [
        encoder.encode(Picture(pixels[: 240 + 8 * n], 10 + n / 30)) for n in range(6)
    ]


@pytest.fixture
def packets(jpegs):
    sender = RtpSender(JPEG, 26, random=Random(1))
    return [[parse_rtp(data) for data in sender.send(jpeg)] for jpeg in jpegs]


def receive(machine: RtpReceiver, packets, now: float = 50.0) -> list[bytes]:
    return [f.data for packet in packets for f in machine.received(packet, now)]


def test_a_picture_is_handed_on_with_its_last_packet_not_with_the_next_picture(
    packets, jpegs
):
    machine = receiver()
    assert receive(machine, packets[0][:-1]) == []
    assert receive(machine, packets[0][-1:]) == [jpegs[0].data]


def test_packets_in_any_order_give_the_picture_as_it_was_sent(packets, jpegs):
    shuffled = list(packets[0])
    Random(2).shuffle(shuffled)
    assert receive(receiver(), shuffled) == [jpegs[0].data]


def test_a_picture_with_a_gap_is_given_up_when_the_next_one_is_whole(packets, jpegs):
    machine = receiver()
    missing = packets[1].pop(3)
    shown = receive(machine, itertools.chain(*packets[:3]))
    assert shown == [jpegs[0].data, jpegs[2].data]
    assert machine.given_up == 1
    assert receive(machine, [missing]) == []
    assert machine.late == 1


def test_duplicates_change_nothing(packets, jpegs):
    twice = [packet for packet in packets[0] for _ in range(2)]
    machine = receiver()
    assert receive(machine, twice) == [jpegs[0].data]
    assert machine.sources.totals.duplicates == len(packets[0])


def test_pictures_are_never_shown_backwards(packets, jpegs):
    machine = receiver()
    assert receive(machine, packets[1]) == [jpegs[1].data]
    assert receive(machine, packets[0]) == []


def test_a_sender_that_counts_time_anew_is_seen_again_at_once(packets, jpegs):
    machine = receiver()
    shown = receive(machine, itertools.chain(*packets[:3]))
    back = [replace(p, timestamp=(p.timestamp - 10**9) % 2**32) for p in packets[3]]
    assert receive(machine, back) == [jpegs[3].data]
    assert len(shown) == 3
    assert machine.late == 0


def test_a_whole_vp8_picture_waits_a_little_for_the_one_before_it():
    frames = vp8_frames(3)
    machine = receiver()
    receive(machine, frames[0])
    straggler = frames[1].pop()
    assert receive(machine, [*frames[1], *frames[2]], 50.0) == []
    assert len(receive(machine, [straggler], 50.0 + PATIENCE / 2)) == 2


def test_after_a_lost_vp8_picture_a_keyframe_is_asked_for_and_waited_for():
    frames = vp8_frames(12, keys=(0, 8))
    machine = receiver()
    del frames[3][1]
    shown, asked = [], []
    for n, frame in enumerate(frames):
        now = 50 + n / 30
        shown += [n for _ in receive(machine, frame, now)]
        if machine.asks_for_keyframe(now):
            asked.append(now)
    assert shown == [0, 1, 2, 8, 9, 10, 11]
    assert machine.frames_dropped == 4
    assert 1 <= len(asked) <= 2
    assert all(b - a >= ASK_AGAIN for a, b in itertools.pairwise(asked))


def test_a_vp8_stream_joined_in_the_middle_begins_with_a_keyframe():
    frames = vp8_frames(5, keys=(3,))
    machine = receiver()
    assert receive(machine, frames[0]) == []
    assert machine.asks_for_keyframe(50.0)
    assert not machine.asks_for_keyframe(50.1)  # not with every picture
    assert len(receive(machine, itertools.chain(*frames[1:]))) == 2
    assert not machine.asks_for_keyframe(60.0)


def test_after_a_broken_picture_a_keyframe_is_asked_for():
    machine = receiver()
    receive(machine, itertools.chain(*vp8_frames(2)))
    machine.decoding_failed()
    assert machine.asks_for_keyframe(50.0)


def test_the_peer_may_change_from_jpeg_to_vp8_within_the_agreement(jpegs):
    sender, machine = RtpSender(JPEG, 26, random=Random(1)), receiver()
    first = [parse_rtp(data) for data in sender.send(jpegs[0])]
    sender.use(VP8, 97)
    frame = EncodedFrame(KEY.ljust(3000, b"k"), jpegs[0].captured + 0.033)
    second = [parse_rtp(data) for data in sender.send(frame)]
    assert receive(machine, first + second) == [jpegs[0].data, frame.data]


def test_what_waits_for_missing_packets_is_bounded():
    waiting = Reassembly(0.0)
    for n in range(5000):
        packet = RtpPacket(26, n & 0xFFFF, n, 1, b"x" * 1200)
        waiting.add(packet, n, n, JPEG, 50.0)
    assert waiting.given_up == 5000 - MOST_FRAMES
    endless = Reassembly(0.0)
    for n in range(50_000):  # one picture that never ends
        endless.add(RtpPacket(26, n & 0xFFFF, 1, 1, b""), n, 1, JPEG, 50.0)
        endless.add(RtpPacket(26, n & 0xFFFF, 1, 1, b"x" * 1400), n, 1, JPEG, 50.0)
    assert endless.given_up >= 5


@settings(max_examples=50)
@given(st.randoms(use_true_random=False), st.floats(0, 0.3), st.floats(0, 0.3))
def test_every_whole_picture_is_shown_once_and_in_order_whatever_the_line_does(
    random, loss, doubling
):
    frames = vp8_frames(30, keys=range(30))
    machine = receiver()
    on_the_way = [
        (n + random.uniform(0, 6), packet)
        for n, packet in enumerate(itertools.chain(*frames))
        for _ in range(1 + (random.random() < doubling))
        if random.random() >= loss
    ]
    on_the_way.sort(key=lambda item: item[0])
    shown = []
    for time, packet in on_the_way:
        shown += [f.timestamp for f in machine.received(packet, 50 + time / 100)]
    assert shown == sorted(set(shown))
    totals = machine.sources.totals
    assert totals.received == len(on_the_way)


@settings(max_examples=100)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 40), st.integers(0, 6), st.booleans(),
            st.sampled_from([26, 97]), st.binary(max_size=30),
        ),
        max_size=120,
    )
)  # fmt: skip
def test_hostile_packets_never_raise(items):
    machine = receiver()
    for step, (number, timestamp, marker, payload_type, payload) in enumerate(items):
        packet = RtpPacket(payload_type, number, timestamp, 9, payload, marker)
        machine.received(packet, 50 + step / 100)
        machine.asks_for_keyframe(50 + step / 100)

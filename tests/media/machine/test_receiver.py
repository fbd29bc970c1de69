"""Pictures: whole at the marker, in order, bounded; keyframes are asked for when
needed."""

from __future__ import annotations

import itertools
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labkit.errors import RemoteError
from labkit.frames import EncodedFrame, Picture
from labkit.media.codecs import new_video_decoder, new_video_encoder
from labkit.media.codecs.jpeg import JpegDecoder, JpegEncoder
from labkit.media.formats import FORMATS
from labkit.media.machine.clock_offset import ClockOffset
from labkit.media.machine.media_clock import MediaClock
from labkit.media.machine.reassembly import MOST_FRAMES, Reassembly
from labkit.media.machine.receiver import (
    ASK_AGAIN,
    MENDING_PATIENCE,
    PATIENCE,
    RtpReceiver,
)
from labkit.media.machine.sender import RtpSender
from labkit.media.messages import RtpPacket
from labkit.media.payloads.jpeg.assembler import JpegAssembler
from labkit.media.wire.rtp import parse_rtp

JPEG, VP8, H264 = FORMATS["JPEG"], FORMATS["VP8"], FORMATS["H264"]
KEY, INTER = b"\x10\x02\x00\x9d\x01\x2a\x10\x00\x10\x00", b"\x31\x02\x00"
"""How VP8 frames begin: the lowest bit of the first octet tells a keyframe (0)."""


def receiver() -> RtpReceiver:
    return RtpReceiver({26: JPEG, 97: VP8, 102: H264}, MediaClock(ClockOffset()))


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
    back = [p._replace(timestamp=(p.timestamp - 10**9) % 2**32) for p in packets[3]]
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
        endless.add(RtpPacket(26, 0, 1, 1, b""), 2 * n, 1, JPEG, 50.0)
        endless.add(RtpPacket(26, 0, 1, 1, b"x" * 1400), 2 * n + 1, 1, JPEG, 50.0)
    assert endless.given_up >= 5


def test_joining_that_failed_is_tried_again_only_with_an_earlier_packet(monkeypatch):
    tried = []

    def join(self, payloads):
        tried.append(len(payloads))
        raise RemoteError("not yet")

    monkeypatch.setattr(JpegAssembler, "join", join)
    waiting = Reassembly(0.0)
    for n in range(1000):  # each says that it is the last
        waiting.add(RtpPacket(26, n, 1, 1, b"x", marker=True), n, 1, JPEG, 50.0)
    assert tried == [1]
    waiting.add(RtpPacket(26, 65_535, 1, 1, b"x"), -1, 1, JPEG, 50.0)
    assert tried == [1, 1001]


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


CUT = st.builds(
    lambda at, count, rest: bytes((0, 0, 0, at, 65, 50, 8, 6, 0, 4, count, 0)) + rest,
    st.integers(0, 30),
    st.integers(0, 255),
    st.binary(max_size=20),
)


@settings(max_examples=100)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 40), st.integers(0, 6), st.booleans(),
            st.sampled_from([26, 97, 102]), st.binary(max_size=30) | CUT,
        ),
        max_size=120,
    )
)  # fmt: skip
def test_hostile_packets_never_raise(items):
    machine = receiver()
    for step, (number, timestamp, marker, payload_type, payload) in enumerate(items):
        packet = RtpPacket(payload_type, number, timestamp, 9, payload, marker)
        machine.received(packet, 50 + step / 100)
        machine.poll(50 + step / 100)
        assert machine.next_deadline is None or machine.next_deadline > 50 + step / 100
        machine.asks_for_keyframe(50 + step / 100)


# --- pictures that survive missing packets ------------------------------------------


@pytest.fixture(scope="module")
def cut_jpegs(pixels):
    """Pictures that can be shown in part, and their packets: 30 a second from 10.0."""
    encoder, sender = (
        JpegEncoder(restart_intervals=True),
        RtpSender(JPEG, 26, random=Random(1)),
    )
    frames = [
        encoder.encode(Picture(np.roll(pixels, 8 * n, axis=1), 10 + n / 30))
        for n in range(6)
    ]
    return frames, [[parse_rtp(p) for p in sender.send(frame)] for frame in frames]


def test_whole_pictures_are_never_waited_for(cut_jpegs):
    frames, packets = cut_jpegs
    machine = receiver()
    for frame, parts in zip(frames, packets, strict=True):
        assert receive(machine, parts) == [frame.data]
        assert machine.next_deadline is None
    plain = JpegEncoder().encode(Picture(np.zeros((240, 320, 3), np.uint8), 20.0))
    first, *_ = RtpSender(JPEG, 26, random=Random(1)).send(plain)
    receive(machine, [parse_rtp(first)._replace(marker=False)])
    assert machine.next_deadline is None  # it cannot be shown in part


@pytest.mark.parametrize("missing", ["first", "middle", "last"])
def test_a_picture_with_a_gap_is_shown_after_a_little_patience(cut_jpegs, missing):
    frames, packets = cut_jpegs
    machine = receiver()
    receive(machine, packets[0])
    some = list(packets[1])
    del some[{"first": 0, "middle": 3, "last": -1}[missing]]
    assert receive(machine, some, 50.1) == []
    assert machine.next_deadline == pytest.approx(50.1 + MENDING_PATIENCE)
    assert machine.poll(50.1) == []
    (shown,) = machine.poll(machine.next_deadline)
    assert 0.8 < shown.complete < 1
    assert shown.keyframe
    pixels = JpegDecoder().decode(shown.data)
    before, after = (JpegDecoder().decode(frame.data) for frame in frames[:2])
    kept = np.all(pixels == before, axis=2).mean()
    new = np.all(pixels == after, axis=2).mean()
    assert new > 0.8
    assert new + kept > 0.95  # colours blend a little across the edges
    assert machine.mended == 1
    assert machine.given_up == 0
    assert machine.next_deadline is None


def test_without_old_pixels_a_gap_is_grey(cut_jpegs):
    _, packets = cut_jpegs
    machine = receiver()
    machine.keep_old_pixels = False
    receive(machine, packets[0])
    receive(machine, packets[1][6:])
    (shown,) = machine.poll(60.0)
    top = JpegDecoder().decode(shown.data)[:64]
    assert np.all(np.abs(top.astype(int) - 128) <= 1)


def test_what_came_of_a_picture_is_shown_before_the_next_whole_one(cut_jpegs):
    frames, packets = cut_jpegs
    machine = receiver()
    receive(machine, packets[0])
    receive(machine, packets[1][:-3])
    shown = [f for p in packets[2] for f in machine.received(p, 50.0)]
    assert [frame.complete < 1 for frame in shown] == [True, False]
    assert shown[1].data == frames[2].data
    assert receive(machine, packets[1][-3:]) == []
    assert machine.late == 3


def test_a_packet_sent_again_within_the_patience_makes_the_picture_whole(cut_jpegs):
    frames, packets = cut_jpegs
    machine = receiver()
    machine.patience = 0.080
    receive(machine, packets[0])
    lost = packets[1].pop(2)
    receive(machine, packets[1], 50.0)
    assert machine.next_deadline == pytest.approx(50.080)
    assert receive(machine, [lost], 50.060) == [frames[1].data]
    packets[1].insert(2, lost)


def test_a_slow_line_is_not_taken_for_loss(cut_jpegs):
    _, packets = cut_jpegs
    machine = receiver()
    shown = []
    now = 50.0
    for parts in packets[:3]:  # 10 ms a packet, three times the patience
        for packet in parts:
            due = machine.next_deadline
            if due is not None and due < now:
                shown += machine.poll(due)
            shown += machine.received(packet, now)
            now += 0.010
    assert [frame.complete for frame in shown[-2:]] == [1.0, 1.0]
    assert shown[0].complete < 1  # the first one taught it


def test_recovered_packets_are_placed_without_being_counted(cut_jpegs):
    frames, packets = cut_jpegs
    machine = receiver()
    first = packets[0][0]
    place = machine.sources.admit(first, 50.0)
    machine.begin(place.format)
    assert machine.place(first, place.number, place.timestamp, JPEG, 50.0) == []
    shown = []
    for n, packet in enumerate(packets[0][1:], place.number + 1):
        for _ in range(2):
            shown += machine.place(packet, n, place.timestamp, JPEG, 50.0)
    assert [frame.data for frame in shown] == [frames[0].data]
    assert machine.sources.totals.received == 1


@settings(max_examples=30)
@given(st.randoms(use_true_random=False), st.floats(0, 0.5), st.floats(0, 0.02))
def test_pictures_that_lost_packets_are_shown_once_in_order_and_soon(
    cut_jpegs, random, loss, jitter
):
    _, packets = cut_jpegs
    machine = receiver()
    on_the_way = [
        (50 + n / 30 + random.uniform(0, jitter), packet)
        for n, parts in enumerate(packets)
        for packet in parts
        if random.random() >= loss
    ]
    shown = []
    for now, packet in sorted(on_the_way, key=lambda item: item[0]):
        while (due := machine.next_deadline) is not None and due < now:
            shown += machine.poll(due)
        shown += machine.received(packet, now)
    while (due := machine.next_deadline) is not None:
        shown += machine.poll(due)
    stamps = [frame.timestamp for frame in shown]
    assert stamps == sorted(set(stamps))
    assert all(frame.arrived - frame.first_arrived < 0.2 for frame in shown)
    assert (
        len(shown) + machine.given_up >= len({p.timestamp for _, p in on_the_way}) - 1
    )
    for frame in shown:
        assert JpegDecoder().decode(frame.data).shape == (480, 640, 3)


# --- keyframes ----------------------------------------------------------------------


def test_a_vp8_picture_that_waits_in_vain_is_given_up_when_time_says_so():
    frames = vp8_frames(3)
    machine = receiver()
    receive(machine, frames[0])
    receive(machine, [*frames[1][1:], *frames[2]], 50.0)
    assert machine.next_deadline == pytest.approx(50.0 + PATIENCE)
    assert machine.poll(50.0 + PATIENCE) == []
    assert machine.frames_dropped == 1
    assert machine.asks_for_keyframe(50.0 + PATIENCE)


def test_without_keyframe_requests_what_comes_is_shown_right_or_wrong():
    frames = vp8_frames(12, keys=(0,))
    machine = receiver()
    machine.keyframe_requests = False
    del frames[3][1]
    shown, asked = 0, 0
    for n, frame in enumerate(frames):
        now = 50 + n / 30
        asked += machine.asks_for_keyframe(now)
        shown += len(receive(machine, frame, now) + machine.poll(now))
    shown += len(machine.poll(60.0))
    assert shown == 11
    assert asked == 0


def test_the_first_keyframe_is_asked_for_in_any_case():
    machine = receiver()
    machine.keyframe_requests = False
    assert receive(machine, vp8_frames(2, keys=())[0]) == []
    assert machine.asks_for_keyframe(50.0)


def test_a_lost_h264_picture_is_treated_like_one_of_vp8(pixels):
    encoder, decoder = new_video_encoder("H264"), new_video_decoder("H264")
    sender = RtpSender(H264, 102, random=Random(5))
    machine = receiver()
    shown, wanted = [], False
    for n in range(12):
        picture = Picture(np.roll(pixels, 3 * n, axis=1), 10 + n / 30)
        parts = sender.send(encoder.encode(picture, keyframe=wanted))
        now = 50 + n / 30
        kept = parts[1:] if n == 4 else parts
        for frame in [*machine.poll(now), *_all(machine, kept, now)]:
            assert decoder.decode(frame.data) is not None
            shown.append((n, frame.keyframe))
        wanted = machine.asks_for_keyframe(now)
    numbers = [n for n, _ in shown]
    assert numbers[:4] == [0, 1, 2, 3]
    keys = [n for n, key in shown if key]
    assert len(keys) == 2
    assert numbers[4:] == list(range(keys[1], 12))


def _all(machine: RtpReceiver, datagrams, now: float):
    return [f for data in datagrams for f in machine.received(parse_rtp(data), now)]


@pytest.mark.parametrize("media", [JPEG, VP8])
@given(st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_after_a_poll_nothing_is_overdue(jpegs, media, random):
    """Else whoever calls at `next_deadline` would call again and again."""
    if media is VP8:
        packets = list(itertools.chain(*vp8_frames(8)))
    else:
        encoder = JpegEncoder()
        encoder.restart_intervals = True
        sender = RtpSender(JPEG, 26, random=Random(1))
        small = np.zeros((120, 160, 3), np.uint8)
        pictures = [encoder.encode(Picture(small, 10 + n / 30)) for n in range(8)]
        packets = [parse_rtp(d) for each in pictures for d in sender.send(each)]
    machine, now = receiver(), 50.0
    arrivals = [p for p in packets if random.random() > 0.2]
    arrivals.sort(key=lambda p: packets.index(p) + random.uniform(0, 8))
    for packet in arrivals:
        machine.received(packet, now)
        now += random.choice((0.0, 0.001, 0.010, 0.040))
        machine.poll(now)
        assert machine.next_deadline is None or machine.next_deadline > now


def test_a_picture_that_waited_long_enough_takes_those_before_it_along():
    """The third was whole first; the second came after it, and neither has the first's
    successor: both go on when the third's time is up."""
    packets = vp8_frames(4)
    machine = receiver()
    receive(machine, packets[0], 50.0)
    receive(machine, packets[3], 50.0)
    receive(machine, packets[2], 50.0 + PATIENCE - 0.010)
    assert machine.next_deadline == 50.0 + PATIENCE
    machine.poll(50.0 + PATIENCE)
    assert machine.next_deadline is None
    assert machine.frames_received == 3

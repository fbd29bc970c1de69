"""Sound played evenly, whatever the packets do: delay in seconds, bounded, accounted
for."""

from __future__ import annotations

from random import Random

import pytest
from media.machine.party import FRAME, call, talk

from labkit.media.formats import FORMATS
from labkit.media.machine.frames import ReceivedFrame
from labkit.media.machine.playout import MOST_FRAMES, NoSound, PlayoutBuffer
from labkit.media.machine.playout.adaptive import AdaptiveDelay
from labkit.media.machine.playout.quantile import QuantileDelay

OPUS = FORMATS["opus"]
SAMPLES = 960


def frame(number: int, arrived: float) -> ReceivedFrame:
    timestamp = number * SAMPLES
    return ReceivedFrame(b"\xf8", OPUS, timestamp, None, arrived, arrived)


def put(buffer: PlayoutBuffer, number: int, now: float) -> None:
    buffer.put(frame(number, now), FRAME, now)


def accounted(buffer: PlayoutBuffer) -> bool:
    fates = buffer.played + buffer.late + buffer.duplicate + buffer.left_out
    return buffer.received == fates + len(buffer)


def mean_delay(buffer: PlayoutBuffer) -> float:
    return buffer.waited / buffer.played_seconds


@pytest.mark.parametrize("phase", [0.0011, 0.005, 0.0101, 0.015, 0.0199])
def test_on_a_clean_line_sound_waits_at_most_25_ms_and_nothing_is_missing(phase):
    world, alice, bob = call("opus")
    talk(world, alice, bob, phase=phase)
    world.run(30)
    playout = bob.sound.playout
    assert playout.played >= 1495
    assert playout.concealed_seconds == 0
    assert playout.inserted_seconds == 0
    assert playout.left_out == 0
    assert 0 < mean_delay(playout) <= 0.025
    assert accounted(playout)


def test_frames_are_played_in_the_order_of_speech_under_jitter_that_reorders():
    world, alice, bob = call("opus", jitter=0.050)
    talk(world, alice, bob)
    world.run(20)
    numbers = [f.timestamp for _, f in bob.heard_frames]
    assert numbers == sorted(numbers)
    assert len(numbers) > 900


def test_under_jitter_the_buffer_grows_and_then_misses_one_frame_in_a_hundred_at_most():
    world, alice, bob = call("opus", jitter=0.060)
    talk(world, alice, bob)
    world.run(10)
    playout = bob.sound.playout
    assert 0.05 <= playout.delay.seconds <= 0.07
    played, concealed = playout.played_seconds, playout.concealed_seconds
    world.run(60)
    played = playout.played_seconds - played
    concealed = playout.concealed_seconds - concealed
    assert concealed / (played + concealed) <= 0.01
    assert accounted(playout)


def test_when_the_jitter_ends_the_buffer_shrinks_again():
    world, alice, bob = call("opus", jitter=0.100)
    talk(world, alice, bob)
    world.run(20)
    assert bob.sound.playout.delay.seconds > 0.08
    alice.to_peer.jitter = 0.0
    world.run(20)
    playout = bob.sound.playout
    waited, played = playout.waited, playout.played_seconds
    world.run(5)
    recent = (playout.waited - waited) / (playout.played_seconds - played)
    assert recent <= 0.030
    assert playout.left_out >= 3


def test_a_loudspeaker_that_starts_late_begins_with_the_newest_sound():
    buffer = PlayoutBuffer()
    for number in range(6):
        put(buffer, number, 5 + number * FRAME)
    first = buffer.next(5.105)
    assert isinstance(first, ReceivedFrame)
    assert first.timestamp == 5 * SAMPLES
    assert buffer.left_out == 5
    assert accounted(buffer)


def test_after_a_stall_of_the_network_sound_is_back_on_time_at_once():
    world, alice, bob = call("opus")
    talk(world, alice, bob)
    world.run(5)
    alice.to_peer.stalled_until = world.now + 1.0
    world.run(4.0)
    latencies = [at - f.arrived for at, f in bob.heard_frames if at > world.now - 1.5]
    assert latencies
    assert max(latencies) <= 0.030
    assert accounted(bob.sound.playout)


def test_after_a_stall_of_the_listener_the_backlog_is_left_out_not_played():
    buffer = PlayoutBuffer()
    for number in range(50):
        put(buffer, number, 10 + number * FRAME)
        buffer.next(10.005 + number * FRAME)
    for number in range(50, 100):  # nobody fetches for a second
        put(buffer, number, 10 + number * FRAME)
    item = buffer.next(10.005 + 99 * FRAME)
    assert isinstance(item, ReceivedFrame)
    assert item.timestamp >= 98 * SAMPLES
    assert buffer.left_out >= 47
    assert accounted(buffer)


@pytest.mark.parametrize("ppm", [-100e-6, 100e-6])
def test_clocks_that_drift_apart_cost_a_frame_now_and_then_and_no_delay(ppm):
    buffer = PlayoutBuffer()
    number, spoken, fetched = 0, 0.0, 0.011
    while spoken < 1800:
        if spoken <= fetched:
            put(buffer, number, 1000 + spoken)
            number, spoken = number + 1, (number + 1) * FRAME
        else:
            buffer.next(1000 + fetched)
            fetched += FRAME * (1 + ppm)
    silence = buffer.concealed_seconds + buffer.inserted_seconds
    assert silence + buffer.left_out_seconds <= 0.30  # 1800 s × 100 ppm = 0.18 s
    assert mean_delay(buffer) <= 0.030
    assert accounted(buffer)


def test_every_frame_has_exactly_one_fate_under_loss_duplicates_and_jitter():
    world, alice, bob = call("opus", loss=0.1, duplicates=0.1, jitter=0.080)
    talk(world, alice, bob)
    world.run(30)
    playout, totals, link = bob.sound.playout, bob.sources.totals, alice.to_peer
    assert accounted(playout)
    assert totals.received - totals.duplicates == playout.received
    assert playout.late > 0
    sent = alice.sender.packets_sent
    on_its_way = sent - link.lost + link.doubled - totals.received
    assert 0 <= on_its_way <= 10
    assert link.lost >= 100
    assert link.doubled >= 100


def test_a_missing_frame_is_replaced_by_as_much_silence():
    buffer = PlayoutBuffer()
    for number in (0, 1, 3, 4):
        put(buffer, number, 5 + number * FRAME)
    heard = [buffer.next(5.01 + number * FRAME) for number in range(5)]
    assert heard[2] == NoSound(FRAME, "missing")
    assert [f.timestamp // SAMPLES for f in heard if isinstance(f, ReceivedFrame)] == [
        0, 1, 3, 4,
    ]  # fmt: skip
    assert buffer.concealments == 1


def test_a_late_frame_is_counted_and_not_played():
    buffer = PlayoutBuffer()
    for number in (0, 2):
        put(buffer, number, 5 + number * FRAME)
    for number in range(3):
        buffer.next(5.01 + number * FRAME)
    put(buffer, 1, 5.08)
    assert buffer.late == 1
    assert accounted(buffer)


def test_the_buffer_is_bounded_and_drops_the_oldest():
    buffer = PlayoutBuffer()
    for number in range(1000):
        put(buffer, number, 5 + number * FRAME)
    assert len(buffer) == MOST_FRAMES
    assert buffer.left_out == 1000 - MOST_FRAMES
    assert accounted(buffer)


def test_a_sender_whose_timestamps_leap_is_heard_again_at_once():
    buffer = PlayoutBuffer()
    for number in range(100):
        put(buffer, number, 5 + number * FRAME)
        buffer.next(5.01 + number * FRAME)
    heard = []
    for number in range(100, 110):
        put(buffer, number + 5_000_000, 5 + number * FRAME)
        heard.append(buffer.next(5.01 + number * FRAME))
    assert sum(isinstance(item, ReceivedFrame) for item in heard) >= 9
    assert accounted(buffer)


@pytest.mark.parametrize("rule", [QuantileDelay, AdaptiveDelay])
@pytest.mark.parametrize("longer", [0.6, 0.8, 1.9])
def test_a_way_that_becomes_longer_than_any_wait_is_learnt_within_half_a_second(
    rule, longer
):
    buffer, moved = PlayoutBuffer(rule, "stretch"), round(longer / FRAME)
    heard = []
    for tick in range(400):
        now = 5 + tick * FRAME
        if tick < 100:
            put(buffer, tick, now)
        elif tick >= 100 + moved:
            put(buffer, tick - moved, now)
        heard.append(isinstance(buffer.next(now + 0.01), ReceivedFrame))
    assert all(heard[100 + moved + round(0.56 / FRAME) :])
    assert accounted(buffer)


def test_silence_before_the_first_packet_and_after_the_last_is_no_concealment():
    buffer = PlayoutBuffer()
    assert buffer.next(1.0) == NoSound(FRAME, "waiting")
    put(buffer, 0, 2.0)
    assert isinstance(buffer.next(2.01), ReceivedFrame)
    for number in range(1, 500):
        buffer.next(2.01 + number * FRAME)
    assert buffer.concealed_seconds <= 1.1  # it waits a second before it gives up


def test_nonsense_for_timestamps_does_no_harm():
    random, buffer = Random(3), PlayoutBuffer()
    for number in range(5000):
        now = 100 + number * FRAME
        stamp = random.choice([number * SAMPLES, random.getrandbits(40)])
        buffer.put(ReceivedFrame(b"", OPUS, stamp, None, now, now), FRAME, now)
        buffer.next(now)
    assert accounted(buffer)
    assert len(buffer) <= MOST_FRAMES

"""The rules one by one, exchanging them, repairs, the journal, and one fate a frame."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labkit.media.formats import FORMATS
from labkit.media.machine.audio_receiver import AudioReceiver
from labkit.media.machine.clock_offset import ClockOffset
from labkit.media.machine.frames import ReceivedFrame
from labkit.media.machine.media_clock import MediaClock
from labkit.media.machine.playout import PlayoutBuffer, rule_for
from labkit.media.machine.playout.adaptive import AdaptiveDelay
from labkit.media.machine.playout.fixed import FixedDelay, NoDelay
from labkit.media.machine.playout.quantile import QuantileDelay
from labkit.media.machine.playout.shortest import ShortestTravel
from labkit.media.messages import RtpPacket
from labkit.media.treatments import CHOICES, Treatments

PCMU, FRAME = FORMATS["PCMU"], 0.020


def put(buffer: PlayoutBuffer, number: int, now: float, by: str = "") -> None:
    frame = ReceivedFrame(b"", PCMU, number * 160, None, now, now, number=number)
    buffer.put(frame, FRAME, now, by)


def numbers(buffer: PlayoutBuffer, start: float, count: int) -> list[int | str]:
    """What is played at each of so many turns."""
    items = [buffer.next(start + n * FRAME) for n in range(count)]
    return [i.number if isinstance(i, ReceivedFrame) else i.why for i in items]


def fates(buffer: PlayoutBuffer) -> int:
    return buffer.played + buffer.late + buffer.duplicate + buffer.left_out


def tell(rule, travels: list[float]) -> None:
    for number, travel in enumerate(travels):
        rule.arrived(number * FRAME, number * FRAME + travel)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("none", NoDelay),
        ("fixed", FixedDelay),
        ("adaptive", AdaptiveDelay),
        ("quantile", QuantileDelay),
    ],
)
def test_the_treatments_name_the_rule(name, kind):
    assert type(rule_for(Treatments(playout=name))) is kind


@pytest.mark.parametrize("name", CHOICES["playout"])
def test_no_rule_waits_longer_than_is_allowed(name):
    treatments = Treatments(playout=name, playout_delay=0.8, playout_most=0.050)
    rule = rule_for(treatments)
    random = Random(1)
    for number in range(400):
        rule.arrived(number * FRAME, number * FRAME + random.uniform(0, 0.4))
        assert 0 <= rule.seconds <= 0.050


def test_the_adaptive_rule_waits_for_the_average_and_four_deviations():
    rule = AdaptiveDelay()
    tell(rule, [0.030, 0.050] * 2000)
    assert rule.deviation == pytest.approx(0.010, rel=0.05)
    assert rule.seconds == pytest.approx(0.010 + 4 * 0.010, rel=0.05)


def test_a_spike_is_followed_up_and_down_and_then_forgotten():
    spike = [0.300 - 0.016 * n for n in range(18)]
    rule = AdaptiveDelay()
    tell(rule, [0.020, 0.022] * 200)
    calm = rule.seconds
    tell(rule, spike[:2])
    assert rule.in_spike
    assert rule.seconds >= 0.2
    tell(rule, spike[2:] + [0.021] * 100)
    assert not rule.in_spike
    assert rule.seconds <= calm + 0.060


def test_the_shortest_travel_is_forgotten_after_some_seconds():
    shortest = ShortestTravel(5.0)
    assert shortest.arrived(0.020, 0.0) == 0.020
    assert shortest.arrived(0.050, 4.0) == 0.020
    assert shortest.arrived(0.060, 5.1) == 0.050


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_the_shortest_travel_is_the_least_of_those_remembered(travels):
    shortest = ShortestTravel(10.5)
    for now, travel in enumerate(travels):
        assert shortest.arrived(travel, now) == min(travels[max(0, now - 10) : now + 1])


def test_without_a_buffer_frames_are_played_as_they_come():
    buffer = PlayoutBuffer(NoDelay)
    heard = []
    for turn, number in enumerate([0, 2, 1, 3]):
        put(buffer, number, 5 + turn * FRAME)
        heard += numbers(buffer, 5.001 + turn * FRAME, 1)
    assert heard == [0, 2, 1, 3]
    assert fates(buffer) == 4


@pytest.mark.parametrize("rule", [NoDelay, lambda: FixedDelay(0.1)])
def test_without_reordering_a_frame_that_was_overtaken_is_late(rule):
    buffer = PlayoutBuffer(rule)
    buffer.reordering = False
    for number in (0, 1, 3, 2, 4):
        put(buffer, number, 5 + number * 0.001)
    assert buffer.late == 1
    assert [w.timestamp // 160 for w in buffer.waiting(5.01)] == [0, 1, 3, 4]


def test_a_rule_is_exchanged_without_a_gap_and_knows_what_came_of_late():
    buffer, heard = PlayoutBuffer(), []
    for number in range(300):
        if number == 150:
            buffer.use(lambda: FixedDelay(0.003))
            assert buffer.delay.shortest == pytest.approx(5.0)
        put(buffer, number, 5 + number * FRAME)
        heard += numbers(buffer, 5.005 + number * FRAME, 1)
    assert heard == list(range(300))


def test_sound_waits_at_least_as_long_as_repairs_need():
    buffer = PlayoutBuffer()
    buffer.least = 0.080
    heard = []
    for number in range(50):
        put(buffer, number, 5 + number * FRAME)
        heard += numbers(buffer, 5.005 + number * FRAME, 1)
    assert heard[:4] == ["waiting"] * 4
    assert heard[-1] == 45


def test_repaired_frames_are_in_time_too_late_or_not_needed():
    buffer = PlayoutBuffer(lambda: FixedDelay(0.050))
    for number in (0, 1, 3, 4):
        put(buffer, number, 5 + number * FRAME)
    put(buffer, 2, 5.081, by="red")
    put(buffer, 3, 5.081, by="red")
    assert numbers(buffer, 5.090, 1) == [1]  # 0 was due at 5.05, too long ago
    assert numbers(buffer, 5.110, 2) == [2, 3]
    put(buffer, 2, 5.135, by="rtx")
    put(buffer, 5, 5.135)
    assert numbers(buffer, 5.150, 3) == [4, 5, "missing"]
    put(buffer, 6, 5.215, by="rtx")
    counts = buffer.repaired_in_time, buffer.repaired_late, buffer.repaired_twice
    assert counts == (1, 1, 2)
    assert buffer.received == 5
    assert buffer.repaired == 4
    assert buffer.received + buffer.repaired == fates(buffer) + len(buffer)


def test_a_packet_that_comes_after_its_repair_is_a_duplicate_not_late():
    buffer = PlayoutBuffer(lambda: FixedDelay(0.0))
    put(buffer, 0, 5.0)
    put(buffer, 1, 5.02, by="red")
    assert numbers(buffer, 5.001, 2) == [0, 1]
    put(buffer, 1, 5.060)
    assert (buffer.duplicate, buffer.late) == (1, 0)


def test_repairs_tell_the_rule_nothing_of_the_network():
    buffer = PlayoutBuffer()
    for number in range(200):
        put(buffer, number, 5 + number * FRAME)
        numbers(buffer, 5.005 + number * FRAME, 1)
    before = buffer.delay.seconds
    for number in range(190, 200):
        put(buffer, number, 9.5, by="rtx")
    assert buffer.delay.seconds == before


def test_a_repair_before_the_first_packet_has_no_place_yet():
    buffer = PlayoutBuffer()
    put(buffer, 7, 5.0, by="red")
    assert buffer.repaired_late == 1
    assert numbers(buffer, 5.1, 1) == ["waiting"]


def test_the_receiver_places_what_was_repaired_without_counting_it_as_received():
    receiver = AudioReceiver({0: PCMU}, MediaClock(ClockOffset()))
    packet = RtpPacket(0, 10, 1600, 1, bytes(160))
    receiver.received(packet, 5.0)
    receiver.place(RtpPacket(0, 9, 1440, 1, bytes(160)), 9, 1440, PCMU, 5.0, by="red")
    assert receiver.sources.totals.received == 1
    assert receiver.playout.repaired == 1
    assert [w.by for w in receiver.playout.waiting(5.0)] == ["red", ""]


def test_the_journal_tells_the_fate_of_every_frame():
    buffer = PlayoutBuffer(lambda: FixedDelay(0.010))
    for number in (0, 1, 3):
        put(buffer, number, 5 + number * FRAME)
    put(buffer, 3, 5.061)
    numbers(buffer, 5.015, 4)
    put(buffer, 2, 5.1, by="rtx")
    notes = [(r.number, r.fate, r.by) for r in buffer.journal]
    assert notes == [
        (3, "duplicate", ""), (0, "played", ""), (1, "played", ""),
        (None, "missing", ""), (3, "played", ""), (2, "late", "rtx"),
    ]  # fmt: skip
    played = buffer.journal[1]
    assert (played.arrived, played.at, played.delay) == (5.0, 5.015, 0.010)


def test_what_waits_is_told_with_its_turn():
    buffer = PlayoutBuffer(lambda: FixedDelay(0.050))
    put(buffer, 0, 5.0)
    put(buffer, 1, 5.018)
    turns = [waiting.turn_in for waiting in buffer.waiting(5.02)]
    assert turns == pytest.approx([0.028, 0.048])


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(CHOICES["playout"]),
    st.sampled_from(CHOICES["catch_up"]),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_every_frame_put_in_has_exactly_one_fate(rule, catch_up, reordering, random):
    buffer = PlayoutBuffer(lambda: rule_for(Treatments(playout=rule)), catch_up)
    buffer.reordering = reordering
    now, number = 50.0, 0
    for _ in range(200):
        now += random.choice([0, 0.001, 0.02, 0.02, 0.02, 0.3])
        match random.randrange(8):
            case 0:
                put(
                    buffer,
                    number - random.randrange(6),
                    now,
                    random.choice(["", "red"]),
                )
            case 1 | 2 | 3:
                number += random.choice([1, 1, 1, 2, 5])
                put(buffer, number, now)
            case 4:
                buffer.use(lambda: rule_for(Treatments(playout=rule)))
            case _:
                buffer.next(now, random.choice([0, 0.01]), random.choice([0.01, 0.02]))
                buffer.changed(random.choice([0, buffer.correction / 2]))
        assert buffer.received + buffer.repaired == fates(buffer) + len(buffer)
    counted = Counter(r.fate for r in buffer.journal)
    assert counted["played"] == buffer.played
    assert counted["late"] == buffer.late
    assert counted["duplicate"] == buffer.duplicate
    assert counted["left out"] == buffer.left_out


def test_what_a_long_sleep_held_back_is_forgotten_however_slowly_it_is_fetched():
    """Five seconds of packets lie in the socket; a busy machine fetches 32 at once."""
    buffer, pause, slept = PlayoutBuffer(), 0.030, 250
    for number in range(slept):
        put(buffer, number, number * FRAME + 0.020)
    woken = slept * FRAME + 5.0
    drained = woken + 8 * pause
    for number in range(slept, slept + 250):
        put(buffer, number, woken + (number - slept) // 32 * pause)
    for number in range(slept + 250, slept + 270):
        put(buffer, number, max(number * FRAME + 0.020, drained))
    assert buffer.delay.seconds < 0.010
    assert buffer.delay.shortest == pytest.approx(0.020)


def test_spikes_of_the_network_are_not_taken_for_a_sleep():
    rule = QuantileDelay()
    for number in range(250):
        spike = 0.200 if number % 20 == 19 else 0.0
        rule.arrived(number * 0.020, number * 0.020 + 0.020 + spike)
    assert rule.seconds == pytest.approx(0.203)

"""What is read off a call, simulated or real: breakdown, depth, playout and losses."""

from __future__ import annotations

import threading
import time
from statistics import fmean

import pytest

from labkit import Phone, Registry
from labkit.errors import LocalError
from labkit.link import Conditions
from labkit.media.machine.playout.journal import FrameRecord
from labkit.media.machine.stages import REMEMBERED, ReceivedStages, SentFrame, Stages
from labkit.media.treatments import Treatments
from labkit.simulation import simulate
from labkit.studies import breakdown, depth, losses, playout_times
from labkit.studies.breakdown import joined
from labkit.studies.turns import turns

SOUND = ("PCMU",)


def record(
    number: int, fate: str, at: float, by: str = "", arrived=None
) -> FrameRecord:
    media_time = 5 + 0.02 * number
    timestamp = None if fate == "missing" else number * 160
    return FrameRecord(timestamp, number, media_time, None, arrived, at, fate, 0.06, by)


# --- turns --------------------------------------------------------------------------


def test_a_late_frame_and_the_turn_that_it_missed_are_one():
    found = turns(
        [
            record(0, "played", 6.00, arrived=5.95),
            record(1, "missing", 6.02),
            record(2, "played", 6.04, "red", arrived=5.99),
            record(1, "late", 6.05, arrived=6.05),
            record(2, "duplicate", 6.05, arrived=6.05),
            record(3, "missing", 6.06),
            record(4, "left out", 6.08, arrived=6.00),
            record(5, "played", 6.10, arrived=6.00),
            record(6, "missing", 6.12),
        ]
    )
    assert [turn.fate for turn in found] == [
        "played",
        "late",
        "repaired",
        "missing",
        "late",
        "played",
    ]
    assert [turn.lost for turn in found] == [False, False, True, True, False, False]
    assert found[1].due == 6.02
    assert found[1].arrived == 6.05


def test_turns_in_vain_alone_are_no_turns():
    assert turns([record(n, "missing", 6 + n) for n in range(3)]) == []
    assert turns([]) == []


# --- a simulated call ---------------------------------------------------------------


def test_the_losses_are_those_of_the_link_and_of_the_ear():
    bad = Conditions(loss=0.2, delay=0.02, jitter=0.03)
    call = simulate(20, bad, Treatments(red=1), formats=SOUND)
    whole = losses(call).whole
    totals, ear = call.bob.sound.sources.totals, call.bob.sound.receiver.runs.counts
    assert whole.lost == pytest.approx(totals.missing, abs=4)
    assert whole.sent == pytest.approx(ear.expected, abs=2)
    assert whole.missing == pytest.approx(ear.lost, abs=2)
    assert whole.before > 3 * whole.after


def test_losses_are_told_by_the_second():
    script = {5.0: lambda call: call.set(there=Conditions(loss=0.5))}
    call = simulate(10, None, script=script, formats=SOUND)
    shares = [count.before for count in losses(call).counts]
    assert len(shares) in (10, 11)
    assert sum(shares[:5]) == 0
    assert fmean(shares[6:]) > 0.3
    alice = losses(call.alice)
    assert alice.whole.lost == 0


def test_of_a_long_simulated_call_nothing_is_forgotten():
    call = simulate(60, Conditions(lose=1, every=10), formats=SOUND)
    counts = losses(call).counts
    assert len(counts) in (60, 61)
    assert fmean(count.before for count in counts) == pytest.approx(0.1, abs=0.01)


def test_the_depth_is_what_was_waiting():
    call = simulate(
        10,
        Conditions(delay=0.02),
        Treatments(playout="fixed", playout_delay=0.1),
        formats=SOUND,
    )
    found = depth(call, seconds=5)
    waiting = [seconds for _, seconds in found.depth]
    assert 0.08 <= fmean(waiting) <= 0.12
    assert min(waiting) >= 0
    assert {target for _, target in found.target} == {0.1}
    assert found.late == []
    times = [at for at, _ in found.depth]
    assert times == sorted(times)
    assert found.newest - found.oldest == pytest.approx(5, abs=0.1)


def test_late_packets_are_on_the_depths_record():
    jumps = Conditions(delay=0.02, jitter=0.2, jitter_kind="uniform")
    fixed = Treatments(playout="fixed", playout_delay=0.05, reordering=True)
    call = simulate(5, jumps, fixed, formats=SOUND)
    assert len(depth(call).late) > 10


def test_each_packet_is_sent_then_arrives_then_is_played():
    jitter = Conditions(delay=0.05, jitter=0.02, loss=0.1)
    call = simulate(10, jitter, Treatments(red=2), formats=SOUND, skew=1e-4, ahead=9)
    packets = playout_times(call, seconds=3).packets
    assert len(packets) == pytest.approx(150, abs=2)
    assert {p.fate for p in packets} >= {"played", "repaired"}
    for packet in packets:
        if packet.fate == "played":
            assert 0.048 <= packet.arrived - packet.sent <= 0.073
            assert packet.arrived <= packet.played
    numbers = [packet.number for packet in packets]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_the_stages_of_a_simulated_call_add_up_to_the_whole():
    call = simulate(12, Conditions(delay=0.04), Treatments(playout="fixed"))
    found = breakdown(call)
    assert found.sound["capture"].p50 == pytest.approx(0.02)
    assert found.sound["network"].p50 == pytest.approx(0.04, abs=0.001)
    assert found.sound["wait"].p50 == pytest.approx(0.067, abs=0.005)
    assert found.whole_sound.p50 == pytest.approx(0.127, abs=0.005)
    assert found.picture["network"].p50 == pytest.approx(0.04, abs=0.001)
    assert "encode" not in found.sound
    measured = [value for kind, _, value in call.bob.latencies if kind == "audio"]
    assert found.whole_sound.p50 == pytest.approx(fmean(measured[-300:]), abs=0.001)
    assert breakdown(call.alice, call.bob) == found


def test_what_cannot_be_seen_is_said_in_words():
    silent = simulate(1, None, formats=("JPEG",))
    for study in (depth, losses, playout_times):
        with pytest.raises(LocalError, match="without sound"):
            study(silent)
    dead = simulate(1, Conditions(loss=1.0), formats=SOUND)
    for study in (depth, losses, playout_times):
        with pytest.raises(LocalError, match="nothing has been played"):
            study(dead)
    with pytest.raises(LocalError, match="no frame passed"):
        breakdown(dead)
    with pytest.raises(LocalError, match="both phones"):
        breakdown(silent.alice)


# --- stages -------------------------------------------------------------------------


def test_the_two_halves_are_joined_by_the_timestamp():
    sent = [SentFrame(0xFFFF_FFF0, 10.0, 10.001, 10.003, 10.004)]
    received = [
        ReceivedStages(0xFFFF_FFF0 + 2**32, 7.0, 7.014, 7.02, 7.023, 7.024),
        ReceivedStages(5, 7.0, 7.014, 7.02, 7.023, 7.024),
        ReceivedStages(0xFFFF_FFF0, None, 7.014, 7.02, 7.023, 7.024),
    ]
    (found,) = joined(sent, received)
    assert [round(1000 * seconds, 6) for seconds in found.values()] == [
        1,
        2,
        1,
        10,
        6,
        3,
        1,
    ]


def test_a_picture_that_arrives_while_it_is_sent_took_no_time_on_the_way():
    sent = [SentFrame(1, 10.0, 10.0, 10.001, 10.004)]
    (found,) = joined(sent, [ReceivedStages(1, 10.0, 10.002, 10.005, 10.006, 10.006)])
    assert found["network"] == 0
    assert sum(found.values()) == pytest.approx(0.006)


def test_the_stages_memory_is_bounded():
    stages = Stages()
    for number in range(3 * REMEMBERED):
        stages.note_sent((number, 0.0, 0.0, 0.0, 0.0))
        stages.note_received((number, None, 0.0, 0.0, 0.0, 0.0))
    assert len(stages.sent) == len(stages.received) == REMEMBERED
    assert stages.sent[-1].timestamp == 3 * REMEMBERED - 1


# --- a real call --------------------------------------------------------------------


def test_two_phones_in_a_call_can_be_watched():
    with (
        Registry("127.0.0.1", 0) as registry,
        Phone("alice", registry) as alice,
        Phone("bob", registry) as bob,
    ):
        alice.register()
        bob.register()
        with pytest.raises(LocalError, match="in no call"):
            breakdown(alice, bob)
        alice.link.set(there=Conditions(delay=0.03), back=Conditions(delay=0.03))
        alice.call("bob")
        bob.answer()
        gate, end = threading.Event(), time.monotonic() + 30
        while True:  # the first second on a busy machine says little
            assert time.monotonic() < end, "waited 30 s for a breakdown that can be"
            gate.wait(0.2)
            try:
                found = breakdown(alice, bob, seconds=2.0)
            except LocalError:
                continue
            times = found.sound, found.picture
            if all(t and 0.02 < t["network"].p50 < 0.045 for t in times):
                break
        assert set(found.sound) >= {"capture", "encode", "send", "network", "wait"}
        assert found.sound["capture"].p50 >= 0.02
        assert 0 < found.sound["encode"].p50 < 0.02
        assert set(found.picture) >= {"encode", "send", "network", "wait", "show"}
        assert losses(bob).whole.sent > 0
        assert depth(bob).depth
        assert playout_times(bob).packets

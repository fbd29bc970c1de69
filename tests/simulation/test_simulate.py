"""A whole call on virtual time: the same every time, and as a real one would be."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from statistics import fmean

import numpy as np
import pytest

from labkit.errors import LocalError
from labkit.link import Conditions
from labkit.media.treatments import Treatments
from labkit.simulation import simulate
from labkit.simulation.world import World

PROGRAM = """
from labkit import Conditions, Treatments, simulate
bad = Conditions(loss=0.1, burst=2, delay=0.02, jitter=0.02, duplicate=0.05)
chosen = Treatments(red=1, parity=4, nack=True, copies=2, restart_intervals=True)
call = simulate(6, bad, chosen, seed=3, skew=1e-4, auto=True, fps=10)
print(call.csv(), call, call.packets("there"), call.frames(call.bob))
print(hash("another in each process"))
"""


def run_with_hash_seed(seed: str) -> tuple[str, str]:
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    command = [sys.executable, "-c", PROGRAM]
    out = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True
    ).stdout
    said, _, chance = out.strip().rpartition("\n")
    return said, chance


def test_the_same_seed_gives_the_same_bytes_in_another_process():
    (one, chance), (other, another_chance) = map(run_with_hash_seed, ("1", "2"))
    assert one == other
    assert one.count("\n") > 24
    assert chance != another_chance


def test_another_seed_gives_another_call():
    loss = Conditions(loss=0.2)
    one, other = (simulate(3, loss, seed=seed, formats=("PCMU",)) for seed in (1, 2))
    assert one.csv() != other.csv()


@pytest.mark.parametrize("seed", range(12))
def test_a_call_is_set_up_when_30_percent_of_the_signalling_is_lost(seed):
    call = simulate(0.5, Conditions(loss=0.3), seed=seed, formats=("PCMU",))
    assert call.set_up_seconds is not None
    assert call.alice.over
    assert call.bob.over


def test_a_call_over_a_link_that_loses_everything_is_never_accepted():
    call = simulate(5, Conditions(loss=1.0), formats=("PCMU",))
    assert call.set_up_seconds is None
    assert call.rows == []
    assert "never accepted" in repr(call)


def test_clocks_an_hour_apart_and_drifting_are_known_to_a_millisecond():
    bad = Conditions(delay=0.03, jitter=0.01)
    errors = []

    def look(call):
        ahead = call.bob.clock.now() - call.alice.clock.now()
        for phone, sign in ((call.alice, 1), (call.bob, -1)):
            known = phone.statistics().audio.labkit.clockOffset
            errors.append(known - sign * ahead)

    script = dict.fromkeys((80.0, 90.0, 100.0), look)
    simulate(101, bad, formats=("PCMU",), ahead=3600, skew=100e-6, script=script)
    assert len(errors) == 6
    assert max(map(abs, errors)) <= 0.001


def test_the_latency_is_that_of_link_frame_and_buffer():
    call = simulate(
        20, Conditions(delay=0.1), Treatments(playout="none"), formats=("PCMU",)
    )
    latencies = [value for _, _, value in call.bob.latencies[-200:]]
    assert 0.120 <= min(latencies) <= max(latencies) <= 0.141


def test_nothing_is_lost_to_the_ear_when_the_goodbye_is_lost():
    """Alice hangs up, her BYE does not come through: silence, but no loss."""
    deaf = {3.999: lambda call: call.set(there=Conditions(loss=1.0))}
    call = simulate(4, None, formats=("PCMU",), script=deaf)
    assert call.bob.sound.receiver.runs.counts.lost == 0


def test_a_blackout_in_the_middle_is_lost_to_the_ear():
    script = {
        2.0: lambda call: call.set(there=Conditions(loss=1.0)),
        2.5: lambda call: call.set(there=Conditions()),
    }
    call = simulate(5, None, formats=("PCMU",), script=script)
    losses = call.bob.sound.receiver.runs.counts
    assert (losses.lost, losses.runs) == (25, 1)
    assert call.alice.sound.receiver.runs.counts.lost == 0


def test_a_script_changes_link_and_treatments_at_its_time():
    script = {
        5.0: lambda call: call.set(there=Conditions(loss=0.3)),
        10.0: lambda call: call.use(Treatments(red=3)),
    }
    call = simulate(16, Conditions(delay=0.01), script=script, formats=("PCMU",))

    def opinion(second: float) -> float:
        (row,) = (
            row
            for row in call.rows
            if row["second"] == second and row["phone"] == "bob"
        )
        return row["labkit.packetsUnrepaired"]

    assert opinion(5.0) == 0
    assert opinion(10.0) > 30
    assert opinion(16.0) - opinion(11.0) < 10


def test_questions_for_missing_packets_do_not_multiply_the_work(monkeypatch):
    """A deadline that moved once left its wake behind, and each wake made more."""
    asked = 0
    at = World.at

    def counted(world, time, action):
        nonlocal asked
        asked += 1
        at(world, time, action)

    monkeypatch.setattr(World, "at", counted)
    bad = Conditions(loss=0.3, delay=0.01)
    simulate(30, bad, Treatments(nack=True), formats=("PCMU",))
    assert asked / 30 < 800


def test_the_automatic_setting_repairs_and_says_why():
    bad = Conditions(loss=0.1, delay=0.01)
    plain, auto = (
        simulate(20, bad, formats=("PCMU",), auto=wanted) for wanted in (False, True)
    )
    assert auto.bob.autopilot.advice is not None
    assert "%" in auto.bob.autopilot.advice.why
    assert plain.bob.autopilot.advice is None
    lost = [call.bob.sound.receiver.runs.counts.share for call in (plain, auto)]
    assert lost[1] < lost[0] / 3


def test_lip_sync_brings_sound_and_picture_together():
    slow_sound = Treatments(playout="fixed", playout_delay=0.3)
    skews = []
    for chosen in (slow_sound, replace(slow_sound, lip_sync=True)):
        call = simulate(24, Conditions(delay=0.02), chosen, fps=10)
        ends = [
            fmean([v for kind, _, v in call.bob.latencies if kind == wanted][-60:])
            for wanted in ("audio", "video")
        ]
        skews.append(ends[0] - ends[1])
    assert skews[0] > 0.25
    assert abs(skews[1]) < 0.045


def test_what_was_said_is_what_is_heard_over_a_perfect_network():
    call = simulate(3, None, formats=("PCMU",))
    said, heard = call.said(call.alice), call.heard(call.bob)
    second = said[8000:16000].astype(float)
    alike = max(
        float(np.dot(second, heard[8000 + shift : 16000 + shift]))
        for shift in range(0, 1600)
    )
    assert alike > 0.9 * float(np.dot(second, second))


def test_pictures_that_were_seen_stand_beside_those_that_were_filmed():
    call = simulate(2, None, watch=True)
    pairs = call.pairs(call.bob)
    assert len(pairs) > 20
    assert all(np.abs(a.astype(int) - b).mean() < 8 for a, b in pairs)
    assert call.pairs(call.alice)


def test_rows_come_each_second_for_each_phone_and_kind():
    call = simulate(3, None)
    assert len(call.rows) == 3 * 2 * 2
    seconds = [row["second"] for row in call.rows]
    assert all(after >= before for before, after in pairwise(seconds))
    header, first = call.csv().splitlines()[:2]
    assert header.startswith("second,phone,kind,outbound.ssrc")
    assert first.startswith("1.000000,alice,audio,")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"seconds": 0}, "takes from 0"),
        ({"seconds": 1e9}, "takes from 0"),
        ({"fps": 0}, "pictures a second"),
        ({"formats": ()}, "needs formats"),
        ({"formats": ("MP3",)}, "MP3"),
        ({"voice": np.zeros((2, 2), np.int16)}, "one channel"),
        ({"voice": np.zeros(8000, np.float32)}, "float32"),
    ],
)
def test_nonsense_is_refused_in_words(arguments, words):
    with pytest.raises(LocalError, match=words):
        simulate(**arguments)

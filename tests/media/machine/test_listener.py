"""From packets to samples on virtual time: stalls, drifting clocks, steps, gaps."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from media.machine.hearing import Hearing, accounted, frames_of, tone

from labkit.media.treatments import Treatments


def quietest(hearing: Hearing, after: float) -> float:
    """The level of the quietest block heard after so many seconds."""
    blocks = hearing.heard[int(after / (hearing.block / 8_000)) :]
    return min(float(np.std(block.astype(float))) for block in blocks)


def test_on_a_clean_line_every_sample_is_heard_as_it_was_spoken():
    hearing = Hearing()
    hearing.run(5)
    playout = hearing.playout
    assert hearing.latency(1, 5) <= 0.028  # 20 ms on the way, 7 until it is fetched
    assert playout.concealed_seconds == 0
    assert playout.inserted_seconds == playout.removed_seconds == 0
    assert quietest(hearing, 1) > 3_000


@pytest.mark.parametrize("block", [80, 171, 512])
@pytest.mark.parametrize("catch_up", ["skip", "stretch"])
def test_blocks_of_any_size_are_heard_without_a_gap(block, catch_up):
    hearing = Hearing(Treatments(catch_up=catch_up), block=block)
    hearing.run(20)
    heard = np.concatenate(hearing.heard)[5 * 8_000 :].astype(int)
    assert (
        np.abs(np.diff(heard)).max() <= 1.1 * np.abs(np.diff(tone(1).astype(int))).max()
    )
    assert hearing.latency(10, 20) <= 0.030 + 2 * block / 8_000
    assert hearing.playout.concealed_seconds <= 0.1


@pytest.mark.parametrize("catch_up", ["skip", "silence", "stretch"])
@pytest.mark.parametrize("where", ["network", "loudspeaker"])
def test_after_a_stall_of_five_seconds_latency_is_as_usual_within_one(catch_up, where):
    hearing = Hearing(Treatments(catch_up=catch_up))
    if where == "network":
        hearing.travel = lambda _, sent: (
            max(0.020, 15.020 - sent) if sent > 10 else 0.02
        )
    else:
        hearing.asleep = (10.0, 15.0)
    hearing.run(20)
    usual = hearing.latency(5, 10)
    late = [at for at, latency in hearing.latencies if latency > usual + 0.020]
    assert max((at for at in late if at > 15.03), default=15.0) <= 16.0
    assert max(at for at, _ in hearing.latencies) > 19.9
    assert accounted(hearing.playout)


@pytest.mark.parametrize("ppm", [(50, -50), (-50, 50), (100, 0), (0, 100)])
def test_clocks_that_drift_apart_for_half_an_hour_are_followed_unheard(ppm):
    hearing = Hearing(Treatments(), capture_ppm=ppm[0], playout_ppm=ppm[1])
    hearing.run(1800)
    playout = hearing.playout
    drift = hearing.latency(1740, 1800) - hearing.latency(60, 120)
    assert abs(drift) / 28 <= 0.001
    assert playout.late == playout.left_out == playout.concealed_seconds == 0
    assert quietest(hearing, 1) > 3_000
    changed = playout.inserted_seconds + playout.removed_seconds
    assert 0.05 <= changed <= 0.25  # 1800 s × 100 ppm = 0.18 s
    assert accounted(playout)


def test_with_pauses_in_speech_drift_is_made_up_for_in_the_pauses():
    voice = frames_of(np.concatenate((tone(0.8), np.zeros(3_200, np.int16))))
    hearing = Hearing(
        Treatments(catch_up="silence"), capture_ppm=-200, playout_ppm=200, voice=voice
    )
    hearing.run(600)
    assert hearing.playout.removed_seconds >= 0.15
    assert hearing.playout.left_out == 0
    assert hearing.latency(540, 600) - hearing.latency(30, 60) <= 0.020


@pytest.mark.parametrize(
    ("rule", "seconds", "most_lost", "least_lost", "latency"),
    [
        ("fixed", 0.060, 0.51, 0.48, None),
        ("fixed", 0.200, 0.01, 0.0, 0.230),
        ("adaptive", 0.06, 0.03, 0.0, 0.190),
        ("quantile", 0.06, 0.015, 0.0, 0.130),
        ("none", 0.06, 0.01, 0.0, 0.130),
    ],
)
def test_a_step_from_20_to_120_ms_costs_each_rule_what_the_books_say(
    rule, seconds, most_lost, least_lost, latency
):
    treatments = Treatments(playout=rule, playout_delay=seconds)
    hearing = Hearing(treatments, lambda _, sent: 0.020 if sent < 15 else 0.120)
    hearing.run(30)
    lost = 1 - hearing.playout.played / 1500
    assert least_lost <= lost <= most_lost
    if latency is not None:
        assert hearing.latency(20, 30) <= latency


def test_a_packet_that_is_late_is_waited_for_and_the_time_is_made_up_again():
    # one packet in two seconds, and those behind it, comes 60 ms late
    hearing = Hearing(travel=lambda n, sent: 0.020 + max(0.060 - n % 100 * 0.020, 0))
    hearing.run(30)
    playout = hearing.playout
    assert playout.late <= 5
    assert playout.removed_seconds >= 0.3
    assert hearing.latency(10, 30) <= 0.055
    skipping = Hearing(Treatments(catch_up="skip"), hearing.travel)
    skipping.run(30)
    assert skipping.playout.late >= 15


def test_a_lost_packet_is_concealed_once_and_costs_no_latency():
    hearing = Hearing(travel=lambda n, sent: None if n % 10 == 0 else 0.020)
    hearing.run(20)
    playout = hearing.playout
    assert 95 <= playout.concealments <= 100
    assert playout.concealed_seconds == pytest.approx(playout.concealments * 0.020)
    assert playout.inserted_seconds == 0
    assert hearing.latency(5, 20) <= 0.028
    assert hearing.listener.silent_seconds == 0
    assert quietest(hearing, 1) > 500  # the pitch goes on


def test_after_60_ms_concealment_is_silent_and_counted_as_such():
    hearing = Hearing(travel=lambda n, sent: None if 50 <= n < 60 else 0.020)
    hearing.run(4)
    assert hearing.playout.concealed_seconds == pytest.approx(0.200)
    assert hearing.listener.silent_seconds == pytest.approx(0.140)
    hearing = Hearing(Treatments(concealment="silence"), hearing.travel)
    hearing.run(4)
    assert hearing.listener.silent_seconds == pytest.approx(0.200)


def test_treatments_are_exchanged_in_the_middle_of_a_call_without_a_gap():
    random = Random(2)
    hearing = Hearing(travel=lambda n, sent: 0.020 + random.uniform(0, 0.004))
    hearing.run(10)
    others = [
        Treatments(playout="adaptive"),
        Treatments(playout="fixed", playout_delay=0.020),
        Treatments(playout="quantile", catch_up="silence", concealment="repeat"),
        replace(Treatments(), concealment="silence"),
    ]
    for number, treatments in enumerate(others):
        missing = hearing.playout.concealed_seconds
        hearing.listener.use(treatments)
        hearing.run(15 + 5 * number)
        assert hearing.playout.concealed_seconds - missing <= 0.040
    assert accounted(hearing.playout)
    assert hearing.playout.left_out <= 1


def test_a_broken_packet_is_as_much_silence_and_is_counted():
    hearing = Hearing(voice=[b""])
    hearing.run(2)
    assert hearing.listener.broken > 80
    assert not np.concatenate(hearing.heard).any()

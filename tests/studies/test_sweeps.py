"""The sweeps behind the plots come out as the literature and QUALITY.md say."""

from __future__ import annotations

import numpy as np
import pytest

from labkit.errors import LocalError
from labkit.link import Conditions, DelayTrace
from labkit.media.machine.playout.optimum import Journey
from labkit.media.treatments import Treatments
from labkit.plots import crossings
from labkit.studies import crossover, curves, listen, quality, repaired
from labkit.studies.curves import RULES, played_at_once
from labkit.studies.trial import trial

BAD = Conditions(loss=0.1, delay=0.01)


def test_asking_again_wins_at_a_short_round_trip_and_copies_at_a_long_one():
    found = crossover(
        round_trips=(0.02, 0.1, 0.2),
        seconds=12,
        treatments={"NACK": Treatments(nack=True), "RED-2": Treatments(red=2)},
    )
    nack, red = found.unrepaired["NACK"], found.unrepaired["RED-2"]
    assert nack[0] < 0.015 < 0.1 < nack[1] < nack[2]
    assert nack[2] == pytest.approx(0.3, abs=0.04)
    assert red == [red[0]] * 3
    assert 0.015 < red[0] < 0.04
    assert [crossing.copies for crossing in crossings(found)] == ["RED-2"]


def test_asking_and_copies_together_leave_next_to_nothing():
    both = {"NACK + RED": Treatments(red=1, nack=True, copies=2)}
    found = crossover(round_trips=(0.02,), seconds=40, treatments=both)
    assert found.unrepaired["NACK + RED"][0] <= 0.0024


def test_each_treatment_leaves_what_chance_says():
    found = {
        one.name: one
        for one in repaired(
            {
                "none": Treatments(),
                "parity": Treatments(parity=4),
                "RED-1": Treatments(red=1),
                "RED-2": Treatments(red=2),
                "NACK": Treatments(nack=True),
            },
            BAD,
            seconds=40,
        )
    }
    none = found["none"]
    assert none.before == pytest.approx(0.1, abs=0.015)
    assert none.after == pytest.approx(none.before, abs=0.004)
    assert found["parity"].after == pytest.approx(0.1 * (1 - 0.9**4), abs=0.012)
    assert found["RED-1"].after == pytest.approx(0.01, abs=0.006)
    assert found["RED-2"].after < 0.004
    assert found["NACK"].after < 0.01
    costs = [found[name].overhead for name in found]
    assert costs == pytest.approx([0, 0.27, 1.03, 2.05, 0.12], abs=0.04)


def test_bursts_undo_parity_and_interleaving_mends_that():
    chosen = {
        "parity": Treatments(parity=4),
        "interleaved": Treatments(parity=4, interleaving=3),
    }
    random, bursts = (
        {one.name: one.after for one in repaired(chosen, conditions, seconds=60)}
        for conditions in (BAD, Conditions(loss=0.1, burst=3, delay=0.01))
    )
    assert bursts["parity"] > 2 * random["parity"]
    assert bursts["interleaved"] < 0.9 * bursts["parity"]


def test_quality_ranks_the_treatments_as_listeners_do():
    chosen = {
        "none": Treatments(concealment="silence"),
        "interleaving": Treatments(interleaving=3),
        "pitch": Treatments(),
        "parity": Treatments(parity=4),
        "RED-2": Treatments(red=2),
        "NACK": Treatments(nack=True),
    }
    found = quality((0.0, 0.1), chosen, seconds=20)
    clean, lossy = (
        {one.name: one.quality[at] for one in found.treated} for at in (0, 1)
    )
    assert set(clean) == set(chosen)
    for name in ("none", "pitch", "parity", "RED-2", "NACK"):
        assert clean[name] == pytest.approx(4.39, abs=0.02)
    assert (
        lossy["none"] < lossy["interleaving"] < lossy["pitch"] < lossy["parity"] - 0.3
    )
    assert lossy["parity"] < min(lossy["RED-2"], lossy["NACK"])


def least_delay(found, rule: str, late: float) -> float:
    return min(s.delay for s in found.rules[rule] if s.late <= late)


def test_buffers_come_nearer_to_the_optimum_from_rule_to_rule():
    found = curves("wifi", seconds=240)
    best = min(s.delay for s in found.optimum if s.late <= 0.025)
    (none,) = found.rules["none"]
    assert none.late > 0.025
    assert none.delay > 1.5 * best
    assert least_delay(found, "quantile", 0.025) < best
    assert least_delay(found, "fixed", 0.026) > 1.4 * best
    assert all(s.late <= 0.2 for s in found.optimum)


def test_a_rule_that_adapts_survives_a_step_that_a_fixed_delay_does_not():
    found = curves("step", seconds=240)
    by_delay = sorted(found.rules["fixed"], key=lambda s: s.delay)
    assert all(s.late > 0.4 for s in by_delay[:7])
    assert least_delay(found, "adaptive", 0.03) < 0.11
    assert least_delay(found, "fixed", 0.03) > 0.13
    assert least_delay(found, "quantile", 0.03) < least_delay(found, "adaptive", 0.03)


def test_on_its_own_terms_no_rule_is_better_than_the_optimum():
    for name in ("wifi", "pareto", "spikes"):
        found = curves(name, RULES[1:], seconds=120, catch_up="silence")
        for settings in found.rules.values():
            for setting in settings:
                over = found.over_optimum(setting)
                assert over is None or over >= 0.98


def test_a_recorded_delay_is_replayed_under_speech():
    delays = tuple(0.01 + 0.03 * (number % 10 == 0) for number in range(100))
    trace = DelayTrace(tuple(0.02 * number for number in range(100)), delays)
    found = curves(trace, seconds=60)
    assert found.packets > 1000
    assert max(s.delay for s in found.optimum) <= 0.031


def test_without_a_buffer_what_is_not_there_is_missed():
    even = [Journey(0.02 * n, 0.02 * n + 0.01, 0) for n in range(50)]
    assert played_at_once(even) == pytest.approx((0.02, 0.0, 0.0))
    late = [j._replace(arrived=j.arrived + 0.045 * (j.sent >= 0.5)) for j in even]
    point = played_at_once(late)
    assert point.loss == pytest.approx(2 / 52)
    assert 0.01 < point.delay < 0.07


@pytest.mark.parametrize(
    "wrong", [("nowhere",), ("wifi", ("best",)), ([],), ("wifi", ("none",), 0)]
)
def test_a_trace_or_rule_that_does_not_exist_is_refused(wrong):
    with pytest.raises(LocalError):
        curves(*wrong)


def test_a_study_comes_out_the_same_every_time():
    assert trial(BAD, Treatments(nack=True), seconds=4, seed=3) == trial(
        BAD, Treatments(nack=True), seconds=4, seed=3
    )
    assert curves(seconds=30) == curves(seconds=30)


def test_what_is_heard_can_be_listened_to_and_has_a_score():
    clean, bad, mended = (
        listen(conditions, chosen, seconds=5)
        for conditions, chosen in (
            (None, None),
            (Conditions(loss=0.3), Treatments(concealment="silence")),
            (Conditions(loss=0.3), Treatments(red=3)),
        )
    )
    for one in (clean, bad, mended):
        assert one.samples.dtype == np.int16
        assert 4 * one.rate < len(one.samples) < 6 * one.rate
    assert clean.score > mended.score > bad.score + 1


def test_what_was_never_accepted_is_said_in_words():
    with pytest.raises(LocalError, match="never accepted"):
        listen(Conditions(loss=1.0))
    with pytest.raises(LocalError, match="never accepted"):
        repaired({"none": Treatments()}, Conditions(loss=1.0))


def test_made_up_voices_can_be_replaced():
    voice = (8000 * np.sin(np.arange(16_000) * 0.3)).astype(np.int16)
    one = listen(None, None, seconds=2, voice=voice)
    assert np.abs(one.samples[-4000:]).max() > 6000

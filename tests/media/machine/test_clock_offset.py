"""The peer's clock: an hour ahead, drifting, behind a queue; never believed blindly."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st
from media.machine.party import FRAME, Party, World, call, talk

from labkit.frames import EncodedFrame
from labkit.media.machine import clock_offset
from labkit.media.machine.clock_offset import MOST_SKEW, ClockOffset

HOUR = 3600.0
PPM = 1e-6
SOON = 120.0
"""Seconds after which the estimate is to be good: a few hundred probes."""


def capture_times(party: Party) -> list[float]:
    """True times at which this party's frames were captured, as they come to be."""
    times, send = [], party.send

    def noted(frame: EncodedFrame) -> None:
        times.append(party.world.now - FRAME)
        send(frame)

    party.send = noted
    return times


def travel_errors(party: Party, captured: list[float]) -> list[tuple[float, float]]:
    """Of each frame that came: when (true time), how wrong its travel time was."""
    errors = []
    for _, frame in party.heard_frames:
        time = captured[int.from_bytes(frame.data[1:5], "big")]
        if frame.captured is not None:
            errors.append((time, frame.captured - party.reads(time)))
    return errors


@pytest.mark.parametrize(("skew", "seed"), [(100 * PPM, 1), (-100 * PPM, 2)])
def test_one_way_delay_is_right_to_a_millisecond_an_hour_apart_and_drifting(skew, seed):
    world, alice, bob = call(
        "opus", seed=seed, ahead=HOUR, skew=skew, delay=0.030, jitter=0.020
    )
    begun = world.now
    spoken = {party: capture_times(party) for party in (alice, bob)}
    talk(world, alice, bob)
    world.run(600)
    for party in (alice, bob):
        errors = travel_errors(party, spoken[party.peer])
        late = [abs(error) for at, error in errors if at - begun > SOON]
        assert len(late) > 20_000
        assert max(late) < 0.001
        assert median(late) < 0.0003
    assert alice.offset.at(alice.now).skew == pytest.approx(skew, abs=2 * PPM)
    assert bob.offset.at(bob.now).skew == pytest.approx(-skew, abs=2 * PPM)


@pytest.mark.parametrize("loss", [0.0, 0.2])
def test_the_sure_error_bar_always_holds_and_the_likely_one_nearly_always(loss):
    sure, likely, sizes = [], [], []
    for seed in range(3):
        world, alice, bob = call(
            "PCMU",
            seed=seed + 40,
            ahead=HOUR,
            skew=100 * PPM,
            delay=0.025,
            jitter=0.030,
            loss=loss,
        )

        def compare(world: World = world, alice: Party = alice, bob: Party = bob):
            for party in (alice, bob):
                offset = party.offset.at(party.now)
                if offset is not None:
                    wrong = abs(offset.seconds - (party.peer.now - party.now))
                    sure.append(wrong <= offset.error)
                    likely.append(wrong <= offset.error_if_even)
                    sizes.append((offset.error_if_even, offset.error))

        world.every(1.0, compare, first=0.7)
        talk(world, alice, bob)
        world.run(150)
    assert all(sure)
    assert sum(likely) / len(likely) > 0.95
    half_shortest_round_trip = 0.025
    assert median(size for size, _ in sizes[-60:]) < 0.005
    assert half_shortest_round_trip < sizes[-1][1] < half_shortest_round_trip + 0.005


def probes(
    seed: int, there: float, back: float, skew: float, count: int
) -> Iterator[tuple[float, ClockOffset, float]]:
    """Time, estimator and true offset after each of `count` probes, one a second."""
    random, clocks = Random(seed), ClockOffset()

    def ahead(time: float) -> float:
        return HOUR + skew * time

    for second in range(count):
        asked = second + random.uniform(0, 0.5)
        heard = asked + there + random.uniform(0, 0.01)
        answered = heard + random.uniform(0, 0.5)
        arrived = answered + back + random.uniform(0, 0.01)
        clocks.probe(asked, heard + ahead(heard), answered + ahead(answered), arrived)
        yield arrived, clocks, ahead(arrived)


@given(
    st.integers(0, 1000),
    st.floats(0, 0.2),
    st.floats(0, 0.2),
    st.floats(-MOST_SKEW / 2, MOST_SKEW / 2),
)
def test_an_uneven_way_shifts_the_offset_and_stays_within_the_sure_bar(
    seed, there, back, skew
):
    for now, clocks, true in probes(seed, there, back, skew, 12):
        offset = clocks.at(now)
        assert abs(offset.seconds - true) <= offset.error + 1e-6
    shift = (there - back) / 2
    assert offset.seconds - true == pytest.approx(shift, abs=0.010)


@given(st.floats(-10, 10), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_one_probe_is_within_its_error_bar_whatever_the_way_takes(
    ahead, there, thinking, back
):
    clocks = ClockOffset()
    round_trip = clocks.probe(
        100.0,
        100.0 + there + ahead,
        100.0 + there + thinking + ahead,
        100.0 + there + thinking + back,
    )
    offset = clocks.at(100.0 + there + thinking + back)
    assert round_trip == pytest.approx(there + back, abs=1e-6)
    assert abs(offset.seconds - ahead) <= offset.error + 1e-6


def test_the_bar_grows_while_no_probe_comes():
    clocks = ClockOffset()
    clocks.probe(0.0, 0.001, 0.001, 0.002)
    young, old = clocks.at(1.0), clocks.at(61.0)
    assert old.error - young.error == pytest.approx(60 * MOST_SKEW)


def test_the_way_there_and_the_way_back_need_not_be_quick_in_the_same_probe():
    clocks = ClockOffset()
    clocks.probe(0.0, 0.010, 0.010, 0.110)  # quick there, slow back
    clocks.probe(1.0, 1.100, 1.100, 1.110)  # slow there, quick back
    offset = clocks.at(1.110)
    assert offset.seconds == pytest.approx(0.0, abs=0.0005)
    assert offset.error == pytest.approx(0.010, abs=0.0005)


def test_a_clock_that_was_set_is_learnt_anew():
    *_, (_, clocks, _) = probes(1, 0.01, 0.01, 0.0, 30)
    clocks.probe(31.0, 31.01 + 5, 31.01 + 5, 31.02)
    offset = clocks.at(31.02)
    assert offset.seconds == pytest.approx(5.0, abs=offset.error)
    assert offset.error < 0.011


def test_a_clock_that_drifts_more_than_any_should_is_followed_all_the_same():
    for now, clocks, true in probes(3, 0.005, 0.005, 2000 * PPM, 200):
        offset = clocks.at(now)
        assert abs(offset.seconds - true) <= 0.020


def test_a_round_trip_below_zero_is_not_believed():
    clocks = ClockOffset()
    assert clocks.probe(10.0, 5.0, 9.0, 11.0) == pytest.approx(-3.0)
    assert clocks.at(11.0) is None
    assert clocks.probe(10.0, 15.0, 15.0005, 10.0) == 0.0
    assert clocks.at(10.0) is not None


def test_many_probes_a_second_are_reckoned_with_twice_a_second(monkeypatch):
    reckoned = []

    def counted(probes):
        reckoned.append(len(probes))
        return estimate(probes)

    estimate = clock_offset._estimate
    monkeypatch.setattr(clock_offset, "_estimate", counted)
    offset, random = ClockOffset(), Random(1)
    for number in range(1000):  # a question and its answer, twenty times a second
        now = 100 + number / 20
        there, back = (0.01 + random.expovariate(1000) for _ in range(2))
        offset.probe(now, now + there + 7, now + there + 7, now + there + back)
    assert len(reckoned) < 130
    assert abs(offset.at(150.0).seconds - 7) < 0.001

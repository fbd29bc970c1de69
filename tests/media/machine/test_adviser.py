"""The automatic setting: against what was measured, and against flapping."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.errors import LocalError
from labkit.media.machine.adviser import (
    BOTHERS,
    EVERYTHING,
    MOST_WAIT,
    PACE,
    Adviser,
    Measured,
    _plan,
)
from labkit.media.treatments import Treatments

networks = st.builds(
    Measured,
    st.none() | st.floats(0, 2),
    st.floats(0, 1),
    st.floats(0, 20),
    st.floats(0, 0.2),
)


def advice(round_trip, loss, burst=1.0, jitter=0.0, takes=EVERYTHING):
    return Adviser(takes=takes).advise(Measured(round_trip, loss, burst, jitter), 0.0)


def test_where_next_to_nothing_is_lost_asking_is_all_there_is():
    given = advice(0.020, 0.004)
    assert given.treatments == Treatments(nack=True)
    assert str(given) == (
        "0.4% lost, round trip 20 ms: hardly worth repair; asking again is on, for "
        "what comes in time."
    )


def test_on_a_short_way_we_ask_again_and_say_why():
    given = advice(0.020, 0.10)
    assert given.treatments.red == 0
    assert given.treatments.nack
    assert given.treatments.copies == 2
    assert given.treatments.playout == "quantile"
    assert given.treatments.playout_least == pytest.approx(0.080)
    assert str(given) == (
        "10.0% lost, round trip 20 ms: time to ask 2 times, 2 copies of each answer: "
        "0.12% stay lost, for 80 ms of waiting and 22% more bytes. Pictures: each "
        "packet decodable alone, which costs nothing."
    )


@pytest.mark.parametrize(("loss", "copies"), [(0.03, 1), (0.10, 2), (0.30, 3)])
def test_on_a_long_way_redundancy_grows_with_the_loss(loss, copies):
    given = advice(0.200, loss)
    assert given.treatments.red == copies
    assert given.plan.times == 0


def test_the_crossover_from_asking_to_redundancy_comes_once_as_the_way_grows():
    asks = [advice(trip / 1000, 0.05).plan.times > 0 for trip in range(0, 300, 5)]
    assert asks[0]
    assert not asks[-1]
    assert asks == sorted(asks, reverse=True)


@pytest.mark.parametrize(
    ("plan", "measured"),
    [
        (_plan(Measured(0.100, 0.30), red=2), 0.0215),
        (_plan(Measured(0.020, 0.30), red=1, times=4, copies=2), 0.0024),
        (_plan(Measured(0.002, 0.30), times=6), 0.0021),
    ],
)
def test_what_is_foretold_is_within_a_factor_of_three_of_what_was_measured(
    plan, measured
):
    assert measured / 3 < plan.left < measured * 3


def test_redundancy_ranks_as_listeners_ranked_it():
    at_ten = [_plan(Measured(0.1, 0.10), red=red).left for red in range(4)]
    assert at_ten == pytest.approx([0.1, 0.01, 0.001, 0.0001])
    parity = _plan(Measured(0.1, 0.10), parity=4).left
    assert at_ten[1] < parity < at_ten[0]


def test_bursts_make_redundancy_worth_less():
    random = _plan(Measured(0.1, 0.10, 1.0), red=2)
    bursty = _plan(Measured(0.1, 0.10, 3.0), red=2)
    assert bursty.left == pytest.approx(0.1 * (2 / 3) ** 2)
    assert bursty.left > 10 * random.left


@pytest.mark.parametrize("loss", [BOTHERS, 0.05, 0.3])
def test_pictures_get_restart_intervals_as_soon_as_anything_is_lost(loss):
    assert advice(0.05, loss).treatments.restart_intervals
    assert not advice(0.05, BOTHERS / 2).treatments.restart_intervals


def test_without_a_round_trip_there_is_no_planning_on_answers():
    given = advice(None, 0.10)
    assert given.plan.times == 0
    assert given.treatments.red > 0
    assert "round trip unknown" in given.why


def test_a_peer_without_red_gets_parity_on_a_long_way():
    given = advice(0.200, 0.10, takes=EVERYTHING - {"red"})
    assert (given.treatments.red, given.treatments.parity) == (0, 4)


def test_a_peer_that_takes_nothing_gets_nothing_and_is_told_of():
    given = advice(0.020, 0.10, takes=frozenset())
    assert given.treatments == Treatments()
    assert "repair would cost more than it brings" in given.why


@given(networks, st.sets(st.sampled_from(sorted(EVERYTHING))))
def test_only_what_the_peer_takes_is_chosen_and_never_worse_than_nothing(
    measured, takes
):
    given = Adviser(takes=frozenset(takes)).advise(measured, 0.0)
    chosen = given.treatments
    assert not chosen.red or "red" in takes
    assert not chosen.parity or "parity" in takes
    assert chosen.nack <= ("nack" in takes)
    assert chosen.restart_intervals <= ("restart_intervals" in takes)
    assert chosen.interleaving == 1
    nothing = _plan(measured)
    assert given.plan.worth >= nothing.worth
    assert given.plan.left <= measured.loss
    assert given.plan.wait <= max(MOST_WAIT, nothing.wait)
    assert given.why.endswith(".")


def test_what_auto_does_not_choose_is_left_as_it_was():
    base = Treatments(concealment="repeat", lip_sync=True, rate_rule=True)
    chosen = Adviser(base).advise(Measured(0.02, 0.1), 0.0).treatments
    assert chosen.concealment == "repeat"
    assert chosen.lip_sync
    assert chosen.rate_rule


def test_between_two_changes_some_seconds_pass():
    adviser, random, changes, before = Adviser(), Random(3), [], None
    for tick in range(600):
        now = tick * 0.2
        network = Measured(random.choice([0.02, 0.2]), random.uniform(0, 0.3))
        treatments = adviser.advise(network, now).treatments
        if treatments != before:
            changes.append(now)
        before = treatments
    assert len(changes) > 5
    gaps = [after - first for first, after in pairwise(changes)]
    assert min(gaps) >= PACE - 1e-9


def test_a_little_noise_in_what_is_measured_changes_nothing():
    adviser, random, seen = Adviser(), Random(4), set()
    for second in range(200):
        network = Measured(
            random.gauss(0.040, 0.003), random.gauss(0.05, 0.01), 1.05, 0.001
        )
        plan = adviser.advise(network, float(second)).plan
        seen.add((plan.red, plan.times, plan.copies))
    assert len(seen) <= 2


def test_what_the_peer_takes_no_more_is_given_up():
    adviser = Adviser()
    network = Measured(0.200, 0.10)
    assert adviser.advise(network, 0.0).treatments.red
    adviser.takes = EVERYTHING - {"red"}
    assert adviser.advise(network, 5.0).treatments.red == 0


@pytest.mark.parametrize(
    "numbers",
    [(0.1, 1.2), (0.1, -0.1), (-0.1, 0.1), (0.1, 0.1, -1.0), (0.1, float("nan"))],
)
def test_a_network_that_cannot_be_is_refused(numbers):
    with pytest.raises(LocalError, match="no network can be so"):
        Measured(*numbers)

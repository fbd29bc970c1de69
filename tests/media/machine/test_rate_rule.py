"""The 2 % / 10 % rule, and a bottleneck that it has to find."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.errors import LocalError
from labkit.media.codecs.jpeg import HIGHEST_QUALITY, LOWEST_QUALITY
from labkit.media.codecs.opus import LOWEST_BIT_RATE
from labkit.media.machine.rate_rule import LADDER, LEAST, RateRule, rung


def test_more_than_ten_percent_lost_takes_half_of_the_loss_off_the_rate():
    rate = RateRule().report(0.20, 0.05, 10.0)
    assert rate.share == pytest.approx(0.9)
    assert (rate.action, rate.why) == ("decrease", "20% lost is more than 10%")


def test_a_second_decrease_waits_until_the_first_can_show():
    rule = RateRule()
    rule.report(0.20, 0.3, 10.0)
    assert rule.report(0.20, 0.3, 11.2).action == "hold"
    assert rule.report(0.20, 0.3, 11.4).share == pytest.approx(0.81)


@pytest.mark.parametrize("lost", [0.02, 0.05, 0.10])
def test_in_between_the_rate_stays(lost):
    rule = RateRule()
    rule.report(0.5, 0.05, 0.0)
    assert rule.report(lost, 0.05, 5.0).action == "hold"
    assert rule.rate.share == 0.75


def test_growth_goes_by_the_second_however_often_reports_come():
    shares = []
    for pace in (0.1, 0.5, 1.0):
        rule = RateRule()
        rule.report(1.0, None, 0.0)
        for number in range(1, round(10 / pace) + 1):
            rule.report(0.0, None, number * pace)
        shares.append(rule.rate.share)
    assert shares == pytest.approx([0.5 * 1.05**10] * 3)


def test_the_rate_does_not_rise_while_a_queue_fills():
    rule = RateRule()
    rule.report(0.3, 0.040, 0.0)
    held = rule.report(0.0, 0.190, 1.0)
    assert held.action == "hold"
    assert held.why == "the round trip is 150 ms longer: a queue is filling"
    assert rule.report(0.0, 0.050, 2.0).action == "increase"


def test_a_bottleneck_is_found_and_the_loss_kept_near_two_to_ten_percent():
    room, rule, losses = 0.4, RateRule(), []
    for second in range(300):
        lost = max(0.0, 1 - room / rule.rate.share)
        rule.report(lost, 0.05, float(second))
        losses.append(lost)
    assert 0.9 * room < rule.rate.share < 1.12 * room
    assert max(losses[60:]) <= 0.125


def test_after_a_bad_time_the_full_rate_comes_back_within_a_minute():
    rule = RateRule()
    for second in range(100):
        rule.report(0.3, 0.05, float(second))
    assert rule.rate.share == LEAST
    assert rule.rate.why == "30% lost, but this is the least"
    for second in range(100, 165):
        rule.report(0.0, 0.05, float(second))
    assert rule.rate.rung == LADDER[0]


@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.none() | st.floats(0, 60), st.floats(0, 100)),
        max_size=50,
    )
)
def test_whatever_is_reported_the_rate_stays_in_bounds_and_says_why(reports):
    rule, now = RateRule(0.1, 0.9), 0.0
    for lost, round_trip, later in reports:
        now += later
        before = rule.rate.share
        rate = rule.report(lost, round_trip, now)
        assert 0.1 <= rate.share <= 0.9
        assert rate.why
        assert (rate.action == "decrease") == (rate.share < before)
        assert rate.share <= before or rate.action == "increase"


def test_each_rung_costs_less_than_the_one_above_and_every_codec_can_do_it():
    for above, below in pairwise(LADDER):
        assert below.share < above.share
        assert below.jpeg_quality <= above.jpeg_quality
        assert below.frames_per_second <= above.frames_per_second
    for each in LADDER:
        assert LOWEST_QUALITY <= each.jpeg_quality <= HIGHEST_QUALITY
        assert each.sound_bit_rate >= LOWEST_BIT_RATE
    assert rung(1.0) == LADDER[0]
    assert rung(0.0) == LADDER[-1]
    assert rung(0.7).jpeg_quality == 25


@pytest.mark.parametrize("lost", [-0.1, 1.1, float("nan")])
def test_a_fraction_that_cannot_be_is_refused(lost):
    with pytest.raises(LocalError, match="a fraction is from 0 to 1"):
        RateRule().report(lost, 0.05, 0.0)


def test_bounds_that_cannot_be_are_refused():
    with pytest.raises(LocalError, match=r"not from 0\.5 to 0\.4"):
        RateRule(0.5, 0.4)

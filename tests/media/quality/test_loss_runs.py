"""Losses by runs, and the burst ratio of ITU-T G.107."""

from __future__ import annotations

from itertools import groupby
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.media.quality.loss_runs import Losses, LossRuns


def counted(fates: list[bool]) -> Losses:
    runs = LossRuns()
    for lost in fates:
        runs.next(lost)
    return runs.counts


def test_five_in_a_row_are_one_run_and_five_apart_are_five():
    assert counted([False, *[True] * 5, False]).mean_run == 5
    assert counted([False, True] * 5).mean_run == 1


@pytest.mark.parametrize("chance", [0.01, 0.1, 0.3, 0.6])
def test_chance_alone_has_a_burst_ratio_of_one(chance):
    random = Random(5)
    losses = counted([random.random() < chance for _ in range(100_000)])
    assert losses.burst_ratio == pytest.approx(1.0, abs=0.05)


def test_bursts_of_three_at_ten_percent_have_a_ratio_of_two_point_seven():
    losses = counted(([True] * 3 + [False] * 27) * 100)
    assert losses.share == pytest.approx(0.1)
    assert losses.burst_ratio == pytest.approx(3 * 0.9)


@pytest.mark.parametrize("fates", [[], [False] * 9, [True] * 9])
def test_where_there_are_no_runs_to_compare_the_ratio_is_one(fates):
    assert counted(fates).burst_ratio == 1.0


@given(st.lists(st.booleans(), max_size=30), st.integers(0, 2000))
def test_the_recent_ones_are_the_last_ten_seconds(pattern, count):
    runs, fates = LossRuns(), []
    for at in range(count):
        fates.append(bool(pattern) and pattern[at % len(pattern)])
        runs.next(fates[-1])
    recent = runs.recent
    assert recent.expected == count if count <= 450 else 450 <= recent.expected <= 500
    assert recent.lost == sum(fates[count - recent.expected :])


def test_what_was_lost_long_ago_is_forgotten():
    runs = LossRuns()
    for at in range(1000):
        runs.next(at < 500)
    assert runs.counts.share == 0.5
    assert runs.recent.share == 0.0


@given(st.lists(st.booleans()), st.lists(st.booleans()))
def test_a_difference_counts_what_came_since_but_no_run_twice(before, after):
    runs = LossRuns()
    for lost in before:
        runs.next(lost)
    earlier = runs.counts
    for lost in after:
        runs.next(lost)
    whole = [lost for lost, _ in groupby(before + after) if lost]
    assert runs.counts == counted(before + after)
    assert runs.counts.runs == len(whole)
    since = runs.counts - earlier
    assert (since.expected, since.lost) == (len(after), sum(after))
    assert 0 <= since.runs <= counted(after).runs

"""When the next packet should come."""

from __future__ import annotations

import pytest

from labkit.media.repair.arrivals import LEARNED, LEAST_SLACK, Arrivals


def paced(*arrivals: float) -> Arrivals:
    pace = Arrivals()
    for number, time in enumerate(arrivals):
        pace.came(number, time)
    return pace


def test_an_even_pace_tells_when_what_comes_next_should_be_here():
    pace = paced(*(n * 0.020 for n in range(20)))
    assert pace.expected(21) == pytest.approx(0.420)
    assert pace.slack == pytest.approx(LEAST_SLACK)


def test_the_first_few_packets_teach_nothing_for_certain():
    assert Arrivals().expected(1) is None
    assert paced(1.0).expected(1) is None
    assert paced(*(n * 0.020 for n in range(LEARNED))).expected(9) is None
    assert paced(*(n * 0.020 for n in range(LEARNED + 1))).expected(9) is not None


def test_lost_packets_and_pauses_do_not_change_the_pace():
    pace = paced(*(n * 0.020 for n in range(10)))
    pace.came(13, 13 * 0.020)
    pace.came(14, 9.0)
    pace.came(11, 9.1)  # an old one, late
    assert pace.expected(15) == pytest.approx(9.020)


def test_uneven_arrivals_give_more_slack():
    pace = paced(*(n * 0.020 + (n % 2) * 0.010 for n in range(100)))
    assert pace.slack > 0.030


def test_missing_packets_are_spread_between_those_that_came():
    pace = paced(0.0, 0.020)
    assert pace.between(2, 4, 0.080) == pytest.approx(0.040)
    assert pace.between(3, 4, 0.080) == pytest.approx(0.060)
    assert Arrivals().between(3, 4, 5.0) == 5.0

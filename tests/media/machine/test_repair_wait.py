"""Waiting for repairs: as long as they need, and not for one bad moment's."""

from __future__ import annotations

import pytest

from labkit.media.machine.playout.repair_wait import FORGOTTEN, MARGIN, RepairWait


def test_repairs_that_keep_coming_are_waited_for():
    wait = RepairWait(0.5)
    for number in range(20):
        wait.repaired(0.040, number * 0.2)
    assert wait.seconds(4.0) == pytest.approx(0.040 + MARGIN)
    assert wait.seconds(4.0 + FORGOTTEN) == 0.0


def test_one_bad_moment_is_not_waited_for_however_many_repairs_it_brings():
    wait = RepairWait(0.5)
    for number in range(40):
        wait.repaired(0.280, 1.0 + number * 0.005)
    assert wait.seconds(1.3) == 0.0


def test_a_few_that_are_much_later_than_the_others_do_not_decide():
    wait = RepairWait(0.5)
    for number in range(60):
        wait.repaired(0.300 if number in (7, 31) else 0.040, number * 0.15)
    assert wait.seconds(9.0) == pytest.approx(0.040 + MARGIN)


def test_what_comes_later_than_the_bound_is_not_waited_for():
    wait = RepairWait(0.1)
    for number in range(20):
        wait.repaired(0.2, number * 0.2)
    assert wait.seconds(4.0) == 0.0

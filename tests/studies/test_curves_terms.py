"""The optimum's terms: whoever keeps them cannot be better than it."""

from __future__ import annotations

import pytest

from labkit.studies import curves


@pytest.mark.parametrize("name", ["wifi", "pareto", "spikes"])
def test_held_to_the_optimums_terms_the_quantile_rule_is_never_better(name):
    held = curves(name, ("quantile",), seconds=120, catch_up="silence")
    over = [held.over_optimum(setting) for setting in held.rules["quantile"]]
    assert all(ratio is None or ratio >= 0.99 for ratio in over)
    free = curves(name, ("quantile",), seconds=120)
    assert min(map(free.over_optimum, free.rules["quantile"])) < 0.95

"""The first exercise: a right solution passes, broken ones fail where they should."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from labkit.checks import check_meaning


def meaning(status: int) -> str:
    return {1: "wait", 2: "yes"}.get(status // 100, "no")


def knows_only_200(status: int) -> str:
    return "yes" if status == 200 else "wait" if status < 200 else "no"


def forgets_the_sixes(status: int) -> str | None:
    return {1: "wait", 2: "yes", 4: "no", 5: "no"}.get(status // 100)


def takes_numbers_for_texts(status: int) -> str:
    return "yes" if str(status) == "2" else "no"


def test_a_right_meaning_passes() -> None:
    assert check_meaning(meaning)


@pytest.mark.parametrize(
    ("broken", "passed"),
    [(takes_numbers_for_texts, 0), (knows_only_200, 3), (forgets_the_sixes, 6)],
)
def test_a_broken_meaning_fails_at_its_mistake(
    broken: Callable[[int], object], passed: int
) -> None:
    result = check_meaning(broken)
    assert result.outcome == "failed"
    assert result.passed == passed

"""Exercises on two laptops: right ones pass, broken ones fail where they should."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address, ip_network

import pytest

from labkit.checks import check_dead_ways, check_same_network

Counts = tuple[int, int]


def wrong(capsys: pytest.CaptureFixture[str]) -> str:
    """The case that failed, as the student is told."""
    printed = capsys.readouterr().out
    return next(line for line in printed.splitlines() if line.startswith("✗"))


def by_the_library(mine: str, bits: int, theirs: str) -> bool:
    return ip_address(theirs) in ip_network(f"{mine}/{bits}", strict=False)


def by_hand(mine: str, bits: int, theirs: str) -> bool:
    def number(address: str) -> int:
        return int.from_bytes(bytes(map(int, address.split("."))), "big")

    return (number(mine) ^ number(theirs)) >> (32 - bits) == 0


def compares_whole_numbers(mine: str, bits: int, theirs: str) -> bool:
    whole = bits // 8
    return mine.split(".")[:whole] == theirs.split(".")[:whole]


def always_three_numbers(mine: str, bits: int, theirs: str) -> bool:
    return mine.rpartition(".")[0] == theirs.rpartition(".")[0]


@pytest.mark.parametrize("answer", [by_the_library, by_hand])
def test_a_right_same_network_passes(answer: Callable[[str, int, str], bool]) -> None:
    assert check_same_network(answer)


@pytest.mark.parametrize(
    ("answer", "where"),
    [
        (compares_whole_numbers, "ends within a number"),
        (always_three_numbers, "campus"),
    ],
)
def test_a_wrong_same_network_is_told_where(
    answer: Callable[[str, int, str], bool],
    where: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert not check_same_network(answer)
    assert where in wrong(capsys)


def dead_ways(mine: Counts, yours: Counts) -> set[str]:
    (i_sent, came_to_me), (you_sent, came_to_you) = mine, yours
    dead = set()
    if i_sent and not came_to_you:
        dead.add("there")
    if you_sent and not came_to_me:
        dead.add("back")
    return dead


def mixes_up_the_sides(mine: Counts, yours: Counts) -> set[str]:
    names = {"there": "back", "back": "there"}
    return {names[way] for way in dead_ways(mine, yours)}


def takes_loss_for_death(mine: Counts, yours: Counts) -> set[str]:
    dead = set()
    if yours[1] < mine[0]:
        dead.add("there")
    if mine[1] < yours[0]:
        dead.add("back")
    return dead


def forgets_who_sent(mine: Counts, yours: Counts) -> set[str]:
    return {way for way, came in (("there", yours[1]), ("back", mine[1])) if not came}


def test_right_dead_ways_pass() -> None:
    assert check_dead_ways(dead_ways)


@pytest.mark.parametrize(
    ("answer", "where"),
    [
        (mixes_up_the_sides, "yours never came"),
        (takes_loss_for_death, "yours never came"),
        (forgets_who_sent, "on hold"),
    ],
)
def test_wrong_dead_ways_are_told_where(
    answer: Callable[[Counts, Counts], set[str]],
    where: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert not check_dead_ways(answer)
    assert where in wrong(capsys)

"""Checks of the exercises on two laptops: the same network, and the dead way.

A network is the first bits of an address (RFC 4632, section 3.1). Requirement A19.

Notebook: 10-two-laptops.
"""

from __future__ import annotations

from labkit.checks.frame import Case, CheckResult, Student, check

SAME_NETWORK = (
    Case(
        "two laptops at home",
        ("192.168.1.10", 24, "192.168.1.77"),
        True,
        "24 bits are the first three numbers: 192.168.1 in both.",
    ),
    Case(
        "the next network",
        ("192.168.1.10", 24, "192.168.2.10"),
        False,
        "the third number differs, and it belongs to the first 24 bits.",
    ),
    Case(
        "a campus: 16 bits",
        ("10.20.1.5", 16, "10.20.250.9"),
        True,
        "16 bits are the first two numbers; what follows may differ.",
    ),
    Case(
        "a network that ends within a number",
        ("172.16.5.130", 26, "172.16.5.120"),
        False,
        "26 bits: the first two bits of the last number count, too. 130 is 10…, "
        "120 is 01….",
    ),
    Case(
        "its other half",
        ("172.16.5.130", 26, "172.16.5.190"),
        True,
        "130 and 190 both begin with 10: comparing whole numbers is not enough.",
    ),
    Case(
        "a cable between two",
        ("169.254.7.1", 31, "169.254.7.0"),
        True,
        "31 bits leave one for the machine: 0 and 1 are neighbours.",
    ),
    Case(
        "alone",
        ("10.0.0.1", 32, "10.0.0.2"),
        False,
        "all 32 bits have to be equal: nobody else is in that network.",
    ),
    Case(
        "no network at all",
        ("10.0.0.1", 0, "8.8.8.8"),
        True,
        "0 bits are always equal.",
    ),
)

DEAD_WAYS = (
    Case(
        "yours never came",
        ((250, 0), (250, 240)),
        {"back"},
        "you sent 250 and none came to me: the way back is dead. 240 of mine came to "
        "you: the way there is not.",
    ),
    Case(
        "mine never came",
        ((250, 250), (250, 0)),
        {"there"},
        "what I sent is the first number of mine, what came of it the second of yours.",
    ),
    Case(
        "all well, a little lost",
        ((250, 245), (250, 238)),
        set(),
        "loss is not death: nothing is dead, and the set is empty: set().",
    ),
    Case(
        "a single packet came",
        ((250, 1), (250, 250)),
        set(),
        "a way on which one packet came is open.",
    ),
    Case(
        "a wall",
        ((250, 0), (250, 0)),
        {"there", "back"},
        "each way by itself: here both are dead.",
    ),
    Case(
        "you are on hold and send nothing",
        ((250, 0), (0, 250)),
        set(),
        "nothing came because nothing was sent; that proves nothing of the way back.",
    ),
)


def check_same_network(function: Student) -> CheckResult:
    """`same_network(mine, bits, theirs) -> bool`, addresses as "192.168.1.10"."""
    return check(function, SAME_NETWORK)


def check_dead_ways(function: Student) -> CheckResult:
    """`dead_ways(mine, yours) -> set of "there", "back"`, of (sent, came) each."""
    return check(function, DEAD_WAYS)

"""Check of the first exercise: what a reply's number says, whoever sent it.

The registry and SIP number their replies alike (RFC 3261 section 7.2): the first digit
says wait, yes or no. Notebook: 00-start-here.
"""

from __future__ import annotations

from labkit.checks.frame import Case, CheckResult, Student, check

MEANING = (
    Case("200, found", (200,), "yes", "which digit is the first? 200 // 100 is 2."),
    Case("404, unknown user", (404,), "no", "4 to 6 say no."),
    Case("180, it rings", (180,), "wait", "1 says: I am at it."),
    Case("221, goodbye", (221,), "yes", "do all that begin with 2 say yes?"),
    Case("486, busy", (486,), "no", "do all that begin with 4 say no?"),
    Case("503, the registry is full", (503,), "no", "5 says no: trouble at my side."),
    Case("603, declined", (603,), "no", "6 says no, for everybody's phone."),
    Case("100, trying", (100,), "wait", "1 says: I am at it."),
)


def check_meaning(function: Student) -> CheckResult:
    """`meaning(status: int) -> "wait" | "yes" | "no"`: the first digit of a status."""
    return check(function, MEANING)

"""Checks of the videocall's exercises: read a call's quality off its trace.

The post-dial delay is RFC 6076's session request delay (section 4.3): from the INVITE
until the caller hears that it rings, or how it ended. Requirements A15, B19.

Notebook: 04-videocall.
"""

from __future__ import annotations

import math
from typing import Any

from labkit.checks.frame import Case, CheckResult, Student, check
from labkit.effects import Address
from labkit.trace.describe import brief
from labkit.trace.record import Direction, Plane, Record

HALF_A_MICROSECOND = 0.5e-6
_ALICE, _BOB = Address("127.0.0.1", 5060), Address("127.0.0.1", 5062)
_REGISTRY = Address("127.0.0.1", 5000)
_CALL = "Call-ID: 4711\r\nContent-Length: 0\r\n\r\n"


class Messages(tuple[Record, ...]):
    """Records that print as a story of a few words."""

    __slots__ = ()

    def __repr__(self) -> str:
        return ", ".join(
            f"{message.time:g} s {message.direction} {brief(message)}"
            for message in self
        )


def _messages(*told: tuple[float, Direction, str]) -> Messages:
    """What alice's trace holds when this was `sent` or `received` at these times."""
    return Messages(_record(number, *one) for number, one in enumerate(told, 1))


def _record(number: int, time: float, direction: Direction, start: str) -> Record:
    is_sip = "SIP/2.0" in start
    plane: Plane = "signalling" if is_sip else "registry"
    data = f"{start}\r\n{_cseq(start)}{_CALL}" if is_sip else f"{start}\n"
    ends = (_ALICE, _BOB if is_sip else _REGISTRY)
    source, target = ends if direction == "sent" else ends[::-1]
    return Record(
        number, time, "alice", plane, "UDP" if is_sip else "TCP", direction, source,
        target, data.encode(),
    )  # fmt: skip


def _cseq(start: str) -> str:
    method = start.partition(" ")[0]
    return f"CSeq: 1 {'INVITE' if method in ('SIP/2.0', 'ACK') else method}\r\n"


_INVITE = "INVITE sip:bob@127.0.0.1:5062 SIP/2.0"
_TRYING, _RINGING, _OK, _BUSY = (
    f"SIP/2.0 {answer}"
    for answer in ("100 Trying", "180 Ringing", "200 OK", "486 Busy Here")
)
_ACK, _BYE = (f"{method} sip:bob@127.0.0.1:5062 SIP/2.0" for method in ("ACK", "BYE"))

POST_DIAL_DELAY = (
    Case(
        "it rings after 30 ms",
        (_messages((5.0, "sent", _INVITE), (5.03, "received", _RINGING)),),
        0.03,
        "the time of the 180 less the time of the INVITE, in seconds.",
    ),
    Case(
        "a query before it, a 100 in between",
        (
            _messages(
                (4.9, "sent", "QUERY bob"),
                (4.91, "received", "200 bob 127.0.0.1 5062"),
                (5.0, "sent", _INVITE),
                (5.01, "received", _TRYING),
                (5.04, "received", _RINGING),
                (7.0, "received", _OK),
            ),
        ),
        0.04,
        "only record.plane == 'signalling' counts, and 100 Trying is no ringing: it "
        "says that the next hop has the INVITE.",
    ),
    Case(
        "the first INVITE is lost and sent again",
        (
            _messages(
                (5.0, "sent", _INVITE),
                (5.5, "sent", _INVITE),
                (5.52, "received", _RINGING),
            ),
        ),
        0.52,
        "the caller has waited since the first INVITE.",
    ),
    Case(
        "bob is busy: no 180 at all",
        (_messages((5.0, "sent", _INVITE), (5.02, "received", _BUSY)),),
        0.02,
        "a final answer (200 and above) ends the waiting, too.",
    ),
    Case(
        "nobody answers",
        (_messages((5.0, "sent", _INVITE), (5.5, "sent", _INVITE)),),
        None,
        "no answer in the trace: None.",
    ),
)

RETRANSMISSIONS = (
    Case(
        "a call without any",
        (
            _messages(
                (5.0, "sent", _INVITE),
                (5.03, "received", _RINGING),
                (6.0, "received", _OK),
                (6.01, "sent", _ACK),
            ),
        ),
        0,
        "each of these messages went once.",
    ),
    Case(
        "an INVITE that went three times",
        (
            _messages(
                (5.0, "sent", _INVITE),
                (5.5, "sent", _INVITE),
                (6.5, "sent", _INVITE),
                (6.52, "received", _RINGING),
            ),
        ),
        2,
        "the first is no repetition; the two after it are. Their bytes are the same.",
    ),
    Case(
        "a 200 that came twice, since our ACK was lost",
        (
            _messages(
                (5.0, "sent", _INVITE),
                (6.0, "received", _OK),
                (6.01, "sent", _ACK),
                (6.5, "received", _OK),
                (6.51, "sent", _ACK),
                (9.0, "sent", _BYE),
            ),
        ),
        2,
        "count what came again as well as what was sent again: here the 200 and the "
        "ACK.",
    ),
    Case(
        "two LISTs to the registry",
        (_messages((5.0, "sent", "LIST"), (6.0, "sent", "LIST")),),
        0,
        "TCP repeats by itself, out of sight: a second LIST is a second question. Only "
        "signalling counts.",
    ),
)

PERCENTILE = (
    Case(
        "the median of five",
        ([3.0, 1.0, 2.0, 5.0, 4.0], 50),
        3.0,
        "sort first. Half of five, rounded up, is the third.",
    ),
    Case(
        "95 of 100",
        ([float(number) for number in range(1, 101)], 95),
        95.0,
        "the value that 95 % do not exceed: the 95th of 100, at index 94.",
    ),
    Case("the highest", ([1.0, 9.0, 5.0], 100), 9.0, "100 %: the last of the sorted."),
    Case("only one", ([7.0], 95), 7.0, "math.ceil(0.95 * 1) is 1: the first."),
    Case("none", ([], 95), None, "no values, no percentile: None."),
)


def check_post_dial_delay(function: Student) -> CheckResult:
    """`post_dial_delay(records) -> float | None`: seconds from INVITE to ringing."""
    return check(function, POST_DIAL_DELAY, same=_close)


def check_retransmissions(function: Student) -> CheckResult:
    """`retransmissions(records) -> int`: SIP messages seen again, byte for byte."""
    return check(function, RETRANSMISSIONS)


def check_percentile(function: Student) -> CheckResult:
    """`percentile(values, percent) -> float | None`, by the nearest rank."""
    return check(function, PERCENTILE, same=_close)


def _close(came: Any, expected: float | None) -> bool:
    if expected is None or not isinstance(came, int | float):
        return came is expected
    return math.isclose(came, expected, abs_tol=HALF_A_MICROSECOND)

"""Checks of media's exercises: read an RTP header, compute the jitter.

RFC 3550 sections 5.1 and 6.4.1, appendix A.8. Requirements A15, A16.

Notebook: 03-media.
"""

from __future__ import annotations

from typing import Any

from labkit.checks.frame import Case, CheckResult, Student, check

HALF_A_MICROSECOND = 0.5e-6
"""Two jitters closer than this are the same: rounding, not reasoning."""
_SOURCE = bytes.fromhex("2265b1f5")


def _header(
    payload_type: int, marker: bool, number: int, timestamp: int, payload: bytes
) -> dict[str, Any]:
    return {
        "payload_type": payload_type,
        "marker": marker,
        "sequence_number": number,
        "timestamp": timestamp,
        "ssrc": int.from_bytes(_SOURCE, "big"),
        "payload": payload,
    }


READ_HEADER = (
    Case(
        "a packet from the middle of a JPEG picture",
        (bytes.fromhex("801a 91b7 d50fecab") + _SOURCE + b"data",),
        _header(26, False, 37_303, 3_574_590_635, b"data"),
        'struct.unpack("!BBHII", datagram[:12]) gives five numbers; which two of them '
        "hold several fields?",
    ),
    Case(
        "the last packet of that picture",
        (bytes.fromhex("809a 91cc d50fecab") + _SOURCE + b"end",),
        _header(26, True, 37_324, 3_574_590_635, b"end"),
        "the marker is the highest bit of the second byte (0x80), the payload type the "
        "seven below it (0x7f). Is the marker a bool?",
    ),
    Case(
        "sound, with the highest numbers there are",
        (bytes.fromhex("8000 ffff ffffffff") + _SOURCE + b"\xff" * 160,),
        _header(0, False, 65_535, 4_294_967_295, b"\xff" * 160),
        "none of the numbers is signed: in struct, capital letters (H, I).",
    ),
    Case(
        "a packet that a mixer made of two sources: CC is 2",
        (bytes.fromhex("8260 0001 00000002") + _SOURCE + b"alicebob" + b"data",),
        _header(96, False, 1, 2, b"data"),
        "the low four bits of the first byte, CC, say how many words of 4 bytes stand "
        "between the 12 bytes and the payload.",
    ),
    Case(
        "eleven bytes",
        (bytes.fromhex("801a 91b7 d50fecab 2265b1"),),
        None,
        "a datagram can be anything: look at its length before you unpack it.",
    ),
    Case(
        "twelve bytes of version 1",
        (bytes.fromhex("401a 91b7 d50fecab") + _SOURCE,),
        None,
        "the version is the upper two bits of the first byte; RTP's is 2.",
    ),
)

_EVEN = [(10.000, 0), (10.020, 160), (10.040, 320), (10.060, 480)]
_LATE = [(10.000, 0), (10.036, 160), (10.040, 320)]
_WRAPS = [(10.000, 2**32 - 160), (10.020, 0), (10.056, 160)]

JITTER = (
    Case(
        "packets as even as they were sent",
        (_EVEN, 8000),
        0.0,
        "D compares how far apart two packets came with how far apart their timestamps "
        "are: here both are 20 ms.",
    ),
    Case(
        "one packet, then nothing",
        (_EVEN[:1], 8000),
        0.0,
        "one packet has nothing to be compared with.",
    ),
    Case(
        "the second packet 16 ms late, the third in time",
        (_LATE, 8000),
        0.016 / 16 + (0.016 - 0.016 / 16) / 16,
        "D is 0.016, then -0.016, and J takes |D|. After the first: J = 0.001.",
    ),
    Case(
        "the same unevenness, in pictures: 90,000 ticks a second",
        ([(when, 90_000 * ticks // 8000) for when, ticks in _LATE], 90_000),
        0.016 / 16 + (0.016 - 0.016 / 16) / 16,
        "timestamps count ticks: divide their difference by clock_rate to get seconds.",
    ),
    Case(
        "a timestamp that wraps round to zero; the third packet 16 ms late",
        (_WRAPS, 8000),
        0.001,
        "after 4,294,967,295 comes 0. Take the difference modulo 2**32.",
    ),
)


def check_read_header(function: Student) -> CheckResult:
    """`read_header(datagram: bytes) -> dict | None`: the 12 bytes before the media."""
    return check(function, READ_HEADER)


def check_jitter(function: Student) -> CheckResult:
    """`jitter(packets, clock_rate) -> float`, seconds.

    `packets` is a list of (arrival in seconds, RTP timestamp), each of a moment of its
    own, in the order in which they came.
    """
    return check(function, JITTER, same=_close)


def _close(came: Any, expected: float) -> bool:
    return isinstance(came, int | float) and abs(came - expected) < HALF_A_MICROSECOND

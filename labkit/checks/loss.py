"""Checks of the exercises on loss: XOR parity, RED, and a choice of treatments.

The choice is tried in simulated calls, so that whatever does the job will do. RFC 5109
in spirit, RFC 2198. Requirements A15, A16.

Notebook: 06-loss.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from labkit.checks.frame import Case, CheckResult, Student, check
from labkit.errors import LocalError
from labkit.link import Conditions
from labkit.media.treatments import Treatments

SECONDS = 20.0
"""Of each simulated call."""
_HEARS, _BYE = b"can you hear me", b"bye"

PARITY = (
    Case(
        "two packets of one byte each",
        ([b"\x0f", b"\xf0"],),
        b"\x00\x00\xff",
        "each string is the length in 2 bytes, then the packet: 00 01 0f and 00 01 f0.",
    ),
    Case(
        "a packet alone",
        ([_BYE],),
        b"\x00\x03bye",
        "the parity of one packet is its string.",
    ),
    Case(
        "a long one, then a short one",
        ([b"\x01\x02\x04\x08", b"\xff"],),
        b"\x00\x05\xfe\x02\x04\x08",
        "as if zeros followed the shorter string; x ^ 0 is x.",
    ),
    Case(
        "a short one, then a long one",
        ([b"\xff", b"\x01\x02\x04\x08"],),
        b"\x00\x05\xfe\x02\x04\x08",
        "the longest string says how long the parity is, wherever it stands.",
    ),
    Case(
        "300 bytes: the length takes both its bytes",
        ([bytes(300), b"\x07"],),
        b"\x01\x2d\x07" + bytes(299),
        "300 is 01 2c in two bytes: len(packet).to_bytes(2, 'big').",
    ),
    Case(
        "four packets, as in the notebook",
        ([_HEARS, _BYE, b"", _HEARS],),
        b"\x00\x03bye" + bytes(12),
        "what is in it twice cancels out: x ^ x is 0.",
    ),
)

BRING_BACK = (
    Case(
        "one of two packets of the same length",
        (b"\x00\x00\xff", [b"\x0f"]),
        b"\xf0",
        "XOR the strings of the others out of the parity: what is left is the string "
        "of the lost one. Is its length still in front?",
    ),
    Case(
        "nothing but the parity",
        (b"\x00\x03bye", []),
        _BYE,
        "a group of one: the parity is the packet's string.",
    ),
    Case(
        "the short one is lost",
        (b"\x00\x05\xfe\x02\x04\x08", [b"\x01\x02\x04\x08"]),
        b"\xff",
        "zeros are left behind it: its length says where it ends.",
    ),
    Case(
        "the long one is lost",
        (b"\x00\x05\xfe\x02\x04\x08", [b"\xff"]),
        b"\x01\x02\x04\x08",
        "the parity is longer than the string of what came: as if zeros followed.",
    ),
    Case(
        "a packet that ends with zeros",
        (b"\x00\x06\x61\x00\x00\x00", [b"\x00\x00"]),
        b"\x61\x00\x00\x00",
        "cut it by its length; strip(b'\\x00') would take its own zeros, too.",
    ),
    Case(
        "an empty packet is lost",
        (b"\x00\x03bye", [_BYE]),
        b"",
        "a length of 0 is a length.",
    ),
)

READ_RED = (
    Case(
        "no copies: what goes out first of all",
        (b"\x00hello",),
        [(0, 0, b"hello")],
        "the first bit is 0: this header is the last one, and only 1 byte long.",
    ),
    Case(
        "one copy, 160 ticks old",
        (bytes.fromhex("80 0280 03 00") + b"oldnew!",),
        [(0, 160, b"old"), (0, 0, b"new!")],
        "the first bit is 1: 4 bytes. 14 bits of offset, 10 of length: word >> 10 & "
        "0x3fff, and word & 0x3ff.",
    ),
    Case(
        "Opus, three copies",
        (bytes.fromhex("e02d0001 e01e0002 e00f0003 60") + b"abbcccdddd",),
        [(96, 2880, b"a"), (96, 1920, b"bb"), (96, 960, b"ccc"), (96, 0, b"dddd")],
        "all headers come first, then all blocks in the same order. The payload type "
        "is without the first bit: & 0x7f.",
    ),
    Case(
        "a long block, as old as it gets",
        (bytes.fromhex("80 ffff f4 08") + b"x" * 1012 + b"y",),
        [(0, 16_383, b"x" * 1012), (8, 0, b"y")],
        "the length has 10 bits: it may be more than 255.",
    ),
    Case(
        "nothing at all",
        (b"",),
        None,
        "a payload can be anything, also empty.",
    ),
    Case(
        "headers without an end",
        (bytes.fromhex("80028003 80028003"),),
        None,
        "is there a byte left for the last header?",
    ),
    Case(
        "a block longer than the payload",
        (bytes.fromhex("80028009 00") + b"short",),
        None,
        "do the blocks fit into what follows the headers?",
    ),
)


class Network(NamedTuple):
    """What the student's function is asked about."""

    round_trip: float
    loss: float
    burst: float

    @property
    def conditions(self) -> Conditions:
        """Of each way."""
        burst = self.burst if self.burst > 1 else 0.0
        return Conditions(loss=self.loss, burst=burst, delay=self.round_trip / 2)


class Goal(NamedTuple):
    """What a choice must reach."""

    missing: float
    """At most such a share of the sound."""
    more_bytes: float
    """At most so many, over those without."""
    wait: float = 0.150
    """At most so many seconds in the playout buffer, on average."""

    def __repr__(self) -> str:
        return (
            f"at most {self.missing:.1%} missing, {self.more_bytes:.0%} more bytes, "
            f"{1000 * self.wait:.0f} ms of waiting"
        )


class Came(NamedTuple):
    """What came of a choice."""

    missing: float
    more_bytes: float
    wait: float

    def __repr__(self) -> str:
        return (
            f"{self.missing:.1%} missing, {self.more_bytes:.0%} more bytes, "
            f"{1000 * self.wait:.0f} ms of waiting"
        )


CHOOSE = (
    Case(
        "a good network, 60 ms there and back",
        Network(0.060, 0.0, 1.0),
        Goal(missing=0.001, more_bytes=0.01),
        "what is not lost needs no repair; what costs nothing then may be on.",
    ),
    Case(
        "next door: 10 % lost, 10 ms there and back",
        Network(0.010, 0.10, 1.0),
        Goal(missing=0.01, more_bytes=0.30),
        "a round trip is short against 150 ms: how often is there time to ask?",
    ),
    Case(
        "another continent: 10 % lost, 280 ms there and back",
        Network(0.280, 0.10, 1.0),
        Goal(missing=0.01, more_bytes=2.10),
        "whoever asks waits longer than 150 ms for the answer: do not ask.",
    ),
    Case(
        "a bad Wi-Fi: 10 % lost, 3 in a row, 20 ms there and back",
        Network(0.020, 0.10, 3.0),
        Goal(missing=0.02, more_bytes=0.40),
        "what loses one packet loses the copies right behind it. Who asks, asks later.",
    ),
)


def check_parity(function: Student) -> CheckResult:
    """`parity(packets: list[bytes]) -> bytes`: the XOR of all, lengths in front."""
    return check(function, PARITY)


def check_bring_back(function: Student) -> CheckResult:
    """`bring_back(parity: bytes, others: list[bytes]) -> bytes`: the one missing."""
    return check(function, BRING_BACK)


def check_read_red(function: Student) -> CheckResult:
    """`read_red(payload: bytes) -> list[tuple[int, int, bytes]] | None`.

    (payload type, offset in ticks, data) of each block, oldest first.
    """
    return check(function, READ_RED)


def check_choose(function: Student) -> CheckResult:
    """`choose(round_trip, loss, burst) -> Treatments`, each tried in a simulated call.

    `round_trip` in seconds, `loss` 0 to 1, `burst` packets lost in a row on average.
    """
    return check(function, CHOOSE, same=_reached, outcome_of=_try)


def _try(case: Case, chosen: Any) -> Came:
    """Simulate a call over the case's network, and count before it ends."""
    from labkit.simulation import SimulatedCall, simulate

    if not isinstance(chosen, Treatments):
        raise LocalError(f"choose returns Treatments(…), not {chosen!r}")
    found: list[Came] = []

    def count(call: SimulatedCall) -> None:
        sent, heard = call.alice.statistics().audio, call.bob.statistics().audio
        assert sent is not None
        assert heard is not None
        came, out = heard.inbound, sent.outbound
        plain = out.bytesSent - out.retransmittedBytesSent
        found.append(
            Came(
                came.concealedSamples / max(came.totalSamplesReceived, 1),
                sent.labkit.bytesOfRepairSent / max(plain, 1),
                came.jitterBufferDelay / max(came.jitterBufferEmittedCount, 1),
            )
        )

    network = Network(*case.arguments)
    simulate(
        SECONDS, network.conditions, chosen, formats=("PCMU",), script={SECONDS: count}
    )
    return found[0]


def _reached(came: Any, goal: Any) -> bool:
    return all(value <= most for value, most in zip(came, goal, strict=True))
